#include "core/learn/calibration.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/learn/cross_validation.h"

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

// Three groups whose windows are answered with 0.99 where 0.8 is right: the power that makes 0.8 of
// 0.99 is ln(0.8 / 0.2) / ln(0.99 / 0.01) = 0.302.
TEST(Calibration, ByTheOtherRoundsFindsThePowerAndChangesNoAnswer) {
  Dataset d;
  d.length = 1;
  d.channels = 3;
  const std::vector<float> w(3);
  HeldOut held_out;
  for (std::uint32_t i = 0; i < 300; ++i) {
    d.add(w, i % 10 < 8 ? "a" : "b", "group " + std::to_string(i / 100), i / 100);
    held_out.probabilities.insert(held_out.probabilities.end(), {0.99F, 0.01F});
  }
  const auto before = likeliest(held_out.probabilities, 2);
  EXPECT_NEAR(expected_calibration_error(held_out.probabilities, 2, d.label), 0.19, 1e-5);
  calibrate_held_out(d, make_folds(d, Split::leave_one_group_out), held_out);
  EXPECT_LT(expected_calibration_error(held_out.probabilities, 2, d.label), 0.005);
  EXPECT_EQ(likeliest(held_out.probabilities, 2), before);
  const std::vector<std::uint8_t> use(300, 1);
  std::vector<float> same;
  for (int i = 0; i < 300; ++i) same.insert(same.end(), {0.99F, 0.01F});
  EXPECT_NEAR(fit_power(same, 2, d.label, use), 0.302, 0.01);
}

}  // namespace
}  // namespace gauntlet::learn
