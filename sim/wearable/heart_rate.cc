#include "sim/wearable/heart_rate.h"

#include <algorithm>
#include <cmath>

#include "sim/engine/portable_math.h"

namespace gauntlet::sim {
namespace {

// What any such sensor takes for a pulse.
constexpr double kLeast_per_min = 40, kMost_per_min = 220;

LaggedRate::Parameters heart_of(const HeartOptions& o, const Motion& motion) {
  return {o.rest_per_min,
          o.most_per_min > 0 ? o.most_per_min : greatest_heart_rate_per_min(motion.person()),
          o.on_s, o.off_s};
}

}  // namespace

void HeartOptions::describe(OptionVisitor& v) {
  v.number("rest_per_min", rest_per_min, {30, 120}, "1/min", "at rest", "proposal");
  v.number("most_per_min", most_per_min, {0, 230}, "1/min",
           "at full effort; 0: 208 - 0.7 x the person's age", "Tanaka et al. 2001");
  v.number("on_s", on_s, {1, 600}, "s", "time constant of rising with effort",
           "order of published step responses");
  v.number("off_s", off_s, {1, 600}, "s", "time constant of recovering",
           "order of published step responses");
  v.number("variability", variability, {0, 0.3}, "1", "sd of the interval between beats, relative",
           "order of rmssd at rest: 40 ms");
  v.number("pulse_rate_hz", pulse_rate_hz, {5, 1000}, "Hz", "light pulses: the grid of beats seen",
           "25 to 100 Hz are usual");
  v.number("window_s", window_s, {2, 30}, "s", "beats within it are averaged", "proposal");
  v.number("locks_per_min", locks_per_min, {0, 60}, "1/min",
           "takes a steady movement's rhythm for the pulse", "proposal");
  v.number("unlocks_per_min", unlocks_per_min, {0, 60}, "1/min", "finds the pulse again",
           "proposal");
  v.flag("dark_slots", dark_slots, "takes off the light seen between its own pulses");
}

HeartRateSource::HeartRateSource(const HeartOptions& options, const Motion& motion, WorldTime begin,
                                 const RandomStream& stream)
    : options_(options),
      motion_(motion),
      heart_(heart_of(options, motion), motion, begin),
      beating_(heart_of(options, motion), motion, begin),
      beats_(stream.child("beats")),
      locks_(stream.child("locks")),
      begin_(begin),
      beat_(begin),
      second_(begin),
      latest_per_min_(options.rest_per_min) {}

void HeartRateSource::next_beat() {
  const Duration pulse = from_seconds(1 / options_.pulse_rate_hz);
  const std::int64_t pulses = (beat_ - begin_) / pulse + 1;
  if (count_ == kBeats) {
    first_ = (first_ + 1) % kBeats;
    --count_;
  }
  seen_[(first_ + count_) % kBeats] = begin_ + pulse * pulses;
  ++count_;
  const double spread = std::max(0.3, 1 + options_.variability * beats_.normal());
  beat_ += from_seconds(60 / beating_.at(beat_) * spread);
}

double HeartRateSource::counted_per_min(WorldTime t) {
  while (beat_ <= t) next_beat();
  const WorldTime oldest = t - from_seconds(options_.window_s);
  while (count_ > 0 && seen_[first_] <= oldest) {
    first_ = (first_ + 1) % kBeats;
    --count_;
  }
  // The latest beat may be seen only at a pulse after `t`.
  std::size_t n = count_;
  while (n > 0 && seen_[(first_ + n - 1) % kBeats] > t) --n;
  if (n >= 2) {
    const Duration span = seen_[(first_ + n - 1) % kBeats] - seen_[first_];
    latest_per_min_ = 60 * static_cast<double>(n - 1) / to_seconds(span);
  }
  return latest_per_min_;
}

void HeartRateSource::follow_rhythm(WorldTime second) {
  const double cadence_hz = motion_.cadence_hz(second);
  const double lock = locks_.uniform();
  const double per_min = locked_hz_ > 0 ? options_.unlocks_per_min : options_.locks_per_min;
  const bool changes = lock < 1 - portable::exp(-per_min / 60);
  if (cadence_hz <= 0 || (locked_hz_ > 0 && changes)) {
    locked_hz_ = 0;
  } else if (locked_hz_ > 0 || changes) {
    const double per_min_once = 60 * cadence_hz;
    const double times = std::max(1.0, std::floor(latest_per_min_ / per_min_once + 0.5));
    const double multiple = per_min_once * times;
    locked_hz_ = multiple >= kLeast_per_min && multiple <= kMost_per_min ? multiple / 60 : 0;
  }
}

void HeartRateSource::sense(std::span<const WorldTime> t, float* truth, float* seen) {
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double counted = counted_per_min(t[i]);
    for (; second_ <= t[i]; second_ += std::chrono::seconds{1}) follow_rhythm(second_);
    truth[3 * i] = static_cast<float>(heart_.at(t[i]));
    seen[3 * i] = static_cast<float>(locked_hz_ > 0 ? 60 * locked_hz_ : counted);
    truth[3 * i + 1] = truth[3 * i + 2] = seen[3 * i + 1] = seen[3 * i + 2] = 0;
  }
}

}  // namespace gauntlet::sim
