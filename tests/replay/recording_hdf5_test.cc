#include "replay/recording_hdf5.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "replay/diff.h"
#include "tests/recorded_data.h"
#include "tests/replay/frames.h"

namespace gauntlet::replay {
namespace {

namespace fs = std::filesystem;

std::string scratch_file(const char* name) {
  const fs::path path = fs::temp_directory_path() / name;
  fs::remove(path);
  return path.string();
}

void expect_same(const Collection& a, const Collection& b) {
  ASSERT_EQ(a.sessions.size(), b.sessions.size());
  for (const Session& session : a.sessions) {
    for (const LabelledRecording& entry : session.recordings) {
      const LabelledRecording* twin = nullptr;
      for (const Session& s : b.sessions) {
        for (const LabelledRecording& e : s.recordings) {
          if (s.name == session.name && e.name == entry.name) twin = &e;
        }
      }
      ASSERT_NE(twin, nullptr) << entry.name;
      EXPECT_EQ(first_difference(entry.recording, twin->recording), std::nullopt) << entry.name;
      EXPECT_EQ(entry.recording.format, twin->recording.format);
      EXPECT_EQ(entry.recording.source, twin->recording.source);
      EXPECT_EQ(entry.recording.damage.size(), twin->recording.damage.size());
      ASSERT_EQ(entry.label.has_value(), twin->label.has_value());
      if (entry.label) {
        EXPECT_EQ(entry.label->raw, twin->label->raw);
      }
    }
  }
}

Collection made_up() {
  auto bytes = bytes_of_packets(steady(4));
  bytes.resize(bytes.size() - 3);
  LabelledRecording entry{"7", parse_recording(bytes, "made up").value(), {}};
  entry.recording.packets[1].arrival = HostTime{Duration{123}};
  entry.recording.packets[2].location = 3;
  entry.label = parse_labels("0=back,squat,,0,5").by_set.at(0);
  return {{{"a session", {entry}}}, {}};
}

TEST(RecordingHdf5, WhatIsWrittenIsReadBack) {
  const std::string path = scratch_file("gauntlet_recording.h5");
  const Collection collection = made_up();
  ASSERT_TRUE(write_collection(collection, Decoder::aligned, path).ok());
  const auto back = read_collection_hdf5(path);
  ASSERT_TRUE(back.ok()) << back.error().message;
  expect_same(collection, *back);
  const auto& damage = back->sessions[0].recordings[0].recording.damage;
  ASSERT_EQ(damage.size(), 1u);
  EXPECT_EQ(damage[0].reason, "truncated");
  const auto file = Hdf5Reader::open(path);
  EXPECT_EQ(file->read<double>("/sessions/a session/7/samples/time_ms")->values.size(), 300u);
  EXPECT_EQ(*file->text_attribute("/sessions/a session/7/samples", "decoder"), "aligned");
  fs::remove(path);
}

TEST(RecordingHdf5, EqualNamesAreKeptApart) {
  const std::string path = scratch_file("gauntlet_twins.h5");
  Collection twins = made_up();
  twins.sessions.push_back(twins.sessions[0]);
  twins.sessions[0].recordings.push_back(twins.sessions[0].recordings[0]);
  ASSERT_TRUE(write_collection(twins, Decoder::aligned, path).ok());
  const auto file = Hdf5Reader::open(path);
  EXPECT_TRUE(file->exists("/sessions/a session/7-2"));
  EXPECT_TRUE(file->exists("/sessions/a session-2/7"));
  fs::remove(path);
}

TEST(RecordingHdf5, AFileOfAnotherKindIsRefused) {
  const std::string path = scratch_file("gauntlet_other.h5");
  auto file = Hdf5Writer::create(path);
  file->attribute("/", "schema", std::int64_t{99});
  ASSERT_TRUE(file->commit().ok());
  EXPECT_EQ(read_collection_hdf5(path).error().code, "format");
  fs::remove(path);
}

TEST(RecordingHdf5, AnIndexOutOfRangeIsRefused) {
  const std::string path = scratch_file("gauntlet_bad_index.h5");
  auto file = Hdf5Writer::create(path);
  file->attribute("/", "schema", kRecordingSchema);
  const std::vector<std::int64_t> row{1, 0, 516, 0, 0, -1};
  const std::vector<std::uint8_t> bytes(515);
  file->write("/sessions/a/1/packets/index", std::span<const std::int64_t>(row),
              {.rows = 1, .cols = 6});
  file->write("/sessions/a/1/packets/bytes", std::span<const std::uint8_t>(bytes));
  ASSERT_TRUE(file->commit().ok());
  EXPECT_EQ(read_collection_hdf5(path).error().code, "format");
  fs::remove(path);
}

TEST(RecordingHdf5, ASessionOfTheCapturesSurvives) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions/jan-chest-06-06");
  const std::string paths[] = {folder.string()};
  const auto collection = read_collection(paths).value();
  const std::string path = scratch_file("gauntlet_capture.h5");
  ASSERT_TRUE(write_collection(collection, Decoder::aligned, path).ok());
  const auto back = read_collection_hdf5(path);
  ASSERT_TRUE(back.ok()) << back.error().message;
  expect_same(collection, *back);
  fs::remove(path);
}

}  // namespace
}  // namespace gauntlet::replay
