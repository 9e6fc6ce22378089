#include "replay/track.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace gauntlet::replay {

double SampleTrack::length_s() const {
  return time_ns.size() < 2 ? 0 : static_cast<double>(time_ns.back() - time_ns.front()) * 1e-9;
}

std::string_view SampleTrack::label_at(std::size_t row) const {
  return label.empty() ? std::string_view{} : std::string_view(labels[label[row]]);
}

std::uint32_t SampleTrack::label_index(std::string_view name) {
  const auto it = std::find(labels.begin(), labels.end(), name);
  const auto index = static_cast<std::size_t>(it - labels.begin());
  CHECK(index < 65535, index);
  if (it == labels.end()) labels.emplace_back(name);
  return static_cast<std::uint32_t>(index);
}

StepStatistics step_statistics(const std::vector<const SampleTrack*>& tracks) {
  StepStatistics out;
  std::vector<std::int64_t> steps;
  for (const SampleTrack* track : tracks) {
    const auto& t = track->time_ns;
    const double length_s = track->length_s();
    if (t.size() < 2 || length_s <= 0) continue;
    for (std::size_t i = 1; i < t.size(); ++i) steps.push_back(t[i] - t[i - 1]);
    const double rate = static_cast<double>(t.size() - 1) / length_s;
    out.rate_min_hz = out.tracks == 0 ? rate : std::min(out.rate_min_hz, rate);
    out.rate_max_hz = std::max(out.rate_max_hz, rate);
    out.length_s += length_s;
    ++out.tracks;
  }
  out.steps = steps.size();
  if (steps.empty()) return out;
  out.rate_hz = static_cast<double>(steps.size()) / out.length_s;
  std::sort(steps.begin(), steps.end());
  const auto zeros = std::upper_bound(steps.begin(), steps.end(), 0) - steps.begin();
  out.zero_share = static_cast<double>(zeros) / static_cast<double>(steps.size());
  const auto at_ms = [&steps](double p) {
    const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(steps.size())));
    return static_cast<double>(steps[std::max<std::size_t>(rank, 1) - 1]) * 1e-6;
  };
  out.p50_ms = at_ms(0.5);
  out.p95_ms = at_ms(0.95);
  out.p99_ms = at_ms(0.99);
  out.max_ms = static_cast<double>(steps.back()) * 1e-6;
  return out;
}

}  // namespace gauntlet::replay
