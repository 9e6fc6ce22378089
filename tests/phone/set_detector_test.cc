#include "core/phone/set_detector.h"

#include <gtest/gtest.h>

#include <string>

namespace gauntlet {
namespace {

HostTime at_ms(int ms) { return HostTime{std::chrono::milliseconds{ms}}; }

// One window of 2 s every 500 ms, the n-th from n * 500 ms.
class Feeder {
 public:
  SetDetector::Change feed(const std::string& label) {
    const int from = 500 * n_++;
    return detector.on_window(at_ms(from), at_ms(from + 2000), label);
  }
  SetDetector detector{SetOptions{}};

 private:
  int n_ = 0;
};

TEST(SetDetector, StartsAtTheThirdVoteAndClaimsTheMiddleOfTheFirst) {
  Feeder f;
  EXPECT_EQ(f.feed(""), SetDetector::Change::none);
  EXPECT_EQ(f.feed("curl"), SetDetector::Change::none);
  EXPECT_EQ(f.feed("curl"), SetDetector::Change::none);
  EXPECT_EQ(f.feed("curl"), SetDetector::Change::started);
  EXPECT_EQ(f.detector.exercise(), "curl");
  EXPECT_EQ(f.detector.claimed_begin(), at_ms(1500));
  EXPECT_EQ(f.detector.signal_begin(), at_ms(500));
}

TEST(SetDetector, VotesForDifferentExercisesDoNotAddUp) {
  Feeder g;
  for (const char* label : {"curl", "press", "", "curl", "press", ""}) {
    EXPECT_EQ(g.feed(label), SetDetector::Change::none);
  }
}

TEST(SetDetector, ASingleMissedWindowDoesNotEndASet) {
  Feeder f;
  for (int i = 0; i < 5; ++i) f.feed("curl");
  EXPECT_EQ(f.feed(""), SetDetector::Change::none);
  EXPECT_EQ(f.feed("curl"), SetDetector::Change::none);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(f.feed(""), SetDetector::Change::none);
  // Four of the last five: none, curl, none, none, none.
  EXPECT_EQ(f.feed(""), SetDetector::Change::ended);
  EXPECT_EQ(f.detector.claimed_end(), at_ms(500 * 6 + 1000));
  EXPECT_FALSE(f.detector.active());
}

TEST(SetDetector, TheSetIsWhatMostOfItsWindowsSay) {
  Feeder f;
  for (int i = 0; i < 3; ++i) f.feed("press");
  for (int i = 0; i < 5; ++i) f.feed("curl");
  EXPECT_EQ(f.detector.exercise(), "curl");
}

TEST(SetDetector, SilenceEndsASet) {
  Feeder f;
  for (int i = 0; i < 4; ++i) f.feed("curl");  // the last window ends at 3.5 s
  EXPECT_EQ(f.detector.on_time(at_ms(13'000)), SetDetector::Change::none);
  EXPECT_EQ(f.detector.on_time(at_ms(13'500)), SetDetector::Change::ended);
  EXPECT_EQ(f.detector.on_time(at_ms(14'000)), SetDetector::Change::none);
  EXPECT_EQ(f.detector.close(), SetDetector::Change::none);
}

}  // namespace
}  // namespace gauntlet
