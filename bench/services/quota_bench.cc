// What quotas cost a request whose token is good: three limits asked, among so many clients.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "core/services/quota.h"

namespace gauntlet {
namespace {

void BM_Quota(benchmark::State& state) {
  QuotaOptions options;
  if (state.range(1) != 0) {
    options.address = options.token = options.cluster = {.per_s = 5, .burst = 20};
  }
  Counters counters;
  Quota quota(options, counters);
  std::vector<OuterClaims> claims(static_cast<std::size_t>(state.range(0)));
  std::vector<std::string> peers(claims.size());
  for (std::size_t i = 0; i < claims.size(); ++i) {
    claims[i].token_id = "token-of-22-characters-" + std::to_string(i);
    claims[i].cluster_id = "c" + std::to_string(i % 10);
    peers[i] = "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ":4711";
  }
  HostTime now{std::chrono::seconds{1'700'000'000}};
  std::size_t i = 0;
  for (auto _ : state) {
    now += std::chrono::milliseconds{1};
    i = (i + 7919) % claims.size();
    benchmark::DoNotOptimize(quota.begin(peers[i], now));
    benchmark::DoNotOptimize(quota.admit(claims[i], now));
    quota.end(now);
  }
}
BENCHMARK(BM_Quota)->ArgNames({"clients", "on"})->Args({10'000, 0})->Args({10'000, 1});

}  // namespace
}  // namespace gauntlet
