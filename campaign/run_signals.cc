#include "campaign/run_signals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>

#include "campaign/true_signal.h"
#include "core/base/nearest.h"

namespace gauntlet::campaign {
namespace {

constexpr std::size_t kBiasRows = 250;  // 5 s of the phone's 50 Hz grid

constexpr Duration kBeaconMemory = std::chrono::seconds(5);

// Appends steps in order of time; of several at one instant the last holds.
class Steps {
 public:
  explicit Steps(HostTime zero) : zero_(zero) {}
  void start(double value) { signal_ = {{0}, {value}}; }
  void add(HostTime at, double value) {
    const std::int64_t ns = (at - zero_).count();
    const bool first = signal_.at_ns.empty();
    if (first || ns > signal_.at_ns.back()) {
      signal_.at_ns.push_back(ns);
      signal_.value.push_back(value);
    } else {
      signal_.value.back() = value;
    }
  }
  StepSignal take() { return std::move(signal_); }

 private:
  HostTime zero_;
  StepSignal signal_;
};

class Reader {
 public:
  explicit Reader(const scenarios::SeedRun& run)
      : run_(run), zero_(run.truth->host_clock.to_host(run.truth->begin)) {
    maker("shown.repetitions", [this] { return shown(Shown::Kind::repetition); });
    maker("shown.sets", [this] { return shown(Shown::Kind::set_started); });
    maker("classified.exercising",
          [this] { return windows([](const auto& w) { return w.label.empty() ? 0.0 : 1.0; }); });
    maker("classified.confidence",
          [this] { return windows([](const auto& w) { return double{w.confidence}; }); });
    maker("rejected", [this] { return rejected(); });
    if (!run.events->guard.empty()) maker("guard.alarms", [this] { return alarms(); });
    for (const auto& stream : run.events->fused) {
      const StreamId id = stream.first;
      const auto& fused = stream.second;
      maker("fused." + run.truth->devices.at(id.device).name + "." +
                std::string(to_string(id.sensor)) + ".off",
            [this, &fused, id] { return fused_off(fused, id, 1); });
      maker("fused." + run.truth->devices.at(id.device).name + "." +
                std::string(to_string(id.sensor)) + ".bias",
            [this, &fused, id] { return fused_off(fused, id, kBiasRows); });
      for (std::size_t axis = 0; axis < 3; ++axis) {
        maker("fused." + run.truth->devices.at(id.device).name + "." +
                  std::string(to_string(id.sensor)) + "." + "xyz"[axis],
              [this, &fused, axis] { return fused_axis(fused, axis); });
      }
    }
    for (const scenarios::Readings& r : run.readings) read_sensor(r);
    for (const auto& [name, measured] : run.result.values.all()) {
      if (!measured.value) continue;
      maker("metric." + name, [value = *measured.value] { return StepSignal{{0}, {value}}; });
    }
  }

  Result<Signals> read(const std::vector<std::string>& names) const {
    Signals signals;
    signals.end_ns = (run_.truth->host_clock.to_host(run_.truth->end) - zero_).count();
    for (const std::string& name : names) {
      const auto it = makers_.find(name);
      if (it == makers_.end()) return unknown(name);
      signals.by_name.emplace(name, it->second());
    }
    return signals;
  }

 private:
  void maker(const std::string& name, std::function<StepSignal()> make) {
    makers_.emplace(name, std::move(make));
  }
  // One number a reading.
  void reading(const scenarios::Readings& r, const char* what,
               std::function<double(std::size_t)> value) {
    maker("reading." + run_.truth->devices.at(r.id.device).name + "." +
              std::string(to_string(r.id.sensor)) + "." + what,
          [this, &r, value = std::move(value)] {
            Steps steps(zero_);
            steps.start(value(0));
            for (std::size_t i = 0; i < r.at.size(); ++i) {
              steps.add(run_.truth->host_clock.to_host(r.at[i]), value(i));
            }
            return steps.take();
          });
  }
  // Against what would have been read without noise or attack, sample by sample.
  void read_sensor(const scenarios::Readings& r) {
    const auto& streams = run_.truth->devices.at(r.id.device).streams;
    const auto it = std::find_if(streams.begin(), streams.end(),
                                 [&r](const TrueStream& s) { return s.id == r.id; });
    if (r.at.empty() || it == streams.end() || it->sampled_at.size() != r.at.size()) return;
    const TrueStream& s = *it;
    const auto seen = [&r](std::size_t i, std::size_t k) { return double{r.xyz[3 * i + k]}; };
    const auto truth = [&s](std::size_t i, std::size_t k) {
      return double{s.signal[s.channels * i + k]};
    };
    if (r.id.sensor == SensorKind::magnetometer) {
      reading(r, "norm_ut",
              [=](std::size_t i) { return 1e6 * std::hypot(seen(i, 0), seen(i, 1), seen(i, 2)); });
      reading(r, "turned_deg", [=](std::size_t i) {
        const double dot =
            seen(i, 0) * truth(i, 0) + seen(i, 1) * truth(i, 1) + seen(i, 2) * truth(i, 2);
        const double lengths = std::hypot(seen(i, 0), seen(i, 1), seen(i, 2)) *
                               std::hypot(truth(i, 0), truth(i, 1), truth(i, 2));
        const double cosine = lengths > 0 ? std::clamp(dot / lengths, -1.0, 1.0) : 1;
        return std::acos(cosine) * 180 / std::numbers::pi;
      });
      return;
    }
    if (r.id.sensor == SensorKind::beacon) {
      // Of the beacons heard in the last seconds the strongest: where the wearer is taken to be.
      const auto nearest = [&r](std::size_t i, const auto& value) {
        std::size_t best = i;
        for (std::size_t j = i; j-- > 0 && r.at[i] - r.at[j] <= kBeaconMemory;) {
          if (value(j, 1) > value(best, 1)) best = j;
        }
        return value(best, 0);
      };
      reading(r, "wrong",
              [=](std::size_t i) { return nearest(i, seen) == nearest(i, truth) ? 0.0 : 1.0; });
      return;
    }
    reading(r, "x", [=](std::size_t i) { return seen(i, 0); });
    reading(r, "error", [=](std::size_t i) { return std::abs(seen(i, 0) - truth(i, 0)); });
  }
  Error unknown(const std::string& name) const {
    if (name.starts_with("metric.")) {
      if (const auto* m = run_.result.values.find(name.substr(7)); m && !m->why_not.empty()) {
        return {"unknown_signal", name + " has no value: " + m->why_not};
      }
    }
    std::vector<std::string_view> known;
    for (const auto& [each, make] : makers_) known.push_back(each);
    return {"unknown_signal", "no signal \"" + name + "\" in this run" + did_you_mean(name, known)};
  }
  StepSignal shown(Shown::Kind kind) const {
    Steps steps(zero_);
    steps.start(0);
    double n = 0;
    for (const Shown& s : run_.events->shown) {
      if (s.kind == kind) steps.add(s.at, ++n);
    }
    return steps.take();
  }
  StepSignal windows(const std::function<double(const WindowClassified&)>& value) const {
    Steps steps(zero_);
    steps.start(0);
    for (const WindowClassified& w : run_.events->windows) steps.add(w.at, value(w));
    return steps.take();
  }
  StepSignal rejected() const {
    Steps steps(zero_);
    steps.start(0);
    double n = 0;
    for (const SamplesRejected& r : run_.events->rejected) steps.add(r.at, n += r.count);
    return steps.take();
  }
  StepSignal alarms() const {
    Steps steps(zero_);
    steps.start(0);
    double n = 0;
    for (const GuardScored& g : run_.events->guard) {
      if (g.alarm) steps.add(g.at, ++n);
    }
    return steps.take();
  }
  StepSignal fused_axis(const EventLog::Fused& fused, std::size_t axis) const {
    Steps steps(zero_);
    for (std::size_t i = 0; i < fused.time.size(); ++i) {
      steps.add(fused.time[i], double{fused.values[3 * i + axis]});
    }
    return steps.take();
  }

  // Distance from the truth, of the mean over the last `rows` rows.
  StepSignal fused_off(const EventLog::Fused& fused, StreamId id, std::size_t rows) const {
    const TrueSignal truth(run_, id);
    Steps steps(zero_);
    steps.start(0);
    std::vector<std::array<double, 3>> off;
    std::array<double, 3> sum{};
    for (std::size_t i = 0; i < fused.time.size(); ++i) {
      std::array<double, 3> here{};
      for (std::size_t a = 0; a < 3; ++a) {
        here[a] = double{fused.values[3 * i + a]} - truth.at(fused.time[i], a);
      }
      if (std::isnan(here[0])) continue;
      off.push_back(here);
      for (std::size_t a = 0; a < 3; ++a) {
        sum[a] += here[a] - (off.size() > rows ? off[off.size() - 1 - rows][a] : 0);
      }
      if (off.size() < rows) continue;
      steps.add(fused.time[i], std::hypot(sum[0], sum[1], sum[2]) / static_cast<double>(rows));
    }
    return steps.take();
  }

  const scenarios::SeedRun& run_;
  HostTime zero_;
  std::map<std::string, std::function<StepSignal()>, std::less<>> makers_;
};

}  // namespace

Result<Signals> signals_of_run(const scenarios::SeedRun& run,
                               const std::vector<std::string>& names) {
  return Reader(run).read(names);
}

}  // namespace gauntlet::campaign
