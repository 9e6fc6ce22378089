#include "core/wire/cab1.h"

#include <gtest/gtest.h>

#include "tests/wire/bytes.h"

namespace gauntlet::wire {
namespace {

constexpr const char* kTwoParts = "ca b1 02 00 01 02 03  00 02 01 aa bb  00 00 7f";

TEST(Cab1, IsReadAndWrittenBack) {
  const auto bytes = bytes_of(kTwoParts);
  const auto view = read_whole_cab1(bytes);
  ASSERT_TRUE(view.ok()) << view.error().message;
  EXPECT_EQ(view->timestamp, 0x00010203u);
  ASSERT_EQ(view->parts.size(), 2u);
  EXPECT_EQ(view->parts[0].location, 1);
  EXPECT_EQ(view->parts[0].bytes.size(), 2u);
  EXPECT_EQ(view->parts[0].bytes[1], std::byte{0xbb});
  EXPECT_EQ(view->parts[1].location, 0x7f);
  EXPECT_TRUE(view->parts[1].bytes.empty());
  EXPECT_EQ(write_cab1(view->timestamp, view->parts), bytes);
}

TEST(Cab1, IsTruncatedWhereverItEndsEarly) {
  const auto bytes = bytes_of(kTwoParts);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const std::vector<std::byte> front(bytes.begin(), bytes.begin() + static_cast<long>(n));
    ASSERT_EQ(read_cab1(front).error().code, "truncated") << n;
  }
}

// Half a size, whose one byte was then read as the location of a part of unknown size.
TEST(Cab1, HalfASizeIsTruncated) {
  EXPECT_EQ(read_cab1(bytes_of("ca b1 01 00 00 00 00 4d")).error().code, "truncated");
}

TEST(Cab1, RefusesAnotherMagicAndBytesLeftOver) {
  EXPECT_EQ(read_cab1(bytes_of("ca b0 00 00 00 00 00")).error().code, "bad_magic");
  EXPECT_EQ(read_whole_cab1(bytes_of("ca b1 00 00 00 00 00 ff")).error().code, "count_mismatch");
  EXPECT_TRUE(read_whole_cab1(bytes_of("ca b1 00 00 00 00 00")).ok());
}

}  // namespace
}  // namespace gauntlet::wire
