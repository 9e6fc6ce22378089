// What an attack costs whoever makes it, in the units of a reviewer: pressure, power, distance,
// time, requests, knowledge of the clock. Read from the scenario, so that it is the cost of what
// ran.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "campaign/campaign_options.h"
#include "scenarios/scenario.h"

namespace gauntlet::campaign {

struct CostItem {
  std::string_view name;  // "pressure"
  double value = 0;
  std::string_view unit;
};

// Of all attacks of a scenario together: pressure, power, amplitude and request counts add up, of
// distances the shortest counts, times are the time for which any is on (at most the session).
struct AttackCost {
  std::vector<CostItem> items;
  const CostItem* find(std::string_view name) const;
};

AttackCost cost_of(const scenarios::ScenarioOptions& options);
bool exceeds(const AttackCost& cost, const BudgetOptions& budget);

}  // namespace gauntlet::campaign
