#include "campaign/attack_cost.h"

#include <algorithm>
#include <cmath>

namespace gauntlet::campaign {
namespace {

using adversarial::AcousticOptions;
using adversarial::AcousticStrength;
using adversarial::AttackKind;
using adversarial::AttackOptions;

constexpr double kReferencePressure_pa = 20e-6;

class Sum {
 public:
  void add(std::string_view name, double value, std::string_view unit) {
    item(name, 0, unit).value += value;
  }
  void least(std::string_view name, double value, std::string_view unit) {
    CostItem& i = item(name, value, unit);
    i.value = std::min(i.value, value);
  }
  AttackCost take() { return {std::move(items_)}; }

 private:
  CostItem& item(std::string_view name, double first, std::string_view unit) {
    for (CostItem& i : items_) {
      if (i.name == name) return i;
    }
    return items_.emplace_back(CostItem{name, first, unit});
  }
  std::vector<CostItem> items_;
};

void add_acoustic(const AcousticOptions& o, Sum& sum) {
  if (o.strength == AcousticStrength::pressure) {
    sum.add("pressure", kReferencePressure_pa * std::pow(10, o.level_db / 20), "Pa");
    sum.least("distance", o.distance_m, "m");
  } else {
    sum.add("amplitude", o.amplitude_mps2, "m/s2");
  }
}

}  // namespace

const CostItem* AttackCost::find(std::string_view name) const {
  const auto it = std::find_if(items.begin(), items.end(),
                               [name](const CostItem& i) { return i.name == name; });
  return it == items.end() ? nullptr : &*it;
}

AttackCost cost_of(const scenarios::ScenarioOptions& options) {
  Sum sum;
  double from_s = 0, to_s = 0;
  bool any = false;
  for (const AttackOptions& a : options.attacks) {
    if (a.kind == AttackKind::acoustic) add_acoustic(a.acoustic, sum);
    const double stop_s = a.stop_s > 0 ? a.stop_s : std::max(options.plan.length_s, a.start_s);
    from_s = any ? std::min(from_s, a.start_s) : a.start_s;
    to_s = std::max(to_s, stop_s);
    any = true;
  }
  if (any) sum.add("time", to_s - from_s, "s");
  return sum.take();
}

bool exceeds(const AttackCost& cost, const BudgetOptions& budget) {
  const auto above = [&cost](std::string_view name, double limit) {
    const CostItem* item = cost.find(name);
    return limit > 0 && item && item->value > limit;
  };
  const CostItem* distance = cost.find("distance");
  return above("pressure", budget.pressure_pa) || above("power", budget.power_w) ||
         above("time", budget.time_s) || above("requests", budget.requests) ||
         (distance && distance->value < budget.nearest_m);
}

}  // namespace gauntlet::campaign
