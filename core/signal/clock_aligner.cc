#include "core/signal/clock_aligner.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/base/check.h"
#include "core/signal/delay_estimators.h"
#include "core/signal/sample_period.h"

namespace gauntlet {
namespace {

// The prior part of a frame's delay: what the link is known to need at the least.
Duration prior_delay(const AlignerOptions& o, const FrameTiming& f) {
  Duration d = from_ms(o.prior_delay_ms);
  if (o.prior_bytes_per_s > 0) d += from_seconds(f.bytes / o.prior_bytes_per_s);
  return d;
}

Duration nominal_period(const FrameTiming& f) {
  return f.nominal_hz > 0 ? from_seconds(1 / f.nominal_hz) : Duration{0};
}

// Sample k of a frame whose last sample was at `end`. Multiplied out, not summed: no drift.
void place_back_from(HostTime end, double period_s, std::span<HostTime> out) {
  const std::size_t n = out.size();
  for (std::size_t k = 0; k < n; ++k) {
    out[k] = end - from_seconds(period_s * static_cast<double>(n - 1 - k));
  }
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Common to those that believe the device's stamps: the running estimate of the sample period.
class PeriodTracker {
 public:
  explicit PeriodTracker(double gate) : gate_(gate) {}
  double on_frame(const FrameTiming& f) {
    if (!period_) period_.emplace(nominal_period(f), gate_);
    if (f.duration > Duration{0}) {
      period_->observe(f.duration, f.count);
    } else if (previous_ && f.sequence == previous_->sequence + 1) {
      period_->observe(f.end - previous_->end, f.count);
    }
    previous_ = f;
    return period_->seconds();
  }
  double seconds() const { return period_ ? period_->seconds() : 0; }

 private:
  double gate_;
  std::optional<SamplePeriod> period_;
  std::optional<FrameTiming> previous_;
};

class FirstSeen final : public ClockAligner {
 public:
  FirstSeen(const AlignerOptions& o, bool on_grid)
      : options_(o), period_(o.period_gate), on_grid_(on_grid) {}

  void on_frame(const FrameTiming& f, std::span<HostTime> out) override {
    CHECK(out.size() == f.count, out.size(), f.count);
    if (frames_++ == 0) {
      anchor_ = f.arrival - prior_delay(options_, f);
      anchor_device_ = f.end;
    }
    const double period_s = period_.on_frame(f);
    const HostTime end = anchor_ + (f.end - anchor_device_);
    if (on_grid_) {
      const Duration modelled = from_seconds(period_s * f.count);
      place_on_grid(end, f.duration > Duration{0} ? f.duration : modelled, out);
    } else {
      place_back_from(end, period_s, out);
    }
  }
  ClockEstimate estimate() const override { return {frames_, period_.seconds(), 0, 0, 0, 0}; }

 private:
  // Slots are (rounded start, rounded end], so consecutive frames share no slot and skip none.
  void place_on_grid(HostTime end, Duration span, std::span<HostTime> out) const {
    const std::int64_t grid = from_ms(options_.grid_ms).count();
    const auto slot = [&](HostTime t) {
      return floor_div(t.time_since_epoch().count() + grid / 2, grid);
    };
    const auto n = static_cast<std::int64_t>(out.size());
    const std::int64_t last = slot(end);
    const std::int64_t first = slot(end - span) + 1;
    const std::int64_t slots = std::max<std::int64_t>(last - first + 1, 1);
    for (std::int64_t k = 0; k < n; ++k) {
      // Middle of the k-th of n equal shares of the slots.
      const std::int64_t s = last - slots + 1 + (2 * k + 1) * slots / (2 * n);
      out[static_cast<std::size_t>(k)] = HostTime{Duration{s * grid}};
    }
  }

  AlignerOptions options_;
  PeriodTracker period_;
  bool on_grid_;
  std::uint64_t frames_ = 0;
  HostTime anchor_;
  DeviceTime anchor_device_;
};

// Lays frames end to end from the first one's arrival; lost frames are counted like the present
// one.
class EndToEnd final : public ClockAligner {
 public:
  EndToEnd(const AlignerOptions& o, bool floored) : options_(o), floored_(floored) {}

  void on_frame(const FrameTiming& f, std::span<HostTime> out) override {
    CHECK(out.size() == f.count, out.size(), f.count);
    const Duration span = believed_span(f);
    if (frames_++ == 0) {
      end_ = f.arrival - prior_delay(options_, f);
    } else if (f.sequence > sequence_) {
      end_ += span * static_cast<std::int64_t>(f.sequence - sequence_);
    }
    sequence_ = frames_ == 1 ? f.sequence : std::max(sequence_, f.sequence);
    const double period_s = f.count > 0 ? to_seconds(span) / f.count : 0;
    period_s_ = period_s;
    const auto behind = static_cast<std::int64_t>(sequence_ - f.sequence);
    place_back_from(end_ - span * behind, period_s, out);
  }
  ClockEstimate estimate() const override { return {frames_, period_s_, 0, 0, 0, 0}; }

 private:
  Duration believed_span(const FrameTiming& f) const {
    const Duration nominal = nominal_period(f) * static_cast<std::int64_t>(f.count);
    if (!floored_) return nominal;
    const Duration d = f.duration > Duration{0} ? f.duration : nominal;
    const std::int64_t grid = from_ms(options_.grid_ms).count();
    return Duration{d.count() / grid * grid};
  }

  AlignerOptions options_;
  bool floored_;
  std::uint64_t frames_ = 0;
  std::uint64_t sequence_ = 0;
  HostTime end_;
  double period_s_ = 0;
};

std::unique_ptr<DelayEstimator> make_estimator(const AlignerOptions& o) {
  const double limit = o.skew_limit_ppm * 1e-6;
  if (o.method == AlignerMethod::least_squares) return std::make_unique<LeastSquares>(limit);
  if (o.method == AlignerMethod::hull) return std::make_unique<LowerHull>(limit, o.memory_s);
  KalmanTuning t;
  t.skew_sigma = limit / 3;
  t.skew_walk = o.thermal_ppm * 1e-6 / std::sqrt(600.0);
  t.stamp_noise_s = o.stamp_noise_ms * 1e-3;
  t.gate = o.gate;
  return std::make_unique<DelayKalman>(t);
}

class Estimated final : public ClockAligner {
 public:
  explicit Estimated(const AlignerOptions& o)
      : options_(o),
        period_(o.period_gate),
        estimator_(make_estimator(o)),
        check_(o.skew_limit_ppm * 1e-6, o.memory_s) {}

  void on_frame(const FrameTiming& f, std::span<HostTime> out) override {
    CHECK(out.size() == f.count, out.size(), f.count);
    if (frames_++ == 0) {
      origin_device_ = f.end;
      origin_host_ = f.arrival;
    }
    // Seconds since the first frame on either clock: doubles keep nanoseconds for months.
    const double x = to_seconds(f.end - origin_device_);
    const double y = to_seconds(f.arrival - prior_delay(options_, f) - origin_host_) - x;
    estimator_->observe(x, y);
    if (options_.method == AlignerMethod::kalman) compare(x, y);
    const double period_s = period_.on_frame(f);
    const double scale = 1 + estimator_->skew();
    place_back_from(origin_host_ + from_seconds(x + estimator_->offset_s(x)), period_s * scale,
                    out);
  }
  ClockEstimate estimate() const override {
    return {frames_,
            period_.seconds(),
            frames_ > 0 ? estimator_->skew() * 1e6 : 0,
            estimator_->gated(),
            estimator_->restarts(),
            disagreements_};
  }

 private:
  static constexpr std::uint64_t kCheckFrom = 32;   // frames; before, the hull knows too little
  static constexpr std::uint64_t kCorrectFrom = 8;  // disagreements in a row: the hull is believed
  void compare(double x, double y) {
    if (estimator_->restarts() != restarts_) {
      restarts_ = estimator_->restarts();
      check_.clear();
    }
    check_.observe(x, y);
    const bool disagrees =
        frames_ >= kCheckFrom &&
        std::abs(check_.offset_s(x) - estimator_->offset_s(x)) > options_.check_limit_ms * 1e-3;
    disagreements_ += disagrees;
    disagreeing_run_ = disagrees ? disagreeing_run_ + 1 : 0;
    if (disagreeing_run_ < kCorrectFrom) return;
    estimator_->correct(x, check_.offset_s(x));
    disagreeing_run_ = 0;
  }

  AlignerOptions options_;
  PeriodTracker period_;
  std::unique_ptr<DelayEstimator> estimator_;
  LowerHull check_;
  std::uint64_t frames_ = 0, restarts_ = 0, disagreements_ = 0, disagreeing_run_ = 0;
  DeviceTime origin_device_;
  HostTime origin_host_;
};

}  // namespace

void AlignerOptions::describe_method(OptionVisitor& v, std::string_view name) {
  v.choice(name, method,
           {{"kalman", AlignerMethod::kalman},
            {"hull", AlignerMethod::hull},
            {"least-squares", AlignerMethod::least_squares},
            {"first-seen", AlignerMethod::first_seen},
            {"round-even", AlignerMethod::round_even},
            {"floor20", AlignerMethod::floor20},
            {"nominal", AlignerMethod::nominal}},
           "how device time stamps become phone times");
}

void AlignerOptions::describe(OptionVisitor& v) {
  v.number("grid_ms", grid_ms, {1, 1000}, "ms", "grid of round-even and floor20", "the essay");
  v.number("prior_delay_ms", prior_delay_ms, {0, 60000}, "ms",
           "least delay of the link, if known: one-way methods cannot see it");
  v.number("prior_bytes_per_s", prior_bytes_per_s, {0, 1e9}, "B/s",
           "throughput of the link, if known: a frame's bytes over it count as delay; 0: unknown");
  v.number("skew_limit_ppm", skew_limit_ppm, {1, 100000}, "ppm",
           "greatest believed rate difference of the two clocks",
           "BLE: 50 ppm awake, RC oscillators 250 ppm");
  v.number("memory_s", memory_s, {60, 1e6}, "s", "how long the hull remembers a packet");
  v.number("period_gate", period_gate, {0.001, 0.5}, "1",
           "greatest believed distance of the sample period from the nominal one",
           "users of inertial sensors see up to 5 %");
  v.number("gate", gate, {1, 100}, "mean delays", "delays above this tell the filter nothing");
  v.number("stamp_noise_ms", stamp_noise_ms, {0.01, 1000}, "ms",
           "standard deviation of a device stamp", "1 ms resolution");
  v.number("thermal_ppm", thermal_ppm, {0.01, 100}, "ppm", "change of skew in ten minutes");
  v.number("check_limit_ms", check_limit_ms, {1, 10000}, "ms",
           "difference between filter and hull that is counted as a disagreement");
}

std::unique_ptr<ClockAligner> make_clock_aligner(const AlignerOptions& options) {
  switch (options.method) {
    case AlignerMethod::first_seen:
      return std::make_unique<FirstSeen>(options, false);
    case AlignerMethod::round_even:
      return std::make_unique<FirstSeen>(options, true);
    case AlignerMethod::floor20:
      return std::make_unique<EndToEnd>(options, true);
    case AlignerMethod::nominal:
      return std::make_unique<EndToEnd>(options, false);
    case AlignerMethod::least_squares:
    case AlignerMethod::hull:
    case AlignerMethod::kalman:
      break;
  }
  return std::make_unique<Estimated>(options);
}

}  // namespace gauntlet
