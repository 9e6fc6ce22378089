// Our engines and the plain ones under Google Benchmark; bench/engine/compare adds the peers.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench/engine/engines.h"
#include "sim/engine/random.h"
#include "sim/engine/simulation.h"

namespace gauntlet::bench {
namespace {

void run(benchmark::State& state, Outcome (*engine)(Model&), const Workload& workload) {
  std::uint64_t events = 0;
  for (auto _ : state) {
    Model model(workload);
    const Outcome o = engine(model);
    state.SetIterationTime(o.cpu_s);
    events += o.events;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}

void add(std::string_view kind, std::string_view load, std::uint32_t n) {
  const Workload w{std::string(kind), std::string(load), n, 2'000'000};
  for (const Engine& e : engines()) {
    const auto f = e.of(kind);
    if (f == nullptr) continue;
    const std::string name = std::string(e.name) + "/" + w.kind + "/" + w.load;
    benchmark::RegisterBenchmark((name + "/" + std::to_string(n)).c_str(),
                                 [f, w](benchmark::State& s) { run(s, f, w); })
        ->UseManualTime()
        ->Iterations(1);
  }
}

// What a trace costs an event: off (0), and into a ring (1).
void trace(benchmark::State& state) {
  sim::Simulation sim;
  sim::TraceRing ring(1 << 12);
  if (state.range(0) != 0) sim.trace_to(&ring);
  sim.every(sim.now(), Duration{1}, [] {});
  for (auto _ : state) sim.run(sim.now() + Duration{1000});
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(trace)->Arg(0)->Arg(1);

// What is in the kernel's loop when the trace is off, alone: a loop without (0) and with (1) the
// test of a member for null. The difference bounds what an event pays, where the test overlaps with
// much else.
void trace_check(benchmark::State& state) {
  struct Loop {
    sim::Trace* trace = nullptr;
    std::uint64_t ran = 0;
  } loop;
  const sim::Event event{};
  for (auto _ : state) {
    benchmark::DoNotOptimize(loop);
    if (state.range(0) != 0 && loop.trace != nullptr) [[unlikely]]
      loop.trace->record(event, 0);
    ++loop.ran;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(trace_check)->Arg(0)->Arg(1);

template <class T>
void bulk_normals(benchmark::State& state) {
  sim::RandomStream random(1, "bench");
  std::vector<T> out(1 << 14);
  for (auto _ : state) {
    random.fill_normal(std::span<T>(out));
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(bulk_normals<float>);
BENCHMARK(bulk_normals<double>);

template <double (*Draw)(sim::RandomStream&)>
void scalar(benchmark::State& state) {
  sim::RandomStream random(1, "bench");
  for (auto _ : state) benchmark::DoNotOptimize(Draw(random));
  state.SetItemsProcessed(state.iterations());
}
double draw_uniform(sim::RandomStream& r) { return r.uniform(); }
double draw_normal(sim::RandomStream& r) { return r.normal(); }
double draw_exponential(sim::RandomStream& r) { return r.exponential(1); }
BENCHMARK(scalar<draw_uniform>);
BENCHMARK(scalar<draw_normal>);
BENCHMARK(scalar<draw_exponential>);

}  // namespace
}  // namespace gauntlet::bench

int main(int argc, char** argv) {
  using gauntlet::bench::add;
  for (const std::string_view load : gauntlet::bench::kLoads) {
    for (const std::uint32_t n : {1000u, 10'000u, 100'000u, 1'000'000u}) add("hold", load, n);
  }
  for (const std::uint32_t n : {10'000u, 100'000u}) add("timers", "ties", n);
  add("rearm", "ties", 10'000);
  add("cancel", "exponential", 10'000);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
