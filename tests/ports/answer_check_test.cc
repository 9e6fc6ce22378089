// What may be claimed, as a table of good and bad.

#include "core/ports/answer_check.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/ports/external_codec.h"

namespace gauntlet::external {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr HostTime kNow{seconds{1'433'116'900}};

std::string code(const Result<void>& r) { return r ? "" : r.error().code; }

AnswerCheck with_frames() {
  AnswerCheck check(PipelineInput::frames);
  check.add_frame(0, SensorKind::accelerometer, 100);
  check.add_frame(0, SensorKind::accelerometer, 50);
  check.add_frame(0, SensorKind::accelerometer, std::nullopt);  // corrupt
  check.add_frame(3, SensorKind::gyroscope, 10);
  return check;
}

Aligned aligned(FrameRef frame, std::uint32_t first, std::size_t n, HostTime at = kNow) {
  return {frame, SensorKind::accelerometer, first, std::vector<HostTime>(n, at)};
}

SamplesRejected rejected(FrameRef frame, std::uint32_t count, std::string reason = "unused") {
  return {frame, SensorKind::accelerometer, count, std::move(reason), {}};
}

TEST(AnswerCheck, FramesAreNumberedByDevice) {
  AnswerCheck check(PipelineInput::frames);
  EXPECT_EQ(check.add_frame(0, {}, 1).ordinal, 0u);
  EXPECT_EQ(check.add_frame(0, {}, 1).ordinal, 1u);
  EXPECT_EQ(check.add_frame(9, {}, 1).ordinal, 0u);
}

TEST(AnswerCheck, SamplesOfAFrameAreClaimedOnceAndNoMoreThanItCarries) {
  struct Case {
    Aligned claim;
    const char* code;
  };
  const Case cases[] = {
      {aligned({0, 0}, 0, 100), ""},
      {aligned({0, 0}, 40, 60), ""},
      {aligned({0, 0}, 41, 60), "too_many_samples"},
      {aligned({0, 1}, 0, 51), "too_many_samples"},
      {aligned({0, 1}, std::numeric_limits<std::uint32_t>::max(), 2), "too_many_samples"},
      {aligned({0, 3}, 0, 1), "unknown_frame"},
      {aligned({1, 0}, 0, 1), "unknown_frame"},
      {aligned({0, 0}, 0, 1, kNow + Duration{1}), "future"},
      {aligned({0, 0}, 0, 1, HostTime::max()), "future"},
      {aligned({0, 0}, 0, 1, HostTime::min()), ""},  // a wrong estimate is for the metrics
  };
  for (const Case& c : cases) {
    AnswerCheck check = with_frames();
    EXPECT_EQ(code(check.aligned(c.claim, kNow)), c.code)
        << c.claim.frame.device << ' ' << c.claim.frame.ordinal << ' ' << c.claim.first;
  }
  AnswerCheck check = with_frames();
  EXPECT_EQ(code(check.aligned(aligned({0, 0}, 0, 60), kNow)), "");
  EXPECT_EQ(code(check.rejected(rejected({0, 0}, 40))), "");
  EXPECT_EQ(code(check.rejected(rejected({0, 0}, 1))), "too_many_samples");
}

TEST(AnswerCheck, AReasonIsOneWord) {
  for (const char* bad :
       {"", "two words", "Capital", "a-b", "ä", "a_reason_that_is_longer_than_thirty_two_bytes"}) {
    EXPECT_EQ(code(with_frames().rejected(rejected({0, 0}, 1, bad))), "value") << bad;
  }
  EXPECT_EQ(code(with_frames().rejected(rejected({0, 0}, 1, "bad_magic2"))), "");
}

TEST(AnswerCheck, WindowsEndByNowAndMakeSense) {
  struct Case {
    WindowClassified window;
    const char* code;
  };
  const HostTime from = kNow - seconds{2};
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Case cases[] = {
      {{from, kNow, "curl", 1, {}}, ""},
      {{from, kNow, "", 0, kNow}, ""},
      {{from, kNow, "curl", 1, kNow + seconds{60}}, ""},
      {{from, kNow, "curl", 1, kNow + seconds{61}}, "future"},
      {{from, kNow, "curl", 1, kNow - Duration{1}}, "past"},
      {{from, kNow, "curl", 1, HostTime::min()}, "past"},
      {{from, kNow + Duration{1}, "curl", 1, {}}, "future"},
      {{from, HostTime::max(), "curl", 1, {}}, "future"},
      {{kNow, kNow, "curl", 1, {}}, "value"},
      {{kNow, from, "curl", 1, {}}, "value"},
      {{HostTime::min(), kNow, "curl", 1, {}}, "value"},
      {{HostTime::min(), HostTime::min() + Duration{1}, "curl", 1, {}}, "value"},
      {{from, kNow, std::string(65, 'x'), 1, {}}, "value"},
      {{from, kNow, "two\nlines", 1, {}}, "value"},
      {{from, kNow, "curl", 1.01F, {}}, "value"},
      {{from, kNow, "curl", -0.01F, {}}, "value"},
      {{from, kNow, "curl", nan, {}}, "value"},
  };
  const AnswerCheck check = with_frames();
  for (const Case& c : cases) EXPECT_EQ(code(check.window(c.window, kNow)), c.code);
}

TEST(AnswerCheck, WhatIsShownHasHappened) {
  const auto repetition = Shown::Kind::repetition;
  struct Case {
    Shown shown;
    const char* code;
  };
  const Case cases[] = {
      {{repetition, "curl", 1, kNow, {}}, ""},
      {{repetition, "curl", 1, kNow - seconds{100}, kNow}, ""},
      {{repetition, "curl", 1, kNow + Duration{1}, {}}, "future"},
      {{repetition, "curl", 1, kNow, kNow - milliseconds{1}}, "past"},
      {{repetition, "curl", 0, kNow, {}}, "value"},
      {{Shown::Kind::set_started, "curl", 0, kNow, {}}, ""},
      {{repetition, "curl", 100'001, kNow, {}}, "value"},
      {{repetition, std::string(65, 'x'), 1, kNow, {}}, "value"},
  };
  const AnswerCheck check = with_frames();
  for (const Case& c : cases) EXPECT_EQ(code(check.shown(c.shown, kNow)), c.code);
}

TEST(AnswerCheck, OfFusedInputNoSamplesAreAccountedFor) {
  AnswerCheck check(PipelineInput::fused);
  EXPECT_EQ(code(check.aligned(aligned({0, 0}, 0, 1), kNow)), "fused_samples");
  EXPECT_EQ(code(check.rejected(rejected({0, 0}, 1))), "fused_samples");
}

TEST(AnswerCheck, WhatNobodyAccountsForIsAGap) {
  AnswerCheck check = with_frames();
  ASSERT_TRUE(check.aligned(aligned({0, 0}, 0, 100), kNow));
  ASSERT_TRUE(check.rejected(rejected({0, 1}, 20)));
  ASSERT_TRUE(check.rejected(rejected({3, 0}, 10)));
  const auto gaps = check.gaps();
  ASSERT_EQ(gaps.size(), 2u);
  EXPECT_EQ(gaps[0].frame.ordinal, 1u);
  EXPECT_EQ(gaps[0].samples, 30u);
  EXPECT_EQ(gaps[1].frame.ordinal, 2u);  // corrupt, and not even mentioned
  EXPECT_EQ(gaps[1].samples, 0u);
  ASSERT_TRUE(check.rejected(rejected({0, 2}, 0, "truncated")));
  EXPECT_EQ(check.gaps().size(), 1u);
}

// Bytes by hand, field by field, as another language would write them.
TEST(Codec, OutputsByHandAreReadAsTheContractSays) {
  using std::string_literals::operator""s;
  const auto idle = decode_output("\x32\x0b\x08\x07\x11\x01\x00\x00\x00\x00\x00\x00\x00"s);
  ASSERT_TRUE(idle);
  ASSERT_TRUE(std::holds_alternative<Idle>(idle->answer));
  EXPECT_EQ(std::get<Idle>(idle->answer).sequence, 7u);
  EXPECT_EQ(std::get<Idle>(idle->answer).until, HostTime{Duration{1}});
  const auto no_wake = decode_output("\x32\x02\x08\x07"s);
  ASSERT_TRUE(no_wake);
  EXPECT_FALSE(std::get<Idle>(no_wake->answer).until);
  EXPECT_FALSE(no_wake->unknown_fields);
}

TEST(Codec, WhatIsNoOutputHasAReason) {
  using std::string_literals::operator""s;
  const std::pair<std::string, const char*> cases[] = {
      {"", "empty"},                           // nothing in it
      {"\x7a\x00"s, "empty"},                  // a kind that is not known
      {"\x32\x05\x08"s, "framing"},            // cut
      {"Hello, world!"s, "framing"},           //
      {"\x12\x04\x08\x80\x80\x04"s, "value"},  // Aligned.device = 65536
      {"\x1a\x02\x18\x03"s, "value"},          // Rejected.sensor = 3
      {"\x2a\x02\x08\x03"s, "value"},          // Shown.kind = 3
  };
  for (const auto& [bytes, expected] : cases) {
    const auto decoded = decode_output(bytes);
    ASSERT_FALSE(decoded) << expected;
    EXPECT_EQ(decoded.error().code, expected);
  }
  const auto unknown = decode_output("\x32\x05\x08\x07\x98\x06\x01"s);  // Idle, and field 99
  ASSERT_TRUE(unknown);
  EXPECT_TRUE(unknown->unknown_fields);
}

TEST(Codec, AnInputsNumberIsAddedBehindItsOtherFields) {
  using std::string_literals::operator""s;
  std::string finish = encode_finish(HostTime{Duration{2}});
  number(finish, 300);
  EXPECT_EQ(finish, "\x11\x02\x00\x00\x00\x00\x00\x00\x00\x4a\x00\x08\xac\x02"s);
}

}  // namespace
}  // namespace gauntlet::external
