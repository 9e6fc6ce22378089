#include "cli/pipelines.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <utility>

#include "cli/command.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/unreadable.h"
#include "core/files/whole_file.h"
#include "replay/replay_report.h"
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
  auto bytes = read_whole_file(path);
  return bytes ? std::move(*bytes) : std::string();
}

// Of every file below a folder, names and bytes.
std::uint64_t contents_of(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_regular_file(error)) files.push_back(it->path());
  }
  std::ranges::sort(files);
  std::uint64_t hash = fnv("");
  for (const fs::path& file : files) {
    hash = fnv(read_all(file), fnv(file.lexically_relative(folder).string(), hash));
  }
  return hash;
}

class Table {
 public:
  explicit Table(const PipelineTableArguments& arguments) : arguments_(arguments) {
    // What another build found is not what this one would find.
    if (!arguments_.cache.empty()) program_ = fnv(read_all("/proc/self/exe"));
    if (const auto folder = find_data()) data_ = folder->string();
    if (!arguments_.cache.empty()) recordings_ = contents_of(data_);
  }

  int print() {
    for (const auto name : scenarios::pipeline_preset_names()) {
      if (!chosen(arguments_.pipelines, name)) continue;
      const auto preset = scenarios::load_pipeline_preset(name).value();
      plan(preset, "simulated", [this, preset] { return simulated(preset); });
      if (!preset.classifies()) continue;
      for (const char* data : {"sp-sw-har", "gym"}) {
        plan(preset, data, [this, preset, data] { return recorded(preset, data); });
      }
      // The flattering split stands beside the honest one where a claim was made by it.
      if (name == "har-lstm") {
        plan(preset, "sp-sw-har", [this, preset] { return overlapping(preset); }, ", random");
      }
    }
    for (std::size_t i = 0; i < cells_.size(); ++i) make(i);
    print_lines();
    print_claims();
    return std::max<int>(report_unreadable(unreadable_), complete_ ? kOk : kPartial);
  }

 private:
  struct Cell {
    std::string name;
    std::function<Result<Lines>()> make;
  };

  static bool chosen(const std::vector<std::string>& of, std::string_view name) {
    return of.empty() || std::ranges::find(of, name) != of.end();
  }

  void plan(const scenarios::PipelinePreset& preset, const std::string& world,
            std::function<Result<Lines>()> make, const std::string& more = "") {
    if (!chosen(arguments_.worlds, world)) return;
    cells_.push_back({preset.name + ", " + world + more, std::move(make)});
  }

  // From the cache, or made and put there. What fails is said and leaves no line.
  void make(std::size_t i) {
    const Cell& cell = cells_[i];
    const std::string key =
        fmt::format("{} {} {:x} {:x}", cell.name, arguments_.people, program_, recordings_);
    const fs::path path = fs::path(arguments_.cache) / fmt::format("{:016x}.lines", fnv(key));
    std::optional<Lines> lines;
    if (!arguments_.cache.empty()) lines = scenarios::lines_from(read_all(path));
    const auto begin = std::chrono::steady_clock::now();
    if (!lines) {
      const std::size_t left_out = unreadable_.size();
      auto made = cell.make();
      if (!made) {
        complete_ = false;
        fmt::print(stderr, "{}: {}\n", cell.name, made.error().message);
        return;
      }
      lines = std::move(*made);
      if (unreadable_.size() == left_out) keep(path, *lines);
      const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
      fmt::print(stderr, "{} of {}: {}, {:.0f} s\n", i + 1, cells_.size(), cell.name,
                 spent.count());
    }
    lines_.insert(lines_.end(), lines->begin(), lines->end());
  }

  void keep(const fs::path& path, const Lines& lines) const {
    if (arguments_.cache.empty()) return;
    std::error_code error;
    fs::create_directories(arguments_.cache, error);
    const auto written = write_whole_file(path, scenarios::to_text(lines));
    if (!written) fmt::print(stderr, "{}\n", written.error().message);
  }

  Result<Lines> simulated(const scenarios::PipelinePreset& preset) const {
    scenarios::TrainingOptions world;
    std::vector<scenarios::Diagnostic> problems;
    scenarios::LoadedText loaded;
    const auto path = find_shipped("scenarios/catalog/train-pipelines.toml");
    if (!path || !scenarios::load_options(
                     path->string(), {}, [&world](OptionVisitor& v) { world.describe(v); }, loaded,
                     problems)) {
      return Error{"scenario", "scenarios/catalog/train-pipelines.toml: " + to_string(problems)};
    }
    world.people = arguments_.people;
    world.hop_s *= 2;  // every one of them is left out once: a training each
    ProgressLine line("simulated, " + preset.name);
    auto trial =
        scenarios::try_pipeline(preset, world, [&line](double share) { line.show(share); });
    if (!trial) return trial.error();
    return Lines{scenarios::line_of(preset, *trial)};
  }

  Result<Lines> recorded(const scenarios::PipelinePreset& preset, const std::string& name) {
    auto sets = scenarios::load_windows(data_, name, preset.evaluation.windows);
    if (!sets) return sets.error();
    unreadable_.insert(unreadable_.end(), sets->unreadable.begin(), sets->unreadable.end());
    scenarios::EvaluationOptions options = preset.evaluation;
    options.name = preset.name;
    const bool gym = name == "gym";
    options.context.judged = options.context.judged && gym;
    options.layers.judged = gym && preset.name == "mliot";
    scenarios::RecordedCounts counts;
    if (gym) {
      auto counted = count_repetitions();
      if (!counted) return counted.error();
      counts = std::move(*counted);
    }
    Lines lines;
    for (const auto& windows : sets->devices) {
      lines.push_back(judge(preset, windows, options, learn::Split::leave_one_group_out));
      lines.back().within_one = counts.within_one;
      lines.back().count_error = counts.count_error;
    }
    return lines;
  }

  // Windows that share nine tenths of their rows, dealt out by chance.
  Result<Lines> overlapping(const scenarios::PipelinePreset& preset) const {
    scenarios::EvaluationOptions options = preset.evaluation;
    options.name = preset.name;
    options.windows.hop_s = options.windows.window_s / 10;
    options.folds = 2;
    options.classifier.epochs *= 2;
    auto sets = scenarios::load_windows(data_, "sp-sw-har", options.windows);
    if (!sets) return sets.error();
    // One device is enough to show it.
    Lines lines{judge(preset, sets->devices.back(), options, learn::Split::random)};
    lines.back().split = "random overlapping windows";
    return lines;
  }

  scenarios::PipelineLine judge(const scenarios::PipelinePreset& preset,
                                const scenarios::TrackWindows& windows,
                                const scenarios::EvaluationOptions& options,
                                learn::Split split) const {
    ProgressLine line(windows.data.name + ", " + preset.name);
    const auto rows = scenarios::evaluate_windows(windows.data, options, split, arguments_.threads,
                                                  [&line](double share) { line.show(share); });
    return scenarios::line_of(preset, rows.front(), windows.data);
  }

  // What the streaming counter makes of the recorded sets, as `gauntlet replay` counts them.
  Result<scenarios::RecordedCounts> count_repetitions() const {
    const std::vector<std::string> paths{(fs::path(data_) / "muvr-pebble/sessions").string()};
    const auto collection = replay::read_collection(paths);
    if (!collection) return collection.error();
    return scenarios::count_recorded(replay::make_report(*collection, {}));
  }

  void print_lines() const {
    TextTable table({"pipeline", "world", "split", "accuracy [95 %]", "macro-F1 [95 %]",
                     "events c / d / i", "count +-1 [95 %]", "count error", "lag ms p50 / p95",
                     "cost ms"});
    table.align_left(1);
    table.align_left(2);
    for (const auto& l : lines_) {
      table.add({l.pipeline, l.world, l.split, l.accuracy, l.f1, l.events, l.within_one,
                 l.count_error, l.lag_ms, l.cost_ms});
    }
    fmt::print(
        "{}events: correct / deleted / inserted, in simulation the mean of a session\n"
        "counts in the gym: sets of five repetitions or more that lost less than 2 % of packets\n",
        table.text());
  }

  void print_claims() const {
    TextTable table({"seed system", "its claim", "ours"});
    table.align_left(1);
    table.align_left(2);
    for (const auto name : scenarios::pipeline_preset_names()) {
      if (!chosen(arguments_.pipelines, name)) continue;
      const auto preset = scenarios::load_pipeline_preset(name).value();
      std::string claim = preset.claim;
      std::string shown(name);
      for (const auto& l : lines_) {
        if (l.pipeline != name) continue;
        std::string ours = l.world + ", " + l.split + ": " +
                           (l.note.empty() ? "macro-F1 " + (l.f1.empty() ? "-" : l.f1) +
                                                 "; count +-1 " + l.within_one
                                           : l.note);
        table.add({std::exchange(shown, ""), std::exchange(claim, ""), ours});
      }
    }
    fmt::print("\n{}", table.text());
  }

  PipelineTableArguments arguments_;
  std::uint64_t program_ = 0, recordings_ = 0;
  std::string data_;
  std::vector<Cell> cells_;
  bool complete_ = true;
  std::vector<replay::UnreadableFile> unreadable_;
  Lines lines_;
};

}  // namespace

int print_pipeline_table(const PipelineTableArguments& arguments) {
  return Table(arguments).print();
}

}  // namespace gauntlet::cli
