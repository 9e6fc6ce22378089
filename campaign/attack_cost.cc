#include "campaign/attack_cost.h"

#include <algorithm>
#include <cmath>

namespace gauntlet::campaign {
namespace {

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

void add_acoustic(const adversarial::AcousticOptions& o, Sum& sum) {
  if (o.strength == adversarial::AcousticStrength::pressure) {
    sum.add("pressure", kReferencePressure_pa * std::pow(10, o.level_db / 20), "Pa");
    sum.least("distance", o.distance_m, "m");
  } else {
    sum.add("amplitude", o.amplitude_mps2, "m/s2");
  }
}

void add_frame(const adversarial::FrameOptions& o, Sum& sum) {
  if (o.act == adversarial::FrameAct::relay) sum.add("relay", o.relay_ms, "ms");
  if (o.act == adversarial::FrameAct::delay) sum.add("delay", o.delay_ms, "ms");
  if (o.act == adversarial::FrameAct::stamps) sum.add("ramp", o.ramp_ppm, "ppm");
  if (o.key_bytes > 0) {
    sum.add("keys tried", std::exp2(8 * static_cast<double>(o.key_bytes)), "");
  }
}

void add(const AttackOptions& a, Sum& sum) {
  switch (a.kind) {
    case AttackKind::acoustic:
      add_acoustic(a.acoustic, sum);
      break;
    case AttackKind::electromagnetic:
      sum.add("power", a.electromagnetic.power_w, "W");
      sum.least("distance", a.electromagnetic.distance_m, "m");
      break;
    case AttackKind::light:
      sum.add("light", a.light.intensity, "of the sensor's own");
      sum.least("distance", a.light.distance_m, "m");
      break;
    case AttackKind::magnet:
      sum.add("moment",
              std::hypot(a.magnet.moment_x_am2, a.magnet.moment_y_am2, a.magnet.moment_z_am2),
              "A m2");
      break;
    case AttackKind::jamming:
      sum.add("power", 1e-3 * std::pow(10, a.jamming.power_dbm / 10), "W");
      sum.least("distance", a.jamming.distance_m, "m");
      break;
    case AttackKind::beacon_clone:
      sum.add("power", 1e-3 * std::pow(10, a.beacon_clone.tx_dbm_at_1m / 10), "W at 1 m");
      break;
    case AttackKind::frame:
      add_frame(a.frame, sum);
      break;
    case AttackKind::token:
      sum.add("requests", static_cast<double>(a.token.requests), "");
      break;
    case AttackKind::api:
      sum.add("requests", static_cast<double>(a.api.requests), "");
      break;
    case AttackKind::pendulum:
    case AttackKind::impostor:
      break;  // hands and time
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
    add(a, sum);
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
