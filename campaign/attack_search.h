// The best attack within the ranges of a campaign: grid, random, CMA-ES or importance splitting
// over the unit cube, each point scored by the mean robustness of the success formula over the
// search's seeds.
//
// Splitting asks another question on the way: how probable is it that an attacker who knows nothing
// and picks each parameter at random (uniformly on its scale) succeeds in the worlds of the
// search's seeds? Its points are drawn for that, so its interval holds; and a success that chance
// would meet once in a million becomes the best attack.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/campaign_options.h"
#include "campaign/cma_es.h"
#include "campaign/trials.h"

namespace gauntlet::campaign {

// A place in [0, 1] as the value of a range, or one of its choices, as --set takes it.
std::string value_at(const ParameterOptions& parameter, double place);
double whole(const EffortOptions& effort, double value);  // rounded where it must be
// Level `i` of the effort's; the first is min, the last max.
double effort_at(const EffortOptions& effort, std::int64_t i);
std::string effort_text(const EffortOptions& effort, double value);  // path=value
std::string number_text(double value);  // the shortest that reads back as the same

struct FoundAttack {
  std::vector<std::string> set;  // path=value of each parameter
  std::uint64_t points = 0, points_successful = 0;
  double robustness = 0;
  std::optional<SplittingEstimate> blind;  // method splitting
};

struct SearchTask {
  const CampaignOptions& options;
  const Question& question;
  std::string scenario;            // path
  std::vector<std::string> fixed;  // overrides of campaign, variant, attacker and effort
  std::string stream_name;
};
// More successes beat more robustness; of equal points the first in order of their places wins.
Result<FoundAttack> search_attack(const SearchTask& task, Trials& trials);

}  // namespace gauntlet::campaign
