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

// Where the rows of this time begin in a stream; none where they are not all there.
std::optional<std::size_t> same_rows(const EventLog::Fused& stream, HostTime from, HostTime last,
                                     std::size_t length) {
  const auto it = std::lower_bound(stream.time.begin(), stream.time.end(), from);
  const auto at = static_cast<std::size_t>(it - stream.time.begin());
  const bool whole = at + length <= stream.time.size() && stream.time[at] == from &&
                     stream.time[at + length - 1] == last;
  return whole ? std::optional(at) : std::nullopt;
}

using Streams = std::vector<const EventLog::Fused*>;

Windows cut(const Streams& streams, const Truth& truth, const TrainingOptions& options,
            std::size_t length, std::size_t hop, Duration period, std::vector<HostTime>& begins) {
  Windows out;
  const std::vector<HostTime>& time = streams.front()->time;
  const std::vector<int> set = sets_by_row(time, truth);
  std::vector<std::size_t> from(streams.size());
  for (std::size_t at = 0; at + length <= time.size(); at += hop) {
    // A gap in the rows is a gap in the signal: no window reaches over it.
    const HostTime last = time[at] + period * static_cast<std::int64_t>(length - 1);
    bool whole = true, much_filled = false;
    for (std::size_t s = 0; s < streams.size() && whole; ++s) {
      const auto begin = same_rows(*streams[s], time[at], last, length);
      whole = begin.has_value();
      if (!whole) break;
      from[s] = *begin;
      const auto filled = streams[s]->filled.begin() + static_cast<std::ptrdiff_t>(from[s]);
      const auto invented = std::count_if(filled, filled + static_cast<std::ptrdiff_t>(length),
                                          [](std::uint8_t f) { return f != 0; });
      much_filled = much_filled || static_cast<double>(invented) >
                                       options.max_filled * static_cast<double>(length);
    }
    if (!whole) continue;
    if (much_filled) {
      ++out.filled;
      continue;
    }
    const auto begin = set.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = begin + static_cast<std::ptrdiff_t>(length);
    const int most = *std::max_element(begin, end);
    const auto inside = most < 0 ? 0 : std::count(begin, end, most);
    if (inside > 0 &&
        static_cast<double>(inside) < options.in_set_share * static_cast<double>(length)) {
      ++out.mixed;
      continue;
    }
    out.labels.push_back(inside > 0 ? truth.sets[static_cast<std::size_t>(most)].exercise : "");
    begins.push_back(time[at]);
    for (std::size_t k = 0; k < length; ++k) {
      for (std::size_t s = 0; s < streams.size(); ++s) {
        const float* row = streams[s]->values.data() + 3 * (from[s] + k);
        out.values.insert(out.values.end(), row, row + 3);
      }
    }
  }
  return out;
}

// Keeps what an attack covers and no set that is still felt through it.
Windows only_attacked(Windows all, const std::vector<HostTime>& begins, Duration length,
                      const Truth& truth, bool motion_replaced) {
  Windows out;
  const std::size_t values = all.labels.empty() ? 0 : all.values.size() / all.labels.size();
  for (std::size_t w = 0; w < all.labels.size(); ++w) {
    const bool attacked =
        std::any_of(truth.attacks.begin(), truth.attacks.end(), [&](const TrueAttack& attack) {
          return truth.host_clock.to_host(attack.begin) <= begins[w] &&
                 begins[w] + length <= truth.host_clock.to_host(attack.end);
        });
    if (!attacked || (!motion_replaced && !all.labels[w].empty())) continue;
    out.labels.emplace_back();
    const auto from = all.values.begin() + static_cast<std::ptrdiff_t>(w * values);
    out.values.insert(out.values.end(), from, from + static_cast<std::ptrdiff_t>(values));
  }
  return out;
}

bool replaces_motion(const ScenarioOptions& world) {
  return std::any_of(world.attacks.begin(), world.attacks.end(), [](const auto& attack) {
    return attack.kind == adversarial::AttackKind::pendulum ||
           attack.kind == adversarial::AttackKind::impostor;
  });
}

// Everybody's world: those who are not attacked, then those who are.
std::vector<ScenarioOptions> worlds_of(const TrainingOptions& options) {
  std::vector<ScenarioOptions> worlds;
  for (std::int64_t i = 0; i < options.people; ++i) {
    worlds.push_back(options.world);
    worlds.back().person.number = options.first_person + i;
  }
  for (const NegativeOptions& negative : options.negatives) {
    for (std::int64_t i = 0; i < negative.people; ++i) {
      worlds.push_back(options.world);
      worlds.back().person.number = negative.first_person + i;
      worlds.back().plan.length_s = negative.length_s;
      worlds.back().attacks = negative.attacks;
      if (!negative.wearables.empty()) worlds.back().wearables = negative.wearables;
    }
  }
  return worlds;
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

void NegativeOptions::describe(OptionVisitor& v) {
  v.integer("people", people, {1, 10000}, "", "how many are simulated");
  v.integer("first_person", first_person, {0, 1e9}, "", "their numbers begin here");
  v.number("length_s", length_s, {30, 36000}, "s", "length of their session");
  v.list("wearable", wearables, "what they wear; else what those wear who are not attacked");
  v.list("attack", attacks, "what is done to them");
}

void TrainingOptions::describe(OptionVisitor& v) {
  world.describe(v);
  v.table("trainer", trainer, "features and classifier");
  v.integer("people", people, {2, 100000}, "", "how many are simulated");
  v.integer("first_person", first_person, {0, 1e9}, "", "their numbers begin here");
  v.number("window_s", window_s, {0.2, 60}, "s", "length of a window");
  v.number("hop_s", hop_s, {0.02, 60}, "s", "distance of windows");
  v.number("in_set_share", in_set_share, {0.5, 1}, "1", "of a window, for it to be exercise");
  v.number("max_filled", max_filled, {0, 1}, "1", "share of invented rows a window may have");
  v.list("negative", negatives, "people under attack, whose windows then are no exercise");
}

std::size_t worn_sensors(const ScenarioOptions& world) {
  return world.wearables.size() + (world.phone_device.sensors_on ? 1 : 0);
}

Result<std::vector<PersonWindows>> simulate_windows(const TrainingOptions& options,
                                                    const std::function<void(double)>& progress,
                                                    std::size_t sensors) {
  const double period_s = options.world.phone.signal.grid_period_ms * 1e-3;
  const auto rows = [period_s](double s) {
    return static_cast<std::size_t>(std::lround(s / period_s));
  };
  const std::size_t length = rows(options.window_s);
  const std::size_t hop = std::max<std::size_t>(1, rows(options.hop_s));

  auto parts = make_shared_parts(options.world, "");
  if (!parts) return parts.error();
  const std::vector<ScenarioOptions> worlds = worlds_of(options);
  std::vector<Windows> people(worlds.size());
  std::vector<std::optional<Error>> errors(people.size());
  std::atomic<int> done{0};
  std::mutex mutex;
  oneapi::tbb::parallel_for(std::size_t{0}, people.size(), [&](std::size_t i) {
    ScenarioOptions world = worlds[i];
    if (sensors <= world.wearables.size()) world.phone_device.sensors_on = false;
    auto run =
        run_seed(world, static_cast<std::uint64_t>(world.seed), *parts, make_fusion_only, {});
    if (!run) {
      errors[i] = run.error();
      return;
    }
    const auto& fused = run->events->fused;
    Streams streams;
    for (std::size_t s = 0; s < sensors; ++s) {
      const auto it = fused.find({static_cast<DeviceIndex>(s), SensorKind::accelerometer});
      if (it != fused.end()) streams.push_back(&it->second);
    }
    if (streams.size() == sensors) {
      std::vector<HostTime> begins;
      people[i] = cut(streams, *run->truth, options, length, hop, from_seconds(period_s), begins);
      if (i < static_cast<std::size_t>(options.people)) {
        // What is followed is one wearable: the first.
        people[i].repetitions = repetitions_of(*streams.front(), *run->truth, 1 / period_s);
      } else {
        people[i] = only_attacked(std::move(people[i]), begins, from_seconds(options.window_s),
                                  *run->truth, replaces_motion(world));
      }
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
  const std::size_t negatives = people.size() - static_cast<std::size_t>(options.people);
  auto training = trainer.train(
      {{"trained_on",
        "simulated people " + std::to_string(options.first_person) + " to " + last + ", seed " +
            std::to_string(options.world.seed) +
            (negatives > 0 ? ", and " + std::to_string(negatives) + " under attack" : "")},
       {"scenario", options.world.name},
       {"made_by", "gauntlet train"},
       {"split", "trained on simulated people " + std::to_string(options.first_person) + " to " +
                     last + ", tested on others"}});
  if (!training) return training.error();
  return TrainingReport{std::move(*training), trainer.size(), mixed, filled,
                        repetitions.profiles()};
}

}  // namespace gauntlet::scenarios
