#include "scenarios/attack_catalog.h"

#include <array>
#include <utility>

#include "reports/statistics/paired.h"
#include "scenarios/batch.h"

namespace gauntlet::scenarios {
namespace {

using Overrides = std::vector<Override>;

constexpr const char* kLength_s = "900";
constexpr const char* kSpan = "device = \"watch\", start_s = 300, stop_s = 600, ";

// A watch whose analogue low-pass does not reach up to the tone, as three quarters of the parts
// that were tested; with a gyroscope.
const Overrides kOpenWatch = {
    {"wearable", "[{preset = \"watch-2023\", name = \"watch\", link = {preset = \"essay-max\"}}]"},
    {"wearable[0].sensors",
     "[{preset = \"watch-accelerometer\", lowpass = false}, {preset = \"watch-gyroscope\", lowpass "
     "= false}, {preset = \"magnetometer\"}, {preset = \"heart-rate\"}]"}};
const Overrides kBeaconWatch = {
    {"wearable[0].sensors", "[{preset = \"pebble-accelerometer\"}, {preset = \"beacons\"}]"}};
// The mistakes of a first version: invents whatever is missing and believes every window.
const Overrides kWeakPipeline = {{"phone.max_filled", "1"},
                                 {"phone.signal.fill_max_ms", "10000"},
                                 {"phone.sets.min_confidence", "0"},
                                 {"phone.sets.start_votes", "1"}};
const Override kGuard = {"phone.guard.on", "true"};
const Override kAbstain = {"phone.guard.abstain", "true"};
const Overrides kGuarded = {kGuard, kAbstain};
const Overrides kTag = {{"defences.frame_tag", "true"}};

const std::string kCurl =
    "kind = \"acoustic\", knowledge = \"drift_tracking\", acoustic = {axis_x = 1, axis_z = 0}";
const std::string kForce = "attack.signal_bias.watch.accelerometer";

Overrides with(Overrides a, const Overrides& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string frame(std::string_view of) {
  return "kind = \"frame\", frame = {" + std::string(of) + "}";
}
std::string forged(std::string_view family) {
  return "kind = \"token\", token = {requests = 100, family = \"" + std::string(family) + "\"}";
}

std::vector<AttackRow> make_rows() {
  constexpr std::string_view kSeen = "the guard sees it; the sensor's offset stays";
  constexpr std::string_view kChecked = "every header and claim is pinned; the weak check falls";
  std::vector<AttackRow> rows = {
      {"P1",
       "a tone clipped on one side",
       kOpenWatch,
       "kind = \"acoustic\", acoustic = {control = \"tone\", frequency_hz = 3007, amplitude_mps2 = "
       "20, clip_high_mps2 = 4}",
       "damping of 30 dB",
       {{"defences.damping_db", "30"}},
       kForce,
       0.5,
       "noise",
       "",
       ""},
      {"P2",
       "a slow curl out of a tone",
       kOpenWatch,
       kCurl,
       "readings out of phase",
       {{"defences.sampling", "out_of_phase"}},
       "reps.spoofed",
       5,
       "regular",
       "",
       ""},
      {"P2",
       "the same",
       kOpenWatch,
       kCurl,
       "mean of 16 at random instants",
       {{"defences.sampling", "random_average"}},
       "reps.spoofed",
       5,
       "regular",
       "",
       "it backfires: the noise that is left counts more than the curl"},
      {"P2",
       "the same",
       kOpenWatch,
       kCurl,
       "mean of 64",
       {{"defences.sampling", "random_average"}, {"defences.sampling_count", "64"}},
       "reps.spoofed",
       5,
       "regular",
       "",
       ""},
      {"P2", "the same", kOpenWatch, kCurl, "the guard abstains", kGuarded, "reps.spoofed", 5,
       "rotation", "", ""},
      {"P2",
       "the same, low-pass in",
       {kOpenWatch[0]},
       kCurl,
       "low-pass",
       {},
       "reps.spoofed",
       5,
       "regular",
       "the low-pass leaves less than a thousandth",
       ""},
      {"P3",
       "a gyroscope's side-swing",
       kOpenWatch,
       "kind = \"acoustic\", sensor = \"gyroscope\", knowledge = \"drift_tracking\", acoustic = "
       "{control = \"side_swing\", drive_hz = 27000, frequency_hz = 27001}",
       "damping of 30 dB",
       {{"defences.damping_db", "30"}},
       "attack.signal_bias.watch.gyroscope",
       0.5,
       "rotation",
       "",
       ""},
      {"P3",
       "the same: sets",
       kOpenWatch,
       "kind = \"acoustic\", sensor = \"gyroscope\", knowledge = \"drift_tracking\", acoustic = "
       "{control = \"side_swing\", drive_hz = 27000, frequency_hz = 27001}",
       "none needed",
       {},
       "reps.spoofed",
       5,
       "rotation",
       "the shipped model classifies acceleration alone",
       ""},
      {"P4",
       "two tones, past readings out of phase",
       with(kOpenWatch, {{"defences.sampling", "out_of_phase"}}),
       "kind = \"acoustic\", acoustic = {control = \"dual_tone\", amplitude_mps2 = 20, axis_x = 1, "
       "axis_z = 0, curvature_per_mps2 = 0.03}",
       "damping of 30 dB",
       {{"defences.damping_db", "30"}},
       "reps.spoofed",
       5,
       "regular",
       "",
       ""},
      {"P5", "denial by a sweep", kOpenWatch,
       "kind = \"acoustic\", acoustic = {control = \"denial\", amplitude_mps2 = 20}",
       "the guard abstains", kGuarded, "reps.spoofed", 5, "noise", "", ""},
      {"P6", "10 W at 1 m", kOpenWatch,
       "kind = \"electromagnetic\", electromagnetic = {axis_x = 1, axis_z = 0}",
       "the guard abstains", kGuarded, "reps.spoofed", 5, "rotation", "",
       "what is shown before the guard has seen enough of it to ring"},
      {"P7",
       "a lamp's pulse",
       kOpenWatch,
       "kind = \"light\", sensor = \"heart_rate\", light = {intensity = 0.1}",
       "dark slots",
       {{"defences.dark_slots", "true"}},
       "attack.signal_bias.watch.heart_rate",
       10,
       "",
       "",
       ""},
      {"P8", "a magnet in the strap", kOpenWatch,
       "kind = \"magnet\", sensor = \"magnetometer\", magnet = {mount = \"strap\"}",
       "the field's bounds", kGuarded, "attack.signal_bias.watch.magnetometer", 25e-6, "field", "",
       kSeen},
      {"P9",
       "a cradle",
       {},
       "kind = \"pendulum\", pendulum = {kind = \"cradle\", radius_m = 0.3, amplitude_deg = 60}",
       "the guard abstains",
       kGuarded,
       "reps.spoofed",
       5,
       "regular",
       "",
       ""},
      {"P10",
       "another wearer",
       {},
       "kind = \"impostor\", impostor = {number = 7}",
       "effort of both devices",
       kGuarded,
       "reps.spoofed",
       0,
       "alone",
       "",
       "a minute of effort says little"},
      {"R1",
       "a beacon's clone",
       kBeaconWatch,
       "kind = \"beacon_clone\", sensor = \"beacon\"",
       "identifiers change every 30 s",
       {{"defences.beacon_rotation_s", "30"}},
       "attack.signal_changed.watch.beacon",
       200,
       "",
       "",
       ""},
      {"R2",
       "a relay that takes 8 ms",
       {},
       frame("act = \"relay\""),
       "round trip below 10 ms",
       {{"defences.round_trip_ms", "10"}},
       "samples.delivered",
       -1000,
       "delay",
       "",
       ""},
      {"R3",
       "replayed frames",
       {},
       frame("act = \"replay\""),
       "frame tags",
       kTag,
       "samples.foreign_accepted",
       1000,
       "regular",
       "",
       ""},
      {"R3",
       "injected frames",
       {},
       frame("act = \"inject\""),
       "frame tags",
       kTag,
       "samples.foreign_accepted",
       1000,
       "regular",
       "",
       ""},
      {"R4",
       "a link's key of 1 byte, then injected",
       {},
       frame("act = \"inject\", key_bytes = 1"),
       "16 bytes",
       {{"attack[0].frame.key_bytes", "16"}},
       "samples.foreign_accepted",
       1000,
       "regular",
       "",
       ""},
      {"R5",
       "bursts of 5 s",
       {},
       "kind = \"jamming\"",
       "none needed",
       {},
       "reps.spoofed",
       5,
       "",
       "windows with more than half invented rows are not classified",
       ""},
      {"R5",
       "the same, a weak pipeline",
       kWeakPipeline,
       "kind = \"jamming\"",
       "abstain on gaps",
       {{"phone.max_filled", "0.5"}, {"phone.signal.fill_max_ms", "300"}},
       "samples.filled",
       2000,
       "",
       "",
       ""},
      {"T1",
       "300 ms more",
       {},
       frame("act = \"delay\", delay_ms = 300"),
       "delay's bound",
       kGuarded,
       "timing.error_ms.p95",
       100,
       "delay",
       "",
       "one-way time stamps cannot undo it"},
      {"T2",
       "stamps that run on by 5000 ppm",
       {},
       frame("act = \"stamps\", ramp_ppm = 5000"),
       "frame tags",
       kTag,
       "timing.error_ms.p95",
       100,
       "clock",
       "",
       ""},
      {"F1",
       "malformed frames",
       {},
       frame("act = \"malformed\""),
       "none needed",
       {},
       "samples.foreign_accepted",
       0,
       "",
       "the decoder is strict",
       ""}};
  for (const std::string_view family : {"J1", "J2", "J3", "J4", "J5"}) {
    rows.push_back({family,
                    "forged tokens",
                    {},
                    forged(family),
                    "none needed",
                    {},
                    "attack.accepted",
                    0,
                    "",
                    kChecked,
                    ""});
  }
  rows.push_back({"J6",
                  "ingest's key, symmetric",
                  {{"services.algorithm", "HS256"}},
                  forged("J6"),
                  "ES256",
                  {{"services.algorithm", "ES256"}},
                  "attack.accepted",
                  0,
                  "",
                  "",
                  ""});
  rows.push_back({"A1",
                  "trespass with an own token",
                  {},
                  "kind = \"api\", api = {requests = 100}",
                  "none needed",
                  {},
                  "attack.accepted",
                  0,
                  "",
                  "objects are checked against the token's cluster",
                  ""});
  return rows;
}

Result<reports::ResultFile> run(const Overrides& overrides, const CatalogRun& how) {
  Scenario scenario;
  std::vector<Diagnostic> problems;
  if (!load_scenario(how.scenario, with({{"plan.length_s", kLength_s}}, overrides), scenario,
                     problems)) {
    return Error{"scenario", to_string(problems)};
  }
  const auto parts = make_shared_parts(scenario.options, scenario.options.model);
  if (!parts) return parts.error();
  reports::Provenance about;
  about.scenario = scenario.options.name;
  about.scenario_text = scenario.source.effective;
  auto batch = run_batch(scenario, *parts, about, {.seeds = consecutive_seeds(1, how.seeds)});
  if (!batch.result.failures.empty()) return Error{"run", batch.result.failures.front()};
  return std::move(batch.result);
}

// 0 where it has no value: nothing of the kind happened.
double value_of(const reports::ResultFile& result, std::string_view metric, std::size_t seed) {
  const auto it = result.metrics.find(metric);
  return it == result.metrics.end() ? 0 : it->second.per_seed[seed].value_or(0);
}

AttackOutcome outcome_of(const AttackRow& row, const reports::ResultFile& clean,
                         const reports::ResultFile& attacked, std::size_t seeds) {
  AttackOutcome out;
  out.seeds = seeds;
  for (std::size_t i = 0; i < seeds; ++i) {
    const double v = value_of(attacked, row.metric, i) - value_of(clean, row.metric, i);
    out.value += v / static_cast<double>(seeds);
    out.succeeded += v > row.limit;
  }
  return out;
}

std::optional<double> mean_of(const reports::ResultFile& result, const std::string& metric) {
  const auto it = result.metrics.find(metric);
  return it == result.metrics.end() ? std::nullopt : it->second.value;
}

constexpr std::array<std::string_view, 5> kCosts = {
    "f1.macro", "lag.display_ms.p95", "link.bytes_per_s", "device.mj_per_h", "reps.mae"};

std::vector<DefenceRow> make_defences() {
  // The watch that the model was trained on, with a sensor for each defence to act on.
  const Overrides base = {
      {"wearable[0].sensors",
       "[{preset = \"pebble-accelerometer\"}, {preset = \"heart-rate\"}, {preset = \"beacons\"}]"}};
  const auto one = [&base](std::string path, std::string value) {
    return with(base, {{std::move(path), std::move(value)}});
  };
  return {{"none", base},
          {"no low-pass", one("wearable[0].sensors[0].lowpass", "false")},
          {"readings out of phase", one("defences.sampling", "out_of_phase")},
          {"mean of 16 at random instants", one("defences.sampling", "random_average")},
          {"damping of 30 dB", one("defences.damping_db", "30")},
          {"saturation flag", one("defences.saturation_flag", "true")},
          {"frame tags", one("defences.frame_tag", "true")},
          {"dark slots", one("defences.dark_slots", "true")},
          {"beacons change every 30 s", one("defences.beacon_rotation_s", "30")},
          {"round trip below 10 ms", one("defences.round_trip_ms", "10")},
          {"guard that abstains", with(base, kGuarded)},
          {"abstain on gaps of a tenth", one("phone.max_filled", "0.1")}};
}

}  // namespace

const std::vector<AttackRow>& attack_rows() {
  static const std::vector<AttackRow> rows = make_rows();
  return rows;
}

Result<AttackResult> run_attack_row(const AttackRow& row, const CatalogRun& how) {
  const Override attack = {"attack", "[{" + std::string(kSpan) + row.attack + "}]"};
  const auto clean = run(row.world, how);
  if (!clean) return clean.error();
  const auto undefended = run(with(with(row.world, {kGuard}), {attack}), how);
  if (!undefended) return undefended.error();
  const auto defended = run(with(with(row.world, {attack}), row.defended), how);
  if (!defended) return defended.error();
  AttackResult out;
  out.undefended = outcome_of(row, *clean, *undefended, how.seeds);
  out.defended = outcome_of(row, *clean, *defended, how.seeds);
  if (row.detector.empty()) return out;
  const std::string detector(row.detector);
  out.flagged = mean_of(*undefended, "guard.detected." + detector).value_or(0);
  out.delay_s = mean_of(*undefended, "guard.delay_s." + detector);
  out.tpr_at_1pct = mean_of(*undefended, "guard.tpr_at_1pct." + detector);
  out.auc = mean_of(*undefended, "guard.auc." + detector);
  if (out.auc) out.auc_ci95 = undefended->metrics.find("guard.auc." + detector)->second.ci95;
  return out;
}

const std::vector<DefenceRow>& defence_rows() {
  static const std::vector<DefenceRow> rows = make_defences();
  return rows;
}

std::span<const std::string_view> defence_cost_metrics() { return kCosts; }

namespace {

std::vector<DefenceCost> costs_of(const reports::ResultFile& result,
                                  const reports::ResultFile* undefended) {
  std::vector<DefenceCost> out;
  for (const std::string_view metric : kCosts) {
    DefenceCost& cost = out.emplace_back();
    cost.mean = mean_of(result, std::string(metric));
    if (!undefended) continue;
    const auto here = result.metrics.find(metric), there = undefended->metrics.find(metric);
    if (here == result.metrics.end() || there == undefended->metrics.end()) continue;
    std::vector<double> with_it, without;
    for (std::size_t i = 0; i < here->second.per_seed.size(); ++i) {
      if (!here->second.per_seed[i] || !there->second.per_seed[i]) continue;
      with_it.push_back(*here->second.per_seed[i]);
      without.push_back(*there->second.per_seed[i]);
    }
    if (!with_it.empty()) cost.more = reports::paired_difference(without, with_it).difference;
  }
  return out;
}

}  // namespace

Result<void> run_defence_rows(
    const CatalogRun& how,
    const std::function<void(const DefenceRow&, const std::vector<DefenceCost>&)>& each) {
  std::optional<reports::ResultFile> undefended;
  for (const DefenceRow& row : defence_rows()) {
    auto result = run(row.overrides, how);
    if (!result) {
      return Error{result.error().code, std::string(row.name) + ": " + result.error().message};
    }
    each(row, costs_of(*result, undefended ? &*undefended : nullptr));
    if (!undefended) undefended = std::move(*result);
  }
  return {};
}

}  // namespace gauntlet::scenarios
