#include "core/phone/guard.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/units.h"

namespace gauntlet {
namespace {

constexpr Duration kWindow = std::chrono::seconds{10}, kHop = std::chrono::seconds{1};
constexpr std::size_t kSamplesMax = 4000, kSamplesMin = 100;
constexpr double kMoving_mps2 = 0.5, kTurning_radps = 0.3, kRest_mps2 = 0.3;
constexpr double kEarthLeast_ut = 25, kEarthMost_ut = 65;
constexpr Duration kBucket = std::chrono::seconds{30};
constexpr std::size_t kBuckets = 5;
constexpr std::int64_t kEffort_s = 300;
constexpr double kFloor_mps2 = 0.05;
constexpr double kCycleMax_s = 4;
constexpr Duration kBlock = std::chrono::milliseconds{250};
constexpr double kBlockFull = 0.9;

using Vector = std::array<double, 3>;

double norm(const Vector& v) { return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); }

Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

// Of N numbers about their mean.
struct Spread {
  double mean = 0, variance = 0;
};
Spread spread_of(const std::vector<double>& x) {
  Spread s;
  const double n = static_cast<double>(x.size());
  for (const double v : x) s.mean += v / n;
  for (const double v : x) s.variance += (v - s.mean) * (v - s.mean) / n;
  return s;
}

// Of what the axis that moves most does about its mean.
struct Movement {
  Vector mean{};
  double variance = 0;         // of all axes together
  std::vector<double> signal;  // of that axis
};
template <class Samples>
Movement movement_of(const Samples& recent) {
  Movement m;
  double most = -1;
  for (std::size_t k = 0; k < 3; ++k) {
    std::vector<double> x;
    x.reserve(recent.size());
    for (const auto& s : recent) x.push_back(s.v[k]);
    const Spread s = spread_of(x);
    m.mean[k] = s.mean;
    m.variance += s.variance;
    if (s.variance <= most) continue;
    most = s.variance;
    for (double& v : x) v -= s.mean;
    m.signal = std::move(x);
  }
  return m;
}

// White noise of variance v has second differences of mean square 6 v.
double noise_share(const std::vector<double>& x) {
  double fast = 0, all = 0;
  for (std::size_t i = 1; i + 1 < x.size(); ++i) {
    const double d = x[i + 1] - 2 * x[i] + x[i - 1];
    fast += d * d / 6;
    all += x[i] * x[i];
  }
  return all > 0 ? fast / all : 0;
}

double correlation_at(const std::vector<double>& x, std::size_t lag) {
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i + lag < x.size(); ++i) {
    xy += x[i] * x[i + lag];
    xx += x[i] * x[i];
    yy += x[i + lag] * x[i + lag];
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

// The best one beyond the first half cycle.
double regularity(const std::vector<double>& x, double rate_hz) {
  const auto most = static_cast<std::size_t>(kCycleMax_s * rate_hz);
  bool turned = false;
  double best = 0;
  for (std::size_t lag = 1; lag <= most && 2 * lag < x.size(); ++lag) {
    const double r = correlation_at(x, lag);
    turned = turned || r < 0;
    if (turned) best = std::max(best, r);
  }
  return best;
}

// Force changes by -w x f dt where it is gravity alone that turns. Over half a second, between
// means of a quarter: what arms do faster than that is movement, not turning.
template <class Samples>
double unexplained(const Samples& force, const Samples& turning) {
  struct Block {
    Vector force{}, turn{}, ramp{};  // sums: force, -w x f, and that times the share of the block
    double n = 0;
  };
  std::vector<Block> blocks;
  std::size_t g = 0;
  const HostTime begin = force.front().at;
  double most = 0;  // samples in a block
  for (const auto& f : force) {
    if (f.at < turning.front().at || f.at > turning.back().at) continue;
    while (g + 1 < turning.size() && turning[g + 1].at <= f.at) ++g;
    const auto index = static_cast<std::size_t>((f.at - begin) / kBlock);
    const double share = to_seconds((f.at - begin) % kBlock) / to_seconds(kBlock);
    if (index >= blocks.size()) blocks.resize(index + 1);
    const Vector w = cross(turning[g].v, f.v);
    Block& b = blocks[index];
    most = std::max(most, ++b.n);
    for (std::size_t k = 0; k < 3; ++k) {
      b.force[k] += f.v[k];
      b.turn[k] -= w[k] * to_seconds(kBlock);
      b.ramp[k] -= w[k] * to_seconds(kBlock) * share;
    }
  }
  double felt2 = 0, turned2 = 0, n = 0;
  for (std::size_t i = 2; i < blocks.size(); ++i) {
    const Block &a = blocks[i - 2], &b = blocks[i - 1], &c = blocks[i];
    if (std::min({a.n, b.n, c.n}) < kBlockFull * most) continue;
    for (std::size_t k = 0; k < 3; ++k) {
      const double felt = c.force[k] / c.n - a.force[k] / a.n;
      const double turned = a.ramp[k] / a.n + b.turn[k] / b.n + (c.turn[k] - c.ramp[k]) / c.n;
      felt2 += felt * felt;
      turned2 += turned * turned;
    }
    ++n;
  }
  if (n == 0) return 0;
  const double floor2 = kFloor_mps2 * kFloor_mps2;
  const double a = felt2 / n + floor2, b = turned2 / n + floor2;
  return std::sqrt(std::max(a, b) / std::min(a, b));
}

}  // namespace

void Guard::score(std::string_view detector, DeviceIndex index, HostTime to, double value,
                  double threshold, HostTime at) {
  if (threshold <= 0) return;
  const bool alarm = value > threshold;
  sink_.on(GuardScored{detector, index, to, value, alarm, at});
  if (alarm) devices_[index].alarm = to;
}

bool Guard::distrusts(DeviceIndex device, HostTime from) const {
  const auto it = devices_.find(device);
  return it != devices_.end() && it->second.alarm &&
         *it->second.alarm >= from - from_seconds(options_.hold_s);
}

void Guard::on_samples(StreamId stream, std::span<const HostTime> t, std::span<const float> xyz,
                       HostTime arrival, bool own) {
  if (own) own_ = stream.device;
  const bool is_force = stream.sensor == SensorKind::accelerometer;
  if (!is_force && stream.sensor != SensorKind::gyroscope) return;
  Device& device = devices_[stream.device];
  Stream& s = is_force ? device.force : device.turning;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!s.recent.empty() && t[i] <= s.recent.back().at) continue;  // late: its window was judged
    s.recent.push_back({t[i], {xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]}});
    while (s.recent.size() > kSamplesMax || s.recent.front().at < t[i] - kWindow) {
      s.recent.pop_front();
    }
    if (!is_force) continue;
    if (!s.next) s.next = t[i] + kWindow;
    if (t[i] < *s.next) continue;
    if (t[i] > *s.next + kWindow) s.next = t[i];  // after a gap
    judge(stream.device, device, *s.next, arrival);
    *s.next += kHop;
  }
}

void Guard::judge(DeviceIndex index, Device& device, HostTime to, HostTime at) {
  const auto& recent = device.force.recent;
  if (recent.size() < kSamplesMin) return;
  const Movement m = movement_of(recent);
  const double moved = std::sqrt(m.variance);
  const std::int64_t second = to.time_since_epoch() / kHop;
  device.effort[second] = moved;
  while (device.effort.begin()->first <= second - kEffort_s) {
    device.effort.erase(device.effort.begin());
  }
  if (own_ == index) return;
  const double length_s = to_seconds(recent.back().at - recent.front().at);
  const double rate_hz = static_cast<double>(recent.size() - 1) / length_s;
  const bool moves = moved > kMoving_mps2;
  const bool rests = moved < kRest_mps2;
  score("bias", index, to, rests ? std::abs(norm(m.mean) - kStandardGravity_mps2) : 0,
        options_.bias_mps2, at);
  score("noise", index, to, moves ? noise_share(m.signal) : 0, options_.noise_share, at);
  if (options_.regular > 0) {
    score("regular", index, to, moves ? regularity(m.signal, rate_hz) : 0, options_.regular, at);
  }
  const auto& turning = device.turning.recent;
  if (turning.size() >= kSamplesMin && options_.rotation > 0) {
    const bool turns = std::sqrt(movement_of(turning).variance) > kTurning_radps;
    score("rotation", index, to, moves || turns ? unexplained(recent, turning) : 0,
          options_.rotation, at);
  }
  judge_alone(index, device, to, at);
}

void Guard::on_field(DeviceIndex device, std::span<const std::int16_t> xyz, HostTime arrival) {
  const std::size_t count = xyz.size() / 3;
  const auto rows = static_cast<double>(count);
  Vector mean_ut{};
  for (std::size_t i = 0; i < xyz.size(); ++i) mean_ut[i % 3] += 0.1 * xyz[i] / rows;
  const double length_ut = norm(mean_ut);
  score("field", device, arrival,
        std::max({0.0, kEarthLeast_ut - length_ut, length_ut - kEarthMost_ut}), options_.field_ut,
        arrival);
}

void Guard::judge_alone(DeviceIndex index, Device& device, HostTime to, HostTime at) {
  if (!own_ || options_.alone <= 0) return;
  std::vector<double> here, there;
  for (const auto& [second, effort] : devices_[*own_].effort) {
    const auto it = device.effort.find(second);
    if (it == device.effort.end()) continue;
    here.push_back(it->second);
    there.push_back(effort);
  }
  if (here.size() < static_cast<std::size_t>(kEffort_s / 2)) return;
  const Spread a = spread_of(here), b = spread_of(there);
  double together = 0;
  for (std::size_t i = 0; i < here.size(); ++i) {
    together += (here[i] - a.mean) * (there[i] - b.mean) / static_cast<double>(here.size());
  }
  const double least = kMoving_mps2 * kMoving_mps2 / 4;
  const bool both = a.variance > least && b.variance > least;
  score("alone", index, to, both ? 1 - together / std::sqrt(a.variance * b.variance) : 0,
        options_.alone, at);
}

void Guard::on_frame(DeviceIndex index, DeviceTime end, HostTime arrival) {
  Device& device = devices_[index];
  Clock& c = device.clock;
  // A difference of two clocks: only its changes mean anything.
  const Lateness now{arrival, seconds_since_origin(arrival) - seconds_since_origin(end)};
  if (c.since && arrival - *c.since < kBucket) {
    if (now.late_s < c.least.late_s) c.least = now;
    return;
  }
  if (c.since) judge_clock(index, device, arrival);
  c.since = arrival;
  c.least = now;
}

void Guard::judge_clock(DeviceIndex index, Device& device, HostTime arrival) {
  Clock& c = device.clock;
  if (c.earlier.size() == kBuckets) {
    double before_s = c.earlier[1].late_s;
    for (std::size_t i = 2; i < kBuckets; ++i) before_s = std::min(before_s, c.earlier[i].late_s);
    score("delay", index, arrival, 1e3 * (c.least.late_s - before_s), options_.delay_ms, arrival);
    const Lateness& first = c.earlier.front();
    score("clock", index, arrival,
          1e6 * std::abs(c.least.late_s - first.late_s) / to_seconds(c.least.at - first.at),
          options_.clock_ppm, arrival);
    c.earlier.pop_front();
  }
  c.earlier.push_back(c.least);
}

}  // namespace gauntlet
