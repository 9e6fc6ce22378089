#include "scenarios/batch.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <system_error>

#include "reports/html/report_html.h"
#include "reports/result_h5.h"

namespace gauntlet::scenarios {
namespace {

// Adds up what each seed says of itself.
class Progress {
 public:
  Progress(std::size_t seeds, const std::function<void(double)>& report)
      : shares_(seeds), report_(report) {}
  void set(std::size_t seed, double share) {
    if (!report_) return;
    const std::scoped_lock lock(mutex_);
    sum_ += share - shares_[seed];
    shares_[seed] = share;
    report_(sum_ / static_cast<double>(shares_.size()));
  }

 private:
  std::mutex mutex_;
  std::vector<double> shares_;
  double sum_ = 0;
  const std::function<void(double)>& report_;
};

struct Slot {
  std::optional<reports::SeedResult> result;
  std::optional<SeedRun> run;  // the first seed's only: the signals of a run are large
  double duration_s = 0;
  std::string split;
  std::string failure;
  bool pipeline_failed = false;
};

}  // namespace

std::vector<std::uint64_t> consecutive_seeds(std::uint64_t first, std::size_t count) {
  std::vector<std::uint64_t> seeds(count);
  for (std::size_t i = 0; i < count; ++i) seeds[i] = first + i;
  return seeds;
}

Batch run_batch(const Scenario& scenario, const SharedParts& parts,
                const reports::Provenance& about, const BatchOptions& options) {
  namespace tbb = oneapi::tbb;
  CHECK(!options.hooks.trace || options.seeds.size() == 1, options.seeds.size());
  std::vector<Slot> slots(options.seeds.size());
  Progress progress(slots.size(), options.progress);
  std::unique_ptr<tbb::global_control> limit;
  const bool alone = scenario.options.pipeline.kind == PipelineKind::external &&
                     scenario.options.pipeline.time == PipelineTime::real_time;
  if (options.threads > 0 || alone) {
    limit = std::make_unique<tbb::global_control>(
        tbb::global_control::max_allowed_parallelism,
        alone ? 1 : static_cast<std::size_t>(options.threads));
  }
  std::mutex each;
  tbb::parallel_for(std::size_t{0}, slots.size(), [&](std::size_t i) {
    Slot& slot = slots[i];
    RunHooks hooks = options.hooks;
    hooks.progress = [&progress, i](double share) { progress.set(i, share); };
    auto run = run_seed(scenario.options, options.seeds[i], parts, hooks);
    if (!run) {
      slot.failure = "seed " + std::to_string(options.seeds[i]) + ": " + run.error().message;
      slot.pipeline_failed = run.error().code == "pipeline";
      return;
    }
    if (options.each) {
      const std::scoped_lock lock(each);
      options.each(i, *run);
    }
    slot.duration_s = to_seconds(run->record->duration);
    slot.split = run->record->split;
    slot.result = run->result;
    slot.pipeline_failed = run->external && !run->external->complaints().empty();
    if (i == 0) slot.run = std::move(*run);
  });

  Batch batch;
  reports::Provenance provenance = about;
  std::vector<reports::SeedResult> results;
  std::vector<std::string> failures;
  for (Slot& slot : slots) {
    batch.pipelines_failed += slot.pipeline_failed ? 1 : 0;
    if (!slot.failure.empty()) {
      failures.push_back(std::move(slot.failure));
      continue;
    }
    provenance.seeds.push_back(slot.result->seed);
    provenance.duration_s = std::max(provenance.duration_s, slot.duration_s);
    provenance.split = slot.split;
    results.push_back(std::move(*slot.result));
  }
  batch.first = std::move(slots.front().run);
  batch.result = reports::summarise(std::move(provenance), results);
  batch.result.failures.insert(batch.result.failures.end(), failures.begin(), failures.end());
  return batch;
}

Result<void> write_batch(const std::filesystem::path& folder, const Batch& batch,
                         const reports::ResultFile* captures) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Error{"io", folder.string() + ": " + error.message()};
  if (auto r = reports::write_result_json(folder / "result.json", batch.result); !r) return r;
  reports::ResultFile shown = batch.result;
  if (captures) shown.tables.insert(captures->tables.begin(), captures->tables.end());
  reports::ReportInput input{.result = shown};
  if (batch.first) {
    input.record = batch.first->record.get();
    input.detail = &batch.first->detail;
    if (auto r = reports::write_result_h5(folder / "result.h5", *batch.first->record,
                                          batch.first->detail, batch.result.provenance);
        !r) {
      return r;
    }
  }
  return reports::write_report_html(folder / "report.html", input);
}

}  // namespace gauntlet::scenarios
