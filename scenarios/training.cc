#include "scenarios/training.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <optional>

#include "scenarios/fusion_only.h"
#include "scenarios/runner.h"

namespace gauntlet::scenarios {
namespace {

using Windows = PersonWindows;

// Rows of a set, by index: the set's number or -1.
std::vector<int> sets_by_row(const std::vector<HostTime>& rows, const Truth& truth) {
  std::vector<int> set(rows.size(), -1);
  for (std::size_t s = 0; s < truth.sets.size(); ++s) {
    const HostTime begin = truth.host_clock.to_host(truth.sets[s].begin);
    const HostTime end = truth.host_clock.to_host(truth.sets[s].end);
    const auto first = std::lower_bound(rows.begin(), rows.end(), begin);
    const auto last = std::lower_bound(rows.begin(), rows.end(), end);
    std::fill(set.begin() + (first - rows.begin()), set.begin() + (last - rows.begin()),
              static_cast<int>(s));
  }
  return set;
}

Windows cut(const EventLog::Fused& signal, const Truth& truth, const TrainingOptions& options,
            std::size_t length, std::size_t hop, Duration period) {
  Windows out;
  const std::vector<int> set = sets_by_row(signal.time, truth);
  for (std::size_t at = 0; at + length <= signal.time.size(); at += hop) {
    // A gap in the rows is a gap in the signal: no window reaches over it.
    if (signal.time[at + length - 1] - signal.time[at] !=
        period * static_cast<std::int64_t>(length - 1)) {
      continue;
    }
    const auto begin = static_cast<std::ptrdiff_t>(at);
    const auto end = static_cast<std::ptrdiff_t>(at + length);
    const auto filled = std::count_if(signal.filled.begin() + begin, signal.filled.begin() + end,
                                      [](std::uint8_t f) { return f != 0; });
    if (static_cast<double>(filled) > options.max_filled * static_cast<double>(length)) {
      ++out.filled;
      continue;
    }
    const int most = *std::max_element(set.begin() + begin, set.begin() + end);
    const auto inside = most < 0 ? 0 : std::count(set.begin() + begin, set.begin() + end, most);
    if (inside > 0 &&
        static_cast<double>(inside) < options.in_set_share * static_cast<double>(length)) {
      ++out.mixed;
      continue;
    }
    out.labels.push_back(inside > 0 ? truth.sets[static_cast<std::size_t>(most)].exercise : "");
    out.values.insert(out.values.end(), signal.values.begin() + 3 * begin,
                      signal.values.begin() + 3 * end);
  }
  return out;
}

RepetitionLearner repetitions_of(const EventLog::Fused& signal, const Truth& truth,
                                 double rate_hz) {
  constexpr Duration kBefore = std::chrono::seconds{2};  // for the learner's filter to settle
  constexpr Duration kAfter = std::chrono::seconds{1};
  RepetitionLearner out;
  for (const TrueSet& set : truth.sets) {
    const HostTime begin = truth.host_clock.to_host(set.begin);
    const HostTime end = truth.host_clock.to_host(set.end);
    const auto first = std::ranges::lower_bound(signal.time, begin - kBefore);
    const auto last = std::ranges::lower_bound(signal.time, end + kAfter);
    const auto at = static_cast<std::size_t>(first - signal.time.begin());
    const auto n = static_cast<std::size_t>(last - first);
    std::vector<HostTime> completed;
    for (const WorldTime t : set.repetitions) completed.push_back(truth.host_clock.to_host(t));
    out.add(set.exercise, std::span(signal.time).subspan(at, n),
            std::span(signal.values).subspan(3 * at, 3 * n), rate_hz, begin, completed);
  }
  return out;
}

}  // namespace

void TrainingOptions::describe(OptionVisitor& v) {
  world.describe(v);
  v.table("trainer", trainer, "features and classifier");
  v.integer("people", people, {2, 100000}, "", "how many are simulated");
  v.integer("first_person", first_person, {0, 1e9}, "", "their numbers begin here");
  v.number("window_s", window_s, {0.2, 60}, "s", "length of a window");
  v.number("hop_s", hop_s, {0.02, 60}, "s", "distance of windows");
  v.number("in_set_share", in_set_share, {0.5, 1}, "1", "of a window, for it to be exercise");
  v.number("max_filled", max_filled, {0, 1}, "1", "share of invented rows a window may have");
}

Result<std::vector<PersonWindows>> simulate_windows(const TrainingOptions& options,
                                                    const std::function<void(double)>& progress) {
  const double period_s = options.world.phone.signal.grid_period_ms * 1e-3;
  const auto rows = [period_s](double s) {
    return static_cast<std::size_t>(std::lround(s / period_s));
  };
  const std::size_t length = rows(options.window_s);
  const std::size_t hop = std::max<std::size_t>(1, rows(options.hop_s));

  auto parts = make_shared_parts(options.world, "");
  if (!parts) return parts.error();
  std::vector<Windows> people(static_cast<std::size_t>(options.people));
  std::vector<std::optional<Error>> errors(people.size());
  std::atomic<int> done{0};
  std::mutex mutex;
  oneapi::tbb::parallel_for(std::size_t{0}, people.size(), [&](std::size_t i) {
    ScenarioOptions world = options.world;
    world.person.number = options.first_person + static_cast<std::int64_t>(i);
    world.phone_device.sensors_on = false;
    auto run =
        run_seed(world, static_cast<std::uint64_t>(world.seed), *parts, make_fusion_only, {});
    if (!run) {
      errors[i] = run.error();
      return;
    }
    const auto& fused = run->events->fused;
    const auto it = fused.find({0, SensorKind::accelerometer});
    if (it != fused.end()) {
      people[i] = cut(it->second, *run->truth, options, length, hop, from_seconds(period_s));
      people[i].repetitions = repetitions_of(it->second, *run->truth, 1 / period_s);
    }
    if (progress) {
      const std::scoped_lock lock(mutex);
      progress(static_cast<double>(++done) / static_cast<double>(people.size()));
    }
  });
  for (const auto& error : errors) {
    if (error) return *error;
  }
  return people;
}

Result<TrainingReport> train(const TrainingOptions& options,
                             const std::function<void(double)>& progress) {
  const double period_s = options.world.phone.signal.grid_period_ms * 1e-3;
  const auto length = static_cast<std::size_t>(std::lround(options.window_s / period_s));
  auto simulated = simulate_windows(options, progress);
  if (!simulated) return simulated.error();
  const std::vector<Windows>& people = *simulated;

  std::size_t mixed = 0, filled = 0;
  RepetitionLearner repetitions;
  learn::Trainer trainer(options.trainer, 1 / period_s, static_cast<std::uint32_t>(length), 3);
  for (std::size_t i = 0; i < people.size(); ++i) {
    const Windows& w = people[i];
    for (std::size_t k = 0; k < w.labels.size(); ++k) {
      trainer.add(std::span(w.values).subspan(k * length * 3, length * 3), w.labels[k],
                  static_cast<std::uint32_t>(i));
    }
    repetitions.merge(w.repetitions);
    mixed += w.mixed;
    filled += w.filled;
  }
  const std::string last = std::to_string(options.first_person + options.people - 1);
  auto training = trainer.train(
      {{"trained_on", "simulated people " + std::to_string(options.first_person) + " to " + last +
                          ", seed " + std::to_string(options.world.seed)},
       {"scenario", options.world.name},
       {"made_by", "gauntlet train"},
       {"split", "trained on simulated people " + std::to_string(options.first_person) + " to " +
                     last + ", tested on others"}});
  if (!training) return training.error();
  return TrainingReport{std::move(*training), trainer.size(), mixed, filled,
                        repetitions.profiles()};
}

}  // namespace gauntlet::scenarios
