#include "cli/pipelines.h"

#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <utility>

#include "cli/command.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "core/files/whole_file.h"
#include "scenarios/options_toml.h"
#include "scenarios/pipeline_table.h"

namespace gauntlet::cli {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<scenarios::PipelineLine>;

std::uint64_t fnv(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325ULL) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

std::string read_all(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Table {
 public:
  explicit Table(const PipelineTableArguments& arguments) : arguments_(arguments) {
    // What another build found is not what this one would find.
    if (!arguments_.cache.empty()) program_ = fnv(read_all("/proc/self/exe"));
    if (const auto folder = find_data()) data_ = folder->string();
  }

  int print() {
    for (const auto name : scenarios::pipeline_preset_names()) {
      const auto preset = scenarios::load_pipeline_preset(name).value();
      add(preset, "simulated", [&] { return simulated(preset); });
      if (!preset.classifies()) continue;
      for (const char* data : {"sp-sw-har", "gym"}) {
        add(preset, data, [&] { return recorded(preset, data); });
      }
    }
    print_lines();
    print_claims();
    return kOk;
  }

 private:
  // From the cache, or made and put there. What fails is said and leaves no line.
  void add(const scenarios::PipelinePreset& preset, const std::string& world,
           const std::function<Result<Lines>()>& make) {
    const fs::path path =
        fs::path(arguments_.cache) /
        fmt::format("{:016x}.lines", fnv(fmt::format("{} {} {} {:x} {}", preset.name, world,
                                                     arguments_.people, program_, data_)));
    std::optional<Lines> lines;
    if (!arguments_.cache.empty()) lines = scenarios::lines_from(read_all(path));
    if (!lines) {
      auto made = make();
      if (!made) {
        fmt::print(stderr, "{}, {}: {}\n", preset.name, world, made.error().message);
        return;
      }
      lines = std::move(*made);
      if (!arguments_.cache.empty()) {
        fs::create_directories(arguments_.cache);
        const auto written = write_whole_file(path, scenarios::to_text(*lines));
        if (!written) fmt::print(stderr, "{}\n", written.error().message);
      }
    }
    lines_.insert(lines_.end(), lines->begin(), lines->end());
  }

  Result<Lines> simulated(const scenarios::PipelinePreset& preset) const {
    scenarios::TrainingOptions world;
    std::vector<scenarios::Diagnostic> problems;
    scenarios::LoadedText loaded;
    const auto path = find_shipped("scenarios/catalog/train-gym.toml");
    if (!path || !scenarios::load_options(
                     path->string(), {}, [&world](OptionVisitor& v) { world.describe(v); }, loaded,
                     problems)) {
      return Error{"scenario", "scenarios/catalog/train-gym.toml: " + to_string(problems)};
    }
    world.people = arguments_.people;
    ProgressLine line("simulated, " + preset.name);
    auto trial =
        scenarios::try_pipeline(preset, world, [&line](double share) { line.show(share); });
    if (!trial) return trial.error();
    return Lines{scenarios::line_of(preset, *trial)};
  }

  Result<Lines> recorded(const scenarios::PipelinePreset& preset, const std::string& name) const {
    auto sets = scenarios::load_windows(data_, name, preset.evaluation.windows);
    if (!sets) return sets.error();
    scenarios::EvaluationOptions options = preset.evaluation;
    options.name = preset.name;
    Lines lines;
    for (const auto& windows : *sets) {
      for (const auto split : {learn::Split::leave_one_group_out, learn::Split::random}) {
        // The flattering split stands beside the honest one where a claim was made by it.
        if (split == learn::Split::random && preset.name != "har-lstm") continue;
        ProgressLine line(windows.data.name + ", " + preset.name);
        const auto rows =
            scenarios::evaluate_windows(windows.data, options, split, arguments_.threads,
                                        [&line](double share) { line.show(share); });
        lines.push_back(scenarios::line_of(preset, rows.front(), windows.data));
      }
    }
    return lines;
  }

  void print_lines() const {
    TextTable table({"pipeline", "world", "split", "macro-F1 [95 %]", "events c / d / i",
                     "count +-1 [95 %]", "count error", "lag ms p50 / p95", "cost ms"});
    table.align_left(1);
    table.align_left(2);
    for (const auto& l : lines_) {
      table.add({l.pipeline, l.world, l.split, l.f1, l.events, l.within_one, l.count_error,
                 l.lag_ms, l.cost_ms});
    }
    fmt::print("{}events: correct / deleted / inserted, in simulation the mean of a session\n",
               table.text());
  }

  void print_claims() const {
    TextTable table({"seed system", "its claim", "ours"});
    table.align_left(1);
    table.align_left(2);
    for (const auto name : scenarios::pipeline_preset_names()) {
      const auto preset = scenarios::load_pipeline_preset(name).value();
      std::string claim = preset.claim;
      std::string shown(name);
      for (const auto& l : lines_) {
        if (l.pipeline != name) continue;
        std::string ours = l.world + ", " + l.split + ": " +
                           (l.note.empty() ? "macro-F1 " + (l.f1.empty() ? "-" : l.f1) +
                                                 ", count +-1 " + l.within_one
                                           : l.note);
        table.add({std::exchange(shown, ""), std::exchange(claim, ""), ours});
      }
    }
    fmt::print("\n{}", table.text());
  }

  PipelineTableArguments arguments_;
  std::uint64_t program_ = 0;
  std::string data_;
  Lines lines_;
};

}  // namespace

int print_pipeline_table(const PipelineTableArguments& arguments) {
  return Table(arguments).print();
}

}  // namespace gauntlet::cli
