// The guard rings where nobody attacks as often as it says: each detector at most once in ten hours
// of gym life. Its thresholds were chosen on seeds 5001 to 5050; these are others.
#include <gtest/gtest.h>

#include <map>

#include "reports/metrics/attacks.h"
#include "scenarios/runner.h"

namespace gauntlet::scenarios {
namespace {

struct Rang {
  std::uint64_t alarms = 0;
  double hours = 0;
};

void listen(const std::vector<Override>& overrides, std::uint64_t first, std::uint64_t seeds,
            std::map<std::string, Rang>& out) {
  Scenario scenario;
  std::vector<Diagnostic> problems;
  ASSERT_TRUE(load_scenario("scenarios/catalog/gym-hour.toml", overrides, scenario, problems))
      << to_string(problems);
  const auto parts = make_shared_parts(scenario.options, scenario.options.model);
  ASSERT_TRUE(parts.ok());
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    const auto run = run_seed(scenario.options, seed, *parts, {});
    ASSERT_TRUE(run.ok()) << run.error().message;
    for (const auto& [name, d] : reports::detector_scores(*run->record)) {
      out[name].alarms += d.clean_alarms;
      out[name].hours += d.clean_s / 3600;
    }
  }
}

// Of eight hours 0.8 alarms are expected at the stated rate: five or more come once in 700 times.
TEST(GuardRate, EachDetectorRingsAtMostOnceInTenHours) {
  std::map<std::string, Rang> rang;
  listen({{"phone.guard.on", "true"}}, 9001, 5, rang);
  listen({{"phone.guard.on", "true"},
          {"wearable",
           "[{preset = \"watch-2023\", name = \"watch\", link = {preset = \"essay-max\"}}]"}},
         9101, 4, rang);
  for (const char* name : {"bias", "noise", "regular", "rotation", "clock", "delay", "field"}) {
    ASSERT_TRUE(rang.contains(name)) << name;
    EXPECT_LT(rang[name].alarms, 5u) << name << " in " << rang[name].hours << " h";
    EXPECT_GT(rang[name].hours, name == std::string_view("rotation") ? 3.5 : 3) << name;
  }
}

}  // namespace
}  // namespace gauntlet::scenarios
