#include "scenarios/set_context.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/learn/habits.h"
#include "core/signal/plain_math.h"
#include "reports/statistics/paired.h"
#include "sim/engine/random.h"

namespace gauntlet::scenarios {
namespace {

constexpr const char* kNull = "no exercise";

struct Set {
  std::size_t first = 0, end = 0;  // windows
  std::uint32_t label = 0, group = 0, fold = 0;
};

std::vector<Set> sets_of(const learn::Dataset& d, const learn::Folds& folds) {
  std::vector<Set> sets;
  for (std::size_t i = 0; i < d.size();) {
    std::size_t end = i + 1;
    while (end < d.size() && d.recording[end] == d.recording[i] && d.label[end] == d.label[i]) {
      ++end;
    }
    if (d.classes[d.label[i]] != kNull) {
      sets.push_back({i, end, d.label[i], d.group[i], folds.fold[i]});
    }
    i = end;
  }
  return sets;
}

// In place: to sum 1 without the class of no exercise.
void among_exercises(const learn::Dataset& d, std::vector<float>& p) {
  float total = 0;
  for (std::size_t c = 0; c < p.size(); ++c) {
    if (d.classes[c] == kNull) p[c] = 0;
    total += p[c];
  }
  for (float& x : p) x = total > 0 ? x / total : 1 / static_cast<float>(p.size());
}

// The mean over the set's windows: robust where one window is certain and wrong.
std::vector<float> by_signal(const learn::Dataset& d, const learn::HeldOut& h, const Set& s) {
  std::vector<float> p(d.classes.size());
  for (std::size_t i = s.first; i < s.end; ++i) {
    for (std::size_t c = 0; c < p.size(); ++c) p[c] += h.probabilities[i * p.size() + c];
  }
  among_exercises(d, p);
  return p;
}

class Habits {
 public:
  Habits(const learn::Dataset& d, const std::vector<Set>& sets, const ContextOptions& o)
      : sets_(sets), exercises_(exercises(d)) {
    for (std::size_t g = 0; g < d.groups.size(); ++g) {
      chains_.emplace_back(d.classes.size());
      sim::RandomStream random(static_cast<std::uint64_t>(o.seed), "context/habits/" + d.groups[g]);
      for (std::int64_t n = 0; n < o.past_sessions; ++n) chains_.back().learn(past(g, random, o));
    }
  }
  std::vector<float> before(std::size_t set, std::size_t classes) const {
    std::vector<std::uint32_t> history;
    for (std::size_t s = 0; s < set; ++s) {
      if (sets_[s].group == sets_[set].group) history.push_back(sets_[s].label);
    }
    std::vector<float> p(classes);
    chains_[sets_[set].group].next(history, p);
    return p;
  }

 private:
  static std::vector<std::uint32_t> exercises(const learn::Dataset& d) {
    std::vector<std::uint32_t> out;
    for (std::uint32_t c = 0; c < d.classes.size(); ++c) {
      if (d.classes[c] != kNull) out.push_back(c);
    }
    return out;
  }
  std::vector<std::uint32_t> past(std::size_t group, sim::RandomStream& random,
                                  const ContextOptions& o) const {
    std::vector<std::uint32_t> session;
    for (const Set& s : sets_) {
      if (s.group != group || random.chance(o.skip)) continue;
      session.push_back(random.chance(o.exchange) ? exercises_[random.below(exercises_.size())]
                                                  : s.label);
    }
    return session;
  }
  const std::vector<Set>& sets_;
  std::vector<std::uint32_t> exercises_;
  std::vector<learn::HabitChain> chains_;  // one a person
};

// 20 dB a decade, no nearer than a metre.
double loss_db(double distance_m) {
  return 20 * natural_log(std::max(1.0, distance_m)) / natural_log(10);
}

std::vector<float> by_place(const learn::Dataset& d, const Set& s, std::size_t number,
                            const ContextOptions& o) {
  const auto stations = static_cast<std::size_t>(o.stations);
  const auto at = [stations](std::uint32_t c) { return c % stations; };
  const auto mean = [&o](std::size_t station, std::size_t beacon) {
    const double apart = std::abs(static_cast<double>(station) - static_cast<double>(beacon));
    return -loss_db(std::hypot(o.spacing_m * apart, 2.0));
  };
  sim::RandomStream random(static_cast<std::uint64_t>(o.seed),
                           "context/beacons/" + std::to_string(number));
  std::vector<double> log_likelihood(stations);
  for (std::size_t b = 0; b < stations; ++b) {
    const double heard = random.normal(mean(at(s.label), b), o.shadowing_db);
    for (std::size_t k = 0; k < stations; ++k) {
      const double z = (heard - mean(k, b)) / o.shadowing_db;
      log_likelihood[k] -= z * z / 2;
    }
  }
  std::vector<float> p;
  for (std::uint32_t c = 0; c < d.classes.size(); ++c) {
    p.push_back(static_cast<float>(exponential(log_likelihood[at(c)])));
  }
  among_exercises(d, p);
  return p;
}

// One window a set, its first second; held out like the sets themselves.
std::vector<std::vector<float>> by_setup(const learn::Dataset& d, const std::vector<Set>& sets,
                                         const learn::Folds& folds) {
  learn::Dataset starts;
  starts.rate_hz = d.rate_hz;
  starts.channels = d.channels;
  starts.length = static_cast<std::uint32_t>(std::lround(d.rate_hz));
  starts.classes = d.classes;
  starts.groups = d.groups;
  learn::Folds starts_folds{{}, folds.count, folds.name};
  for (std::size_t n = 0; n < sets.size(); ++n) {
    const Set& s = sets[n];
    starts.add(d.window(s.first).first(std::size_t{starts.length} * d.channels), d.classes[s.label],
               d.groups[s.group], static_cast<std::uint32_t>(n));
    starts_folds.fold.push_back(s.fold);
  }
  learn::ClassifierOptions forest;
  forest.kind = learn::ClassifierKind::forest;
  const learn::HeldOut h =
      learn::cross_validate(starts, starts_folds, [&] { return learn::make_classifier(forest); });
  std::vector<std::vector<float>> out;
  for (std::size_t n = 0; n < sets.size(); ++n) {
    const auto p = std::span(h.probabilities).subspan(n * d.classes.size(), d.classes.size());
    out.emplace_back(p.begin(), p.end());
  }
  return out;
}

ContextRow row_of(const learn::Dataset& d, const std::vector<Set>& sets, std::string evidence,
                  const std::function<std::vector<float>(std::size_t)>& name) {
  std::vector<double> right(d.groups.size()), all(d.groups.size());
  ContextRow row;
  row.evidence = std::move(evidence);
  row.sets = sets.size();
  for (std::size_t n = 0; n < sets.size(); ++n) {
    const auto p = name(n);
    const bool hit = learn::likeliest(p, p.size())[0] == sets[n].label;
    right[sets[n].group] += hit ? 1 : 0;
    all[sets[n].group] += 1;
    row.top1 += hit ? 1 : 0;
  }
  row.top1 /= static_cast<double>(sets.size());
  std::vector<std::size_t> with_sets;
  for (std::size_t g = 0; g < all.size(); ++g) {
    if (all[g] > 0) with_sets.push_back(g);
  }
  row.interval = reports::bootstrap_interval(with_sets.size(), [&](auto drawn) {
    double r = 0, n = 0;
    for (const std::size_t k : drawn) {
      r += right[with_sets[k]];
      n += all[with_sets[k]];
    }
    return r / n;
  });
  return row;
}

}  // namespace

void ContextOptions::describe(OptionVisitor& v) {
  v.flag("judged", judged, "also judge whole sets, by the signal alone and with each evidence");
  v.integer("past_sessions", past_sessions, {0, 1000}, "1", "with the same plan, before today's");
  v.number("skip", skip, {0, 1}, "1", "chance that a set of the plan was left out then");
  v.number("exchange", exchange, {0, 1}, "1", "chance that another exercise took its place");
  v.integer("stations", stations, {1, 100}, "1", "in a row, with a beacon each");
  v.number("spacing_m", spacing_m, {0.5, 100}, "m", "from one to the next");
  v.number("shadowing_db", shadowing_db, {0.5, 30}, "dB", "spread of a beacon's RSSI");
  v.number("setup_weight", setup_weight, {0, 1}, "1", "power of the first second's opinion");
  v.integer("seed", seed, {0, 9e15}, "", "of habits and beacons");
}

std::vector<ContextRow> judge_sets(const learn::Dataset& data, const learn::Folds& folds,
                                   const learn::HeldOut& held_out, const ContextOptions& o) {
  const std::vector<Set> sets = sets_of(data, folds);
  const bool one =
      std::ranges::all_of(sets, [&](const Set& s) { return s.label == sets[0].label; });
  if (sets.empty() || one || data.length < std::lround(data.rate_hz)) return {};
  const Habits habits(data, sets, o);
  const auto setup = by_setup(data, sets, folds);
  const auto signal = [&](std::size_t n) { return by_signal(data, held_out, sets[n]); };
  const auto with = [&](std::size_t n, bool habit, bool place, bool start) {
    std::vector<float> p = signal(n);
    if (habit) learn::weigh(p, habits.before(n, p.size()));
    if (place) learn::weigh(p, by_place(data, sets[n], n, o));
    if (start) learn::weigh(p, setup[n], o.setup_weight);
    return p;
  };
  return {row_of(data, sets, "signal", signal),
          row_of(data, sets, "signal, set-up",
                 [&](std::size_t n) { return with(n, false, false, true); }),
          row_of(data, sets, "signal, place",
                 [&](std::size_t n) { return with(n, false, true, false); }),
          row_of(data, sets, "signal, habits",
                 [&](std::size_t n) { return with(n, true, false, false); }),
          row_of(data, sets, "all four", [&](std::size_t n) { return with(n, true, true, true); }),
          row_of(data, sets, "habits alone",
                 [&](std::size_t n) { return habits.before(n, data.classes.size()); })};
}

}  // namespace gauntlet::scenarios
