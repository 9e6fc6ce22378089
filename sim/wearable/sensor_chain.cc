#include "sim/wearable/sensor_chain.h"

#include <algorithm>
#include <cmath>

namespace gauntlet::sim {
namespace {

WorldTime after_event(WorldTime t, double per_hour, RandomStream& random) {
  if (per_hour <= 0) return WorldTime::max();
  return t + from_seconds(random.exponential(3600 / per_hour));
}

}  // namespace

SensorChain::OrnsteinUhlenbeck::OrnsteinUhlenbeck(double sd, double tau_s, double dt_s,
                                                  RandomStream& random)
    : keep(std::exp(-dt_s / tau_s)),
      kick(sd * std::sqrt(1 - keep * keep)),
      state(sd > 0 ? random.normal(0, sd) : 0) {}

double SensorChain::OrnsteinUhlenbeck::next(RandomStream& random) {
  if (kick == 0) return 0;
  const double now = state;
  state = keep * state + random.normal(0, kick);
  return now;
}

SensorChain::SensorChain(const SensorOptions& o, const ThermalOptions& thermal, double rate_hz,
                         WorldTime begin, const RandomStream& stream)
    : options_(o),
      thermal_(thermal),
      begin_(begin),
      si_(o.si_per_unit()),
      noise_(stream.child("noise")),
      coloured_(stream.child("coloured")),
      wander_(stream.child("wander")),
      walk_(stream.child("walk")),
      faults_(stream.child("faults")) {
  const double dt = 1 / rate_hz;
  walk_sd_ = o.random_walk * std::sqrt(dt);
  RandomStream align = stream.child("alignment"), bias = stream.child("bias");
  const AxisNoiseOptions* noise[] = {&o.noise_x, &o.noise_y, &o.noise_z};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const double error = align.normal() * (i == j ? o.scale_sd : o.cross_axis_sd);
      align_[i][j] = (i == j ? 1 : 0) + (o.alignment ? error : 0);
      // deg/s per g, to deg/s per m/s2
      g_[i][j] = align.normal() * o.g_sensitivity / kStandardGravity_mps2;
    }
    Axis& a = axis_[i];
    a.bias = bias.normal() * o.turn_on_bias_sd * (o.bias ? 1 : 0);
    a.per_k = bias.normal() * o.bias_per_k * (o.temperature ? 1 : 0);
    if (o.bias) a.wander = OrnsteinUhlenbeck(o.instability_sd, o.instability_tau_s, dt, wander_);
    if (o.noise) {
      a.white_sd = noise[i]->density * std::sqrt(rate_hz / 2);
      a.coloured =
          OrnsteinUhlenbeck(noise[i]->coloured_sd, noise[i]->coloured_tau_s, dt, coloured_);
    }
  }
  const FaultOptions& f = o.faults;
  any_fault_ = f.stuck_per_hour > 0 || f.spike_per_hour > 0 || f.repeat_per_hour > 0;
  next_kelvin_ = begin;
  stuck_until_ = begin;
  next_stuck_ = after_event(begin, f.stuck_per_hour, faults_);
  next_spike_ = after_event(begin, f.spike_per_hour, faults_);
  next_repeat_ = after_event(begin, f.repeat_per_hour, faults_);
}

void SensorChain::fault(WorldTime t, std::array<double, 3>& v) {
  const FaultOptions& f = options_.faults;
  if (t >= next_spike_) {
    const std::size_t axis = faults_.below(3);
    v[axis] += faults_.chance(0.5) ? f.spike_size : -f.spike_size;
    next_spike_ = after_event(t, f.spike_per_hour, faults_);
  }
  if (t >= next_stuck_) {
    stuck_until_ = t + from_seconds(faults_.exponential(f.stuck_s));
    next_stuck_ = after_event(stuck_until_, f.stuck_per_hour, faults_);
  }
  const bool repeats = t >= next_repeat_;
  if (repeats) next_repeat_ = after_event(t, f.repeat_per_hour, faults_);
  if (repeats || t < stuck_until_) v = last_;
}

void SensorChain::apply(std::span<const WorldTime> t, const float* force, float* xyz) {
  const SensorOptions& o = options_;
  const bool g_sensitive = o.alignment && o.g_sensitivity > 0 && force != nullptr;
  for (std::size_t n = 0; n < t.size(); ++n) {
    float* row = xyz + 3 * n;
    if (o.temperature && t[n] >= next_kelvin_) {
      const auto second = std::chrono::floor<std::chrono::seconds>(t[n] - begin_);
      kelvin_ = thermal_.at(to_seconds(second)) - o.reference_c;
      next_kelvin_ = begin_ + second + std::chrono::seconds{1};
    }
    const double in[3] = {double{row[0]} / si_, double{row[1]} / si_, double{row[2]} / si_};
    std::array<double, 3> v{};
    for (std::size_t i = 0; i < 3; ++i) {
      Axis& a = axis_[i];
      v[i] = align_[i][0] * in[0] + align_[i][1] * in[1] + align_[i][2] * in[2];
      if (g_sensitive) {
        const float* f = force + 3 * n;
        v[i] += g_[i][0] * double{f[0]} + g_[i][1] * double{f[1]} + g_[i][2] * double{f[2]};
      }
      v[i] += a.bias + a.per_k * kelvin_ + a.walked + a.wander.next(wander_);
      if (o.bias && walk_sd_ > 0) a.walked += walk_.normal(0, walk_sd_);
      if (a.white_sd > 0) v[i] += noise_.normal(0, a.white_sd);
      v[i] += a.coloured.next(coloured_);
    }
    if (o.inverted) {
      for (double& x : v) x = -x;
    }
    if (any_fault_) fault(t[n], v);
    for (std::size_t i = 0; i < 3; ++i) {
      if (o.clip) v[i] = std::clamp(v[i], -o.range, o.range);
      // Clipping comes first, so that the largest reading is a whole number of steps within range.
      if (o.quantise) {
        v[i] = std::nearbyint(v[i] / o.resolution) * o.resolution;
        if (o.clip && std::abs(v[i]) > o.range) v[i] -= std::copysign(o.resolution, v[i]);
      }
      row[i] = static_cast<float>(v[i] * si_);
    }
    last_ = v;
  }
}

}  // namespace gauntlet::sim
