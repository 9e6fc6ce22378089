#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "core/learn/draws.h"
#include "core/learn/kernels.h"
#include "core/learn/network.h"
#include "core/learn/sliding_minirocket.h"
#include "core/learn/trainer.h"

namespace gauntlet::learn {
namespace {

std::vector<float> noise(std::size_t n, std::uint64_t seed) {
  Draws draws(seed);
  std::vector<float> v(n);
  for (float& x : v) x = static_cast<float>(20 * draws.uniform() - 10);
  return v;
}

Training trained(std::int64_t features, std::size_t windows) {
  TrainerOptions o;
  o.features = features;
  Trainer trainer(o, 50, 100, 3);
  for (std::size_t i = 0; i < windows; ++i) {
    const std::size_t c = i % 11;
    trainer.add(noise(300, i), c == 0 ? "" : "exercise-" + std::to_string(c),
                static_cast<std::uint32_t>(i / 110));
  }
  return *trainer.train();
}

// Features and eleven classes of a window of 100 x 3.
void classify(benchmark::State& state) {
  const Training t = trained(state.range(0), 330);
  const std::vector<float> windows = noise(64 * 300, 1);
  ClassifyScratch scratch;
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(t.model.classify(windows.data() + 300 * (i++ % 64), scratch));
  }
}
BENCHMARK(classify)->Arg(504)->Arg(756)->Arg(1008)->Unit(benchmark::kMicrosecond);

// MiniRocket alone, 100 x 3.
void rocket(benchmark::State& state) {
  const std::vector<float> windows = noise(64 * 300, 1);
  const MiniRocket m = fit_minirocket(windows, 100, 3, static_cast<std::size_t>(state.range(0)), 1);
  MiniRocketScratch scratch;
  std::vector<float> out(m.features());
  std::size_t i = 0;
  for (auto _ : state) {
    transform(m, windows.data() + 300 * (i++ % 64), scratch, out.data());
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(rocket)->Arg(1008)->Arg(9996)->Unit(benchmark::kMicrosecond);

// The same per hop of so many rows, each window beginning where the last one's work can be used.
void rocket_sliding(benchmark::State& state) {
  const std::vector<float> rows = noise(64 * 300, 1);
  const MiniRocket m = fit_minirocket(rows, 100, 3, 1008, 1);
  const auto hop = static_cast<std::size_t>(state.range(0));
  SlidingMiniRocket sliding(m, hop);
  std::vector<float> out(m.features());
  sliding.start(rows.data(), out.data());
  std::size_t i = 0;
  for (auto _ : state) {
    sliding.advance(rows.data() + 3 * hop * (i++ % 64), out.data());
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(rocket_sliding)->Arg(1)->Arg(5)->Arg(25)->Unit(benchmark::kMicrosecond);

// With each kind of kernels this processor has, the narrowest first.
void serve(benchmark::State& state, const Network& n) {
  const auto with = static_cast<std::size_t>(state.range(0));
  if (with >= all_kernels().size()) return state.SkipWithError("not on this processor");
  const std::size_t size = std::size_t{n.length} * n.channels;
  const std::vector<float> windows = noise(16 * size, 1);
  NetworkScratch scratch;
  prepare(n, scratch, all_kernels()[with]);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(forward(n, windows.data() + size * (i++ % 16), scratch));
  }
  state.SetLabel(std::string(all_kernels()[with].name));
}
BENCHMARK_CAPTURE(serve, cnn_48840_on_100x6, make_cnn(100, 6, 8, 0, 1))
    ->DenseRange(1, 2)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(serve, lstm_67271_on_200x3, make_lstm(200, 3, 7, true, 0, 1))
    ->DenseRange(1, 2)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(serve, mlp_on_400x3, make_mlp(400, 3, 7, 0, 1))
    ->DenseRange(1, 2)
    ->Unit(benchmark::kMicrosecond);

void train(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(trained(756, static_cast<std::size_t>(state.range(0))));
  }
}
BENCHMARK(train)->Arg(2200)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace gauntlet::learn
