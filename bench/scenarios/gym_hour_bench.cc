// A simulated hour from end to end, on one core. Run from the root of the tree.
//
// `x_real_time`: simulated seconds per second of CPU.

#include <benchmark/benchmark.h>

#include "scenarios/fusion_only.h"
#include "scenarios/runner.h"

namespace gauntlet::scenarios {
namespace {

struct Hour {
  Scenario scenario;
  Result<SharedParts> parts = Error{};
};

// Null, with the benchmark marked as failed, when the catalog is not here.
const Hour* hour(benchmark::State& state, bool phone_sensors) {
  static Hour both[2];
  Hour& h = both[phone_sensors ? 1 : 0];
  if (h.parts.ok()) return &h;
  std::vector<Diagnostic> problems;
  if (!load_scenario("scenarios/catalog/gym-hour.toml",
                     {{"phone_device.sensors_on", phone_sensors ? "true" : "false"}}, h.scenario,
                     problems)) {
    state.SkipWithError(to_string(problems).c_str());
    return nullptr;
  }
  h.parts = make_shared_parts(h.scenario.options, h.scenario.options.model);
  if (!h.parts.ok()) state.SkipWithError(h.parts.error().message.c_str());
  return h.parts.ok() ? &h : nullptr;
}

template <class Run>
void simulate(benchmark::State& state, bool phone_sensors, const Run& run) {
  const Hour* h = hour(state, phone_sensors);
  if (!h) return;
  std::uint64_t seed = 1;
  double simulated_s = 0;
  for (auto _ : state) {
    const Result<SeedRun> done = run(*h, seed++);
    if (!done.ok()) return state.SkipWithError(done.error().message.c_str());
    simulated_s += to_seconds(done->record->duration);
  }
  state.counters["x_real_time"] = benchmark::Counter(simulated_s, benchmark::Counter::kIsRate);
}

// Everything the gym hour has: three streams, classification, uploads, metrics.
void BM_GymHour(benchmark::State& state) {
  simulate(state, true, [](const Hour& h, std::uint64_t seed) {
    return run_seed(h.scenario.options, seed, *h.parts);
  });
}
// One wearable, MiniRocket every 500 ms, uploads, metrics.
void BM_OneWearableClassified(benchmark::State& state) {
  simulate(state, false, [](const Hour& h, std::uint64_t seed) {
    return run_seed(h.scenario.options, seed, *h.parts);
  });
}
// One wearable: world, link, decode, align, fuse, filter; no classification.
void BM_OneWearableFused(benchmark::State& state) {
  simulate(state, false, [](const Hour& h, std::uint64_t seed) {
    return run_seed(h.scenario.options, seed, *h.parts, make_fusion_only, {});
  });
}
BENCHMARK(BM_GymHour)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_OneWearableClassified)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_OneWearableFused)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gauntlet::scenarios
