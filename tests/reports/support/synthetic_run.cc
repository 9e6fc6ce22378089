#include "tests/reports/support/synthetic_run.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/units.h"

namespace gauntlet::reports {

namespace {

constexpr double kWatchHz = 48.879;
constexpr double kPhoneHz = 100;
constexpr std::uint32_t kFrame = 34;
constexpr Duration kEpoch = std::chrono::seconds{1'700'000'000};

class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}
  double uniform() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t x = state_;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-53;
  }
  // Irwin-Hall: near enough to normal for a picture.
  double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return sum;
  }

 private:
  std::uint64_t state_;
};

WorldTime at(double s) { return time_from_seconds<WorldTime>(s); }
HostTime host(double s) { return HostTime{kEpoch + from_seconds(s)}; }

class Maker {
 public:
  explicit Maker(const SyntheticOptions& o) : o_(o), noise_(o.seed) {}

  SyntheticRun make() {
    run_.seed = o_.seed;
    make_session();
    make_clock();
    make_identity();
    make_watch();
    make_phone();
    fuse({0, SensorKind::accelerometer});
    fuse({1, SensorKind::accelerometer});
    fuse({1, SensorKind::gyroscope});
    classify();
    show();
    mark();
    account();
    return std::move(run_);
  }

 private:
  void make_session() {
    const char* exercises[] = {"biceps_curl", "bench_press",   "triceps_extension",
                               "squat",       "lateral_raise", "rowing"};
    double t = 30;
    for (std::uint32_t s = 0; s < o_.sets; ++s) {
      const double period = 2.2 + 0.35 * (s % 6) + 0.1 * noise_.uniform();
      const int count = 8 + static_cast<int>(4 * noise_.uniform());
      TrueSet set{exercises[s / 2 % 6], at(t), {}, {}};
      for (int r = 1; r <= count; ++r) set.repetitions.push_back(at(t + period * r));
      set.end = at(t + period * count + 0.4);
      t = seconds_since_origin(set.end) + o_.rest_s * (0.8 + 0.4 * noise_.uniform());
      run_.truth.sets.push_back(std::move(set));
    }
    duration_s_ = t + 10;
    run_.truth.begin = at(0);
    run_.truth.end = at(duration_s_);
    run_.truth.activities.push_back({"walking", at(5), at(20)});
  }

  // The phone runs 11 ppm fast.
  void make_clock() {
    run_.truth.host_clock.add(at(0), host(0));
    run_.truth.host_clock.add(at(1000), host(1000.011));
  }

  void make_identity() {
    run_.truth.identity = {"5f0c8a1e-77d2-4b19-9c3e-20f6d1a4be88", "Quillon Abernathy-Voss",
                           "quillon.voss@canary.example", "cluster-7c41f09be2",
                           "session-e19a40cc57d3"};
  }

  // Specific force or rate of the wrist: gravity, and a swing per repetition.
  void add_signal(TrueStream& s, double t) {
    double swing = 0, phase = 0;
    for (const TrueSet& set : run_.truth.sets) {
      const double begin = seconds_since_origin(set.begin), end = seconds_since_origin(set.end);
      if (t < begin || t >= end) continue;
      const double period = seconds_since_origin(set.repetitions[0]) - begin;
      phase = 2 * std::numbers::pi * (t - begin) / period;
      swing = 1;
    }
    const bool gyro = s.id.sensor == SensorKind::gyroscope;
    const double sway = 0.25 * std::sin(0.7 * t) + 0.1 * std::sin(2.9 * t);
    const double x = gyro ? 2.2 * swing * std::sin(phase) : 1.5 + 4.1 * swing * std::sin(phase);
    const double y =
        gyro ? 0.6 * swing * std::cos(phase) : -1.0 + 2.3 * swing * std::sin(2 * phase);
    const double z = gyro ? 0.3 * swing * std::sin(phase)
                          : kStandardGravity_mps2 - 3.2 * swing * (1 - std::cos(phase)) / 2;
    for (const double v : {x, y, z}) s.signal.push_back(static_cast<float>(v + sway));
  }

  TrueStream& add_stream(TrueDevice& d, StreamId id, double rate_hz) {
    TrueStream s;
    s.id = id;
    s.nominal_rate_hz = std::round(rate_hz / 50) * 50;
    s.true_rate_hz = rate_hz;
    for (double t = 0.01; t < duration_s_; t += 1 / rate_hz) {
      s.sampled_at.push_back(at(t));
      add_signal(s, t);
    }
    d.streams.push_back(std::move(s));
    return d.streams.back();
  }

  void make_watch() {
    TrueDevice watch{"watch", {}, {}};
    const TrueStream& s = add_stream(watch, {0, SensorKind::accelerometer}, kWatchHz);
    const std::size_t n = s.sampled_at.size();
    for (std::size_t first = 0; first < n; first += kFrame) {
      const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(kFrame, n - first));
      if (noise_.uniform() < o_.frame_loss) {
        run_.truth.dropped.add(
            noise_.uniform() < 0.7 ? "link.outbox_timeout" : "wearable.fifo_full", count);
        continue;
      }
      accept(watch, s, first, count, 0.7);
      if (noise_.uniform() < 0.01) reject_again(watch, s, first, count);
    }
    run_.truth.devices.push_back(std::move(watch));
  }

  void make_phone() {
    TrueDevice phone{"phone", {}, {}};
    for (const auto sensor : {SensorKind::accelerometer, SensorKind::gyroscope}) {
      const TrueStream& s = add_stream(phone, {1, sensor}, kPhoneHz);
      const std::size_t n = s.sampled_at.size();
      for (std::size_t first = 0; first < n; first += 50) {
        accept(phone, s, first, static_cast<std::uint32_t>(std::min<std::size_t>(50, n - first)),
               0);
      }
    }
    run_.truth.devices.push_back(std::move(phone));
  }

  void accept(TrueDevice& d, const TrueStream& s, std::size_t first, std::uint32_t count,
              double link_s) {
    const double last = seconds_since_origin(s.sampled_at[first + count - 1]);
    const double arrived = last + link_s * (1 + 0.1 * noise_.uniform()) + 0.01;
    const FrameRef frame{s.id.device, static_cast<std::uint32_t>(d.frames.size())};
    d.frames.push_back({s.id.sensor, static_cast<std::int64_t>(first), count, at(arrived)});
    const bool radio = link_s > 0;
    const double shift_ms = radio ? o_.offset_ms + 4 * noise_.normal() : 0.4;
    std::vector<HostTime> estimated;
    for (std::uint32_t k = 0; k < count; ++k) {
      const WorldTime t = s.sampled_at[first + k];
      const double drift_ms = radio ? 1e-3 * o_.drift_ppm * seconds_since_origin(t) : 0;
      estimated.push_back(run_.truth.host_clock.to_host(t) + from_ms(shift_ms + drift_ms));
    }
    run_.events.on(SamplesAligned{frame, s.id.sensor, 0, estimated, host(arrived)});
  }

  void reject_again(TrueDevice& d, const TrueStream& s, std::size_t first, std::uint32_t count) {
    const double arrived = seconds_since_origin(d.frames.back().arrived) + 0.05;
    const FrameRef frame{s.id.device, static_cast<std::uint32_t>(d.frames.size())};
    d.frames.push_back({s.id.sensor, static_cast<std::int64_t>(first), count, at(arrived)});
    run_.events.on(SamplesRejected{frame, s.id.sensor, count, "duplicate", host(arrived)});
  }

  // The fused signal: the truth at 50 Hz with noise, filled where no sample came.
  void fuse(StreamId id) {
    const TrueStream& s = find_stream(id);
    const std::vector<bool> came = delivered(id);
    for (double t = 0.5; t + 0.5 < duration_s_; t += 0.5) {
      std::vector<float> values;
      std::vector<std::uint8_t> filled;
      for (int k = 0; k < 25; ++k) {
        const auto i = static_cast<std::size_t>((t + 0.02 * k) * s.true_rate_hz);
        const std::size_t nearest = std::min(i, s.sampled_at.size() - 1);
        filled.push_back(came[nearest] ? 0 : 1);
        for (std::size_t axis = 0; axis < 3; ++axis) {
          values.push_back(s.signal[3 * nearest + axis] +
                           static_cast<float>(0.12 * noise_.normal()));
        }
      }
      run_.events.on(FusedBlock{id, host(t), from_ms(20), values, filled, host(t + 1.5)});
    }
  }

  const TrueStream& find_stream(StreamId id) const {
    for (const TrueStream& s : run_.truth.devices[id.device].streams) {
      if (s.id == id) return s;
    }
    return run_.truth.devices[id.device].streams.front();
  }

  std::vector<bool> delivered(StreamId id) const {
    std::vector<bool> out(find_stream(id).sampled_at.size(), false);
    for (const TrueFrame& f : run_.truth.devices[id.device].frames) {
      if (f.sensor != id.sensor) continue;
      for (std::uint32_t k = 0; k < f.count; ++k) out[static_cast<std::size_t>(f.first) + k] = true;
    }
    return out;
  }

  void classify() {
    for (double t = 1; t + 2 < duration_s_; t += 1) {
      std::string label;
      for (const TrueSet& set : run_.truth.sets) {
        const double begin = seconds_since_origin(set.begin), end = seconds_since_origin(set.end);
        if (t + 1 >= begin && t + 1 < end) label = set.exercise;
      }
      const double chance = noise_.uniform();
      if (chance < 0.05) label = label.empty() ? "squat" : "";
      if (chance > 0.96 && !label.empty()) label = "biceps_curl";
      run_.events.on(WindowClassified{host(t), host(t + 2), label, 0.9f, host(t + 2.8)});
    }
  }

  void show_repetition(const std::string& exercise, std::uint32_t count, double true_s) {
    const double lag_s = 1e-3 * o_.display_lag_ms * (0.6 + 0.5 * noise_.uniform()) -
                         0.25 * std::log(1 - noise_.uniform());
    run_.events.on(
        Shown{Shown::Kind::repetition, exercise, count, host(true_s), host(true_s + lag_s)});
  }

  void show() {
    for (const TrueSet& set : run_.truth.sets) {
      const double begin = seconds_since_origin(set.begin), end = seconds_since_origin(set.end);
      const HostTime seen = host(begin + 2.1 + 0.8 * noise_.uniform());
      run_.events.on(Shown{Shown::Kind::set_started, set.exercise, 0, host(begin), seen});
      std::uint32_t count = 0;
      for (const WorldTime r : set.repetitions) {
        if (noise_.uniform() < 0.03) continue;
        show_repetition(set.exercise, ++count, seconds_since_origin(r));
      }
      run_.events.on(Shown{Shown::Kind::set_ended, set.exercise, count, host(end), host(end + 3)});
    }
    show_repetition("squat", 1, 12);
  }

  void mark() {
    int n = 0;
    for (const TrueSet& set : run_.truth.sets) {
      if (++n == 4) continue;
      const double early_s = n == 7 ? 6 : 0.3;
      const double begin = seconds_since_origin(set.begin), end = seconds_since_origin(set.end);
      run_.events.on(UserMark{UserMark::Kind::set_start, set.exercise, host(begin - early_s)});
      run_.events.on(UserMark{UserMark::Kind::set_end, set.exercise, host(end + 0.5)});
    }
  }

  void account() {
    LinkAccount watch;
    watch.seconds = duration_s_;
    watch.bytes = static_cast<std::uint64_t>(268.4 * duration_s_);
    for (double t = 0; t < duration_s_; t += 1) {
      const double surge = std::exp(-std::pow((t - 0.4 * duration_s_) / 30, 2));
      const double ms = 680 + 90 * std::sin(t / 7) + 1900 * surge + 60 * noise_.uniform();
      watch.backlog_ms.push_back(static_cast<float>(ms));
      watch.backlog_max_ms = std::max(watch.backlog_max_ms, ms);
    }
    watch.backlog_max_bytes = 702;
    LinkAccount phone;
    phone.radio = false;
    run_.links = {watch, phone};
    run_.services.accepted = 61;
    run_.services.refused.add("expired", 2);
    run_.events.on(UploadAttempted{1, 500, 2700, 202, host(60), "s-1"});
    run_.places.push_back(
        {"ingest.sqlite",
         "rows of " + run_.truth.identity.cluster_id + " and " + run_.truth.identity.session_id,
         {"cluster_id", "session_id"},
         false});
    run_.places.push_back({"ingest.log", "202 accepted, nothing personal here", {}, false});
  }

  SyntheticOptions o_;
  Noise noise_;
  SyntheticRun run_;
  double duration_s_ = 0;
};

}  // namespace

SyntheticRun make_synthetic_run(const SyntheticOptions& options) { return Maker(options).make(); }

}  // namespace gauntlet::reports
