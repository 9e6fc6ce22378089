// Detectors' figures from scores whose answers are known.
#include "campaign/detection.h"

#include <gtest/gtest.h>

namespace gauntlet::campaign {
namespace {

PersonScores person(const std::vector<double>& clean, const std::vector<double>& attacked,
                    std::uint64_t alarms = 0, bool noticed = false) {
  reports::DetectorScores d;
  d.clean = clean;
  d.attacked = attacked;
  d.clean_s = 3600.0 * !clean.empty();
  d.clean_alarms = alarms;
  d.attacks = !attacked.empty();
  d.noticed = noticed;
  d.delay_s = noticed ? 12 : 0;
  return {{"x", d}};
}

std::vector<double> ramp(double from, std::size_t n) {
  std::vector<double> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(from + static_cast<double>(i));
  return out;
}

TEST(Detection, ScoresThatAreApartHaveAnAreaOfOneAndScoresThatAreAlikeOfAHalf) {
  const struct {
    double attacked_from, area, hits_at_1pct;
  } kCases[] = {{1000, 1, 1}, {0, 0.5, 0.01}, {50, 0.875, 0.51}};
  for (const auto& c : kCases) {
    const std::vector<PersonScores> attacked(4, person({}, ramp(c.attacked_from, 100)));
    const std::vector<PersonScores> clean(4, person(ramp(0, 100), {}));
    const auto found = detectors_of(attacked, clean);
    ASSERT_EQ(found.size(), 1u);
    // A third of 96 thresholds in either body: neighbours are four scores of a hundred apart.
    EXPECT_NEAR(found[0].area, c.area, 0.01) << c.attacked_from;
    EXPECT_NEAR(found[0].roc[2].hits, c.hits_at_1pct, 0.04);
    EXPECT_EQ(found[0].roc[2].false_alarms, 0.01);
    // People are all the same: resampling them changes nothing.
    EXPECT_NEAR(found[0].area_interval->lo, found[0].area, 1e-12);
    EXPECT_NEAR(found[0].area_interval->hi, found[0].area, 1e-12);
  }
}

TEST(Detection, PeopleWhoDifferWidenTheInterval) {
  std::vector<PersonScores> attacked, clean;
  for (int i = 0; i < 6; ++i) {
    attacked.push_back(person({}, ramp(i % 2 ? 1000 : -1000, 50)));
    clean.push_back(person(ramp(0, 50), {}));
  }
  const auto found = detectors_of(attacked, clean);
  EXPECT_NEAR(found[0].area, 0.5, 1e-3);
  EXPECT_LT(found[0].area_interval->lo, 0.3);
  EXPECT_GT(found[0].area_interval->hi, 0.7);
}

// Garwood for 3 in 2 h: 0.619 to 8.767; Clopper and Pearson for 1 of 2: 0.0126 to 0.9874.
TEST(Detection, AlarmsAndNoticesAreCountedWithExactIntervals) {
  const auto found = detectors_of({person({}, {5, 6}, 0, true), person({}, {5, 6})},
                                  {person({1, 2}, {}, 1), person({1, 2}, {}, 2)});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].clean_alarms, 3u);
  EXPECT_NEAR(found[0].alarms_per_h.lo, 0.6187 / 2, 1e-3);
  EXPECT_NEAR(found[0].alarms_per_h.hi, 8.767 / 2, 1e-3);
  EXPECT_EQ(found[0].noticed, 1u);
  EXPECT_NEAR(found[0].noticed_interval.lo, 0.0126, 1e-3);
  EXPECT_EQ(found[0].delay_s->mean, 12);
}

TEST(Detection, WhoWasNeverScoredUnderAttackIsNoEvidence) {
  EXPECT_TRUE(detectors_of({person({1}, {})}, {person({1}, {})}).empty());
  EXPECT_TRUE(detectors_of({person({}, {1})}, {}).empty());
}

}  // namespace
}  // namespace gauntlet::campaign
