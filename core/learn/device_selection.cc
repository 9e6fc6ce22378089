#include "core/learn/device_selection.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/check.h"

namespace gauntlet::learn {

std::vector<Machine> published_machines() {
  return {{"on the device's network", 3, 0.25},
          {"edge", 14, 1},
          {"far cloud", 128, 8},
          {"near cloud", 64, 4},
          {"cloud", 84, 8}};
}

DeviceSelection::DeviceSelection(std::vector<Machine> machines, std::vector<ServedModel> models)
    : machines_(std::move(machines)), models_(std::move(models)), order_(models_.size()) {
  CHECK(!machines_.empty() && !models_.empty(), machines_.size(), models_.size());
  for (const Machine& m : machines_) CHECK(m.speed > 0 && m.rtt_ms >= 0, m.speed, m.rtt_ms);
  for (const ServedModel& m : models_) CHECK(m.cost_ms > 0 && m.worth >= 0, m.cost_ms, m.worth);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) {
    return models_[a].worth * models_[b].cost_ms > models_[b].worth * models_[a].cost_ms;
  });
}

Selection DeviceSelection::admit(std::size_t machine, double threshold_ms) const {
  const Machine& m = machines_[machine];
  Selection s{machine, {}, m.rtt_ms, 0};
  for (const std::size_t k : order_) {
    const double cost_ms = models_[k].cost_ms / m.speed;
    if (s.latency_ms + cost_ms > threshold_ms) continue;
    s.latency_ms += cost_ms;
    s.worth += models_[k].worth;
    s.models.push_back(k);
  }
  // Worth is compared exactly: it must not depend on the order of addition.
  std::sort(s.models.begin(), s.models.end());
  s.worth = 0;
  for (const std::size_t k : s.models) s.worth += models_[k].worth;
  return s;
}

std::optional<Selection> DeviceSelection::select(double threshold_ms) const {
  std::optional<Selection> best;
  for (std::size_t m = 0; m < machines_.size(); ++m) {
    Selection s = admit(m, threshold_ms);
    if (s.models.empty()) continue;
    const bool better = !best || s.worth > best->worth ||
                        (s.worth == best->worth && s.latency_ms < best->latency_ms);
    if (better) best = std::move(s);
  }
  return best;
}

void DeviceSelection::observe_rtt(std::size_t machine, double rtt_ms) {
  CHECK(machine < machines_.size() && rtt_ms >= 0, machine, rtt_ms);
  machines_[machine].rtt_ms += (rtt_ms - machines_[machine].rtt_ms) / 8;
}

double two_stage_latency_ms(double first_ms, double second_ms, double share_of_second) {
  return first_ms + share_of_second * second_ms;
}

double share_reaching_second(double mean_ms, double first_ms, double second_ms) {
  CHECK(second_ms > 0, second_ms);
  return (mean_ms - first_ms) / second_ms;
}

}  // namespace gauntlet::learn
