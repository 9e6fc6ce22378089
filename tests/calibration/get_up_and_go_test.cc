#include "sim/body/get_up_and_go.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include "core/base/units.h"
#include "sim/body/motion.h"

namespace gauntlet::sim {
namespace {

TEST(GetUpAndGo, HasItsPartsInOrderWithoutGaps) {
  GetUpAndGoOptions options;
  options.rounds = 3;
  const Script script = make_get_up_and_go(options, {}, {1, "person/0/session"});
  const char* const round[] = {"sitting", "standing_up", "walking",     "turning",
                               "walking", "turning",     "sitting_down"};
  ASSERT_EQ(script.activities().size(), 3 * 7 + 1u);
  WorldTime end = script.begin();
  for (std::size_t i = 0; i < script.activities().size(); ++i) {
    const TrueActivity& a = script.activities()[i];
    EXPECT_EQ(a.name, round[i % 7]);
    EXPECT_EQ(a.begin, end);
    end = a.end;
  }
  EXPECT_EQ(end, script.end());
}

TEST(GetUpAndGo, TakesAsLongAsItSaysWithoutScatter) {
  GetUpAndGoOptions options;
  options.pace_variation = 0;
  const Script script = make_get_up_and_go(options, {}, {1, "person/0/session"});
  const auto& a = script.activities();
  EXPECT_NEAR(to_seconds(a[1].end - a[1].begin), options.rise_s, 1e-6);
  EXPECT_NEAR(to_seconds(a[2].end - a[2].begin), options.walk_s, 1e-6);
  EXPECT_NEAR(to_seconds(a[3].end - a[3].begin), options.turn_s, 0.01);
  EXPECT_NEAR(to_seconds(a[6].end - a[6].begin), options.sink_s, 1e-6);
}

// The gait itself swings the pelvis by up to four degrees to either side of its course.
TEST(GetUpAndGo, TurnsByHalfACircle) {
  const Script script = make_get_up_and_go({}, {}, {2, "person/0/session"});
  const auto heading_at = [&](WorldTime t) {
    std::size_t piece = script.trajectory().find(t);
    JointState joints;
    script.trajectory().evaluate(piece, t, joints);
    return joints.q[kHeading];
  };
  const TrueActivity& turn = script.activities()[3];
  const auto edge = std::chrono::milliseconds{250};
  EXPECT_NEAR(std::abs(heading_at(turn.end + edge) - heading_at(turn.begin - edge)),
              std::numbers::pi, 0.15);
  // Recorded phones turn by 128 to 162 degrees (P10, P90) in the stretch called turning.
  EXPECT_GT(std::abs(heading_at(turn.end) - heading_at(turn.begin)), 0.7 * std::numbers::pi);
}

TEST(GetUpAndGo, WhoSitsFeelsGravityAlone) {
  const auto script =
      std::make_shared<const Script>(make_get_up_and_go({}, {}, {2, "person/0/session"}));
  const TrueActivity& seat = script->activities().back();
  std::vector<WorldTime> t;
  for (WorldTime at = seat.begin + std::chrono::milliseconds{200}; at < seat.end;
       at += std::chrono::milliseconds{20}) {
    t.push_back(at);
  }
  ASSERT_GT(t.size(), 20u);
  std::vector<float> force(3 * t.size());
  make_motion(script, Worn::wrist)->evaluate(t, force.data(), nullptr);
  double gravity = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const auto square = [&](std::size_t k) {
      return static_cast<double>(force[3 * i + k]) * static_cast<double>(force[3 * i + k]);
    };
    gravity += std::sqrt(square(0) + square(1) + square(2)) / static_cast<double>(t.size());
  }
  EXPECT_NEAR(gravity, kStandardGravity_mps2, 0.2);
}

}  // namespace
}  // namespace gauntlet::sim
