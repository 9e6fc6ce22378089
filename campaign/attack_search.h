// The best attack within the ranges of a campaign: grid, random or CMA-ES over the unit cube, each
// point scored by the mean robustness of the success formula over the search's seeds.
#pragma once

#include <string>
#include <vector>

#include "campaign/campaign_options.h"
#include "campaign/cma_es.h"
#include "campaign/trials.h"

namespace gauntlet::campaign {

// A place in [0, 1] as the value of a range, or one of its choices, as --set takes it.
std::string value_at(const ParameterOptions& parameter, double place);
// Level `i` of the effort's; the first is min, the last max.
double effort_at(const EffortOptions& effort, std::int64_t i);
std::string number_text(double value);  // the shortest that reads back as the same

struct FoundAttack {
  std::vector<std::string> set;  // path=value of each parameter
  std::uint64_t points = 0, points_successful = 0;
  double robustness = 0;
};

// `fixed`: overrides of the variant and the effort. Of equal points the first wins; more successes
// beat more robustness.
Result<FoundAttack> search_attack(const CampaignOptions& options,
                                  const std::vector<std::string>& fixed,
                                  const std::string& stream_name, Trials& trials);

}  // namespace gauntlet::campaign
