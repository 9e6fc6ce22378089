#include "scenarios/pipeline_trial.h"

#include <oneapi/tbb/parallel_for.h>

#include <mutex>
#include <utility>

#include "core/learn/calibration.h"
#include "core/learn/serving.h"
#include "core/ports/built_in_pipeline.h"
#include "reports/statistics/paired.h"
#include "scenarios/pipeline_training.h"
#include "scenarios/runner.h"

namespace gauntlet::scenarios {
namespace {

// The windows of one person out.
struct LeftOut {
  std::unique_ptr<learn::WindowClassifier> classifier;  // trained on the others
  std::vector<std::uint32_t> windows;
};

LeftOut train_without(const learn::Dataset& data, std::size_t person, const PipelinePreset& preset,
                      std::vector<float>& probabilities) {
  LeftOut out{learn::serve_defective(learn::make_classifier(preset.evaluation.classifier),
                                     preset.evaluation.serving),
              {}};
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < data.size(); ++i) {
    (data.recording[i] == person ? out.windows : rows).push_back(i);
  }
  out.classifier->fit(data, rows);
  const std::size_t classes = data.classes.size();
  for (const std::uint32_t i : out.windows) {
    out.classifier->probabilities(data.window(i),
                                  std::span(probabilities).subspan(i * classes, classes));
  }
  return out;
}

// Calibrated by the windows of the others, each of which was answered by a classifier that had not
// seen it.
std::unique_ptr<learn::Serving> serve_calibrated(const learn::Dataset& data, LeftOut left_out,
                                                 const std::vector<float>& probabilities) {
  std::vector<std::uint8_t> use(data.size(), 1);
  for (const std::uint32_t i : left_out.windows) use[i] = 0;
  const float power = learn::fit_power(probabilities, data.classes.size(), data.label, use);
  return learn::serve(std::move(left_out.classifier), data, kNoExercise, power);
}

void in_parallel(std::size_t n, const std::function<void(std::size_t)>& work,
                 const std::function<void(double)>& progress) {
  std::size_t done = 0;
  std::mutex mutex;
  oneapi::tbb::parallel_for(std::size_t{0}, n, [&](std::size_t i) {
    work(i);
    const std::scoped_lock lock(mutex);
    progress(static_cast<double>(++done) / static_cast<double>(n));
  });
}

// By hand nothing is asked, and nothing need be trained.
std::unique_ptr<learn::Serving> untrained() {
  learn::Dataset shape;
  shape.length = 100;
  shape.channels = 3;
  shape.classes = {kNoExercise};
  return learn::serve(learn::make_classifier({}), shape, kNoExercise);
}

}  // namespace

std::optional<TrialResult::Summary> TrialResult::summary(const std::string& metric) const {
  std::vector<double> values;
  for (const auto& person : by_person) {
    const reports::Measured* m = person.find(metric);
    if (m != nullptr && m->value) values.push_back(*m->value);
  }
  if (values.empty()) return std::nullopt;
  Summary s;
  s.n = values.size();
  for (const double v : values) s.mean += v / static_cast<double>(values.size());
  s.interval = reports::bootstrap_mean_interval(values);
  return s;
}

Result<TrialResult> try_pipeline(const PipelinePreset& preset, const TrainingOptions& given,
                                 const std::function<void(double)>& progress) {
  TrainingOptions world = given;
  take_preset(world, preset);
  learn::Dataset data;
  const auto report = [&progress](double from, double to, double share) {
    if (progress) progress(from + (to - from) * share);
  };
  std::vector<LeftOut> left_out;
  std::vector<float> probabilities;
  if (preset.classifies()) {
    auto simulated = simulated_dataset(world, [&](double share) { report(0, 0.15, share); });
    if (!simulated) return simulated.error();
    data = std::move(*simulated);
    left_out.resize(static_cast<std::size_t>(world.people));
    probabilities.resize(data.size() * data.classes.size());
    in_parallel(
        left_out.size(),
        [&](std::size_t p) { left_out[p] = train_without(data, p, preset, probabilities); },
        [&](double share) { report(0.15, 0.85, share); });
  }
  const auto parts = make_shared_parts(world.world, "");
  if (!parts) return parts.error();

  TrialResult result;
  result.pipeline = preset.name;
  result.people = static_cast<std::size_t>(world.people);
  result.split = preset.classifies() ? "leave-one-person-out" : "not trained here";
  result.by_person.resize(result.people);
  std::vector<std::optional<Error>> errors(result.people);
  const auto run_person = [&](std::size_t p) {
    ScenarioOptions options = world.world;
    options.person.number = world.first_person + static_cast<std::int64_t>(p);
    const auto seed = static_cast<std::uint64_t>(options.seed);
    const auto serving = preset.classifies()
                             ? serve_calibrated(data, std::move(left_out[p]), probabilities)
                             : untrained();
    auto run =
        preset.pipeline.kind == PipelineKind::external
            ? run_seed(options, seed, *parts)
            : run_seed(options, seed, *parts,
                       [&serving](Runtime& runtime, const PhoneOptions& phone, EventSink& sink) {
                         return std::make_unique<BuiltInPipeline>(runtime, phone, *serving, sink);
                       },
                       {});
    if (!run) {
      errors[p] = run.error();
    } else {
      result.by_person[p] = std::move(run->result.values);
    }
  };
  in_parallel(result.people, run_person,
              [&](double share) { report(preset.classifies() ? 0.85 : 0, 1, share); });
  for (const auto& error : errors) {
    if (error) return *error;
  }
  return result;
}

}  // namespace gauntlet::scenarios
