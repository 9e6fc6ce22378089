#include "sim/wearable/oscillator.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "core/base/check.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::sim {

void ThermalOptions::describe(OptionVisitor& v) {
  v.number("room_c", room_c, {-20, 50}, "degC", "temperature of the device when it is put on");
  v.number("skin_c", skin_c, {-20, 50}, "degC", "temperature it ends up at when worn", "proposal");
  v.number("warm_up_s", warm_up_s, {1, 1e5}, "s", "time constant of warming up", "proposal");
}

double ThermalOptions::at(double seconds_worn) const {
  return skin_c + (room_c - skin_c) * portable::exp(-std::min(seconds_worn / warm_up_s, 600.0));
}

const std::vector<std::string_view>& frequency_preset_names() {
  static const std::vector<std::string_view> names{"crystal", "rc", "sensor", "exact"};
  return names;
}

FrequencyOptions frequency_preset(std::string_view name) {
  FrequencyOptions f;
  if (name == "crystal") return f;
  f.ppm_per_k2 = 0;
  if (name == "exact") {
    f.error_limit_ppm = 50'000;  // room for an error that somebody sets
    f.error_sd_ppm = f.white_fm = f.flicker_fm = f.random_walk_fm = 0;
    return f;
  }
  const bool rc = name == "rc";
  CHECK(rc || name == "sensor", "no frequency preset", name);
  f.error_sd_ppm = rc ? 100 : 20'000;
  f.error_limit_ppm = rc ? 250 : 50'000;
  f.ppm_per_k = rc ? 2 : 0;
  f.white_fm = rc ? 1e-6 : 1e-5;
  f.flicker_fm = rc ? 1e-6 : 3e-5;
  f.random_walk_fm = rc ? 1e-8 : 1e-7;
  return f;
}

void FrequencyOptions::describe(OptionVisitor& v) {
  v.preset(frequency_preset_names(), "a known oscillator",
           [this](std::string_view preset) { *this = frequency_preset(preset); });
  v.number("error_ppm", error_ppm, {-1e5, 1e5}, "ppm", "mean rate error");
  v.number("error_sd_ppm", error_sd_ppm, {0, 1e5}, "ppm", "sd of the rate error between power-ups");
  v.number("error_limit_ppm", error_limit_ppm, {0, 1e5}, "ppm", "bound on |rate error|");
  v.number("ppm_per_k", ppm_per_k, {-1000, 1000}, "ppm/K", "linear temperature coefficient");
  v.number("ppm_per_k2", ppm_per_k2, {-1, 1}, "ppm/K2", "quadratic temperature coefficient",
           "tuning-fork crystals, -0.034 about 25 degC");
  v.number("reference_c", reference_c, {-20, 60}, "degC", "where the temperature terms vanish");
  v.number("white_fm", white_fm, {0, 1e-2}, "1", "white frequency noise: Allan deviation at 1 s");
  v.number("flicker_fm", flicker_fm, {0, 1e-2}, "1", "flicker frequency noise: Allan floor");
  v.number("random_walk_fm", random_walk_fm, {0, 1e-3}, "1/sqrt(s)",
           "random-walk frequency noise: Allan deviation at t is this times sqrt(t/3)");
}

Result<void> FrequencyOptions::validate() const {
  if (std::abs(error_ppm) <= error_limit_ppm) return {};
  return Error{"bad_frequency", "error_ppm (" + std::to_string(error_ppm) +
                                    ") must be within error_limit_ppm (" +
                                    std::to_string(error_limit_ppm) + ") of 0"};
}

FrequencyNoise::FrequencyNoise(const FrequencyOptions& options, const ThermalOptions& thermal,
                               const RandomStream& stream)
    : options_(options),
      thermal_(thermal),
      white_(stream.child("white")),
      flicker_(stream.child("flicker")),
      walk_(stream.child("walk")) {
  CHECK(options.validate().ok(), options.error_ppm, options.error_limit_ppm);
  RandomStream draw = stream.child("error");
  do {
    error_ = draw.normal(options.error_ppm, options.error_sd_ppm) * 1e-6;
  } while (std::abs(error_) > options.error_limit_ppm * 1e-6);
  // One process per decade of equal variance s^2 adds up to S(f) = (s^2 / ln 10) / f, whose Allan
  // deviation is sqrt(2 ln 2 s^2 / ln 10).
  const double sd = options.flicker_fm * std::sqrt(std::numbers::ln10 / (2 * std::numbers::ln2));
  double tau_s = 1;
  for (std::size_t i = 0; i < kDecades; ++i, tau_s *= 10) {
    keep_[i] = portable::exp(-1 / tau_s);
    kick_[i] = sd * std::sqrt(1 - keep_[i] * keep_[i]);
    state_[i] = sd * flicker_.normal();
  }
}

double FrequencyNoise::next() {
  const FrequencyOptions& o = options_;
  double y = error_;
  if (o.ppm_per_k != 0 || o.ppm_per_k2 != 0) {
    const double k = thermal_.at(static_cast<double>(seconds_)) - o.reference_c;
    y += (o.ppm_per_k * k + o.ppm_per_k2 * k * k) * 1e-6;
  }
  ++seconds_;
  if (o.white_fm > 0) y += o.white_fm * white_.normal();
  if (o.flicker_fm > 0) {
    for (std::size_t i = 0; i < kDecades; ++i) {
      y += state_[i];
      state_[i] = keep_[i] * state_[i] + kick_[i] * flicker_.normal();
    }
  }
  if (o.random_walk_fm > 0) {
    y += walked_;
    walked_ += o.random_walk_fm * walk_.normal();
  }
  return y;
}

SampleClock::SampleClock(double nominal_rate_hz, double jitter_us, const FrequencyOptions& options,
                         const ThermalOptions& thermal, const RandomStream& stream)
    : nominal_hz_(nominal_rate_hz),
      jitter_ns_(jitter_us * 1e3),
      noise_(options, thermal, stream),
      jitter_(stream.child("jitter")),
      phase_(stream.child("phase")),
      rate_hz_(nominal_rate_hz * (1 + noise_.error())) {
  CHECK(nominal_rate_hz > 0, nominal_rate_hz);
}

void SampleClock::start(WorldTime begin) {
  second_end_ = begin + std::chrono::seconds{1};
  period_ns_ = 1e9 / (nominal_hz_ * (1 + noise_.next()));
  const double first_ns = phase_.uniform() * period_ns_;
  ideal_ = begin + Duration{static_cast<std::int64_t>(first_ns)};
  fraction_ns_ = first_ns - std::floor(first_ns);
  latest_ = begin - Duration{1};
  at_ = kBlock;
}

// Within a second the period is one, so that instants are multiples of it: a loop without a chain.
void SampleClock::refill() {
  at_ = 0;
  for (std::size_t from = 0; from < kBlock;) {
    while (ideal_ >= second_end_) {
      second_end_ += std::chrono::seconds{1};
      period_ns_ = 1e9 / (nominal_hz_ * (1 + noise_.next()));
    }
    const auto until = static_cast<double>((second_end_ - ideal_).count());
    const double steps = std::ceil((until - fraction_ns_) / period_ns_);
    const auto n =
        static_cast<std::size_t>(std::clamp(steps, 1.0, static_cast<double>(kBlock - from)));
    const auto after = [this](std::size_t k) {
      return fraction_ns_ + static_cast<double>(static_cast<std::int64_t>(k)) * period_ns_;
    };
    for (std::size_t k = 0; k < n; ++k) {
      instants_[from + k] = ideal_ + Duration{static_cast<std::int64_t>(after(k))};
    }
    const auto whole = static_cast<std::int64_t>(after(n));
    fraction_ns_ = after(n) - static_cast<double>(whole);
    ideal_ += Duration{whole};
    from += n;
  }
  if (jitter_ns_ <= 0) return;
  std::array<float, kBlock> late;
  jitter_.fill_normal(late);
  for (std::size_t i = 0; i < kBlock; ++i) {
    const double ns = (jitter_ns_ * double{late[i]} + 0x1.8p52) - 0x1.8p52;  // to the nearest
    latest_ =
        std::max(instants_[i] + Duration{static_cast<std::int64_t>(ns)}, latest_ + Duration{1});
    instants_[i] = latest_;
  }
}

}  // namespace gauntlet::sim
