#include "replay/decoded.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/units.h"
#include "replay/timing.h"

namespace gauntlet::replay {
namespace {

PlacedBuffer by_header(const wire::FrameView& frame, double& next_ms) {
  const double period_ms = 1000.0 / static_cast<double>(frame.header.rate_hz);
  const auto start = frame.start();
  const double first_ms = start ? to_ms(start->time_since_epoch()) : next_ms;
  next_ms = first_ms + period_ms * frame.count();
  return {first_ms, period_ms, true};
}

}  // namespace

DecodedSamples decode(const Recording& recording, const PacketStream& stream, Decoder decoder) {
  const auto buffers = buffers_of(recording, stream);
  const Placement placement = place(decoder, buffers);
  DecodedSamples out;
  out.rate_hz = placement.rate_hz;
  std::size_t placed = 0;
  double next_ms = 0;
  bool first = true;
  for (const std::size_t index : stream.unique) {
    const auto frame = recording.frame(recording.packets[index]);
    const bool timed = frame.format == wire::FrameFormat::pebble16;
    const PlacedBuffer at = timed ? placement.buffers[placed++] : by_header(frame, next_ms);
    if (first) out.sensor = frame.sensor();
    if (first && out.rate_hz == 0) out.rate_hz = static_cast<double>(frame.header.rate_hz);
    first = false;
    if (!frame.decodable() || frame.sensor() != out.sensor) continue;
    const std::size_t before = out.counts.size();
    out.counts.resize(before + std::size_t{3} * frame.count());
    frame.decode(std::span(out.counts).subspan(before));
    for (std::uint32_t k = 0; k < frame.count(); ++k) {
      out.time_ms.push_back(at.first_ms + k * at.period_ms);
      out.regular.push_back(at.regular ? 1 : 0);
    }
  }
  return out;
}

std::vector<std::array<float, 3>> on_regular_grid(const DecodedSamples& samples, double rate_hz) {
  CHECK(rate_hz > 0, rate_hz);
  std::vector<std::array<float, 3>> grid;
  const auto& t = samples.time_ms;
  if (t.empty()) return grid;
  const double step_ms = 1000 / rate_hz;
  const double rows = std::max(0.0, (t.back() - t.front()) / step_ms) + 1;
  const auto n = static_cast<std::size_t>(std::min(rows, static_cast<double>(kMaxGridRows)));
  grid.reserve(n);
  std::size_t right = 0;
  for (std::size_t row = 0; row < n; ++row) {
    const double now_ms = t.front() + static_cast<double>(row) * step_ms;
    while (right + 1 < t.size() && t[right] < now_ms) ++right;
    const std::size_t left = right == 0 ? 0 : right - 1;
    const double span_ms = t[right] - t[left];
    const double share = span_ms > 0 ? std::clamp((now_ms - t[left]) / span_ms, 0.0, 1.0) : 0.0;
    std::array<float, 3> value{};
    for (std::size_t k = 0; k < 3; ++k) {
      const double a = samples.counts[3 * left + k], b = samples.counts[3 * right + k];
      value[k] = static_cast<float>((a + share * (b - a)) * kMps2PerMg);
    }
    grid.push_back(value);
  }
  return grid;
}

}  // namespace gauntlet::replay
