// The attacks of `gauntlet privacy` that need more than one look at a session: following pseudonyms
// (M6), membership in a model's training set (M9), attributes (M10), and ingest and model service
// together (M11). Internal to the findings.
#pragma once

#include <cstddef>
#include <functional>

#include "scenarios/privacy_findings.h"

namespace gauntlet::scenarios {

// What all of them need to know: people [0, known) are the attacker's own, the others are judged.
struct AttackScene {
  const PopulationRun& run;
  const ScenarioOptions& options;
  const sim::RandomStream& root;
  std::size_t each = 0;   // sessions of a person
  std::size_t known = 0;  // people
  const SessionView& session(std::size_t person, std::size_t n) const {
    return run.sessions[person * each + n];
  }
  std::size_t all() const { return run.who.size(); }
  std::size_t people() const { return all() - known; }  // judged
};

using AddFinding = std::function<void(Finding)>;

// M6, of everybody's radio (A1) and uploads (A2), each person at a random time within one session's
// length of the others. Interval: Student's t over arrangements.
void follow_pseudonyms(const AttackScene& scene, const AddFinding& add);

// M9: ridge regression on the plain features of two-second windows, resting, walking or exercising,
// trained on random halves of everybody's sessions but the last. It is the head of the classifier
// that ships, without its random kernels: a larger model remembers more.
void find_members(const AttackScene& scene, const AddFinding& add);

// M10: sex, age and proficiency (above or below the median of the attacker's own people) from the
// cluster and a person's stored rows (A3), or from the parameters of a model that was trained on
// the people of one cluster (A5). Residual risk over who knows the cluster alone. Attack and
// control meet the same people, so the interval, made for two independent groups, is too long
// rather than too short. Below -1 nothing is shown.
void infer_attributes(const AttackScene& scene, const AddFinding& add);

// M11: ingest scores a new session against everybody's record (M2) and knows which records went
// into the model; the model service has the model, whose loss on the session says whether its
// person was in. Both scores are likelihood ratios and add up; how far ingest's is to be trusted is
// learned from the attacker's own people. The increment is over the better of the two alone, person
// by person. Returns the share that both together link.
privacy::Estimate collude(const AttackScene& scene, const privacy::Comparisons& stored,
                          const privacy::Comparisons& calibration, const AddFinding& add);

// What the stored rows are good for: macro-F1 of that model, trained on the attacker's own people
// and judged on the others.
privacy::Estimate usefulness(const AttackScene& scene);

}  // namespace gauntlet::scenarios
