// The published figures, from the public recordings.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "replay/replay_report.h"
#include "replay/replay_text.h"
#include "tests/recorded_data.h"

namespace gauntlet::replay {
namespace {

Collection collection(const std::filesystem::path& folder) {
  const std::string paths[] = {folder.string()};
  return read_collection(paths).value();
}

TEST(Captures, TheNineSessionsAreReadWholeAndWithoutDuplicates) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions");
  const auto report = make_report(collection(folder), {});
  EXPECT_FALSE(report.partial());
  EXPECT_EQ(report.sessions.size(), 9u);
  EXPECT_EQ(report.files.size(), 361u);
  EXPECT_EQ(report.totals.packets, 9882u);
  EXPECT_EQ(report.totals.unique, 4906u);
  EXPECT_EQ(report.totals.duplicates, 4976u);
  EXPECT_EQ(report.totals.lost, 696u);
  EXPECT_EQ(report.totals.reordered, 0u);
  // One session's labels.txt is empty (40 sets), and one set of another has none.
  EXPECT_EQ(std::ranges::count_if(report.files, [](const auto& f) { return f.label.empty(); }), 41);
}

TEST(Captures, LossHasTwoRegimesAndNothingBetween) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions");
  const auto report = make_report(collection(folder), {});
  int degraded = 0;
  for (const SessionReport& s : report.sessions) {
    const double share = s.totals.loss_share();
    EXPECT_TRUE(share <= 0.002 || (share >= 0.12 && share <= 0.42)) << s.name << " " << share;
    degraded += s.degraded();
  }
  EXPECT_EQ(degraded, 5);
  // Every other packet lost: nearly all losses are single, between single survivors.
  EXPECT_EQ(report.degraded_runs.lost.at(1), 691u);
  EXPECT_GT(report.degraded_runs.received.at(1), 700u);
  EXPECT_GT(report.totals.packets_by_count.at(70), 700u);
}

TEST(Captures, DriftOfTheFlooringDecoderIsTenSecondsPerHour) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions");
  const auto report = make_report(collection(folder), {});
  EXPECT_EQ(report.timing.packets, 4110u);
  EXPECT_NEAR(report.timing.loss_s_per_h(Decoder::floor20), 10.75, 0.02);
  EXPECT_NEAR(report.timing.loss_s_per_h(Decoder::nominal), 81.12, 0.02);
  EXPECT_LT(std::abs(report.timing.loss_s_per_h(Decoder::aligned)), 0.05);
  EXPECT_LT(report.timing.aligned_rms_ms(), 1.0);
  for (const SessionReport& s : report.sessions) {
    EXPECT_GE(s.timing.rate_hz(), 48.83) << s.name;
    EXPECT_LE(s.timing.rate_hz(), 48.93) << s.name;
  }
}

TEST(Captures, LogsAndLiftRecordingsAreReadWhole) {
  RECORDED_DATA_OR_SKIP(logs, "muvr-pebble/logs");
  RECORDED_DATA_OR_SKIP(lift, "lift-pebble");
  const auto from_logs = collection(logs);
  ASSERT_EQ(from_logs.sessions.size(), 1u);
  std::size_t packets = 0;
  for (const auto& file : from_logs.sessions[0].recordings) {
    EXPECT_EQ(file.recording.format, RecordingFormat::lift_log);
    EXPECT_FALSE(file.recording.partial());
    packets += file.recording.packets.size();
  }
  EXPECT_EQ(packets, 198u);
  const auto from_lift = collection(lift);
  EXPECT_EQ(from_lift.sessions.size(), 11u);
  for (const Session& session : from_lift.sessions) {
    for (const auto& file : session.recordings) {
      EXPECT_EQ(file.recording.format, RecordingFormat::pebble5) << file.recording.source;
      EXPECT_FALSE(file.recording.partial()) << file.recording.source;
      const bool dated = file.name.starts_with("ad-");
      EXPECT_EQ(file.recording.packets[0].arrival.has_value(), dated) << file.recording.source;
    }
  }
}

ReplayReport counted(const std::filesystem::path& folder, RepetitionFinder finder) {
  ReplayOptions options;
  options.finder = finder;
  return make_report(collection(folder), options);
}

double within1(const RepetitionScore& s) {
  return static_cast<double>(s.within1) / static_cast<double>(s.sets);
}

TEST(Captures, RepetitionsAreCountedBetterThanByTheNaiveBaselineWhateverTheLabelsSay) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions");
  for (const auto finder : {RepetitionFinder::running, RepetitionFinder::peaks}) {
    const auto report = counted(folder, finder);
    EXPECT_EQ(report.repetitions.sets, 196u);
    ASSERT_EQ(report.clean_repetitions.sets, 165u);
    // The baseline's 57 % of n sets has a binomial sd of sqrt(0.57 * 0.43 / 165) = 3.9 %.
    EXPECT_GT(within1(report.clean_repetitions), 0.57 + 3 * 0.039);
    EXPECT_LT(report.clean_repetitions.mean_absolute_error(), 1.5);
  }
}

TEST(Captures, WhileTheyRunNinetyThreePercentOfTheSetsAreWithinOneWhereTheLabelCanBeRight) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions");
  const auto running = counted(folder, RepetitionFinder::running);
  ASSERT_EQ(running.certain_repetitions.sets, 132u);
  EXPECT_GE(within1(running.certain_repetitions), 0.93);
  ASSERT_FALSE(running.shown_after_ms.empty());
  EXPECT_GE(running.shown_after_ms.front(), 0) << "counted before it happened";
  EXPECT_GE(within1(counted(folder, RepetitionFinder::peaks).certain_repetitions), 0.95);
}

// Against both arms' label every one of the five would be wrong by five or more.
TEST(Captures, OfAlternatingArmsTheWristDoesHalf) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions/jan-arms-24-05");
  const auto report = make_report(collection(folder), {});
  const auto it =
      std::ranges::find(report.exercises, "alt-dumbbell-biceps-curl", &ExerciseReport::exercise);
  ASSERT_NE(it, report.exercises.end());
  EXPECT_EQ(it->clean.sets, 5u);
  EXPECT_EQ(it->clean.within1, 5u);
}

TEST(Captures, TheTextHasEveryTable) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions/jan-back-22-05");
  std::ostringstream out;
  print_report(make_report(collection(folder), {}), out);
  const std::string text = out.str();
  for (const char* words :
       {"Packets", "Run lengths", "Time lost", "Repetitions", "jan-back-22-05"}) {
    EXPECT_NE(text.find(words), std::string::npos) << words;
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

}  // namespace
}  // namespace gauntlet::replay
