#include <fmt/core.h>

#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "core/learn/model_file.h"
#include "reports/result.h"
#include "scenarios/training.h"

namespace gauntlet::cli {
namespace {

struct TrainArguments {
  std::string config = "scenarios/catalog/train-gym.toml";
  std::string out = "scenarios/models/gym.model";
  std::vector<std::string> set;
};

void print_evaluation(const scenarios::TrainingReport& report) {
  const auto& model = report.training.model;
  const auto& e = report.training.held_out;
  fmt::print("{} windows ({} across a set's edge and {} mostly invented left out), {} classes\n",
             report.windows, report.mixed, report.filled, model.classes().size());
  fmt::print("held out ({}): accuracy {}, macro-F1 {}, without NULL {}, worst person {}\n", e.split,
             reports::to_text(e.accuracy), reports::to_text(e.macro_f1),
             reports::to_text(e.macro_f1_no_null), reports::to_text(e.worst_group_accuracy));
}

int train_command(const TrainArguments& arguments) {
  scenarios::TrainingOptions options;
  std::vector<scenarios::Diagnostic> problems;
  std::vector<scenarios::Override> overrides(arguments.set.size());
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    scenarios::parse_override(arguments.set[i], overrides[i], problems);
  }
  const auto path = find_shipped(arguments.config);
  scenarios::LoadedText loaded;
  if (!problems.empty() ||
      !scenarios::load_options(
          path ? path->string() : arguments.config, overrides,
          [&options](OptionVisitor& v) { options.describe(v); }, loaded, problems)) {
    fmt::print(stderr, "{}", to_string(problems));
    return kBadInput;
  }
  auto report = [&options] {
    ProgressLine line("simulating people");
    return scenarios::train(options, [&line](double share) { line.show(share); });
  }();
  if (!report) {
    fmt::print(stderr, "gauntlet train: {}\n", report.error().message);
    return kBadInput;
  }
  print_evaluation(*report);
  const auto written = learn::save_model(report->training.model, arguments.out);
  if (!written) {
    fmt::print(stderr, "gauntlet train: {}\n", written.error().message);
    return kInfrastructure;
  }
  fmt::print("wrote {} ({} bytes)\n", arguments.out, std::filesystem::file_size(arguments.out));
  return kOk;
}

}  // namespace

void add_train(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(
      app, "train", "Train the classifier on simulated people, the same bytes each time",
      "gauntlet train scenarios/catalog/train-gym.toml --out my.model");
  auto arguments = std::make_shared<TrainArguments>();
  command->add_option("config", arguments->config, "Who is simulated and how it is trained")
      ->capture_default_str();
  command->add_option("--out", arguments->out, "The model file")->capture_default_str();
  command->add_option("--set", arguments->set, "Override a key: path=value; may be repeated")
      ->take_all();
  command->callback([arguments, &exit_code] { exit_code = train_command(*arguments); });
}

}  // namespace gauntlet::cli
