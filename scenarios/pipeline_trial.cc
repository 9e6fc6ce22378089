#include "scenarios/pipeline_trial.h"

#include <oneapi/tbb/parallel_for.h>

#include <atomic>
#include <cmath>
#include <mutex>
#include <utility>

#include "core/learn/serving.h"
#include "core/ports/built_in_pipeline.h"
#include "reports/statistics/paired.h"
#include "scenarios/runner.h"

namespace gauntlet::scenarios {
namespace {

constexpr const char* kNull = "no exercise";

learn::Dataset dataset_of(const std::vector<PersonWindows>& people, const TrainingOptions& world) {
  learn::Dataset d;
  d.name = "simulated";
  d.rate_hz = 1000 / world.world.phone.signal.grid_period_ms;
  d.length = static_cast<std::uint32_t>(std::lround(world.window_s * d.rate_hz));
  d.channels = 3;
  for (std::size_t p = 0; p < people.size(); ++p) {
    const auto& w = people[p];
    for (std::size_t i = 0; i < w.labels.size(); ++i) {
      d.add(std::span(w.values).subspan(i * d.window_size(), d.window_size()),
            w.labels[i].empty() ? kNull : w.labels[i], "person " + std::to_string(p),
            static_cast<std::uint32_t>(p));
    }
  }
  return d;
}

std::unique_ptr<learn::Serving> train_without(const learn::Dataset& data, std::size_t person,
                                              const PipelinePreset& preset) {
  auto classifier = learn::serve_defective(learn::make_classifier(preset.evaluation.classifier),
                                           preset.evaluation.serving);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < data.size(); ++i) {
    if (data.recording[i] != person) rows.push_back(i);
  }
  classifier->fit(data, rows);
  return learn::serve(std::move(classifier), data, kNull);
}

// By hand nothing is asked, and nothing need be trained.
std::unique_ptr<learn::Serving> untrained() {
  learn::Dataset shape;
  shape.length = 100;
  shape.channels = 3;
  return learn::serve(learn::make_classifier({}), shape, kNull);
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
  world.world.pipeline = preset.pipeline;
  world.world.phone = preset.phone;
  world.window_s = preset.evaluation.windows.window_s;
  world.hop_s = preset.evaluation.windows.hop_s;
  learn::Dataset data;
  if (preset.classifies()) {
    auto people = simulate_windows(world, [&](double share) {
      if (progress) progress(share / 2);
    });
    if (!people) return people.error();
    data = dataset_of(*people, world);
  }
  const auto parts = make_shared_parts(world.world, "");
  if (!parts) return parts.error();

  TrialResult result;
  result.pipeline = preset.name;
  result.people = static_cast<std::size_t>(world.people);
  result.split = preset.classifies() ? "leave-one-person-out" : "not trained here";
  result.by_person.resize(result.people);
  std::vector<std::optional<Error>> errors(result.people);
  std::atomic<int> done{0};
  std::mutex mutex;
  oneapi::tbb::parallel_for(std::size_t{0}, result.people, [&](std::size_t p) {
    ScenarioOptions options = world.world;
    options.person.number = world.first_person + static_cast<std::int64_t>(p);
    const auto seed = static_cast<std::uint64_t>(options.seed);
    const auto serving = preset.classifies() ? train_without(data, p, preset) : untrained();
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
    if (!progress) return;
    const std::scoped_lock lock(mutex);
    progress(0.5 + 0.5 * ++done / static_cast<double>(result.people));
  });
  for (const auto& error : errors) {
    if (error) return *error;
  }
  return result;
}

}  // namespace gauntlet::scenarios
