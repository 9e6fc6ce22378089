// Claims about the public recordings themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/wire/frame.h"
#include "tests/recorded_data.h"

namespace gauntlet::wire {
namespace {

namespace fs = std::filesystem;

// Reads every frame of a file, and checks that it becomes the same bytes again.
std::size_t round_trips(FrameFormat format, const fs::path& path) {
  const auto bytes = testing_support::file_bytes(path);
  std::span<const std::byte> left(bytes);
  std::size_t n = 0;
  for (; !left.empty(); ++n) {
    const auto frame = read_frame(format, left);
    if (!frame.ok()) {
      ADD_FAILURE() << path << " at " << bytes.size() - left.size() << ": "
                    << frame.error().message;
      return n;
    }
    std::vector<std::int16_t> xyz(3 * frame->count());
    std::vector<std::uint8_t> pads(frame->count());
    frame->decode(xyz, pads);
    std::vector<std::byte> again(frame->bytes.size());
    const auto written = write_frame(format, frame->header, xyz, again, pads, Clip::word);
    EXPECT_EQ(written.clipped, 0u);
    EXPECT_TRUE(std::ranges::equal(again, frame->bytes)) << path << ", frame " << n;
    left = left.subspan(frame->bytes.size());
  }
  return n;
}

std::size_t round_trips_below(FrameFormat format, const fs::path& folder, const char* extension) {
  std::size_t n = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == extension) n += round_trips(format, entry.path());
  }
  return n;
}

TEST(Captures, EveryMuvrPacketSurvivesDecodingAndEncoding) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions");
  // Nearly all of them stand twice; 4,906 are left of the nine sessions without duplicates.
  EXPECT_EQ(round_trips_below(FrameFormat::pebble16, folder, ".raw"), 9882u);
}

TEST(Captures, EveryLiftPacketSurvivesDecodingAndEncoding) {
  RECORDED_DATA_OR_SKIP(folder, "lift-pebble");
  EXPECT_GT(round_trips_below(FrameFormat::pebble5, folder, ".dat"), 140u);
}

}  // namespace
}  // namespace gauntlet::wire
