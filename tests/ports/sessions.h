// Short sessions for other people's pipelines.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "scenarios/sut_session.h"

namespace gauntlet::scenarios {

inline bool have_python() {
  static const bool found = std::system("python3 -c '' 2>/dev/null") == 0;
  return found;
}
inline constexpr const char* kEightCurls =
    "[{exercise = \"biceps-curl\", sets = 1, repetitions = 8, rest_s = 5, weight_kg = 10}]";
#define NEEDS_PYTHON() \
  if (!have_python()) GTEST_SKIP() << "skipped: no python3"

// About a minute with a set of curls in it, the watch alone; given a length, perhaps without the
// set.
inline ScenarioOptions short_session(std::vector<std::string> command, double length_s = 0) {
  Scenario scenario;
  std::vector<Diagnostic> problems;
  const std::vector<Override> overrides{{"plan.length_s", std::to_string(length_s)},
                                        {"plan.lead_in_s", "8"},
                                        {"plan.between_sets", "[]"},
                                        {"plan.between_exercises", "[]"},
                                        {"plan.exercises", kEightCurls},
                                        {"phone_device.sensors_on", "false"}};
  EXPECT_TRUE(load_scenario("scenarios/catalog/gym-hour.toml", overrides, scenario, problems))
      << to_string(problems);
  scenario.options.pipeline.kind = PipelineKind::external;
  scenario.options.pipeline.command = std::move(command);
  // A busy machine may take a second to start an interpreter.
  scenario.options.pipeline.start_timeout_s = 60;
  return scenario.options;
}

inline std::vector<std::string> misbehaving(const std::string& way) {
  return {"python3", "-S", "tests/ports/misbehaving.py", way};
}

inline const SharedParts& no_model() {
  static const SharedParts parts = *make_shared_parts(ScenarioOptions{}, "");
  return parts;
}

}  // namespace gauntlet::scenarios
