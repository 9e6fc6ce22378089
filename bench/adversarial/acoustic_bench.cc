// An acoustic trial of 60 s, the whole chain from tone to counted repetition and metrics, on one
// core. Run from the root of the tree. The aim is 1,000 trials a minute on two cores: 120 ms each.

#include <benchmark/benchmark.h>

#include "scenarios/runner.h"

namespace gauntlet::scenarios {
namespace {

void BM_AcousticTrial(benchmark::State& state) {
  Scenario scenario;
  std::vector<Diagnostic> problems;
  const std::vector<Override> minute = {{"plan.length_s", "60"},
                                        {"plan.lead_in_s", "60"},
                                        {"attack[0].start_s", "0"},
                                        {"attack[0].stop_s", "60"}};
  if (!load_scenario("scenarios/catalog/acoustic.toml", minute, scenario, problems)) {
    return state.SkipWithError(to_string(problems).c_str());
  }
  const auto parts = make_shared_parts(scenario.options, scenario.options.model);
  if (!parts.ok()) return state.SkipWithError(parts.error().message.c_str());
  std::uint64_t seed = 1;
  for (auto _ : state) {
    const Result<SeedRun> done = run_seed(scenario.options, seed++, *parts);
    if (!done.ok()) return state.SkipWithError(done.error().message.c_str());
  }
  state.counters["trials"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_AcousticTrial)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gauntlet::scenarios
