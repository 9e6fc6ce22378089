#include "scenarios/checkpoint.h"

#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/files/whole_file.h"
#include "sim/engine/trace_log.h"

namespace gauntlet::scenarios {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchema = 1;
constexpr const char* kStopped = "stopped here";

// 64 bits do not fit a JSON number everywhere.
std::string hex(std::uint64_t x) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(x));
  return text;
}

std::uint64_t from_hex(const std::string& text) {
  std::uint64_t x = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x, 16);
  if (error != std::errc() || end != text.data() + text.size() || text.size() != 16) {
    throw std::invalid_argument("\"" + text + "\" is not 16 hexadecimal digits");
  }
  return x;
}

// Ends the run at `at`; what it had come to by then is in the trace.
RunHooks hooks_to(WorldTime at, sim::Trace& trace) {
  RunHooks hooks;
  hooks.trace = &trace;
  hooks.pause_at = at;
  hooks.paused = []() -> Result<void> { return Error{kStopped, ""}; };
  return hooks;
}

// Nothing, or why the run ended elsewhere than at the pause.
Result<void> run_until(const Scenario& scenario, std::uint64_t seed, const SharedParts& parts,
                       const RunHooks& hooks) {
  const auto run = run_seed(scenario.options, seed, parts, hooks);
  if (!run && run.error().code == kStopped) return {};
  if (!run) return run.error();
  return Error{"too_late", "the run ends before " +
                               std::to_string(seconds_since_origin(*hooks.pause_at)) + " s"};
}

}  // namespace

std::string build_of(const reports::Provenance& about) {
  return about.version + " " + about.git_commit + " " + about.compiler;
}

Result<Checkpoint> make_checkpoint(const Scenario& scenario, std::uint64_t seed,
                                   const SharedParts& parts, WorldTime at) {
  sim::TraceRing trace(1);
  if (auto ran = run_until(scenario, seed, parts, hooks_to(at, trace)); !ran) return ran.error();
  Checkpoint out;
  out.text = scenario.source.effective;
  out.text_hash = sim::hash_path(out.text);
  out.model_hash = sim::hash_path(parts.model_bytes);
  out.seed = seed;
  out.at = at;
  out.events = trace.count();
  out.trace_hash = trace.hash();
  return out;
}

Result<void> save_checkpoint(const std::filesystem::path& path, const Checkpoint& c) {
  const Json json{{"schema", kSchema},
                  {"scenario", c.scenario},
                  {"overrides", c.overrides},
                  {"seed", c.seed},
                  {"build", c.build},
                  {"at_ns", c.at.time_since_epoch().count()},
                  {"events", c.events},
                  {"trace_hash", hex(c.trace_hash)},
                  {"scenario_hash", hex(c.text_hash)},
                  {"model_hash", hex(c.model_hash)},
                  {"scenario_text", c.text}};
  return write_whole_file(path, json.dump(2) + "\n");
}

Result<Checkpoint> load_checkpoint(const std::filesystem::path& path) {
  const auto text = read_whole_file(path);
  if (!text) return text.error();
  const Json json = Json::parse(*text, nullptr, false);
  if (json.is_discarded()) return Error{"syntax", path.string() + " is not JSON"};
  Checkpoint c;
  try {
    if (json.at("schema").get<int>() != kSchema) {
      return Error{"shape", path.string() + ": another version of checkpoints"};
    }
    c.scenario = json.at("scenario").get<std::string>();
    c.overrides = json.at("overrides").get<std::vector<std::string>>();
    c.seed = json.at("seed").get<std::uint64_t>();
    c.build = json.at("build").get<std::string>();
    c.at = WorldTime{Duration{json.at("at_ns").get<std::int64_t>()}};
    c.events = json.at("events").get<std::uint64_t>();
    c.trace_hash = from_hex(json.at("trace_hash").get<std::string>());
    c.text_hash = from_hex(json.at("scenario_hash").get<std::string>());
    c.model_hash = from_hex(json.at("model_hash").get<std::string>());
    c.text = json.at("scenario_text").get<std::string>();
  } catch (const std::exception& e) {
    return Error{"shape", path.string() + " is no checkpoint: " + e.what()};
  }
  if (sim::hash_path(c.text) != c.text_hash) {
    return Error{"scenario_differs",
                 path.string() + ": the scenario in it is not the one that was saved"};
  }
  return c;
}

bool scenario_of(const Checkpoint& checkpoint, Scenario& scenario,
                 std::vector<Diagnostic>& problems) {
  return load_scenario_text(checkpoint.scenario, checkpoint.text, scenario, problems);
}

Result<Resumption> resume(const Checkpoint& checkpoint, const SharedParts& parts,
                          const std::string& build) {
  if (sim::hash_path(parts.model_bytes) != checkpoint.model_hash) {
    return Error{"model_differs", "the model is not the one that the checkpoint was saved with"};
  }
  Resumption out;
  out.trace = std::make_unique<sim::TraceRing>(1);
  out.hooks.trace = out.trace.get();
  out.hooks.pause_at = checkpoint.at;
  out.hooks.paused = [&checkpoint, build, trace = out.trace.get()]() -> Result<void> {
    if (trace->count() == checkpoint.events && trace->hash() == checkpoint.trace_hash) return {};
    return Error{"diverged", "the replay is not what was saved at " +
                                 std::to_string(seconds_since_origin(checkpoint.at)) +
                                 " s: " + std::to_string(checkpoint.events) + " events, hash " +
                                 hex(checkpoint.trace_hash) + " then, " +
                                 std::to_string(trace->count()) + " events, hash " +
                                 hex(trace->hash()) + " now. It was saved by build " +
                                 checkpoint.build + "; this is build " + build};
  };
  return out;
}

Result<replay::TraceSource> rerun(const Scenario& scenario, std::uint64_t seed,
                                  const SharedParts& parts, std::optional<WorldTime> until) {
  struct Once {
    std::unique_ptr<sim::TracePrefixes> trace;
    std::vector<std::string> tags;
  };
  const auto once = [&scenario, seed, &parts, until](std::size_t block) -> Result<Once> {
    Once out{std::make_unique<sim::TracePrefixes>(block), {}};
    RunHooks hooks;
    if (until) hooks = hooks_to(*until, *out.trace);
    hooks.trace = out.trace.get();
    hooks.finished = [&out](const sim::Simulation& simulation) {
      for (std::size_t tag = 0; tag < simulation.tag_count(); ++tag) {
        out.tags.push_back(simulation.tag_name(static_cast<sim::Tag>(tag)));
      }
    };
    if (until) {
      if (auto ran = run_until(scenario, seed, parts, hooks); !ran) return ran.error();
    } else if (const auto run = run_seed(scenario.options, seed, parts, hooks); !run) {
      return run.error();
    }
    out.trace->end();
    return out;
  };
  auto first = once(sim::TracePrefixes::kNoBlock);
  if (!first) return first.error();
  replay::TraceSource source;
  source.count = first->trace->count();
  source.tags = first->tags;
  const auto prefixes = first->trace->prefixes();
  source.blocks = prefixes.size() - 1;
  source.prefix = [prefixes](std::size_t block) { return prefixes.at(block); };
  source.block = [once](std::size_t block) {
    auto again = once(block);
    CHECK(again.ok(), block);  // the same run has just ended well
    return again->trace->kept();
  };
  return source;
}

}  // namespace gauntlet::scenarios
