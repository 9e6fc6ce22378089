// Runs a campaign: for every variant of the system a search for the best attack at the whole
// budget, then the frontier effort x success of that attack on fresh seeds.
//
// Intervals are Clopper and Pearson's, at a level at which all of a variant's hold together
// (Bonferroni). "Not found" is said with the bound that the fresh seeds leave at the whole budget;
// it bounds the best attack that the search met, not every attack there is. The attack's other
// parameters are searched at the whole budget alone: a smaller effort with parameters of its own
// may do better, so the smallest effort is an upper limit.
// A success is shrunk (parameters that are not needed go back to the scenario's own; the effort is
// bisected on that seed) and kept as a scenario.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/campaign_options.h"
#include "campaign/trials.h"
#include "reports/statistics/intervals.h"

namespace gauntlet::campaign {

struct Level {
  double effort = 0;
  std::uint64_t successes = 0, seeds = 0;
  reports::Interval interval;
};

// One run in which the formula held.
struct CounterExample {
  Trial trial;
  double effort = 0;
  Outcome outcome;
  std::string scenario_text;
};

struct VariantResult {
  VariantOptions variant;
  std::vector<std::string> attack;  // path=value of the best point; without effort
  std::uint64_t points = 0, points_successful = 0;
  double search_robustness = 0;           // mean over the search's seeds, at the best point
  std::vector<Level> levels;              // one for a no_attack control
  std::optional<double> smallest_effort;  // that surely succeeds as often as required
  std::optional<CounterExample> example;
  bool found() const { return example.has_value(); }
  double bound() const { return levels.back().interval.hi; }
  // Empty unless the variant is a control that failed; then why.
  std::string control_failure;
};

struct CampaignResult {
  std::vector<VariantResult> variants;
  std::uint64_t simulated = 0, remembered = 0;
  bool controls_hold() const;
  bool any_finding() const;  // of a measured variant
};

// Codes: those of Trials::run().
Result<CampaignResult> run_campaign(const Campaign& campaign, Trials& trials);

}  // namespace gauntlet::campaign
