// Runs a campaign: for every variant of the system a search for the best attack, then the frontier
// effort x success of that attack on fresh seeds.
//
// Intervals are Clopper and Pearson's, at a level at which all of a variant's frontier hold
// together (Bonferroni). "Not found" is said with the bound that the fresh seeds leave at the whole
// budget; it bounds the best attack that the search met, not every attack there is. Where
// parameters are searched at the whole budget alone (search.at = "largest"), a smaller effort with
// parameters of its own may do better: the smallest effort is then an upper limit.
// Each defended system also meets the attack that was best against the undefended one (`naive`), to
// show what the search against the defence itself was worth.
// A success is shrunk (parameters that are not needed go back to the campaign's own, others to two
// digits; the effort is bisected on that seed) and kept as a scenario.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/attack_cost.h"
#include "campaign/campaign_options.h"
#include "campaign/detection.h"
#include "campaign/trials.h"
#include "reports/statistics/intervals.h"
#include "reports/statistics/paired.h"

namespace gauntlet::campaign {

struct Level {
  double effort = 0;
  std::vector<std::string> attack;  // path=value of the point; without effort
  std::uint64_t successes = 0, seeds = 0;
  reports::Interval interval;
  double robustness = 0;  // mean
};

// One run in which the formula held.
struct CounterExample {
  Trial trial;
  double effort = 0;
  Outcome outcome;
  AttackCost cost;
  std::string scenario_text;
};

struct Tally {
  std::uint64_t tried = 0, succeeded = 0;
  reports::Interval interval;  // of the share, as if all tries were alike
};

// A metric on clean data, and what it differs from the first variant's by, on the same seeds.
struct MetricCost {
  std::string metric;
  reports::MeanEstimate value;
  std::optional<reports::PairedDifference> difference;
};

struct VariantResult {
  VariantOptions variant;
  std::vector<std::string> attack;  // the best point at the whole budget
  std::uint64_t points = 0, points_successful = 0;
  double search_robustness = 0;  // mean over the search's seeds, at the best point
  std::optional<SplittingEstimate> blind;
  std::vector<Level> levels;              // one for a no_attack control
  std::optional<Level> naive;             // at the whole budget
  std::optional<double> smallest_effort;  // that surely succeeds as often as required
  std::optional<CounterExample> example;
  std::optional<Tally> tally;  // at the whole budget
  // no_attack: of the exact binomial test of the stated rate, two-sided unless that is an upper
  // one.
  std::optional<double> p_value;
  std::vector<MetricCost> costs;
  bool found() const { return example.has_value(); }
  double bound() const { return levels.back().interval.hi; }
  // Empty unless the variant is a control that failed; then why.
  std::string control_failure;
};

struct CampaignResult {
  std::vector<VariantResult> variants;
  // What the page shows: a success against a measured system, else against a weak one, else the
  // best attack there was.
  Trial shown;
  std::string shown_variant;
  std::optional<Detection> detection;
  bool controls_hold() const;
  bool any_finding() const;  // of a measured variant
};

struct CampaignFiles {
  // Paths of the campaign's scenarios, as they were found.
  std::string scenario, costs, detection;
};

// Whether the attacked scenario has every path that the campaign names, and what it is set to is
// allowed there: each mistake with its place in the campaign's file.
void check_against_scenario(const Campaign& campaign, const CampaignFiles& files,
                            std::vector<scenarios::Diagnostic>& problems);

// Codes: those of Trials::run().
Result<CampaignResult> run_campaign(const Campaign& campaign, const CampaignFiles& files,
                                    Trials& trials, CleanLives& clean);

}  // namespace gauntlet::campaign
