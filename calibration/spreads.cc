#include "calibration/spreads.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "calibration/cycles.h"
#include "calibration/link_proof.h"
#include "calibration/text.h"
#include "core/base/units.h"
#include "replay/decoded.h"
#include "replay/stream.h"
#include "replay/timing.h"
#include "replay/track_import.h"
#include "reports/statistics/distributions.h"
#include "sim/engine/portable_math.h"
#include "sim/wearable/allan.h"

namespace gauntlet::calibration {
namespace {

constexpr std::uint32_t kLeastRepetitions = 5;
constexpr double kLongestRest_s = 900;
constexpr double kTremorLow_hz = 4, kTremorHigh_hz = 15;

double log_of(double x) { return sim::portable::log(std::max(x, 1e-6)); }
double mean_of(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x / static_cast<double>(v.size());
  return sum;
}

class Writer {
 public:
  void section(std::string title, std::string about) {
    fit_.sections.push_back({std::move(title), std::move(about), {}});
  }
  void mean(const std::string& name, const Spread& s, const char* unit, std::string note = {}) {
    add({name, s.mean, unit, s.mean_interval, s.n, {}, Verdict::informs, std::move(note)});
  }
  void sd(const std::string& name, const Spread& s, const char* unit, std::string note = {}) {
    add({name, s.sd, unit, s.sd_interval, s.n, {}, Verdict::informs, std::move(note)});
  }
  void add(Finding f) { fit_.sections.back().findings.push_back(std::move(f)); }
  void text(const std::string& line) { fit_.preset += line + "\n"; }
  void key(const std::string& name, double value, const std::optional<reports::Interval>& interval,
           std::uint64_t n, const std::string& of) {
    fit_.preset += name + " = " + number(value);
    fit_.preset += "  # ";
    if (interval) fit_.preset += number(interval->lo) + " to " + number(interval->hi) + ", ";
    fit_.preset += "n = " + std::to_string(n) + " " + of + "\n";
  }
  Fit take() { return std::move(fit_); }

 private:
  Fit fit_;
};

// Deviations of each value from the mean of its kind, and how many kinds took a degree of freedom.
struct Within {
  std::vector<double> deviations;
  std::size_t kinds = 0;
};

Within within(const std::map<std::string, std::vector<double>>& by_kind) {
  Within out;
  for (const auto& [kind, values] : by_kind) {
    if (values.size() < 2) continue;
    const double mean = mean_of(values);
    for (const double v : values) out.deviations.push_back(v - mean);
    ++out.kinds;
  }
  return out;
}

Spread pooled(const std::map<std::string, std::vector<double>>& by_kind) {
  const Within w = within(by_kind);
  Spread out;
  out.n = w.deviations.size();
  if (w.deviations.size() <= w.kinds + 1) return out;
  const double freedom = static_cast<double>(w.deviations.size() - w.kinds);
  double squares = 0;
  for (const double d : w.deviations) squares += d * d;
  out.sd = std::sqrt(squares / freedom);
  const auto bound = [&](double p) {
    return std::sqrt(squares / reports::chi_squared_quantile(p, freedom));
  };
  out.sd_interval = reports::Interval{bound(0.975), bound(0.025)};
  return out;
}

void fit_sets(const replay::Collection& sessions, Writer& out) {
  std::map<std::string, std::vector<double>> pace, size;
  std::vector<double> variation, fatigue, range_variation, log_rest, rest;
  for (const auto& session : sessions.sessions) {
    double last_end_s = -1;
    for (const auto& entry : session.recordings) {
      if (!entry.label || entry.label->exercise.empty()) continue;
      const auto track = replay::track_of(session, entry);
      if (track.rows() < 2) continue;
      const double begin_s = static_cast<double>(track.time_ns.front()) * 1e-9;
      const double gap_s = begin_s - last_end_s;
      if (last_end_s > 0 && gap_s > 1 && gap_s < kLongestRest_s) {
        rest.push_back(gap_s);
        log_rest.push_back(log_of(gap_s));
      }
      last_end_s = static_cast<double>(track.time_ns.back()) * 1e-9;
      if (entry.label->repetitions < kLeastRepetitions) continue;
      const Grid grid = grid_of(track, 0, track.rows());
      if (grid.empty()) continue;
      const Cycles cycles = find_cycles(grid);
      const double found = static_cast<double>(cycles.length_s.size());
      // A count far from the label's says that the cycles are not repetitions.
      if (found < 4 || std::abs(found + 1 - entry.label->repetitions) > 2) continue;
      const Pace p = pace_of(cycles.length_s);
      pace[entry.label->exercise].push_back(log_of(p.first_s));
      variation.push_back(p.variation);
      fatigue.push_back(p.fatigue);
      const Spread s = spread_of(cycles.size_mps2);
      size[entry.label->exercise].push_back(log_of(s.mean));
      range_variation.push_back(s.sd / s.mean);
    }
  }
  out.section(
      "People: sets",
      "Sets of five labelled repetitions or more whose repetitions were found within two of "
      "the label. Of one person or two, so these are spreads between sets and repetitions.");
  const Spread between = pooled(pace), ranges = pooled(size);
  const Spread repetition = spread_of(variation), tired = spread_of(fatigue),
               range_within = spread_of(range_variation), rests = spread_of(log_rest);
  out.sd("tempo between sets of an exercise, sd of log", between, "1");
  out.mean("tempo between repetitions, sd of log (dynamics.tempo_variation)", repetition, "1");
  out.mean("slowing to the last repetition (dynamics.fatigue)", tired, "1");
  out.sd("size between sets of an exercise, sd of log", ranges, "1");
  out.mean("size between repetitions, relative sd (dynamics.range_variation)", range_within, "1");
  if (!rest.empty()) {
    const auto median = reports::estimate_quantile(rest, 0.5);
    out.add({"rest between sets, median",
             median.value,
             "s",
             median.interval,
             rest.size(),
             {},
             Verdict::informs,
             "from the end of one recorded set to the beginning of the next"});
    out.sd("rest between sets, sd of log (plan.rest_variation)", rests, "1");
  }
  if (rests.n > 2) {
    out.text("[plan]");
    out.key("rest_variation", std::min(1.0, rests.sd), rests.sd_interval, rests.n, "rests");
    out.text("");
  }
}

struct Tremor {
  double rms_mps2 = 0, centre_hz = 0, width_hz = 0;
};

// Of the quietest second of a seated stretch; bands by direct transform.
std::optional<Tremor> tremor_of(const Grid& grid) {
  constexpr std::size_t kRows = 50;
  std::optional<Tremor> best;
  for (std::size_t at = 0; at + kRows <= grid.size(); at += kRows / 2) {
    double power = 0, moment = 0, second = 0;
    for (std::size_t f = static_cast<std::size_t>(kTremorLow_hz);
         f <= static_cast<std::size_t>(kTremorHigh_hz); ++f) {
      double of_f = 0;
      for (std::size_t k = 0; k < 3; ++k) {
        double re = 0, im = 0;
        for (std::size_t i = 0; i < kRows; ++i) {
          const auto turn = static_cast<std::uint64_t>(static_cast<double>(f * i % kRows) /
                                                       static_cast<double>(kRows) * 0x1p64);
          const auto c = sim::portable::sine_cosine(turn);
          re += static_cast<double>(grid[at + i][k]) * c.cosine;
          im += static_cast<double>(grid[at + i][k]) * c.sine;
        }
        of_f += 2 * (re * re + im * im) / (kRows * kRows);
      }
      const double hz = static_cast<double>(f) * kGridRate_hz / kRows;
      power += of_f;
      moment += hz * of_f;
      second += hz * hz * of_f;
    }
    if (power <= 0) continue;
    const double centre = moment / power;
    const Tremor t{std::sqrt(power), centre,
                   std::sqrt(std::max(0.0, second / power - centre * centre))};
    if (!best || t.rms_mps2 < best->rms_mps2) best = t;
  }
  return best;
}

void fit_people(const std::vector<replay::SampleTrack>& tracks, Writer& out) {
  std::map<std::string, std::map<std::string, std::vector<double>>> parts;  // label, person: log s
  std::map<std::string, std::vector<double>> tremors, centres, widths;      // person
  std::map<std::string, std::vector<double>> rates;                         // device
  for (const auto& t : tracks) {
    if (t.nominal_rate_hz > 0 && t.length_s() > 0) {
      rates[t.device].push_back(
          1e6 * (static_cast<double>(t.rows() - 1) / t.length_s() / t.nominal_rate_hz - 1));
    }
    if (t.worn != "wrist") continue;
    for (std::size_t first = 0; first < t.rows();) {
      std::size_t last = first + 1;
      while (last < t.rows() && t.label_at(last) == t.label_at(first)) ++last;
      const std::string label(t.label_at(first));
      const double s = static_cast<double>(t.time_ns[last - 1] - t.time_ns[first]) * 1e-9;
      if (s > 0.05) parts[label][t.subject.id].push_back(log_of(s));
      if (label == "SEATED" && s > 1.1) {
        if (const auto tremor = tremor_of(grid_of(t, first, last))) {
          tremors[t.subject.id].push_back(log_of(tremor->rms_mps2));
          centres[t.subject.id].push_back(tremor->centre_hz);
          widths[t.subject.id].push_back(tremor->width_hz);
        }
      }
      first = last;
    }
  }
  const auto of_people = [](const std::map<std::string, std::vector<double>>& by_person) {
    std::vector<double> means;
    for (const auto& [person, values] : by_person) means.push_back(mean_of(values));
    return spread_of(means);
  };
  out.section("People: how they differ",
              "The course of sp-sw-har (CC BY 4.0: Matey-Sanz, Casteleyn, Granell 2023): how long "
              "each part takes, by person; the wrist when seated.");
  std::map<std::string, std::vector<double>> paces;
  for (const auto& [label, by_person] : parts) {
    const Spread s = of_people(by_person);
    out.add({label + ", median length",
             sim::portable::exp(s.mean),
             "s",
             std::nullopt,
             s.n,
             {},
             Verdict::informs,
             {}});
    out.sd(label + ", sd of log between people", s, "1");
    out.sd(label + ", sd of log between a person's executions", pooled(by_person), "1");
    if (label == "SEATED") continue;  // that is waiting, not tempo
    for (const auto& [person, values] : by_person)
      paces[person].push_back(mean_of(values) - s.mean);
  }
  const Spread tempo = of_people(paces);
  out.sd("tempo between people, sd of log (person.population.dynamics.tempo_sd)", tempo, "1");
  const Spread tremor = of_people(tremors);
  if (tremor.n > 2) {
    out.add({"wrist at rest, rms 4 to 15 Hz, median (dynamics.tremor_mps2, with sensor noise)",
             sim::portable::exp(tremor.mean),
             "m/s2",
             std::nullopt,
             tremor.n,
             {},
             Verdict::informs,
             "the quietest second of each seated stretch"});
    out.sd("the same, sd of log between people (person.population.dynamics.tremor_sd)", tremor,
           "1");
    out.mean("centre of its spectrum (dynamics.tremor_hz)", of_people(centres), "Hz");
    out.mean("width of its spectrum (dynamics.tremor_width_hz)", of_people(widths), "Hz");
  }
  out.text("[person.population.dynamics]");
  out.key("tempo_sd", tempo.sd, tempo.sd_interval, tempo.n, "people");
  if (tremor.n > 2) out.key("tremor_sd", tremor.sd, tremor.sd_interval, tremor.n, "people");
  out.text("");
  out.section("Clocks of phones and watches",
              "Rate error against the nominal rate, a recording each.");
  for (const auto& [device, errors] : rates) {
    const Spread s = spread_of(errors);
    out.mean(device + ", rate error", s, "ppm");
    out.sd(device + ", sd of rate error between recordings", s, "ppm");
  }
}

// Sessions' mean rates of the captures' watch.
Spread fit_oscillator(const replay::Collection& sessions, Writer& out) {
  std::vector<double> errors;
  for (const auto& session : sessions.sessions) {
    replay::TimingTotals totals;
    for (const auto& entry : session.recordings) {
      totals.add(replay::buffers_of(entry.recording, replay::clean(entry.recording)));
    }
    if (totals.packets > 0) errors.push_back(1e6 * (totals.rate_hz() / replay::kTimedRate_hz - 1));
  }
  const Spread s = spread_of(errors);
  out.section("The captures' watch", "Oscillator by day, noise at rest, radio.");
  out.mean("rate error", s, "ppm");
  out.sd("rate error, sd from day to day", s, "ppm");
  return s;
}

void fit_noise(const replay::Collection& logs, Writer& out) {
  for (const auto& session : logs.sessions) {
    for (const auto& entry : session.recordings) {
      if (entry.name.find("no_movement") == std::string::npos) continue;
      const auto samples =
          replay::decode(entry.recording, replay::clean(entry.recording), replay::Decoder::aligned);
      const std::size_t n = samples.time_ms.size();
      if (n < 1000) continue;
      const double rate_hz =
          1e3 * static_cast<double>(n - 1) / (samples.time_ms.back() - samples.time_ms.front());
      for (std::size_t axis = 0; axis < 3; ++axis) {
        std::vector<double> y(n), steps;
        for (std::size_t i = 0; i < n; ++i) y[i] = samples.counts[3 * i + axis];
        for (std::size_t i = 1; i < n; ++i) steps.push_back(y[i] - y[i - 1]);
        const Spread s = spread_of(steps);
        const std::string name = std::string("noise at rest, ") + "xyz"[axis];
        const double root = std::sqrt(0.5);
        out.add({name + ", adjacent-sample sd",
                 s.sd * root,
                 "mg",
                 reports::Interval{s.sd_interval->lo * root, s.sd_interval->hi * root},
                 n,
                 {},
                 Verdict::informs,
                 "the interval is too narrow where noise is coloured"});
        const auto m = static_cast<std::size_t>(std::lround(rate_hz));
        out.add({name + ", Allan deviation at 1 s",
                 sim::overlapping_allan_deviation(y, m),
                 "mg",
                 std::nullopt,
                 n / m,
                 {},
                 Verdict::informs,
                 {}});
        out.add({name + ", Allan deviation at 41 s",
                 sim::overlapping_allan_deviation(y, 41 * m),
                 "mg",
                 std::nullopt,
                 n / (41 * m),
                 {},
                 Verdict::informs,
                 {}});
      }
    }
  }
}

void fit_link(const replay::Collection& sessions, const replay::Collection& logs, Writer& out) {
  std::vector<double> shares, delays;
  std::uint64_t degraded = 0;
  for (const auto& session : sessions.sessions) {
    std::uint64_t lost = 0, unique = 0;
    for (const auto& entry : session.recordings) {
      const auto stream = replay::clean(entry.recording);
      lost += stream.lost;
      unique += stream.unique.size();
    }
    if (unique == 0) continue;
    shares.push_back(static_cast<double>(lost) / static_cast<double>(lost + unique));
    degraded += shares.back() >= 0.02;
  }
  if (!shares.empty()) {
    const double n = static_cast<double>(shares.size());
    out.add({"days with a degraded link",
             static_cast<double>(degraded) / n,
             "1",
             reports::wilson_interval(degraded, shares.size()),
             shares.size(),
             {},
             Verdict::informs,
             "2 % of packets lost or more"});
    out.mean("share of packets lost, by day", spread_of(shares), "1");
  }
  for (const auto& session : logs.sessions) {
    for (const auto& entry : session.recordings) {
      const auto more = excess_delays_ms(entry.recording);
      delays.insert(delays.end(), more.begin(), more.end());
    }
  }
  if (delays.size() < 20) return;
  out.text("[wearable.link.delay]\nkind = \"empirical\"");
  for (const auto& [key, p] : {std::pair{"p50_ms", 0.5}, std::pair{"p75_ms", 0.75},
                               std::pair{"p90_ms", 0.9}, std::pair{"p95_ms", 0.95}}) {
    const auto q = reports::estimate_quantile(delays, p);
    out.add({std::string("excess delay of arrivals, ") + key,
             q.value,
             "ms",
             q.interval,
             delays.size(),
             {},
             Verdict::informs,
             {}});
    out.key(key, q.value, q.interval, delays.size(), "packets");
  }
  out.key("max_ms", *std::max_element(delays.begin(), delays.end()), std::nullopt, delays.size(),
          "packets");
}

}  // namespace

Spread spread_of(const std::vector<double>& values) {
  Spread out;
  out.n = values.size();
  if (values.empty()) return out;
  const auto estimate = reports::estimate_mean(values);
  out.mean = estimate.mean;
  out.sd = estimate.standard_deviation;
  if (values.size() < 3) return out;
  out.mean_interval = estimate.interval;
  const double freedom = static_cast<double>(values.size() - 1);
  const auto bound = [&](double p) {
    return out.sd * std::sqrt(freedom / reports::chi_squared_quantile(p, freedom));
  };
  out.sd_interval = reports::Interval{bound(0.975), bound(0.025)};
  return out;
}

Fit fit_spreads(const replay::Collection& sessions, const replay::Collection& logs,
                const std::vector<replay::SampleTrack>& people) {
  Writer out;
  out.text("# Fitted by gauntlet calibrate. Each value: its 95 % interval and what it rests on.");
  if (!sessions.sessions.empty()) {
    out.text(
        "# Captures of a Pebble watch: BSD 3-clause, github.com/zapletal-martin/"
        "muvr-preclassification.");
  }
  if (!people.empty()) {
    out.text(
        "# Phones and watches: CC BY 4.0, Matey-Sanz, Casteleyn, Granell 2023,\n"
        "# 10.1016/j.dib.2023.109809.");
  }
  out.text("");
  if (!people.empty()) fit_people(people, out);
  if (sessions.sessions.empty()) return out.take();
  fit_sets(sessions, out);
  const Spread oscillator = fit_oscillator(sessions, out);
  out.text(
      "[[wearable]]\npreset = \"pebble\"\n\n[[wearable.sensors]]\n"
      "preset = \"pebble-accelerometer\"\n\n[wearable.sensors.oscillator]");
  out.key("error_ppm", oscillator.mean, oscillator.mean_interval, oscillator.n, "days");
  out.key("error_sd_ppm", oscillator.sd, oscillator.sd_interval, oscillator.n, "days");
  out.text("error_limit_ppm = 5e+04\n\n[wearable.link]\npreset = \"pebble\"\n");
  fit_noise(logs, out);
  fit_link(sessions, logs, out);
  return out.take();
}

}  // namespace gauntlet::calibration
