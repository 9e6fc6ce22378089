// Phones in virtual time on one core: each a whole uploader with its own clock, connection and
// retries, against all four services over the simulated network; no bodies and no radios. The
// counter `x_real_time` is virtual over CPU time. Arguments: phones, seconds of a chunk, seconds of
// each phone's one session, begun at any time such that it ends within `of_s`.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "core/events/no_events.h"
#include "core/phone/uploader.h"
#include "core/runtime/spawn.h"
#include "core/services/service_set.h"
#include "sim/network/seeded_entropy.h"
#include "sim/network/virtual_network.h"

namespace gauntlet {
namespace {

constexpr Duration kSecond = std::chrono::seconds{1};

struct Phone {
  Counters counters;
  UploadOptions options;
  std::unique_ptr<Uploader> uploader;
};

// A session from `offset_s` to `end_s`, a chunk each period.
asio::awaitable<void> walk(sim::VirtualHost& host, Phone& phone, double offset_s, double end_s) {
  const double period_s = phone.options.period_s;
  const auto rows_n = static_cast<std::size_t>(50 * period_s);
  GridRows rows;
  rows.values.assign(3 * rows_n, 1.0f);
  rows.filled.assign(rows_n, 0);
  co_await host.sleep_for(from_seconds(offset_s));
  phone.uploader->begin_session();
  for (double t = offset_s; t + period_s <= end_s; t += period_s) {
    co_await host.sleep_for(from_seconds(period_s));
    rows.runs.assign(1, {host.now() - from_seconds(period_s), 0, rows_n, false});
    phone.uploader->add({0, SensorKind::accelerometer}, rows, kSecond / 50);
    phone.uploader->tick(host.now());
  }
  phone.uploader->finish();
}

void BM_Phones(benchmark::State& state) {
  const auto phones_n = static_cast<std::size_t>(state.range(0));
  const auto period_s = static_cast<double>(state.range(1));
  const auto session_s = static_cast<double>(state.range(2));
  const auto length_s = static_cast<double>(state.range(3));
  const ServiceKeys keys = ServiceKeys::generate(SignatureAlgorithm::es256);
  std::uint64_t chunks = 0;
  for (auto _ : state) {
    state.PauseTiming();
    sim::Simulation simulation;
    sim::VirtualContext context(simulation);
    sim::RandomStream random(1, "bench");
    sim::NetworkOptions network_options;
    network_options.accept_backlog = 100'000;
    sim::VirtualNetwork network(context, network_options, sim::RandomStream(1, "network"));
    const sim::SeededEntropy entropy(sim::RandomStream(1, "entropy"));
    ServiceSetOptions options;
    options.durability = Durability::memory;
    options.authz.scrypt = {1, 8, 1};
    options.connections_max = 1'000'000;
    options.log_bytes_max = 0;
    options.tokens.remembered = 20'000;  // one a phone: a verification is a tenth of a millisecond
    ServiceSet services({network.add_host("authz"), network.add_host("profile"),
                         network.add_host("ingest"), network.add_host("model")},
                        "", options, keys);
    services.serve();
    NoEvents nobody;
    std::vector<std::unique_ptr<Phone>> phones;
    for (std::size_t i = 0; i < phones_n; ++i) {
      const std::string name = "phone" + std::to_string(i);
      auto& host = network.add_host(name);
      auto& p = *phones.emplace_back(std::make_unique<Phone>());
      p.options.authz = {"authz", services.endpoint(ServiceKind::authz).port};
      p.options.ingest = {"ingest", services.endpoint(ServiceKind::ingest).port};
      p.options.user = name;
      p.options.secret = "secret";
      p.options.period_s = period_s;
      benchmark::DoNotOptimize(services.authz().register_person(name, "secret", "c0").ok());
      p.uploader = std::make_unique<Uploader>(
          host, p.options, make_http_cloud(host, p.options.authz, p.options.ingest), nobody,
          p.counters);
      spawn(host.executor(), p.uploader->run());
      // Where sessions fill the time, chunks still end at different times.
      const double offset_s = random.uniform(0, std::max(period_s, length_s - session_s));
      spawn(host.executor(), walk(host, p, offset_s, std::min(length_s, offset_s + session_s)));
    }
    state.ResumeTiming();
    simulation.run(WorldTime{from_seconds(length_s + 60)});
    state.PauseTiming();
    chunks += services.counters(ServiceKind::ingest).get("ingest.chunks");
    services.stop();
    simulation.run();
    state.ResumeTiming();
  }
  state.counters["x_real_time"] = benchmark::Counter(
      length_s * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["uploads_per_s"] =
      benchmark::Counter(static_cast<double>(chunks), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Phones)
    ->ArgNames({"phones", "period_s", "session_s", "of_s"})
    ->Args({1000, 10, 360, 360})
    ->Args({10000, 10, 360, 3600})
    ->Args({10000, 10, 60, 60})
    ->Args({10000, 60, 360, 360})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gauntlet
