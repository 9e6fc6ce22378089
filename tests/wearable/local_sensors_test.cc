#include "sim/wearable/local_sensors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

namespace gauntlet::sim {
namespace {

struct Outcome {
  TrueDevice truth;
  std::vector<HostTime> stamps;  // of the accelerometer
  std::vector<std::pair<WorldTime, HostTime>> deliveries;
  std::size_t values = 0;
};

Outcome run(double length_s, std::uint64_t seed,
            const LocalSensorsOptions& options = local_sensors_preset("phone")) {
  Simulation simulation;
  const WorldTime end{from_seconds(length_s)};
  const HostClock host({}, RandomStream(seed, "phone/clock"), WorldTime{}, end);
  const auto still = make_still_motion();
  Outcome r;
  LocalSensors sensors(simulation, options, 1, RandomStream(seed, "phone"), *still, host,
                       WorldTime{}, end, r.truth, [&](const LocalDelivery& d) {
                         r.values += d.values.size();
                         if (d.stream.sensor != SensorKind::accelerometer) return;
                         r.stamps.insert(r.stamps.end(), d.stamps.begin(), d.stamps.end());
                         r.deliveries.push_back({simulation.now(), d.stamps.back()});
                       });
  sensors.start();
  simulation.run();
  for (const auto& [at, last] : r.deliveries) EXPECT_LE(last, host.to_host(at));
  return r;
}

TEST(LocalSensors, EverySampleIsDeliveredOnceInOrder) {
  const Outcome r = run(120, 1);
  const std::size_t n = r.truth.streams[0].sampled_at.size();
  EXPECT_EQ(r.stamps.size(), n);
  EXPECT_EQ(r.values, 2 * 3 * n);
  EXPECT_EQ(r.truth.streams[0].sampled_at, r.truth.streams[1].sampled_at);
  EXPECT_TRUE(std::is_sorted(r.stamps.begin(), r.stamps.end()));
  std::int64_t next[2] = {0, 0};
  for (const TrueFrame& f : r.truth.frames) {
    std::int64_t& expected = next[f.sensor == SensorKind::gyroscope];
    EXPECT_EQ(f.first, expected);
    expected += f.count;
  }
  EXPECT_EQ(static_cast<std::size_t>(next[0]), n);
  EXPECT_EQ(static_cast<std::size_t>(next[1]), n);
}

// With one quantile for all, every busy time is that long.
TEST(LocalSensors, BusyTimesFollowTheQuantilesTheyAreGiven) {
  LocalSensorsOptions o = local_sensors_preset("phone");
  o.busy_empirical = true;
  o.busy_min_ms = o.busy_p50_ms = o.busy_p90_ms = o.busy_p99_ms = o.busy_max_ms = 60;
  const Outcome r = run(600, 1, o);
  double longest_ms = 0;
  std::size_t long_steps = 0;
  for (std::size_t i = 1; i < r.stamps.size(); ++i) {
    const double ms = to_ms(r.stamps[i] - r.stamps[i - 1]);
    longest_ms = std::max(longest_ms, ms);
    long_steps += ms > 40;
  }
  // 60 ms and what the sample before was early by, at most its period, with jitter on both.
  EXPECT_GT(longest_ms, 55);
  EXPECT_LT(longest_ms, 60 + 10 + 10);
  EXPECT_GT(long_steps, 1000u);
  o.busy_p90_ms = 50;
  EXPECT_EQ(o.validate().error().code, "bad_phone");
}

// Public recordings (sp-sw-har, phones): 102.49 Hz (102.17 to 102.95), 8.4 % steps of zero, steps
// P95/P99/max 23/48/188 ms.
TEST(LocalSensors, StampsAreAsIrregularAsRecordedOnes) {
  const Outcome r = run(7200, 3);
  std::vector<double> step_ms;
  std::size_t zero = 0;
  for (std::size_t i = 1; i < r.stamps.size(); ++i) {
    step_ms.push_back(to_ms(r.stamps[i] - r.stamps[i - 1]));
    zero += r.stamps[i] == r.stamps[i - 1];
  }
  std::sort(step_ms.begin(), step_ms.end());
  const auto quantile = [&](double p) {
    return step_ms[static_cast<std::size_t>(p * static_cast<double>(step_ms.size() - 1))];
  };
  const double zero_share = static_cast<double>(zero) / static_cast<double>(step_ms.size());
  std::printf("zero %.2f %%, P50 %.0f, P95 %.0f, P99 %.0f, max %.0f ms\n", 100 * zero_share,
              quantile(0.5), quantile(0.95), quantile(0.99), step_ms.back());
  EXPECT_NEAR(zero_share, 0.084, 0.005);
  EXPECT_NEAR(quantile(0.5), 10, 1);
  EXPECT_NEAR(quantile(0.95), 23, 1);
  EXPECT_NEAR(quantile(0.99), 48, 2);
  EXPECT_GT(step_ms.back(), 120);
  EXPECT_LT(step_ms.back(), 260);
}

}  // namespace
}  // namespace gauntlet::sim
