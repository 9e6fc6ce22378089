#include "core/learn/calibration.h"

#include <gtest/gtest.h>

#include <vector>

namespace gauntlet::learn {
namespace {

// Ten windows at 0.8 of which eight are right, ten at 0.6 of which four are: |0| and |0.2|.
TEST(Calibration, ErrorIsTheMeanDistanceOfConfidenceFromRight) {
  std::vector<float> p;
  std::vector<std::uint32_t> truth;
  for (int i = 0; i < 10; ++i) {
    p.insert(p.end(), {0.8F, 0.2F});
    truth.push_back(i < 8 ? 0 : 1);
    p.insert(p.end(), {0.6F, 0.4F});
    truth.push_back(i < 4 ? 0 : 1);
  }
  EXPECT_NEAR(expected_calibration_error(p, 2, truth), 0.1, 1e-6);
  const Selective all = answer_above(p, 2, truth, 0);
  EXPECT_DOUBLE_EQ(all.answered, 1);
  EXPECT_DOUBLE_EQ(all.accuracy, 0.6);
  const Selective sure = answer_above(p, 2, truth, 0.7F);
  EXPECT_DOUBLE_EQ(sure.answered, 0.5);
  EXPECT_DOUBLE_EQ(sure.accuracy, 0.8);
  EXPECT_DOUBLE_EQ(answer_above(p, 2, truth, 0.9F).answered, 0);
}

}  // namespace
}  // namespace gauntlet::learn
