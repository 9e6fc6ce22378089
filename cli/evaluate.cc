#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "cli/command.h"
#include "cli/paths.h"
#include "cli/pipelines.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/unreadable.h"
#include "core/learn/calibration.h"
#include "reports/result.h"
#include "scenarios/evaluation.h"
#include "scenarios/options_toml.h"
#include "scenarios/pipeline_preset.h"

namespace gauntlet::cli {
namespace {

struct EvaluateArguments {
  std::vector<std::string> data;
  std::vector<std::string> pipelines;
  std::string split = "loso";
  bool also_random = false;
  std::vector<std::string> set;
  PipelineTableArguments table;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
};

std::string with_interval(double value, const std::optional<reports::Interval>& interval) {
  if (!interval) return fmt::format("{:.3f}", value);
  return fmt::format("{:.3f} [{:.3f}, {:.3f}]", value, interval->lo, interval->hi);
}

TextTable table_heads() {
  TextTable table({"data", "pipeline", "split", "windows", "accuracy [95 %]", "macro-F1 [95 %]",
                   "worst group", "ECE, calibrated"});
  table.align_left(1);
  table.align_left(2);
  return table;
}

void add_row(TextTable& table, const scenarios::EvaluationRow& row) {
  const auto& e = row.held_out.evaluation;
  table.add({row.data, row.pipeline, row.split, std::to_string(e.windows),
             with_interval(e.accuracy, row.accuracy), with_interval(e.macro_f1, row.macro_f1),
             fmt::format("{} {:.2f}", row.worst_group, row.worst_group_accuracy),
             fmt::format("{:.3f}, {:.3f}", row.calibration_error_before, row.calibration_error)});
}

void print_left_out(const scenarios::TrackWindows& windows) {
  const auto& data = windows.data;
  fmt::print("{}: {} windows of {} classes, {} groups", data.name, data.size(), data.classes.size(),
             data.groups.size());
  if (windows.filled > 0) fmt::print("; {} left out, mostly in gaps", windows.filled);
  if (windows.mixed > 0) fmt::print("; {} left out, of mixed labels", windows.mixed);
  if (windows.rare > 0) {
    fmt::print("; {} left out, of {} classes in too few groups", windows.rare,
               windows.rare_classes.size());
  }
  fmt::print("\n");
}

void print_confusion(const learn::Dataset& data, const scenarios::EvaluationRow& row) {
  fmt::print("\n{}, {}, {}: rows are true, columns are answers\n", row.data, row.pipeline,
             row.split);
  std::vector<std::string> heads{"true"};
  heads.insert(heads.end(), data.classes.begin(), data.classes.end());
  heads.emplace_back("recall");
  TextTable table(heads);
  const auto& e = row.held_out.evaluation;
  for (std::size_t t = 0; t < e.classes; ++t) {
    std::vector<std::string> cells{data.classes[t]};
    std::uint64_t n = 0;
    for (std::size_t p = 0; p < e.classes; ++p) {
      cells.push_back(std::to_string(e.confusion[t * e.classes + p]));
      n += e.confusion[t * e.classes + p];
    }
    const double right = static_cast<double>(e.confusion[t * e.classes + t]);
    cells.push_back(fmt::format("{:.2f}", n > 0 ? right / static_cast<double>(n) : 0));
    table.add(cells);
  }
  fmt::print("{}", table.text());
  for (const float least : {0.5F, 0.7F, 0.9F}) {
    const auto s = learn::answer_above(row.held_out.probabilities, e.classes, data.label, least);
    fmt::print("abstaining below {}: answers {:.0f} % of windows, {:.3f} of them right\n", least,
               100 * s.answered, s.accuracy);
  }
}

void print_sets(const scenarios::EvaluationRow& row) {
  if (row.sets.empty()) return;
  fmt::print("\n{}, {}, {}: top-1 of {} whole sets; habits and beacons are simulated\n", row.data,
             row.pipeline, row.split, row.sets.front().sets);
  TextTable table({"evidence", "top-1 [95 %]"});
  for (const auto& r : row.sets) table.add({r.evidence, with_interval(r.top1, r.interval)});
  fmt::print("{}", table.text());
}

void print_layers(const scenarios::EvaluationRow& row) {
  if (row.layers.empty()) return;
  fmt::print("\n{}, {}, {}: costs of models and speeds of machines are assumed\n", row.data,
             row.pipeline, row.split);
  TextTable table({"layer", "machine", "models", "latency ms", "accuracy [95 %]"});
  table.align_left(1);
  table.align_left(2);
  for (const auto& l : row.layers) {
    std::string models;
    for (const auto& m : l.models) models += (models.empty() ? "" : " ") + m;
    table.add({l.layer, l.machine, models, l.latency_ms ? fmt::format("{:.1f}", *l.latency_ms) : "",
               l.interval ? with_interval(l.accuracy, l.interval) : "nobody answers"});
  }
  fmt::print("{}", table.text());
}

class Command {
 public:
  Command(const EvaluateArguments& arguments, bool confusions)
      : arguments_(arguments), confusions_(confusions) {}

  int run() {
    const auto split = learn::split_named(arguments_.split);
    if (!split) return fail(split.error());
    for (const std::string& name : arguments_.pipelines) {
      auto options = options_of(name);
      if (!options) return fail(options.error());
      if (!override(*options)) return kBadInput;
      options_.push_back(std::move(*options));
    }
    std::vector<learn::Split> splits{*split};
    if (arguments_.also_random && *split != learn::Split::random) {
      splits.push_back(learn::Split::random);
    }
    TextTable table = table_heads();
    const auto folder = find_data();
    for (const std::string& name : arguments_.data) {
      for (const auto& options : options_) {
        auto sets = scenarios::load_windows(folder ? folder->string() : "", name, options.windows);
        if (!sets) return fail(sets.error());
        unreadable_.insert(unreadable_.end(), sets->unreadable.begin(), sets->unreadable.end());
        for (const scenarios::TrackWindows& windows : sets->devices) {
          if (const auto fits = scenarios::check_channels(windows.data, options.classifier);
              !fits) {
            return fail(fits.error());
          }
          judge(windows, options, splits, table);
        }
      }
    }
    fmt::print("\n{}", table.text());
    return report_unreadable(unreadable_);
  }

 private:
  // A preset, or a classifier by itself with the default windows.
  static Result<scenarios::EvaluationOptions> options_of(const std::string& name) {
    const auto presets = scenarios::pipeline_preset_names();
    if (std::ranges::find(presets, name) != presets.end()) {
      auto preset = scenarios::load_pipeline_preset(name).value();
      if (!preset.classifies()) {
        return Error{"no_windows", name + " classifies no windows by itself: " + preset.about};
      }
      preset.evaluation.name = name;
      return preset.evaluation;
    }
    const auto kind = learn::classifier_named(name);
    if (!kind) return kind.error();
    scenarios::EvaluationOptions options;
    options.classifier.kind = *kind;
    if (*kind == learn::ClassifierKind::framewise) options.windows.neighbours = 1;
    return options;
  }

  bool override(scenarios::EvaluationOptions& options) {
    std::vector<scenarios::Diagnostic> problems;
    std::vector<scenarios::Override> overrides(arguments_.set.size());
    for (std::size_t i = 0; i < overrides.size(); ++i) {
      scenarios::parse_override(arguments_.set[i], overrides[i], problems);
    }
    scenarios::LoadedText loaded;
    const bool good = problems.empty() &&
                      scenarios::load_options_text(
                          "<defaults>", "", overrides,
                          [&options](OptionVisitor& v) { options.describe(v); }, loaded, problems);
    if (!good) fmt::print(stderr, "{}", to_string(problems));
    return good;
  }

  void judge(const scenarios::TrackWindows& windows, const scenarios::EvaluationOptions& options,
             const std::vector<learn::Split>& splits, TextTable& table) {
    print_left_out(windows);
    for (const auto split : splits) {
      ProgressLine line(fmt::format("{}, {}", windows.data.name, options.name));
      const auto rows =
          scenarios::evaluate_windows(windows.data, options, split, arguments_.threads,
                                      [&line](double share) { line.show(share); });
      for (const auto& row : rows) {
        add_row(table, row);
        print_sets(row);
        print_layers(row);
        if (confusions_) print_confusion(windows.data, row);
      }
    }
  }

  static int fail(const Error& error) {
    fmt::print(stderr, "gauntlet evaluate: {}\n", error.message);
    return kBadInput;
  }

  const EvaluateArguments& arguments_;
  bool confusions_;
  std::vector<scenarios::EvaluationOptions> options_;  // one a pipeline
  std::vector<replay::UnreadableFile> unreadable_;
};

void add(CLI::App& app, const char* name, const char* text, const char* example, bool confusions,
         EvaluateArguments defaults, int& exit_code) {
  CLI::App* command = add_command(app, name, text, example);
  auto arguments = std::make_shared<EvaluateArguments>(std::move(defaults));
  command
      ->add_option("--data", arguments->data,
                   "sp-sw-har, gym, or recordings as `gauntlet import` reads them; simulated: a "
                   "preset among simulated people, in the phone; may be repeated")
      ->capture_default_str();
  command
      ->add_option("--pipeline", arguments->pipelines,
                   "muvr, har-lstm, mliot, minirocket, or a classifier by itself; may be repeated")
      ->capture_default_str();
  command
      ->add_option("--split", arguments->split,
                   "loso: leave one person (or session) out; random: windows, which flatters")
      ->capture_default_str();
  command->add_flag("--also-random", arguments->also_random,
                    "Print the random split beside it: the difference is leakage");
  command->add_option("--threads", arguments->threads, "The result does not depend on it")
      ->check(CLI::Range(1, 64));
  command->add_option("--set", arguments->set, "Override an option: classifier.trees=100")
      ->take_all();
  if (confusions) {
    command
        ->add_option("--people", arguments->table.people,
                     "In the table of all pipelines (neither --data nor --pipeline), or with "
                     "--data simulated: how many are simulated")
        ->capture_default_str()
        ->check(CLI::Range(2, 1000));
    command
        ->add_option("--cache", arguments->table.cache,
                     "A folder where the table's parts are kept for this build; \"\": none")
        ->capture_default_str();
  }
  command->callback([arguments, confusions, &exit_code] {
    const bool table = arguments->data.empty() && arguments->pipelines.empty();
    if (table || arguments->data == std::vector<std::string>{"simulated"}) {
      arguments->table.threads = arguments->threads;
      arguments->table.worlds = arguments->data;
      arguments->table.pipelines = arguments->pipelines;
      exit_code = print_pipeline_table(arguments->table);
      return;
    }
    if (arguments->data.empty()) arguments->data = {"sp-sw-har"};
    if (arguments->pipelines.empty()) arguments->pipelines = {"minirocket"};
    exit_code = Command(*arguments, confusions).run();
  });
}

}  // namespace

void add_evaluate(CLI::App& app, int& exit_code) {
  add(app, "evaluate", "What pipelines and classifiers are worth on people they have not seen",
      "gauntlet evaluate --data sp-sw-har --pipeline minirocket --split loso", true, {}, exit_code);
}

void add_compare(CLI::App& app, int& exit_code) {
  EvaluateArguments defaults;
  defaults.data = {"sp-sw-har", "gym"};
  defaults.pipelines = {"minirocket", "svm", "forest"};
  defaults.also_random = true;
  add(app, "compare", "Classifiers side by side, one table",
      "gauntlet compare --data gym --pipeline minirocket cnn forest", false, std::move(defaults),
      exit_code);
}

}  // namespace gauntlet::cli
