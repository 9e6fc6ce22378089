#include "scenarios/set_context.h"

#include <gtest/gtest.h>

#include "sim/engine/random.h"

namespace gauntlet::scenarios {
namespace {

// Eight people who do four exercises twice each, five windows a set, told apart by nothing; the
// classifier is right about `right` of the sets and sure of it.
struct Gym {
  learn::Dataset data;
  learn::HeldOut held_out;
  learn::Folds folds;
};
Gym gym(double right) {
  Gym g;
  g.data.length = 100;
  g.data.channels = 3;
  const char* names[] = {"no exercise", "a", "b", "c", "d"};
  sim::RandomStream random(1, "gym");
  const auto window = [&random](float level) {
    std::vector<float> w(300);
    for (float& x : w) x = level + static_cast<float>(random.normal());
    return w;
  };
  for (std::uint32_t person = 0; person < 8; ++person) {
    const auto name = "p" + std::to_string(person);
    g.data.add(window(0), names[0], name, person);
    for (std::size_t set = 0; set < 8; ++set) {
      const std::size_t c = 1 + (set * (1 + person % 3) + person) % 4;
      const std::size_t said = random.chance(right) ? c : 1 + random.below(4);
      for (int k = 0; k < 5; ++k) {
        g.data.add(window(0), names[c], name, person);
        g.held_out.probabilities.resize((g.data.size() - 1) * 5, 0.0F);
        for (std::size_t p = 0; p < 5; ++p) {
          g.held_out.probabilities.push_back(p == said ? 0.6F : 0.1F);
        }
      }
      g.data.add(window(0), names[0], name, person);
    }
  }
  g.held_out.probabilities.resize(g.data.size() * 5, 0.2F);
  g.folds = learn::make_folds(g.data, learn::Split::leave_one_group_out);
  return g;
}

TEST(SetContext, HabitsAndPlaceMakeGoodWhatTheSignalCannotTell) {
  Gym g = gym(0.4);
  ContextOptions o;
  const auto rows = judge_sets(g.data, g.folds, g.held_out, o);
  ASSERT_EQ(rows.size(), 6u);
  EXPECT_EQ(rows[0].sets, 64u);
  EXPECT_NEAR(rows[0].top1, 0.4 + 0.6 / 4, 3 * 0.5 / 8);  // three standard errors of 64 sets
  EXPECT_GT(rows[2].top1, rows[0].top1);
  EXPECT_GT(rows[3].top1, rows[0].top1);
  EXPECT_GT(rows[4].top1, 0.8);
  ASSERT_TRUE(rows[4].interval.has_value());
  EXPECT_LE(rows[4].interval->lo, rows[4].top1);
}

TEST(SetContext, WithoutAPastOrABeaconThatTellsThereIsNothingToGain) {
  Gym g = gym(0.5);
  ContextOptions o;
  o.past_sessions = 0;
  o.stations = 1;
  o.setup_weight = 0;
  const auto rows = judge_sets(g.data, g.folds, g.held_out, o);
  ASSERT_EQ(rows.size(), 6u);
  for (std::size_t k = 1; k < 5; ++k) EXPECT_EQ(rows[k].top1, rows[0].top1) << rows[k].evidence;
}

}  // namespace
}  // namespace gauntlet::scenarios
