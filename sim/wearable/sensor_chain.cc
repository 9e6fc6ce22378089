#include "sim/wearable/sensor_chain.h"

#include <algorithm>
#include <cmath>

#include "sim/engine/portable_math.h"

namespace gauntlet::sim {
namespace {

constexpr double kSlowest_s = 1;
constexpr double kFastest_s = 0.005;

WorldTime after_event(WorldTime t, double per_hour, RandomStream& random) {
  if (per_hour <= 0) return WorldTime::max();
  return t + from_seconds(random.exponential(3600 / per_hour));
}

double wander_tau_s(const SensorOptions& o, std::int64_t process) {
  double tau_s = o.instability_tau_s;
  for (std::int64_t i = 0; i < process; ++i) tau_s /= 10;
  return tau_s;
}

// Half to even, as nearbyint() does, without a call: |x| < 2^51.
double nearest(double x) { return (x + 0x1.8p52) - 0x1.8p52; }

}  // namespace

SensorChain::OrnsteinUhlenbeck::OrnsteinUhlenbeck(double sd, double tau_s, double dt_s,
                                                  RandomStream& random)
    : keep(portable::exp(-std::min(dt_s / tau_s, 600.0))),
      kick(sd * std::sqrt(1 - keep * keep)),
      state(sd > 0 ? sd * random.normal() : 0) {}

double SensorChain::OrnsteinUhlenbeck::next(double normal) {
  const double now = state;
  state = keep * state + kick * normal;
  return now;
}

SensorChain::SensorChain(std::shared_ptr<const SensorOptions> options,
                         const ThermalOptions& thermal, double rate_hz, WorldTime begin,
                         const RandomStream& stream)
    : options_(std::move(options)),
      thermal_(thermal),
      begin_(begin),
      si_(options_->si_per_unit()),
      next_slow_(begin),
      wander_(stream.child("wander")),
      walk_(stream.child("walk")),
      spikes_(stream.child("faults/spike")),
      stuck_(stream.child("faults/stuck")),
      repeats_(stream.child("faults/repeat")) {
  const SensorOptions& o = *options_;
  const double dt_s = 1 / rate_hz;
  const bool wanders = o.bias && o.instability_sd > 0;
  const double fastest_s = wander_tau_s(o, o.instability_processes - 1) / 20;
  const double slow_s = wanders ? std::clamp(fastest_s, kFastest_s, kSlowest_s) : kSlowest_s;
  slow_step_ = from_seconds(slow_s);
  walk_sd_ = o.bias ? o.random_walk * std::sqrt(slow_s) : 0;
  RandomStream align = stream.child("alignment"), bias = stream.child("bias");
  const AxisNoiseOptions* noise[] = {&o.noise_x, &o.noise_y, &o.noise_z};
  constexpr const char* kNames[] = {"x", "y", "z"};
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
    for (std::int64_t k = 0; wanders && k < o.instability_processes; ++k) {
      a.wander.emplace_back(o.instability_sd, wander_tau_s(o, k), slow_s, wander_);
    }
    if (!o.noise) continue;
    if (noise[i]->density > 0) {
      a.white_sd = noise[i]->density * std::sqrt(rate_hz / 2);
      a.white.emplace(stream.child("noise").child(kNames[i]));
    }
    if (noise[i]->coloured_sd > 0) {
      a.colour.emplace(stream.child("coloured").child(kNames[i]));
      a.coloured =
          OrnsteinUhlenbeck(noise[i]->coloured_sd, noise[i]->coloured_tau_s, dt_s, *a.colour);
    }
    any_noise_ = any_noise_ || a.white || a.colour;
  }
  const FaultOptions& f = o.faults;
  stuck_until_ = begin;
  next_stuck_ = after_event(begin, f.stuck_per_hour, stuck_);
  next_spike_ = after_event(begin, f.spike_per_hour, spikes_);
  next_repeat_ = after_event(begin, f.repeat_per_hour, repeats_);
}

void SensorChain::make_noise() {
  at_ = 0;
  if (!any_noise_) return;
  std::array<float, kBlock> z;
  for (Axis& a : axis_) {
    a.noise.fill(0);
    if (a.white) {
      a.white->fill_normal(z);
      for (std::size_t i = 0; i < kBlock; ++i) {
        a.noise[i] = static_cast<float>(a.white_sd * double{z[i]});
      }
    }
    if (a.colour) {
      a.colour->fill_normal(z);
      for (std::size_t i = 0; i < kBlock; ++i) {
        a.noise[i] = static_cast<float>(double{a.noise[i]} + a.coloured.next(double{z[i]}));
      }
    }
  }
}

void SensorChain::next_slow_step() {
  const SensorOptions& o = *options_;
  const double seconds = to_seconds(slow_step_ * slow_steps_);
  const double kelvin = o.temperature ? thermal_.at(seconds) - o.reference_c : 0;
  for (Axis& a : axis_) {
    a.offset = a.bias + a.per_k * kelvin + a.walked;
    for (OrnsteinUhlenbeck& w : a.wander) a.offset += w.next(wander_.normal());
    if (walk_sd_ > 0) a.walked += walk_sd_ * walk_.normal();
  }
  ++slow_steps_;
  next_slow_ += slow_step_;
}

void SensorChain::apply(std::span<const WorldTime> t, const float* force, float* xyz) {
  for (std::size_t from = 0; from < t.size();) {
    while (t[from] >= next_slow_) next_slow_step();
    if (at_ == kBlock) make_noise();
    std::size_t n = std::min(kBlock - at_, t.size() - from);
    while (t[from + n - 1] >= next_slow_) --n;
    run(t.subspan(from, n), force ? force + 3 * from : nullptr, xyz + 3 * from);
    at_ += n;
    from += n;
  }
}

void SensorChain::run(std::span<const WorldTime> t, const float* force, float* xyz) {
  const SensorOptions& o = *options_;
  const std::size_t n = t.size();
  const double per_si = 1 / si_;
  const bool g_sensitive = o.alignment && o.g_sensitivity > 0 && force != nullptr;
  Columns in, v;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t k = 0; k < n; ++k) in[i][k] = double{xyz[3 * k + i]} * per_si;
  }
  for (std::size_t i = 0; i < 3; ++i) {
    const Axis& a = axis_[i];
    const auto& row = align_[i];
    for (std::size_t k = 0; k < n; ++k) {
      v[i][k] = row[0] * in[0][k] + row[1] * in[1][k] + row[2] * in[2][k] + a.offset;
    }
    if (g_sensitive) {
      for (std::size_t k = 0; k < n; ++k) {
        const float* f = force + 3 * k;
        v[i][k] += g_[i][0] * double{f[0]} + g_[i][1] * double{f[1]} + g_[i][2] * double{f[2]};
      }
    }
    if (any_noise_) {
      for (std::size_t k = 0; k < n; ++k) v[i][k] += double{a.noise[at_ + k]};
    }
    if (o.inverted) {
      for (std::size_t k = 0; k < n; ++k) v[i][k] = -v[i][k];
    }
  }
  if (o.faults.spike_per_hour > 0) add_spikes(t, v);
  for (std::size_t i = 0; i < 3; ++i) {
    if (o.clip) {
      for (std::size_t k = 0; k < n; ++k) v[i][k] = std::clamp(v[i][k], -o.range, o.range);
    }
    // Clipping comes first, so that the largest reading is a whole number of steps within range.
    if (o.quantise) {
      const double steps = o.clip ? std::floor(o.range / o.resolution + 1e-9) : 0x1p50;
      for (std::size_t k = 0; k < n; ++k) {
        v[i][k] = std::clamp(nearest(v[i][k] / o.resolution), -steps, steps) * o.resolution;
      }
    }
    for (std::size_t k = 0; k < n; ++k) xyz[3 * k + i] = static_cast<float>(v[i][k] * si_);
  }
  if (o.faults.stuck_per_hour > 0 || o.faults.repeat_per_hour > 0) repeat_rows(t, xyz);
}

void SensorChain::add_spikes(std::span<const WorldTime> t, Columns& v) {
  const FaultOptions& f = options_->faults;
  for (std::size_t k = 0; k < t.size(); ++k) {
    if (t[k] < next_spike_) continue;
    const std::size_t axis = spikes_.below(3);
    v[axis][k] += spikes_.chance(0.5) ? f.spike_size : -f.spike_size;
    next_spike_ = after_event(t[k], f.spike_per_hour, spikes_);
  }
}

void SensorChain::repeat_rows(std::span<const WorldTime> t, float* xyz) {
  const FaultOptions& f = options_->faults;
  for (std::size_t k = 0; k < t.size(); ++k) {
    float* row = xyz + 3 * k;
    if (t[k] >= next_stuck_) {
      stuck_until_ = t[k] + from_seconds(stuck_.exponential(f.stuck_s));
      next_stuck_ = after_event(stuck_until_, f.stuck_per_hour, stuck_);
    }
    const bool repeats = t[k] >= next_repeat_;
    if (repeats) next_repeat_ = after_event(t[k], f.repeat_per_hour, repeats_);
    if (repeats || t[k] < stuck_until_) std::copy_n(last_.begin(), 3, row);
    std::copy_n(row, 3, last_.begin());
  }
}

}  // namespace gauntlet::sim
