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
  scenarios::PoolOptions pool{0, 10};
  bool every_subset = false;
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

void print_held_out(const std::string& of, const scenarios::PipelineTraining& made) {
  const auto& e = made.held_out.evaluation;
  fmt::print(
      "{}held out ({}): {} windows, accuracy {:.3f}, macro-F1 {:.3f}, worst person {:.2f}; "
      "calibration error {:.3f} (before {:.3f})\n",
      of, e.split, e.windows, e.accuracy, e.macro_f1, e.worst_group_accuracy,
      made.calibration_error, made.calibration_error_before);
}

void print_pool(const scenarios::PoolTraining& made) {
  TextTable table({"came", "model", "accuracy", "precision", "recall", "F1", "mean before", "now"});
  for (const auto& round : made.rounds) {
    for (const auto& m : round.models) {
      const auto two = [](double x) { return fmt::format("{:.3f}", x); };
      table.add({round.newest, std::to_string(m.id), two(m.after.accuracy), two(m.after.precision),
                 two(m.after.recall), two(m.after.f1), two(m.before.mean()), two(m.after.mean())});
    }
  }
  fmt::print("{}\nthe best:", table.text());
  for (const auto& e : made.kept) fmt::print(" {} ({:.3f})", e.id, e.score.mean());
  fmt::print("\n");
}

std::string out_of(const TrainArguments& arguments, const scenarios::PipelinePreset& preset,
                   const char* kind) {
  if (!arguments.out.empty()) return arguments.out;
  if (!preset.model.empty() && *kind == 0) return preset.model;
  return fmt::format("scenarios/models/{}{}.model", preset.name, kind);
}

int train_every_subset(const TrainArguments& arguments, const scenarios::PipelinePreset& preset,
                       const scenarios::TrainingOptions& options) {
  auto made = [&] {
    ProgressLine line("training " + preset.name + " for every subset of sensors");
    return scenarios::train_subsets(preset, options, arguments.threads,
                                    [&line](double share) { line.show(share); });
  }();
  if (!made) return fail(made.error());
  std::vector<std::string> names;
  for (const auto& worn : options.world.wearables) names.push_back(worn.device.name);
  names.push_back(options.world.phone_device.sensors.name);
  learn::SubsetServing::Models models;
  for (auto& one : *made) {
    std::string of;
    for (std::size_t s = 0; s < names.size(); ++s) {
      if (((models.size() + 1) >> s & 1U) != 0) of += (of.empty() ? "" : " + ") + names[s];
    }
    print_held_out(of + ": ", one);
    models.push_back(std::move(one.served));
  }
  const auto bytes = learn::serialize(learn::SubsetServing(std::move(models)));
  if (!bytes) return fail(bytes.error());
  return save(*bytes, out_of(arguments, preset, "-subsets"));
}

int train_preset(const TrainArguments& arguments, const scenarios::TrainingOptions& options) {
  const auto preset = scenarios::load_pipeline_preset(arguments.pipeline);
  if (!preset) return fail(preset.error());
  if (arguments.every_subset) return train_every_subset(arguments, *preset, options);
  auto made = [&]() -> Result<scenarios::PipelineTraining> {
    ProgressLine line("training " + preset->name);
    const auto show = [&line](double share) { line.show(share); };
    if (arguments.pool.models == 0) {
      return scenarios::train_pipeline(*preset, options, arguments.threads, show);
    }
    auto pool = scenarios::train_best(*preset, options, arguments.pool, arguments.threads, show);
    if (!pool) return pool.error();
    print_pool(*pool);
    return std::move(pool->best);
  }();
  if (!made) return fail(made.error());
  print_held_out("", *made);
  const auto bytes = learn::serialize(*made->served);
  if (!bytes) return fail(bytes.error());
  const int saved = save(*bytes, out_of(arguments, *preset, ""));
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
      ->add_option("--pool", arguments->pool.models,
                   "With --pipeline: so many models, each a mutation of one of the ten best so "
                   "far, while people come one after the other; the best is kept")
      ->check(CLI::Range(2, 1000));
  command
      ->add_option("--again", arguments->pool.again,
                   "With --pool: how many of the last models are scored again when somebody comes")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000));
  command->add_flag("--every-subset", arguments->every_subset,
                    "With --pipeline: a model for every subset of the sensors worn (with config "
                    "scenarios/catalog/train-sensors.toml: seven), in one file");
  command->add_option("--threads", arguments->threads, "The result does not depend on it")
      ->check(CLI::Range(1, 64));
  command->add_option("--set", arguments->set, "Override a key: path=value; may be repeated")
      ->take_all();
  command->callback([arguments, &exit_code] { exit_code = train_command(*arguments); });
}

}  // namespace gauntlet::cli
