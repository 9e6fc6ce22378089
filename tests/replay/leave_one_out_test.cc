#include "replay/leave_one_out.h"

#include <gtest/gtest.h>

#include <vector>

namespace gauntlet::replay {
namespace {

TEST(LeaveOneOut, ASessionIsScoredWithWhatTheOthersChoose) {
  // The first choice is right about a and wrong about b and c, the second the other way round; both
  // of a's sets together never outvote the others, nor does a vote for itself.
  const std::vector<CountedSet> sets{{"a", 10, {10, 15}}, {"a", 10, {10, 15}}, {"b", 8, {4, 8}},
                                     {"b", 8, {4, 8}},    {"b", 8, {4, 8}},    {"c", 12, {20, 13}}};
  const auto out = leave_one_session_out(sets);
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[0].session, "a");
  EXPECT_EQ(out[0].choice, 1u);
  EXPECT_EQ(out[0].score.sets, 2u);
  EXPECT_EQ(out[0].score.within1, 0u);
  EXPECT_EQ(out[1].choice, 0u) << "a's two against c's one";
  EXPECT_EQ(out[1].score.within1, 0u);
  EXPECT_EQ(out[2].choice, 1u);
  EXPECT_EQ(out[2].score.within1, 1u);
  EXPECT_EQ(out[2].score.exact, 0u);
}

TEST(LeaveOneOut, OfEqualsTheMoreExactThenTheFirstIsTaken) {
  const std::vector<CountedSet> sets{{"a", 10, {9, 10, 10}}, {"b", 10, {9, 11, 10}}};
  const auto out = leave_one_session_out(sets);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].choice, 2u) << "b's exact one";
  EXPECT_EQ(out[1].choice, 1u) << "two are as good on a";
}

TEST(LeaveOneOut, OneSessionLeavesNothingToChooseOn) {
  EXPECT_TRUE(leave_one_session_out(std::vector<CountedSet>{{"a", 10, {10}}}).empty());
  EXPECT_TRUE(leave_one_session_out({}).empty());
}

}  // namespace
}  // namespace gauntlet::replay
