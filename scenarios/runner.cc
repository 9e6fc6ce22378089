#include "scenarios/runner.h"

#include <filesystem>

#include "core/files/whole_file.h"
#include "core/learn/model_file.h"
#include "core/ports/built_in_pipeline.h"
#include "scenarios/recorded_person.h"
#include "scenarios/world.h"

namespace gauntlet::scenarios {
namespace {

// None where there is no such file: then nothing is known of any exercise's repetitions.
Result<std::vector<RepetitionProfile>> load_repetitions(const std::string& path) {
  const auto text = read_whole_file(path);
  if (!text && text.error().code == "missing") return std::vector<RepetitionProfile>{};
  if (!text) return text.error();
  auto profiles = parse_repetition_profiles(*text);
  if (!profiles) return Error{profiles.error().code, path + ": " + profiles.error().message};
  return profiles;
}

}  // namespace

std::string repetitions_beside(const std::string& model_path) {
  return std::filesystem::path(model_path).replace_extension(".repetitions").string();
}

Result<SharedParts> make_shared_parts(const ScenarioOptions& options,
                                      const std::string& model_path) {
  // The same keys in every process, so that tokens are the same bytes in every run of a seed.
  const sim::SeededEntropy entropy(sim::RandomStream(0, "service keys"));
  SharedParts parts{nullptr, {}, ServiceKeys::generate(options.services.algorithm)};
  auto recorded = load_recorded_person(options);
  if (!recorded) return recorded.error();
  parts.recorded = std::move(*recorded);
  if (!model_path.empty()) {
    const auto bytes = learn::read_model_bytes(model_path);
    if (!bytes) return bytes.error();
    auto model = learn::parse_model(*bytes);
    if (!model) return model.error();
    parts.model = std::move(*model);
    parts.model_bytes.assign(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    auto repetitions = load_repetitions(repetitions_beside(model_path));
    if (!repetitions) return repetitions.error();
    parts.repetitions = std::move(*repetitions);
  }
  return parts;
}

namespace {

Result<SeedRun> run_external(const ScenarioOptions& options, std::uint64_t seed,
                             const SharedParts& parts, const RunHooks& hooks) {
  ExternalReport report;
  auto peer = greet_external(options.pipeline, report);
  if (!peer) return Error{"pipeline", "external pipeline: " + peer.error().message};
  ExternalPipeline* pipeline = nullptr;  // the world's
  auto run = run_seed(
      options, seed, parts,
      [&](Runtime& runtime, const PhoneOptions& phone, EventSink& sink) {
        auto made = std::make_unique<ExternalPipeline>(runtime, phone, options.pipeline, sink,
                                                       std::move(*peer), report);
        pipeline = made.get();
        return made;
      },
      hooks,
      [&] {
        if (options.pipeline.time == PipelineTime::real_time) pipeline->play();
      });
  if (!run) return run;
  for (std::string& complaint : report.complaints()) {
    run->result.failures.push_back(std::move(complaint));
  }
  run->record->split = "external pipeline: its training is its owner's";
  run->external = std::move(report);
  return run;
}

}  // namespace

Result<SeedRun> run_seed(const ScenarioOptions& options, std::uint64_t seed,
                         const SharedParts& parts, const RunHooks& hooks) {
  if (options.pipeline.kind == PipelineKind::external) {
    return run_external(options, seed, parts, hooks);
  }
  CHECK(parts.model);
  return run_seed(
      options, seed, parts,
      [&parts](Runtime& runtime, const PhoneOptions& phone, EventSink& sink) {
        return std::make_unique<BuiltInPipeline>(runtime, phone, *parts.model, sink);
      },
      hooks);
}

Result<SeedRun> run_seed(const ScenarioOptions& options, std::uint64_t seed,
                         const SharedParts& parts, const SutFactory& make_sut,
                         const RunHooks& hooks, const std::function<void()>& ran) {
  SeedRun run;
  run.seed = seed;
  run.truth = std::make_unique<Truth>();
  run.events = std::make_unique<EventLog>();
  auto world = World::make(options, seed, parts, make_sut, *run.truth, *run.events);
  if (!world) return world.error();
  if (hooks.readings) (*world)->tap_readings(run.readings);
  if (auto finished = (*world)->run(hooks); !finished) return finished.error();
  if (ran) ran();

  run.record =
      std::make_unique<reports::RunRecord>(reports::RunRecord{*run.truth,
                                                              *run.events,
                                                              {},
                                                              {},
                                                              {},
                                                              options.name,
                                                              seed,
                                                              run.truth->end - run.truth->begin,
                                                              {}});
  if (parts.model) {
    const auto& provenance = parts.model->provenance();
    if (const auto it = provenance.find("split"); it != provenance.end()) {
      run.record->split = it->second;
    }
  }
  (*world)->fill(*run.record);
  run.engine_events = (*world)->engine_events();
  run.result = reports::measure(*run.record, run.detail);
  return run;
}

}  // namespace gauntlet::scenarios
