#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <span>
#include <thread>

#include "cli/command.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "core/learn/model_file.h"
#include "core/learn/onnx.h"
#include "reports/result.h"
#include "scenarios/pipeline_training.h"
#include "scenarios/runner.h"
#include "scenarios/training.h"

namespace gauntlet::cli {
namespace {

constexpr const char* kPipelines = "scenarios/catalog/train-pipelines.toml";

struct TrainArguments {
  std::string config;  // empty: the one that ships
  std::string out;
  std::string pipeline;
  std::string onnx;
  std::int64_t pool = 0;
  std::vector<std::string> set;
  unsigned threads = std::max(1U, std::thread::hardware_concurrency());
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

int save(std::span<const std::byte> bytes, const std::string& path) {
  const auto written = learn::save_model(bytes, path);
  if (!written) {
    fmt::print(stderr, "gauntlet train: {}\n", written.error().message);
    return kInfrastructure;
  }
  fmt::print("wrote {} ({} bytes)\n", path, bytes.size());
  return kOk;
}

int fail(const Error& error) {
  fmt::print(stderr, "gauntlet train: {}\n", error.message);
  return kBadInput;
}

// The networks of a classifier, each as a file of its own: PREFIX-1.onnx, PREFIX-2.onnx.
int export_networks(const learn::TrainedServing& served, const std::string& prefix) {
  const auto networks = served.classifier().networks();
  if (networks.empty()) return fail({"no_network", "--onnx: this pipeline has no network"});
  for (std::size_t i = 0; i < networks.size(); ++i) {
    // Of two stages the first says whether there is an exercise at all.
    const bool gate = i == 0 && networks.size() == 2;
    const std::vector<std::string> either{served.parts().null_class, "exercise"};
    const auto bytes = learn::to_onnx(*networks[i], 1, gate ? either : served.parts().classes,
                                      served.provenance());
    const int saved = save(bytes, fmt::format("{}-{}.onnx", prefix, i + 1));
    if (saved != kOk) return saved;
  }
  return kOk;
}

int train_preset(const TrainArguments& arguments, const scenarios::TrainingOptions& options) {
  const auto preset = scenarios::load_pipeline_preset(arguments.pipeline);
  if (!preset) return fail(preset.error());
  auto made = [&] {
    ProgressLine line("training " + preset->name);
    const auto show = [&line](double share) { line.show(share); };
    if (arguments.pool == 0) {
      return scenarios::train_pipeline(*preset, options, arguments.threads, show);
    }
    return scenarios::train_best(*preset, options, static_cast<std::size_t>(arguments.pool),
                                 arguments.threads, show);
  }();
  if (!made) return fail(made.error());
  const auto& e = made->held_out.evaluation;
  fmt::print(
      "held out ({}): {} windows, accuracy {:.3f}, macro-F1 {:.3f}, worst person {:.2f}; "
      "calibration error {:.3f} (before {:.3f})\n",
      e.split, e.windows, e.accuracy, e.macro_f1, e.worst_group_accuracy, made->calibration_error,
      made->calibration_error_before);
  const auto bytes = learn::serialize(*made->served);
  if (!bytes) return fail(bytes.error());
  std::string path = arguments.out.empty() ? preset->model : arguments.out;
  if (path.empty()) path = "scenarios/models/" + preset->name + ".model";
  const int saved = save(*bytes, path);
  if (saved != kOk || arguments.onnx.empty()) return saved;
  return export_networks(*made->served, arguments.onnx);
}

int train_command(const TrainArguments& arguments) {
  scenarios::TrainingOptions options;
  std::vector<scenarios::Diagnostic> problems;
  std::vector<scenarios::Override> overrides(arguments.set.size());
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    scenarios::parse_override(arguments.set[i], overrides[i], problems);
  }
  const std::string config = !arguments.config.empty()    ? arguments.config
                             : arguments.pipeline.empty() ? "scenarios/catalog/train-gym.toml"
                                                          : kPipelines;
  const auto path = find_shipped(config);
  scenarios::LoadedText loaded;
  if (!problems.empty() ||
      !scenarios::load_options(
          path ? path->string() : config, overrides,
          [&options](OptionVisitor& v) { options.describe(v); }, loaded, problems)) {
    fmt::print(stderr, "{}", to_string(problems));
    return kBadInput;
  }
  if (!arguments.pipeline.empty()) return train_preset(arguments, options);
  auto report = [&options] {
    ProgressLine line("simulating people");
    return scenarios::train(options, [&line](double share) { line.show(share); });
  }();
  if (!report) return fail(report.error());
  print_evaluation(*report);
  const std::string model = arguments.out.empty() ? "scenarios/models/gym.model" : arguments.out;
  const int saved = save(learn::serialize(report->training.model), model);
  if (saved != kOk) return saved;
  const std::string repetitions = to_text(report->repetitions);
  return save(std::as_bytes(std::span(repetitions)), scenarios::repetitions_beside(model));
}

}  // namespace

void add_train(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(
      app, "train", "Train the classifier on simulated people, the same bytes each time",
      "gauntlet train scenarios/catalog/train-gym.toml --out my.model");
  auto arguments = std::make_shared<TrainArguments>();
  command->add_option(
      "config", arguments->config,
      "Who is simulated and how it is trained; else train-gym.toml of the catalog, with "
      "--pipeline train-pipelines.toml");
  command->add_option("--out", arguments->out, "The model file; else where scenarios look for it");
  command->add_option("--pipeline", arguments->pipeline,
                      "The classifier of this pipeline instead of the one that ships: muvr, "
                      "har-lstm, mliot, minirocket");
  command->add_option("--onnx", arguments->onnx,
                      "With --pipeline: its networks as ONNX, too: PREFIX-1.onnx, …");
  command
      ->add_option("--pool", arguments->pool,
                   "With --pipeline: so many models, each a mutation of one of the ten best so "
                   "far; the best is kept")
      ->check(CLI::Range(2, 1000));
  command->add_option("--threads", arguments->threads, "The result does not depend on it")
      ->check(CLI::Range(1, 64));
  command->add_option("--set", arguments->set, "Override a key: path=value; may be repeated")
      ->take_all();
  command->callback([arguments, &exit_code] { exit_code = train_command(*arguments); });
}

}  // namespace gauntlet::cli
