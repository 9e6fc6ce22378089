#include "sim/wearable/sampled_sensor.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "core/base/check.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::sim {
namespace {

RandomStream oscillator_stream(const RandomStream& device, SensorKind kind, bool shared) {
  return shared ? device.child("oscillator") : device.child(to_string(kind)).child("oscillator");
}

// Heading 0 looks to the north turned to the left by heading_deg.
std::array<double, 3> field_t(const MagneticOptions& o) {
  const double turns = o.heading_deg / 360 - std::floor(o.heading_deg / 360);
  const auto north = portable::sine_cosine(static_cast<std::uint64_t>(turns * 0x1p53) << 11);
  return {o.horizontal_ut * 1e-6 * north.cosine, o.horizontal_ut * 1e-6 * north.sine,
          -o.down_ut * 1e-6};
}

void append_signal(const float* rows, std::size_t n, TrueStream& truth) {
  if (truth.channels == 3) {
    truth.signal.insert(truth.signal.end(), rows, rows + 3 * n);
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    truth.signal.insert(truth.signal.end(), rows + 3 * i, rows + 3 * i + truth.channels);
  }
}

AnalogPath path_of(const SensorOptions& o, double rate_hz) {
  return {o.kind,
          rate_hz,
          o.lowpass ? o.lowpass_of_rate * o.nominal_rate_hz : 0.0,
          2,
          o.nominal_rate_hz,
          o.kind == SensorKind::heart_rate ? o.heart.pulse_rate_hz : 0.0,
          o.heart.dark_slots};
}

}  // namespace

SampledSensor::SampledSensor(const SensorOptions& options, const ThermalOptions& thermal,
                             StreamId id, const RandomStream& device, bool shared_oscillator,
                             const Motion& motion, WorldTime begin, WorldTime end)
    : options_(std::make_shared<const SensorOptions>(options)),
      id_(id),
      motion_(motion),
      begin_(begin),
      end_(end),
      clock_(options.nominal_rate_hz, options.sampling_jitter_us, options.oscillator, thermal,
             oscillator_stream(device, options.kind, shared_oscillator)),
      path_(path_of(options, clock_.true_rate_hz())),
      mount_(options.mount_hz, options.mount_damping,
             1 / (clock_.true_rate_hz() * static_cast<double>(options.oversampling))),
      lowpass_(path_.lowpass_hz, std::numbers::sqrt2 / 2,
               1 / (clock_.true_rate_hz() * static_cast<double>(options.oversampling))),
      period_s_(1 / clock_.true_rate_hz()),
      chain_(options_, thermal, clock_.true_rate_hz(), begin,
             device.child(to_string(options.kind))),
      body_(make_body_source(options, motion, begin, device.child(to_string(options.kind)))),
      offsets_(device.child(to_string(options.kind)).child("sampling")),
      gaps_(shared_oscillator ? device.child("gaps")
                              : device.child(to_string(options.kind)).child("gaps")),
      next_gap_(WorldTime::max()) {
  if (options.sampling == Sampling::out_of_phase) readings_ = 2;
  if (options.sampling == Sampling::random_average) readings_ = options.sampling_count;
  CHECK(id.sensor == options.kind);
  const FaultOptions& f = options.faults;
  if (f.gap_per_hour > 0)
    next_gap_ = begin + from_seconds(gaps_.exponential(3600 / f.gap_per_hour));
  clock_.start(begin);
  advance();
}

// Finds the next instant at which a sample is really taken.
void SampledSensor::advance() {
  next_ = clock_.take();
  const FaultOptions& f = options_->faults;
  while (next_ >= next_gap_ && next_ < end_) {
    const WorldTime gap_end = next_gap_ + from_seconds(gaps_.exponential(f.gap_s));
    while (next_ < gap_end && next_ < end_) {
      next_ = clock_.take();
      ++missed_;
    }
    next_gap_ = gap_end + from_seconds(gaps_.exponential(3600 / f.gap_per_hour));
  }
  while (options_->saturation_flag && next_ < end_ && overloaded(next_)) {
    count_refusal(refusals_, "saturation_flag", next_);
    next_ = clock_.take();
    ++missed_;
  }
  if (next_ >= end_) next_ = WorldTime::max();
}

bool SampledSensor::overloaded(WorldTime t) const {
  return std::any_of(sources_.begin(), sources_.end(),
                     [&](const AnalogSource* s) { return s->overloads(path_, t); });
}

void SampledSensor::take(std::size_t n, WorldTime until, std::vector<WorldTime>& out) {
  for (; n > 0 && next_ <= until && next_ != WorldTime::max(); --n) {
    out.push_back(next_);
    advance();
  }
}

TrueStream SampledSensor::make_truth() const {
  TrueStream s;
  s.id = id_;
  s.channels = channels_of(id_.sensor);
  s.inverted = options_->inverted;
  s.nominal_rate_hz = options_->nominal_rate_hz;
  s.true_rate_hz = path_.sample_rate_hz;
  const auto n = static_cast<std::size_t>(to_seconds(end_ - begin_) * s.true_rate_hz * 1.001) + 16;
  s.sampled_at.reserve(n);
  s.signal.reserve(s.channels * n);
  return s;
}

void SampledSensor::inject(std::span<const WorldTime> t, float* xyz, TrueInjection& account) {
  untouched_.assign(xyz, xyz + 3 * t.size());
  add_sources(t, xyz);
  for (std::size_t i = 0; i < t.size(); ++i) {
    double square = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const double more = double{xyz[3 * i + k]} - untouched_[3 * i + k];
      account.sum[k] += more;
      square += more * more;
    }
    account.square += square;
    account.samples += square > 0;
  }
}

void SampledSensor::watch_dark_slots(std::span<const WorldTime> t) {
  for (const WorldTime at : t) {
    const bool seen = std::any_of(sources_.begin(), sources_.end(), [&](const AnalogSource* s) {
      return s->pulses_in_the_dark(path_, at);
    });
    if (seen) count_refusal(refusals_, "dark_slots", at);
  }
}

void SampledSensor::add_sources(std::span<const WorldTime> t, float* xyz) {
  if (options_->sampling == Sampling::plain) {
    for (const AnalogSource* s : sources_) s->add(path_, t, xyz);
    return;
  }
  injected_.assign(3 * t.size(), 0.0F);
  for (std::int64_t r = 0; r < readings_; ++r) {
    const auto shifted = instants_of(r);
    for (const AnalogSource* s : sources_) s->add(path_, shifted, injected_.data());
  }
  const float share = 1 / static_cast<float>(readings_);
  for (std::size_t i = 0; i < 3 * t.size(); ++i) xyz[i] += share * injected_[i];
}

// Of reading r of each sample.
std::span<const WorldTime> SampledSensor::instants_of(std::int64_t r) const {
  const std::size_t n = shifted_.size() / static_cast<std::size_t>(readings_);
  return std::span(shifted_).subspan(static_cast<std::size_t>(r) * n, n);
}

void SampledSensor::draw_instants(std::span<const WorldTime> t) {
  const bool pair = options_->sampling == Sampling::out_of_phase;
  const double period_s = 1 / path_.sample_rate_hz;
  shifted_.resize(t.size() * static_cast<std::size_t>(readings_));
  for (std::size_t i = 0; i < t.size(); ++i) {
    for (std::int64_t r = 0; r < readings_; ++r) {
      const double offset_s = pair ? static_cast<double>(r) * 0.5 / options_->resonance_hz
                                   : offsets_.uniform(0, period_s);
      // Jitter may turn two around: motion wants them in order.
      WorldTime* at = &shifted_[static_cast<std::size_t>(r) * t.size() + i];
      *at = t[i] + from_seconds(offset_s);
      if (i > 0) *at = std::max(*at, at[-1]);
    }
  }
  conversions_ += static_cast<std::int64_t>(shifted_.size() - t.size());
}

// What the mean of several readings makes of the motion; `at_t`: the motion at the stamps.
void SampledSensor::smear(std::span<const float> at_t, float* xyz) {
  std::vector<float>& one = injected_;
  one.resize(at_t.size());
  const float share = 1 / static_cast<float>(readings_);
  for (std::int64_t r = 0; r < readings_; ++r) {
    evaluate(instants_of(r), one.data());
    for (std::size_t k = 0; k < at_t.size(); ++k) xyz[k] += share * (one[k] - at_t[k]);
  }
}

// Mount and low-pass, on the motion alone: what is injected comes with its own gain.
void SampledSensor::feel(std::span<const WorldTime> t, float* xyz) {
  // Of what the body does there is one value a sample.
  const auto fine = body_ ? std::size_t{1} : static_cast<std::size_t>(options_->oversampling);
  const Duration gap = from_seconds(1.5 * period_s_);
  const auto follows = [&](WorldTime now, WorldTime before) {
    return before != WorldTime::min() && now - before <= gap;
  };
  const auto step = [&](float* row, bool on) {
    for (SecondOrder* s : {&mount_, &lowpass_}) {
      if (!s->on()) continue;
      if (on) {
        s->step(row);
      } else {
        s->settle(row);
      }
    }
  };
  if (fine == 1) {
    for (std::size_t k = 0; k < t.size(); ++k) {
      step(xyz + 3 * k, follows(t[k], felt_until_));
      felt_until_ = t[k];
    }
    return;
  }
  fine_.clear();
  for (const WorldTime now : t) {
    const Duration since = follows(now, felt_until_) ? now - felt_until_ : Duration{0};
    for (std::size_t j = fine; j > 0; --j) {
      fine_.push_back(now -
                      since * static_cast<std::int64_t>(j - 1) / static_cast<std::int64_t>(fine));
    }
    felt_until_ = now;
  }
  felt_.resize(3 * fine_.size());
  evaluate(fine_, felt_.data());
  for (std::size_t k = 0; k < t.size(); ++k) {
    const bool on = fine_[fine * k] != fine_[fine * k + fine - 1];
    for (std::size_t j = 0; j < fine; ++j) step(&felt_[3 * (fine * k + j)], on);
    std::copy_n(&felt_[3 * (fine * k + fine - 1)], 3, xyz + 3 * k);
  }
}

void SampledSensor::evaluate(std::span<const WorldTime> t, float* xyz) {
  switch (options_->kind) {
    case SensorKind::accelerometer:
      return motion_.evaluate(t, xyz, nullptr);
    case SensorKind::gyroscope:
      return motion_.evaluate(t, nullptr, xyz);
    case SensorKind::magnetometer:
      return motion_.see(t, field_t(options_->magnetic), xyz);
    case SensorKind::heart_rate:
    case SensorKind::strain:
    case SensorKind::beacon:
      break;
  }
  CHECK(false, "not a sense of motion:", to_string(options_->kind));
}

void SampledSensor::sample(std::span<const WorldTime> t, float* xyz, TrueStream& truth) {
  const bool needs_force =
      options_->kind == SensorKind::gyroscope && options_->alignment && options_->g_sensitivity > 0;
  if (needs_force) {
    force_.resize(3 * t.size());
    motion_.evaluate(t, force_.data(), xyz);
  } else if (body_) {
    body_truth_.resize(3 * t.size());
    body_->sense(t, body_truth_.data(), xyz);
  } else {
    evaluate(t, xyz);
  }
  truth.sampled_at.insert(truth.sampled_at.end(), t.begin(), t.end());
  append_signal(body_ ? body_truth_.data() : xyz, t.size(), truth);
  const bool several = options_->sampling != Sampling::plain;
  if (several) draw_instants(t);
  if (several && !body_) felt_at_t_.assign(xyz, xyz + 3 * t.size());
  if (mount_.on() || lowpass_.on()) feel(t, xyz);
  if (several && !body_) smear(felt_at_t_, xyz);
  if (!sources_.empty()) inject(t, xyz, truth.injected);
  chain_.apply(t, needs_force ? force_.data() : nullptr, xyz);
  taken_ += static_cast<std::int64_t>(t.size());
  if (options_->heart.dark_slots && options_->kind == SensorKind::heart_rate) {
    watch_dark_slots(t);
    conversions_ += static_cast<std::int64_t>(static_cast<double>(t.size()) * path_.pulse_rate_hz /
                                              options_->nominal_rate_hz);
  }
}

}  // namespace gauntlet::sim
