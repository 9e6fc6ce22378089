#include "replay/trace_diff.h"

#include <gtest/gtest.h>

#include <bit>
#include <filesystem>
#include <fstream>

namespace gauntlet::replay {
namespace {

namespace fs = std::filesystem;
using sim::TraceLog;
using sim::TraceLogReader;
using sim::TraceRecord;
constexpr std::size_t kBlock = sim::TracePrefixes::kBlock;

class TraceDiff : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / (std::string("gauntlet_trace_") +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  // Events a microsecond apart; the one at `changed` comes a nanosecond late.
  TraceLogReader trace(const std::string& name, std::size_t events,
                       std::size_t changed = static_cast<std::size_t>(-1)) {
    sim::Simulation simulation;
    const sim::Tag tick = simulation.tag("tick");
    TraceLog log(path(name));
    for (std::size_t i = 0; i < events; ++i) {
      const auto time = static_cast<std::int64_t>(1000 * i + (i == changed ? 1 : 0));
      log.record({time, sim::Event::pack(sim::kDefaultPriority, static_cast<std::uint32_t>(i), 7)},
                 tick);
    }
    EXPECT_TRUE(log.close(simulation).ok());
    auto reader = TraceLogReader::open(path(name));
    EXPECT_TRUE(reader.ok());
    return std::move(*reader);
  }
  fs::path folder_;
};

// log2 of the number of places where the search can end, the comparison of the ends included.
std::size_t bound(std::size_t events) {
  return static_cast<std::size_t>(std::bit_width(events / kBlock + 1)) + 1;
}

TEST_F(TraceDiff, APlantedDifferenceIsFoundWhereverItIsInLogarithmicallyManyComparisons) {
  constexpr std::size_t kEvents = 40 * kBlock + 1234;
  TraceLogReader base = trace("base", kEvents);
  const TraceSource a = source_of(base);
  const std::size_t places[] = {0,
                                1,
                                kBlock - 1,
                                kBlock,
                                kBlock + 1,
                                17 * kBlock,
                                20 * kBlock - 1,
                                39 * kBlock + 5,
                                40 * kBlock - 1,
                                40 * kBlock,
                                kEvents - 2,
                                kEvents - 1};
  for (const std::size_t place : places) {
    TraceLogReader other = trace("other", kEvents, place);
    const TraceSource b = source_of(other);
    const auto found = first_difference(a, b);
    ASSERT_TRUE(found.difference) << place;
    EXPECT_EQ(found.difference->index, place);
    ASSERT_TRUE(found.difference->a && found.difference->b);
    EXPECT_EQ(found.difference->a->time_ns + 1, found.difference->b->time_ns);
    EXPECT_LE(found.hashes_compared, bound(kEvents)) << place;
    EXPECT_EQ(first_difference(b, a).difference->index, place) << "either way round";
  }
  EXPECT_LE(bound(kEvents), 7u) << "of 40 blocks";
}

TEST_F(TraceDiff, TheSameEventsAreTheSame) {
  for (const std::size_t events :
       {std::size_t{0}, std::size_t{1}, kBlock, 3 * kBlock, 3 * kBlock + 1}) {
    TraceLogReader one = trace("one", events), two = trace("two", events);
    const auto found = first_difference(source_of(one), source_of(two));
    EXPECT_FALSE(found.difference) << events;
    EXPECT_LE(found.hashes_compared, bound(events)) << events;
  }
}

TEST_F(TraceDiff, ATailThatIsMissingIsADifferenceInItsFirstEvent) {
  constexpr std::size_t kEvents = 3 * kBlock + 10;
  TraceLogReader base = trace("base", kEvents);
  for (const std::size_t shorter : {std::size_t{0}, std::size_t{1}, kBlock, 2 * kBlock - 1,
                                    2 * kBlock, 3 * kBlock, kEvents - 1}) {
    TraceLogReader cut = trace("cut", shorter);
    const TraceSource a = source_of(base), b = source_of(cut);
    const auto found = first_difference(a, b);
    ASSERT_TRUE(found.difference) << shorter;
    EXPECT_EQ(found.difference->index, shorter);
    EXPECT_TRUE(found.difference->a);
    EXPECT_FALSE(found.difference->b);
    EXPECT_NE(to_string(*found.difference, a, b).find("b: nothing, the run had ended"),
              std::string::npos);
  }
}

TEST_F(TraceDiff, SaysTimeAndTagOfBoth) {
  TraceLogReader one = trace("one", 10), two = trace("two", 10, 5);
  const TraceSource a = source_of(one), b = source_of(two);
  EXPECT_EQ(to_string(*first_difference(a, b).difference, a, b),
            "event 5:\n"
            "  a: 0.000005000 s tick (order 5, priority 128)\n"
            "  b: 0.000005001 s tick (order 5, priority 128)");
}

TEST_F(TraceDiff, ABrokenFileIsNoTraceAndIsNamed) {
  (void)trace("good", kBlock + 5);
  std::string bytes;
  {
    std::ifstream file(path("good"), std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
  }
  const auto open = [this](const std::string& content) {
    std::ofstream(path("bad"), std::ios::binary) << content;
    return TraceLogReader::open(path("bad"));
  };
  EXPECT_TRUE(open(bytes).ok());
  for (const std::string& bad : {std::string(), bytes.substr(0, bytes.size() - 1), bytes.substr(24),
                                 bytes + "x", bytes.substr(0, 30), std::string(1000, '\xff')}) {
    const auto reader = open(bad);
    ASSERT_FALSE(reader.ok());
    EXPECT_EQ(reader.error().code, "trace_format");
    EXPECT_NE(reader.error().message.find(path("bad")), std::string::npos);
  }
  EXPECT_EQ(TraceLogReader::open(path("nowhere")).error().code, "trace_open");
}

TEST_F(TraceDiff, ALogThatWasNotClosedLeavesNothing) {
  {
    TraceLog log(path("log"));
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace gauntlet::replay
