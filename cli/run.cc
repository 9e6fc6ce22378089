#include "cli/run.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "cli/command.h"
#include "cli/duration.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/version.h"
#include "scenarios/batch.h"
#include "scenarios/checkpoint.h"
#include "scenarios/fleet.h"
#include "sim/engine/trace_log.h"

namespace gauntlet::cli {
namespace {

using scenarios::Batch;
using scenarios::Checkpoint;
using scenarios::Scenario;
using scenarios::ScenarioOptions;

std::string with_interval(const reports::Metric& metric) {
  if (!metric.ci95) return "";
  return fmt::format("{} … {}", reports::to_text(metric.ci95->lo),
                     reports::to_text(metric.ci95->hi));
}

// What a person wants first; the rest is in the files.
constexpr const char* kHeadlines[] = {"timing.error_ms.p50",
                                      "timing.error_ms.p95",
                                      "timing.drift_s_per_h",
                                      "lag.display_ms.p50",
                                      "lag.display_ms.p95",
                                      "lag.within_250ms",
                                      "lag.detection_ms.p50",
                                      "sets.detected_share",
                                      "f1.macro",
                                      "f1.macro_no_null",
                                      "reps.exact",
                                      "reps.within1",
                                      "reps.mae",
                                      "reps.spoofed",
                                      "reps.spoofed_share",
                                      "link.bytes_per_s",
                                      "link.backlog_ms.max",
                                      "device.mj_per_h",
                                      "samples.produced",
                                      "samples.delivered",
                                      "samples.dropped",
                                      "samples.filled",
                                      "authz.accepted",
                                      "authz.refused",
                                      "privacy.m0.violations"};

void print_summary(const reports::ResultFile& result) {
  TextTable table({"metric", "value", "unit", "95 % interval", "n"});
  table.align_left(2);
  const auto add = [&table](const std::string& name, const reports::Metric& m) {
    table.add({name, m.value ? reports::to_text(*m.value) : "-", m.unit,
               m.value ? with_interval(m) : m.reason, std::to_string(m.n)});
  };
  for (const char* name : kHeadlines) {
    const auto it = result.metrics.find(name);
    if (it != result.metrics.end()) add(it->first, it->second);
  }
  for (const auto& [name, metric] : result.metrics) {
    if (name.starts_with("samples.dropped.")) add("  " + name.substr(16), metric);
  }
  fmt::print("{}", table.text());
}

// Its real speed counts in real time only; in virtual time it says how long a run will take.
void print_external(const ExternalReport& report) {
  std::vector<double> ms = report.answer_ms;
  if (ms.empty()) return;
  std::sort(ms.begin(), ms.end());
  const auto share = [&ms](double p) {
    return reports::to_text(ms[static_cast<std::size_t>(p * static_cast<double>(ms.size() - 1))]);
  };
  fmt::print(
      "\nexternal pipeline \"{}\": {} inputs, {} events; answered in {} ms (p50), {} (p95), "
      "{} (p99), {} (max) of real time\n",
      report.name, report.inputs, report.events, share(0.5), share(0.95), share(0.99), share(1));
}

std::string command_of(const RunArguments& a, std::uint64_t seed) {
  std::string text = "gauntlet run " + a.scenario + " --seed " + std::to_string(seed);
  if (a.seeds > 1) text += " --seeds " + std::to_string(a.seeds);
  for (const auto& set : a.set) text += " --set '" + set + "'";
  return text;
}

bool load(const RunArguments& arguments, const std::optional<Checkpoint>& from,
          Scenario& scenario) {
  std::vector<scenarios::Diagnostic> problems;
  if (from) {
    scenarios::scenario_of(*from, scenario, problems);
    fmt::print(stderr, "{}", to_string(problems));
    return problems.empty();
  }
  std::vector<scenarios::Override> overrides(arguments.set.size());
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    scenarios::parse_override(arguments.set[i], overrides[i], problems);
  }
  const auto path = find_shipped(arguments.scenario);
  if (problems.empty()) {
    scenarios::load_scenario(path ? path->string() : arguments.scenario, overrides, scenario,
                             problems);
  }
  fmt::print(stderr, "{}", to_string(problems));
  return problems.empty();
}

// What was run, and how long it took, in words.
struct Ran {
  Batch batch;
  std::string headline;
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Result<Ran> batch(const Scenario& scenario, const scenarios::SharedParts& parts,
                  const reports::Provenance& about, const RunArguments& arguments,
                  std::uint64_t seed, const scenarios::RunHooks& hooks) {
  const auto begin = std::chrono::steady_clock::now();
  ProgressLine line(scenario.options.name);
  Ran ran;
  ran.batch = scenarios::run_batch(scenario, parts, about,
                                   {.seeds = scenarios::consecutive_seeds(seed, arguments.seeds),
                                    .threads = arguments.threads,
                                    .progress = [&line](double share) { line.show(share); },
                                    .hooks = hooks});
  ran.headline = fmt::format("{} x {:.0f} min simulated in {:.2f} s", arguments.seeds,
                             ran.batch.result.provenance.duration_s / 60, seconds_since(begin));
  return ran;
}

Result<Ran> fleet(const Scenario& scenario, const scenarios::SharedParts& parts,
                  const reports::Provenance& about, const RunArguments& arguments,
                  std::uint64_t seed) {
  if (arguments.seeds > 1) {
    return Error{"bad_seeds", "--seeds: a fleet is run for one seed at a time"};
  }
  const auto begin = std::chrono::steady_clock::now();
  ProgressLine line(scenario.options.name);
  scenarios::FleetRunOptions how;
  how.seed = seed;
  how.threads = arguments.threads;
  how.progress = [&line](double share) { line.show(share); };
  auto run = scenarios::run_fleet(scenario.options, parts, about, how);
  if (!run) return run.error();
  const double spent_s = seconds_since(begin);
  Ran ran;
  ran.headline =
      fmt::format("{} people, {:.1f} person-hours simulated in {:.2f} s, {:.0f} x real time",
                  run->came, run->person_seconds / 3600, spent_s, run->person_seconds / spent_s);
  ran.batch.result = std::move(run->result);
  return ran;
}

// The counts of a fleet and of the services that it shares.
void print_fleet(const reports::ResultFile& result) {
  const auto counts = result.tables.find("fleet");
  if (counts == result.tables.end()) return;
  TextTable table(counts->second.columns);
  for (const auto& row : counts->second.rows) {
    table.add({std::get<std::string>(row[0]), reports::to_text(std::get<double>(row[1]))});
  }
  fmt::print("\n{}", table.text());
}

}  // namespace

namespace {

int fail(int code, const Error& error) {
  fmt::print(stderr, "gauntlet run: {}\n", error.message);
  return code;
}

// What does not go together. Nothing when all is well.
std::optional<Error> misfit(const RunArguments& a, const ScenarioOptions& options) {
  const bool one_run = !a.trace.empty() || !a.save.empty() || !a.from.empty();
  if (a.until.empty() != a.save.empty()) {
    return Error{"usage", "--until and --save go together: where to stop, and the file to save"};
  }
  if (one_run && a.seeds > 1) {
    return Error{"usage", "--trace, --save and --from are for one seed"};
  }
  if (one_run && options.fleet.people > 0) {
    return Error{"usage", "--trace, --save and --from are for one person, not for a fleet"};
  }
  if (!a.from.empty() && !(a.trace.empty() && a.save.empty())) {
    return Error{"usage", "--from goes on to the end: without --trace and --save"};
  }
  if (!a.target.empty() && (one_run || a.seeds > 1 || a.json)) {
    return Error{"usage",
                 "--target drives services: without --seeds, --trace, --save, --from, --json"};
  }
  if (a.target.empty() && !(a.accounts.empty() && a.trust.empty() && a.authorisation.empty())) {
    return Error{"usage", "--accounts, --trust and --authorisation go with --target"};
  }
  if (!a.from.empty() && (a.seed || !a.set.empty())) {
    return Error{"usage", "--from goes on with the seed and the options that were saved"};
  }
  return std::nullopt;
}

int save(const RunArguments& arguments, const Scenario& scenario, std::uint64_t seed,
         const scenarios::SharedParts& parts, const reports::Provenance& about) {
  const auto at = parse_duration(arguments.until);
  if (!at) return fail(kBadInput, at.error());
  auto checkpoint = scenarios::make_checkpoint(scenario, seed, parts, WorldTime{*at});
  if (!checkpoint) return fail(kBadInput, checkpoint.error());
  checkpoint->scenario = arguments.scenario;
  checkpoint->overrides = arguments.set;
  checkpoint->build = scenarios::build_of(about);
  if (const auto saved = save_checkpoint(arguments.save, *checkpoint); !saved) {
    return fail(kInfrastructure, saved.error());
  }
  fmt::print("{}: stopped at {:.9g} s after {} events\n{}\n", scenario.options.name,
             to_seconds(*at), checkpoint->events, arguments.save);
  return kOk;
}

// The trace file is complete only when the run was.
struct Recorder {
  explicit Recorder(const std::string& path) : log(path) {}
  sim::TraceLog log;
  Result<void> closed = Error{"trace_open", "nothing was run"};
};

void record(scenarios::RunHooks& hooks, Recorder& recorder) {
  hooks.trace = &recorder.log;
  hooks.finished = [&recorder](const sim::Simulation& simulation) {
    recorder.closed = recorder.log.close(simulation);
  };
}

}  // namespace

int run_scenario(const RunArguments& given, const reports::ResultFile* captures) {
  RunArguments arguments = given;
  std::optional<Checkpoint> from;
  if (!arguments.from.empty()) {
    auto loaded = scenarios::load_checkpoint(arguments.from);
    if (!loaded) return fail(kBadInput, loaded.error());
    from = std::move(*loaded);
  }
  Scenario scenario;
  if (!load(arguments, from, scenario)) return kBadInput;
  const auto& options = scenario.options;
  if (const auto wrong = misfit(arguments, options)) return fail(kBadInput, *wrong);
  if (from) {
    arguments.scenario = from->scenario;
    arguments.seed = from->seed;
    arguments.set = from->overrides;
  }
  // An external pipeline brings its own.
  const bool needs_model = options.pipeline.kind == PipelineKind::built_in;
  const auto model = find_shipped(options.model);
  if (!model && needs_model) {
    fmt::print(stderr, "gauntlet run: the model {} is not here; `gauntlet train` makes it\n",
               options.model);
    return kBadInput;
  }
  const auto parts = scenarios::make_shared_parts(options, model ? model->string() : "");
  if (!parts) {
    fmt::print(stderr, "gauntlet run: {}: {}\n", options.model, parts.error().message);
    return kBadInput;
  }

  if (!arguments.target.empty()) return run_live(arguments, options, *parts);
  const std::uint64_t seed = arguments.seed.value_or(static_cast<std::uint64_t>(options.seed));
  reports::Provenance about;
  about.scenario = options.name;
  about.scenario_text = scenario.source.effective;
  about.version = GAUNTLET_VERSION;
  about.git_commit = GAUNTLET_COMMIT;
  about.compiler = reports::compiler_family();
  about.command = command_of(arguments, seed);

  if (!arguments.save.empty()) return save(arguments, scenario, seed, *parts, about);
  scenarios::Resumption resumption;
  if (from) {
    auto made = scenarios::resume(*from, *parts, scenarios::build_of(about));
    if (!made) return fail(kBadInput, made.error());
    resumption = std::move(*made);
  }
  std::unique_ptr<Recorder> recorder;
  if (!arguments.trace.empty()) {
    recorder = std::make_unique<Recorder>(arguments.trace);
    record(resumption.hooks, *recorder);
  }
  const auto ran = options.fleet.people > 0
                       ? fleet(scenario, *parts, about, arguments, seed)
                       : batch(scenario, *parts, about, arguments, seed, resumption.hooks);
  if (!ran) {
    fmt::print(stderr, "gauntlet run: {}\n", ran.error().message);
    return ran.error().code == "bad_seeds" ? kBadInput : kUnbalanced;
  }
  const Batch& batch = ran->batch;
  if (arguments.json) {
    fmt::print("{}", reports::to_json(batch.result));
  } else {
    fmt::print("{}: {}\n\n", options.name, ran->headline);
    print_summary(batch.result);
    print_fleet(batch.result);
    if (batch.first && batch.first->external) print_external(*batch.first->external);
  }
  if (recorder && !recorder->closed) return fail(kInfrastructure, recorder->closed.error());
  for (const auto& failure : batch.result.failures) fmt::print(stderr, "FAILED {}\n", failure);
  const std::filesystem::path out = arguments.out.empty() ? "out/" + options.name : arguments.out;
  if (const auto written = write_batch(out, batch, captures); !written) {
    fmt::print(stderr, "gauntlet run: {}\n", written.error().message);
    return kInfrastructure;
  }
  if (!arguments.json) {
    fmt::print("\n");
    for (const char* file : {"report.html", "result.json", "result.h5"}) {
      if (batch.first || file != std::string_view("result.h5")) {
        fmt::print("{}\n", (out / file).string());
      }
    }
  }
  if (batch.pipelines_failed > 0) return kPipelineFailed;
  return batch.result.failures.empty() ? kOk : kUnbalanced;
}

void add_run(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(
      app, "run", "Simulate a scenario and measure the pipeline in it",
      "gauntlet run scenarios/catalog/gym-hour.toml --seeds 20 --set phone.aligner=floor20");
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* what = command->add_option_group("what to run");
  what->add_option("scenario", arguments->scenario, "A scenario file");
  what->add_option("--from", arguments->from, "Go on from a checkpoint, by replay");
  what->require_option(1);
  command->add_option("--until", arguments->until, "Stop at that virtual time: 90s, 12min, 1h");
  command->add_option("--save", arguments->save, "Save a checkpoint there (with --until)");
  command->add_option("--trace", arguments->trace, "Record every event there, for gauntlet diff");
  command->add_option("--seed", arguments->seed, "Root seed; default: the scenario's");
  command->add_option("--seeds", arguments->seeds, "How many consecutive seeds to run")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "0: one per core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->add_option("--set", arguments->set, "Override a key: path=value; may be repeated")
      ->take_all();
  command->add_option("--out", arguments->out, "Folder of the results; default: out/NAME");
  command->add_flag("--json", arguments->json, "Print the result file instead of the table");
  command
      ->add_option("--target", arguments->target,
                   "Drive services that run: https://host:port, or authz=URL and ingest=URL")
      ->take_all();
  command->add_option("--accounts", arguments->accounts, "With --target: USER SECRET, one a line");
  command->add_option("--phones", arguments->phones, "With --target; default: one an account")
      ->check(CLI::Range(1, 1000000));
  command->add_option("--speed", arguments->speed, "With --target: virtual seconds a real one")
      ->check(CLI::Range(0.01, 1000.0))
      ->capture_default_str();
  command->add_option("--ramp", arguments->ramp_s, "With --target: seconds in which phones start")
      ->check(CLI::Range(0.0, 86400.0))
      ->capture_default_str();
  command->add_option("--trust", arguments->trust, "With --target: certificates to trust, PEM");
  command->add_option("--authorisation", arguments->authorisation,
                      "With --target: who may be driven beyond this machine's loopback");
  command->callback([arguments, &exit_code] { exit_code = run_scenario(*arguments); });
}

}  // namespace gauntlet::cli
