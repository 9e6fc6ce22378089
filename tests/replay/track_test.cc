#include "replay/track.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

#include "replay/track_csv.h"
#include "replay/track_hdf5.h"
#include "replay/track_import.h"
#include "tests/recorded_data.h"

namespace gauntlet::replay {
namespace {

class Folder {
 public:
  Folder()
      : path_(std::filesystem::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const char* name, std::string_view text = {}) const {
    const auto path = path_ / name;
    std::filesystem::create_directories(path.parent_path());
    if (!text.empty()) std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(TrackCsv, EveryUnitIsReadIntoSiAndNanoseconds) {
  struct Good {
    const char* text;
    std::int64_t second_ns;
    float force_x, rate_x;
  };
  const Good table[] = {
      {"time_s,ax_mps2,ay_mps2,az_mps2\n0,1,2,3\n0.01,4,5,6\n", 10'000'000, 4, 0},
      {"time_ms,ax_g,ay_g,az_g\n0,0,0,1\n9.5,1,0,0\n", 9'500'000, 9.80665F, 0},
      {"time_us,ax_mg,ay_mg,az_mg\n0,0,0,1\n7,1000,0,0\n", 7'000, 9.80665F, 0},
      {"time_ns,az_mps2,ay_mps2,ax_mps2\n0,0,0,1\n1657533977864000001,3,2,1\n",
       1'657'533'977'864'000'001, 1, 0},
      {"timestamp,x_acc,y_acc,z_acc,x_gyro,y_gyro,z_gyro,label\r\n0,0,0,0,0,0,0,A\r\n"
       "5,1,2,3,0.5,6,7,B\r\n",
       5'000'000, 1, 0.5F},
      {"# a remark\n# device: watch\n\ntime_ms,ax_mps2,ay_mps2,az_mps2,gx_dps,gy_dps,gz_dps\n"
       "0,0,0,0,0,0,0\n 1 ,\t2,0,0,180,0,0\n",
       1'000'000, 2, 3.1415927F},
  };
  for (const Good& good : table) {
    const auto track = parse_track_csv(good.text, "a.csv");
    ASSERT_TRUE(track.ok()) << track.error().message;
    ASSERT_EQ(track->rows(), 2u);
    EXPECT_EQ(track->time_ns[1], good.second_ns) << good.text;
    EXPECT_EQ(track->force_mps2[3], good.force_x) << good.text;
    EXPECT_EQ(track->has_rate(), good.rate_x != 0);
    if (!track->has_rate()) continue;
    EXPECT_FLOAT_EQ(track->rate_radps[3], good.rate_x) << good.text;
  }
}

TEST(TrackCsv, MistakesNameFileLineColumnValueAndWhatIsAllowed) {
  const std::string head = "time_ms,ax_mps2,ay_mps2,az_mps2\n";
  struct Bad {
    std::string text;
    const char* place;
    const char* words;
  };
  const Bad table[] = {
      {"", "a.csv:1:1", "no line of column names"},
      {head, "a.csv:1:1", "no samples"},
      {"time_ms,ax_mps2,ay_mps2\n", "a.csv:1:1", "one each of acceleration"},
      {"time_ms,ax_mps2,ay_mps2,az_mps3\n", "a.csv:1:25", "did you mean \"az_mps2\""},
      {"time_ms,time_s,ax_mps2,ay_mps2,az_mps2\n", "a.csv:1:1", "one column of time"},
      {"time_ms,ax_g,ay_g,az_g,gx_dps\n", "a.csv:1:1", "all three or none"},
      {head + "0,1,2,x\n", "a.csv:2:7", "az_mps2 is \"x\"; allowed: numbers from -4000 to 4000"},
      {head + "0,1,2,nan\n", "a.csv:2:7", "\"nan\""},
      {head + "0,1,2,4001\n", "a.csv:2:7", "from -4000 to 4000"},
      {head + "0,1,2\n", "a.csv:2:6", "ends after 3 of 4"},
      {head + "0,1,2,3,4\n", "a.csv:2:9", "more than the 4 values"},
      {head + "5,1,2,3\n4,1,2,3\n", "a.csv:3:1", "no less than in the line before"},
      {head + "1e300,1,2,3\n", "a.csv:2:1", "time_ms"},
      {"# height_m: 190\n" + head + "0,1,2,3\n", "a.csv:1:12", "from 0.5 to 2.5"},
      {"# worn: ankle\n" + head + "0,1,2,3\n", "a.csv:1:8", "wrist, pocket"},
  };
  for (const Bad& bad : table) {
    const auto track = parse_track_csv(bad.text, "a.csv");
    ASSERT_FALSE(track.ok()) << bad.text;
    const std::string& message = track.error().message;
    EXPECT_EQ(message.rfind(bad.place, 0), 0u) << message;
    EXPECT_NE(message.find(bad.words), std::string::npos) << message;
  }
}

SampleTrack full_track() {
  SampleTrack t;
  t.session = "monday";
  t.device = "watch";
  t.worn = "wrist";
  t.licence = "mine";
  t.subject = {"p1", 31, 1.71, 83, "female", "left"};
  t.nominal_rate_hz = 100;
  for (int i = 0; i < 50; ++i) {
    t.time_ns.push_back(1'657'533'977'864'000'001 + 9'999'999 * i);
    for (int k = 0; k < 3; ++k) {
      t.force_mps2.push_back(0.1F * static_cast<float>(i * k) - 3);
      t.rate_radps.push_back(1.0F / static_cast<float>(1 + i + k));
    }
    t.label.push_back(t.label_index(i < 20 ? "walking" : ""));
  }
  return t;
}

void expect_same(const SampleTrack& a, const SampleTrack& b) {
  EXPECT_EQ(a.session, b.session);
  EXPECT_EQ(a.device, b.device);
  EXPECT_EQ(a.worn, b.worn);
  EXPECT_EQ(a.licence, b.licence);
  EXPECT_EQ(a.subject.id, b.subject.id);
  EXPECT_EQ(a.subject.age_years, b.subject.age_years);
  EXPECT_EQ(a.subject.height_m, b.subject.height_m);
  EXPECT_EQ(a.subject.weight_kg, b.subject.weight_kg);
  EXPECT_EQ(a.subject.sex, b.subject.sex);
  EXPECT_EQ(a.subject.hand, b.subject.hand);
  EXPECT_EQ(a.nominal_rate_hz, b.nominal_rate_hz);
  EXPECT_EQ(a.time_ns, b.time_ns);
  EXPECT_EQ(a.force_mps2, b.force_mps2);
  EXPECT_EQ(a.rate_radps, b.rate_radps);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(a.label, b.label);
}

TEST(TrackCsv, WhatIsWrittenIsReadBackBitForBit) {
  const SampleTrack track = full_track();
  const auto back = parse_track_csv(to_csv(track), "a.csv");
  ASSERT_TRUE(back.ok()) << back.error().message;
  expect_same(track, *back);
}

TEST(TrackHdf5, WhatIsWrittenIsReadBackBitForBit) {
  const Folder folder;
  SampleTrack bare;
  bare.time_ns = {0, 10};
  bare.force_mps2 = {1, 2, 3, 4, 5, 6};
  const std::vector<SampleTrack> tracks{full_track(), bare};
  const std::string path = folder.file("a.h5");
  ASSERT_TRUE(write_tracks(tracks, path).ok());
  const auto back = read_tracks_hdf5(path);
  ASSERT_TRUE(back.ok()) << back.error().message;
  ASSERT_EQ(back->size(), 2u);
  expect_same(tracks[0], (*back)[0]);
  expect_same(tracks[1], (*back)[1]);
}

TEST(TrackHdf5, ShapesThatDoNotFitAreRefusedByName) {
  const Folder folder;
  const auto refused = [&](const SampleTrack& track, const char* words) {
    const std::string path = folder.file("a.h5");
    ASSERT_TRUE(write_tracks(std::vector<SampleTrack>{track}, path).ok());
    const auto back = read_tracks_hdf5(path);
    ASSERT_FALSE(back.ok()) << words;
    EXPECT_EQ(back.error().code, "format");
    EXPECT_NE(back.error().message.find(words), std::string::npos) << back.error().message;
  };
  SampleTrack earlier = full_track();
  std::swap(earlier.time_ns[3], earlier.time_ns[4]);
  refused(earlier, "time_ns: row 4");
  SampleTrack odd = full_track();
  odd.force_mps2[7] = std::numeric_limits<float>::quiet_NaN();
  refused(odd, "force_mps2: row 2");
  SampleTrack nameless = full_track();
  nameless.label[5] = 9;
  refused(nameless, "label");
  EXPECT_FALSE(read_tracks_hdf5(folder.file("b.h5", "no such thing")).ok());
}

TEST(TrackImport, PeopleComeWithWhatTheirTableSays) {
  const Folder folder;
  folder.file(
      "subjects_info.csv",
      "subject_id,age,gender,height,weight,dominant_hand,executions\ns01,54,F,161,62,L,1\n");
  const char* rows =
      "x_acc,y_acc,z_acc,x_gyro,y_gyro,z_gyro,timestamp,label\n1,2,3,4,5,6,1657533977813,SEATED\n"
      "1,2,3,4,5,6,1657533977813,WALKING\n";
  folder.file("s01/s01_01_sp.csv", rows);
  const std::string watch = folder.file("s01/s01_01_sw.csv", rows);
  const std::string paths[] = {folder.path()};
  const auto imported = import_tracks(paths);
  ASSERT_TRUE(imported.ok()) << imported.error().message;
  ASSERT_EQ(imported->tracks.size(), 2u);
  const SampleTrack& phone = imported->tracks[0];
  EXPECT_EQ(phone.device, "phone");
  EXPECT_EQ(phone.worn, "pocket");
  EXPECT_EQ(phone.session, "s01_01");
  EXPECT_EQ(phone.subject.sex, "female");
  EXPECT_EQ(phone.subject.hand, "left");
  EXPECT_DOUBLE_EQ(*phone.subject.height_m, 1.61);
  EXPECT_EQ(phone.label_at(1), "WALKING");
  EXPECT_EQ(phone.time_ns[1], 1'657'533'977'813'000'000);
  const std::string one[] = {watch};
  EXPECT_EQ(import_tracks(one)->tracks[0].subject.id, "s01");
}

TEST(TrackImport, WhatCannotBeReadIsAnErrorWithItsPlace) {
  const Folder folder;
  folder.file("bad/subjects_info.csv", "subject_id,…\ns01,old,F,161,62,L,1\n");
  folder.file("csv/a.csv", "time_ms,ax_g,ay_g,az_g\n0,0,0,17\n1,0,0,1e9\n");
  const struct {
    std::string path;
    const char* words;
  } table[] = {{folder.file("none.csv"), "does not exist"},
               {folder.path() + "/bad", "subjects_info.csv:2: value 2 is \"old\"; allowed"},
               {folder.path() + "/csv", "a.csv:3:7: az_g is \"1e9\"; allowed"},
               {folder.file("x.h5", "no"), "x.h5"}};
  for (const auto& bad : table) {
    const std::string paths[] = {bad.path};
    const auto imported = import_tracks(paths);
    ASSERT_FALSE(imported.ok()) << bad.path;
    EXPECT_NE(imported.error().message.find(bad.words), std::string::npos)
        << imported.error().message;
  }
}

TEST(TrackImport, OneBadFileOfAFolderIsNamedAndTheOthersAreRead) {
  const Folder folder;
  const char* good = "time_ms,ax_g,ay_g,az_g\n0,0,0,1\n20,0,0,1\n";
  folder.file("csv/a.csv", good);
  folder.file("csv/b.csv", "\n");
  folder.file("csv/c.csv", "time_ms,ax_g,ay_g,az_g\n0,0,0,\x1b[2J\xc7\n");
  folder.file("csv/d.csv", good);
  const std::string paths[] = {folder.path() + "/csv"};
  const auto imported = import_tracks(paths);
  ASSERT_TRUE(imported.ok()) << imported.error().message;
  EXPECT_EQ(imported->tracks.size(), 2u);
  ASSERT_EQ(imported->unreadable.size(), 2u);
  EXPECT_NE(imported->unreadable[0].error.message.find("b.csv:1:1: there is no line of column"),
            std::string::npos);
  EXPECT_NE(imported->unreadable[1].error.message.find("c.csv:2:7: az_g is \"\\x1b[2J\\xc7\""),
            std::string::npos)
      << imported->unreadable[1].error.message;
}

// Published: 102.49 Hz (102.17 to 102.95), 8.4 % zero steps, P95/P99/max 23/48/188 ms; watch 104.27
// Hz (104.22 to 104.54). Time stamps are whole milliseconds, so a quantile is known to one of them.
TEST(TrackImport, ClocksOfPhonesAndWatchesAreAsPublished) {
  RECORDED_DATA_OR_SKIP(folder, "sp-sw-har");
  const std::string paths[] = {folder.string()};
  const auto imported = import_tracks(paths);
  ASSERT_TRUE(imported.ok()) << imported.error().message;
  std::vector<const SampleTrack*> phones, watches;
  std::set<std::string> people;
  for (const SampleTrack& t : imported->tracks) {
    (t.device == "phone" ? phones : watches).push_back(&t);
    people.insert(t.subject.id);
    EXPECT_TRUE(t.has_rate());
    EXPECT_TRUE(t.subject.height_m);
  }
  EXPECT_EQ(people.size(), 18u);
  EXPECT_EQ(phones.size(), 175u);
  EXPECT_EQ(watches.size(), 175u);
  const StepStatistics phone = step_statistics(phones), watch = step_statistics(watches);
  EXPECT_NEAR(phone.rate_hz, 102.49, 0.005);
  EXPECT_NEAR(phone.rate_min_hz, 102.17, 0.005);
  EXPECT_NEAR(phone.rate_max_hz, 102.95, 0.005);
  EXPECT_NEAR(phone.zero_share, 0.084, 0.0005);
  EXPECT_NEAR(phone.p95_ms, 23, 0);
  EXPECT_NEAR(phone.p99_ms, 48, 1);
  EXPECT_NEAR(phone.max_ms, 188, 0);
  EXPECT_NEAR(watch.rate_hz, 104.27, 0.005);
  EXPECT_NEAR(watch.rate_min_hz, 104.22, 0.005);
  EXPECT_NEAR(watch.rate_max_hz, 104.54, 0.005);
}

TEST(TrackImport, CapturesBecomeTracksWithTheirExercise) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions");
  const std::string paths[] = {folder.string()};
  const auto imported = import_tracks(paths);
  ASSERT_TRUE(imported.ok()) << imported.error().message;
  EXPECT_EQ(imported->tracks.size() + imported->left_out, 361u);
  EXPECT_EQ(imported->damaged, 0u);
  std::size_t rows = 0, presses = 0;
  for (const SampleTrack& t : imported->tracks) {
    rows += t.rows();
    EXPECT_EQ(t.nominal_rate_hz, 50);
    presses += t.label_at(0) == "dumbbell-chest-press";
  }
  EXPECT_GT(rows, 400'000u);
  EXPECT_EQ(presses, 16u);
}

TEST(TrackImport, LiftCapturesBecomeTracksAtTheirNominalRate) {
  RECORDED_DATA_OR_SKIP(folder, "lift-pebble");
  const std::string paths[] = {folder.string()};
  const auto imported = import_tracks(paths);
  ASSERT_TRUE(imported.ok()) << imported.error().message;
  for (const SampleTrack& t : imported->tracks) {
    EXPECT_EQ(t.nominal_rate_hz, 100) << t.source;
    EXPECT_NEAR(static_cast<double>(t.rows() - 1) / t.length_s(), 100, 0.01) << t.source;
  }
}

}  // namespace
}  // namespace gauntlet::replay
