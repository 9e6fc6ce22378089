#include "campaign/run_signals.h"

#include <functional>
#include <map>

#include "core/base/nearest.h"

namespace gauntlet::campaign {
namespace {

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
    for (const auto& [id, fused] : run.events->fused) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        maker("fused." + run.truth->devices.at(id.device).name + "." +
                  std::string(to_string(id.sensor)) + "." + "xyz"[axis],
              [this, &fused = fused, axis] { return fused_axis(fused, axis); });
      }
    }
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
  StepSignal fused_axis(const EventLog::Fused& fused, std::size_t axis) const {
    Steps steps(zero_);
    for (std::size_t i = 0; i < fused.time.size(); ++i) {
      steps.add(fused.time[i], double{fused.values[3 * i + axis]});
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
