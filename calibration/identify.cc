#include "calibration/identify.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "calibration/nelder_mead.h"
#include "calibration/text.h"
#include "core/base/nearest.h"
#include "core/base/units.h"
#include "sim/body/exercises.h"
#include "sim/body/motion.h"
#include "sim/body/script.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::calibration {
namespace {

constexpr std::int64_t kModelRepetitions = 10;
constexpr double kHabits_deg = 4;        // DynamicsOptions::posture_deg's default
constexpr double kBiasLimit_mps2 = 0.6;  // three times the usual turn-on bias
constexpr double kBiasCost = 0.05;       // of a bias, against the same mean residual
constexpr double kPeriodCost = 100;      // 10 % off in tempo costs as much as explaining nothing
constexpr double kHeightCost = 0.02;     // of 10 cm from the mean
constexpr double kStyleGain = 0.9;       // a habit must leave less than this of the residual
constexpr std::array<double, 4> kStraps_deg{0, 90, -90, 180};

// What the recorded set says.
struct Data {
  Cycle mean{};
  double variance = 0;  // of the mean cycle about its axes' means, three axes together
  Pace pace;
  std::string exercise;
  bool height_known = false;
};

// A candidate and what it leaves unexplained.
struct Candidate {
  sim::PersonOptions person;
  bool inverted = false;
  double cost = std::numeric_limits<double>::infinity();
  Cycle model{};                 // in phase with the data, without bias
  std::array<double, 3> bias{};  // m/s2
};

double variance_of(const Cycle& c, std::size_t axis) {
  double mean = 0, squares = 0;
  for (const auto& row : c) mean += row[axis] / kPhases;
  for (const auto& row : c) squares += (row[axis] - mean) * (row[axis] - mean) / kPhases;
  return squares;
}

// The person's mean cycle, and how long it is when fresh; empty when there is no such set.
bool simulate(const sim::PersonOptions& person, const std::string& exercise, Cycle& mean,
              double& first_s) {
  sim::PlanOptions plan;
  plan.lead_in_s = 1;
  plan.repetition_spread = 0;
  plan.exercises = {{exercise, 1, kModelRepetitions, 0, 0}};
  auto script = sim::make_script(plan, person, sim::RandomStream(1, "identify"));
  if (!script) return false;
  const auto done = script->sets().front().repetitions;
  std::vector<WorldTime> t;
  std::vector<double> length_s;
  for (std::size_t i = 0; i + 1 < done.size(); ++i) {
    length_s.push_back(to_seconds(done[i + 1] - done[i]));
    for (std::size_t p = 0; p < kPhases; ++p) {
      t.push_back(done[i] + (done[i + 1] - done[i]) * static_cast<std::int64_t>(p) /
                                static_cast<std::int64_t>(kPhases));
    }
  }
  std::vector<float> force(3 * t.size());
  sim::make_motion(std::make_shared<const sim::Script>(std::move(*script)), sim::Worn::wrist)
      ->evaluate(t, force.data(), nullptr);
  mean = {};
  const double n = static_cast<double>(length_s.size());
  for (std::size_t i = 0; i < t.size(); ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      mean[i % kPhases][k] += static_cast<double>(force[3 * i + k]) / n;
    }
  }
  first_s = pace_of(length_s).first_s;
  return true;
}

// Turns the model until it fits best, takes out what bias explains, and adds up the cost.
void compare(const Data& data, Candidate& c) {
  const double sign = c.inverted ? -1 : 1;
  std::size_t best_shift = 0;
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t shift = 0; shift < kPhases; ++shift) {
    double product = 0;
    for (std::size_t p = 0; p < kPhases; ++p) {
      const auto& m = c.model[(p + shift) % kPhases];
      for (std::size_t k = 0; k < 3; ++k) product += data.mean[p][k] * sign * m[k];
    }
    if (product > best) {
      best = product;
      best_shift = shift;
    }
  }
  const Cycle turned = c.model;
  for (std::size_t p = 0; p < kPhases; ++p) {
    for (std::size_t k = 0; k < 3; ++k)
      c.model[p][k] = sign * turned[(p + best_shift) % kPhases][k];
  }
  c.cost = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    double mean = 0, squares = 0;
    for (std::size_t p = 0; p < kPhases; ++p) mean += (data.mean[p][k] - c.model[p][k]) / kPhases;
    c.bias[k] = std::clamp(mean / (1 + kBiasCost), -kBiasLimit_mps2, kBiasLimit_mps2);
    for (std::size_t p = 0; p < kPhases; ++p) {
      const double rest = data.mean[p][k] - c.model[p][k] - c.bias[k];
      squares += rest * rest / kPhases;
    }
    c.cost += squares + kBiasCost * c.bias[k] * c.bias[k];
  }
}

double square(double x) { return x * x; }

// The best candidate near `start`; `evaluations` counts.
Candidate search(const Data& data, const Candidate& start, std::size_t most,
                 std::size_t& evaluations) {
  const auto with = [&](const std::vector<double>& x) {
    Candidate c = start;
    c.person.dynamics.tempo = std::clamp(sim::portable::exp(x[0]), 0.3, 3.0);
    c.person.dynamics.range = std::clamp(x[1], 0.3, 1.3);
    c.person.placement.strap_rotation_deg = x[2];
    if (x.size() > 3) c.person.body.height_m = std::clamp(x[3], 1.3, 2.2);
    double first_s = 0;
    if (!simulate(c.person, data.exercise, c.model, first_s)) return c;
    compare(data, c);
    const double off = sim::portable::log(first_s / data.pace.first_s);
    const double range_beyond = std::max({0.0, 0.5 - x[1], x[1] - 1.2});
    c.cost += data.variance * (kPeriodCost * off * off + 10 * square(range_beyond));
    if (x.size() > 3) c.cost += data.variance * kHeightCost * square((x[3] - 1.75) / 0.1);
    return c;
  };
  const sim::PersonOptions& p = start.person;
  std::vector<double> x{sim::portable::log(p.dynamics.tempo), p.dynamics.range,
                        p.placement.strap_rotation_deg};
  std::vector<double> step{0.15, -0.15, 20};
  if (!data.height_known) {
    x.push_back(p.body.height_m);
    step.push_back(0.08);
  }
  const Minimum found = nelder_mead([&](const std::vector<double>& at) { return with(at).cost; }, x,
                                    step, most, 1e-7);
  evaluations += found.evaluations;
  return with(found.at);
}

IdentifiedHardware hardware_of(const replay::SampleTrack& track, std::size_t first,
                               std::size_t last) {
  IdentifiedHardware h;
  const double seconds = static_cast<double>(track.time_ns[last - 1] - track.time_ns[first]) * 1e-9;
  h.rate_hz = seconds > 0 ? static_cast<double>(last - first - 1) / seconds : 0;
  if (track.nominal_rate_hz > 0) h.rate_error_ppm = (h.rate_hz / track.nominal_rate_hz - 1) * 1e6;
  const auto window = static_cast<std::size_t>(std::max(8.0, h.rate_hz));
  h.noise_mg = std::numeric_limits<double>::infinity();
  h.resolution_mg = std::numeric_limits<double>::infinity();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto at = [&](std::size_t i) {
      return static_cast<double>(track.force_mps2[3 * i + axis]) * kMgPerMps2;
    };
    for (std::size_t i = first + 1; i < last; ++i) {
      const double step = std::abs(at(i) - at(i - 1));
      if (step > 1e-3) h.resolution_mg = std::min(h.resolution_mg, step);
    }
    for (std::size_t begin = first; begin + window <= last; begin += window) {
      // Second differences of white noise have six times its variance, and hardly any movement.
      double squares = 0;
      for (std::size_t i = begin + 2; i < begin + window; ++i) {
        squares += square(at(i) - 2 * at(i - 1) + at(i - 2));
      }
      h.noise_mg = std::min(h.noise_mg, std::sqrt(squares / (6 * static_cast<double>(window - 2))));
    }
  }
  if (!std::isfinite(h.noise_mg)) h.noise_mg = 0;
  if (!std::isfinite(h.resolution_mg)) h.resolution_mg = 0;
  return h;
}

void explain(const Data& data, const Candidate& c, std::span<const std::array<float, 3>> grid,
             const Cycles& cycles, Identified& out) {
  double all = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    double squares = 0;
    for (std::size_t p = 0; p < kPhases; ++p) {
      squares += square(data.mean[p][k] - c.model[p][k] - c.bias[k]) / kPhases;
    }
    const double variance = variance_of(data.mean, k);
    out.rmse_mps2[k] = std::sqrt(squares);
    out.explained[k] = variance > 0 ? 1 - squares / variance : 0;
    all += squares;
  }
  out.explained_all = data.variance > 0 ? 1 - all / data.variance : 0;
  double left = 0, total = 0;
  std::array<double, 3> centre{};
  for (const auto& row : data.mean) {
    for (std::size_t k = 0; k < 3; ++k) centre[k] += row[k] / kPhases;
  }
  for (std::size_t i = 0; i + 1 < cycles.turns.size(); ++i) {
    const Cycle one = cycle_between(grid, static_cast<double>(cycles.turns[i]),
                                    static_cast<double>(cycles.turns[i + 1]));
    for (std::size_t p = 0; p < kPhases; ++p) {
      for (std::size_t k = 0; k < 3; ++k) {
        left += square(one[p][k] - c.model[p][k] - c.bias[k]);
        total += square(one[p][k] - centre[k]);
      }
    }
  }
  out.set_explained = total > 0 ? 1 - left / total : 0;
}

Result<std::string> exercise_of(const replay::SampleTrack& track, std::size_t first,
                                const std::string& given) {
  const std::string name = given.empty() ? std::string(track.label_at(first)) : given;
  if (sim::find_exercise(name)) return name;
  const auto names = sim::exercise_names();
  const std::vector<std::string_view> known(names.begin(), names.end());
  return Error{"unknown_exercise", "no exercise is called \"" + name + "\"" +
                                       did_you_mean(name, known) + "; known: " +
                                       std::accumulate(names.begin(), names.end(), std::string{},
                                                       [](std::string all, const std::string& n) {
                                                         return all.empty() ? n : all + ", " + n;
                                                       })};
}

}  // namespace

void IdentifyOptions::describe(OptionVisitor& v) {
  v.text("exercise", exercise, "what was done; empty: the recording's label");
  v.integer("styles", styles, {0, 10000}, "1", "sets of habits that are tried");
}

Result<Identified> identify(const replay::SampleTrack& track, std::size_t first, std::size_t last,
                            const IdentifyOptions& options,
                            const std::function<void(double)>& progress) {
  const auto exercise = exercise_of(track, first, options.exercise);
  if (!exercise) return exercise.error();
  const Grid grid = grid_of(track, first, last);
  const Cycles cycles = grid.empty() ? Cycles{} : find_cycles(grid);
  if (cycles.length_s.size() < 2) {
    return Error{"no_cycles",
                 "fewer than three repetitions can be made out in \"" + track.session + "\""};
  }
  Data data{cycles.mean, 0, pace_of(cycles.length_s), *exercise,
            track.subject.height_m.has_value()};
  for (std::size_t k = 0; k < 3; ++k) data.variance += variance_of(data.mean, k);

  Candidate start;
  sim::DynamicsOptions& d = start.person.dynamics;
  d.range_variation = d.tremor_mps2 = d.sway_deg = d.posture_deg = d.setup_deg = d.settle_deg = 0;
  d.fatigue = data.pace.fatigue;
  // Cycles whose parts scatter have a flatter mean: the model's scatter alike, by fixed draws.
  d.tempo_variation = std::min(data.pace.variation, 0.3);
  start.person.placement.slip_deg = 0;
  if (data.height_known) start.person.body.height_m = *track.subject.height_m;
  // As long a repetition as the recorded one, to begin with.
  Cycle unused{};
  double first_s = 0;
  if (simulate(start.person, *exercise, unused, first_s)) d.tempo = first_s / data.pace.first_s;

  Identified out;
  Candidate best;
  const double tries = 2 * kStraps_deg.size() + static_cast<double>(options.styles);
  double tried = 0;
  const auto consider = [&](const Candidate& from, std::size_t most, double share) {
    const Candidate found = search(data, from, most, out.evaluations);
    if (found.cost < share * best.cost) best = found;
    if (progress) progress(++tried / tries);
  };
  for (const bool inverted : {false, true}) {
    for (const double strap : kStraps_deg) {
      Candidate from = start;
      from.inverted = inverted;
      from.person.placement.strap_rotation_deg = strap;
      consider(from, 160, 1);
    }
  }
  const Candidate plain = best;
  for (std::int64_t style = 0; style < options.styles; ++style) {
    Candidate from = plain;
    from.person.dynamics.posture_deg = kHabits_deg;
    from.person.dynamics.style = style;
    consider(from, 120, best.person.dynamics.posture_deg > 0 ? 1 : kStyleGain);
  }

  out.exercise = *exercise;
  out.person = best.person;
  out.person.body.hand = track.subject.hand == "left" ? sim::Side::left : sim::Side::right;
  if (!track.subject.sex.empty()) {
    out.person.body.sex = track.subject.sex == "female" ? sim::Sex::female : sim::Sex::male;
  }
  out.person.body.weight_kg = track.subject.weight_kg.value_or(out.person.body.weight_kg);
  out.person.body.age_years = track.subject.age_years.value_or(out.person.body.age_years);
  double& strap = out.person.placement.strap_rotation_deg;
  strap = std::fmod(strap, 360);
  strap -= strap > 180 ? 360 : strap < -180 ? -360 : 0;
  const sim::DynamicsOptions usual;
  out.person.dynamics.tempo_variation = data.pace.variation;
  out.person.dynamics.tremor_mps2 = usual.tremor_mps2;
  out.person.dynamics.sway_deg = usual.sway_deg;
  double size = 0, spread = 0;
  const double n = static_cast<double>(cycles.size_mps2.size());
  for (const double s : cycles.size_mps2) size += s / n;
  for (const double s : cycles.size_mps2) spread += square(s - size) / (n - 1);
  out.person.dynamics.range_variation = size > 0 ? std::sqrt(spread) / size : 0;
  out.hardware = hardware_of(track, first, last);
  out.hardware.inverted = best.inverted;
  for (std::size_t k = 0; k < 3; ++k) out.hardware.bias_mg[k] = best.bias[k] * kMgPerMps2;
  out.cycles = cycles.length_s.size();
  out.period_s = data.pace.first_s;
  explain(data, best, grid, cycles, out);
  return out;
}

std::string to_toml(const Identified& who, const replay::SampleTrack& track) {
  const sim::PersonOptions& p = who.person;
  const auto side = [](sim::Side s) { return s == sim::Side::left ? "\"left\"" : "\"right\""; };
  std::string out = "# One person, from one recorded set: " + track.session + ", " + who.exercise +
                    ", n = " + std::to_string(who.cycles) + " repetitions.\n";
  if (!track.licence.empty()) out += "# Recording: " + track.licence + "\n";
  out += "# Explains " + fixed(100 * who.explained_all, 1) +
         " % of the mean repetition's variance, " + fixed(100 * who.set_explained, 1) +
         " % of the set's.\n";
  out += "[person]\ndrawn = false\n\n[person.body]\n";
  out += "height_m = " + number(p.body.height_m) + "\nweight_kg = " + number(p.body.weight_kg) +
         "\nage_years = " + number(p.body.age_years) +
         "\nsex = " + (p.body.sex == sim::Sex::female ? "\"female\"" : "\"male\"") +
         "\nhand = " + side(p.body.hand) + "\n";
  out += "\n[person.dynamics]\ntempo = " + number(p.dynamics.tempo) +
         "\nrange = " + number(p.dynamics.range) +
         "\ntempo_variation = " + number(std::min(p.dynamics.tempo_variation, 0.5)) +
         "\nrange_variation = " + number(std::min(p.dynamics.range_variation, 0.3)) +
         "\nfatigue = " + number(std::clamp(p.dynamics.fatigue, 0.0, 2.0)) +
         "\nsetup_deg = 0" +  // this set's is in the posture
         "\nposture_deg = " + number(p.dynamics.posture_deg) +
         "\nstyle = " + std::to_string(p.dynamics.style) + "\n";
  out += "\n[person.placement]\nwrist = " + std::string(side(p.placement.wrist)) +
         "\nstrap_rotation_deg = " + number(p.placement.strap_rotation_deg) + "\n";
  const IdentifiedHardware& h = who.hardware;
  out += "\n# Hardware: " + number(h.rate_hz, 6) + " Hz";
  if (track.nominal_rate_hz > 0) {
    out += " (" + fixed(h.rate_error_ppm, 0) + " ppm off " + number(track.nominal_rate_hz) + ")";
  }
  out += ", bias " + fixed(h.bias_mg[0], 0) + " " + fixed(h.bias_mg[1], 0) + " " +
         fixed(h.bias_mg[2], 0) + " mg, noise at most " + fixed(h.noise_mg, 1) +
         " mg, resolution " + number(h.resolution_mg) + " mg, readings " +
         (h.inverted ? "inverted" : "not inverted") + "\n";
  return out;
}

}  // namespace gauntlet::calibration
