// From a population's sessions to findings: adversary x metric, each with its interval, its
// baseline, the same figure with a planted leak, and a verdict.
//
// People whom the attacker knows (the first known_share of them) train attacks and set thresholds;
// figures are of the others. Enrolled are all sessions but a person's last, which is the probe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "privacy/verdict.h"
#include "reports/result.h"
#include "scenarios/privacy_population.h"

namespace gauntlet::scenarios {

struct Finding {
  std::string adversary = {};  // "A4"
  std::string metric = {};     // "M2"
  std::string what = {};       // "linkability among 20"
  std::string unit = {};       // "share", "bit"
  privacy::Estimate measured = {};
  std::uint64_t n = 0;  // people, sessions or searches behind it
  double baseline = 0;
  std::string baseline_of = {};  // "1/N"
  std::optional<privacy::Estimate> planted = {};
  privacy::Verdict verdict = privacy::Verdict::inconclusive;
  std::string remedy = {};  // what one would change
  std::string id = {};      // names the row for experiments: "M2 cluster"
};

// What a system is for, or costs: the other axis of every trade-off.
struct Worth {
  std::string id = {};  // "lag"
  std::string what = {};
  std::string unit = {};
  privacy::Estimate measured = {};  // interval over people
};

struct Order {
  std::string less, more;  // in words
  bool kept = false;
};

// M2 among fewer than all: over every choice of impostors.
struct Linked {
  std::size_t people = 0;
  privacy::Estimate share;
};

struct Findings {
  std::vector<Finding> rows;
  std::vector<Linked> linked;
  std::vector<Order> order;  // who sees more cannot leak less
  std::vector<Worth> worth;
};

Findings find_leaks(const PopulationRun& run, const ScenarioOptions& options, std::uint64_t seed,
                    const SharedParts& parts);

reports::Table leakage_table(const Findings& findings);

// Tables: the leakage, who saw what, the order, and what it would be among more people. Failures:
// orders that are not kept.
reports::ResultFile privacy_result(const PopulationRun& run, const Findings& findings,
                                   const ScenarioOptions& options, reports::Provenance about);

}  // namespace gauntlet::scenarios
