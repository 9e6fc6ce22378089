#include "core/files/hdf5.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <numeric>

namespace gauntlet {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class Hdf5 : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / ("gauntlet_hdf5_" + std::string(test->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void write_sample(const std::string& file) const {
    auto out = Hdf5Writer::create(path(file));
    ASSERT_TRUE(out.ok());
    std::vector<std::int16_t> mg(3000);
    std::iota(mg.begin(), mg.end(), std::int16_t{-1500});
    out->write("/wrist/0/mg", std::span<const std::int16_t>(mg),
               {.rows = 1000, .cols = 3, .gzip = 4});
    const std::vector<double> t{0.5, 1.5, -2};
    out->write("/wrist/0/t_s", std::span<const double>(t));
    const std::vector<std::string> labels{"biceps-curl", "", "späte Übung"};
    out->write_strings("/labels", labels);
    out->attribute("/wrist/0", "rate_hz", 48.879);
    out->attribute("/", "version", std::int64_t{1});
    out->attribute("/", "scenario", std::string(100'000, 's'));
    const auto done = out->commit();
    ASSERT_TRUE(done.ok()) << done.error().message;
  }
  std::string bytes(const std::string& file) const {
    std::ifstream in(path(file), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  fs::path folder_;
};

TEST_F(Hdf5, WhatIsWrittenIsReadBack) {
  write_sample("a.h5");
  const auto in = Hdf5Reader::open(path("a.h5"));
  ASSERT_TRUE(in.ok());
  const auto mg = in->read<std::int16_t>("/wrist/0/mg");
  ASSERT_TRUE(mg.ok());
  EXPECT_EQ(mg->rows, 1000u);
  EXPECT_EQ(mg->cols, 3u);
  EXPECT_EQ(mg->values.front(), -1500);
  EXPECT_EQ(mg->values.back(), 1499);
  EXPECT_THAT(in->read<double>("/wrist/0/t_s")->values, ElementsAre(0.5, 1.5, -2));
  EXPECT_THAT(*in->read_strings("/labels"), ElementsAre("biceps-curl", "", "späte Übung"));
  EXPECT_EQ(*in->number_attribute("/wrist/0", "rate_hz"), 48.879);
  EXPECT_EQ(*in->integer_attribute("/", "version"), 1);
  EXPECT_EQ(in->text_attribute("/", "scenario")->size(), 100'000u);
  EXPECT_THAT(*in->children("/wrist/0"), ElementsAre("mg", "t_s"));
  EXPECT_TRUE(in->exists("/wrist"));
  EXPECT_FALSE(in->exists("/ankle"));
}

TEST_F(Hdf5, AFileHasItsNameOnlyOnceItIsWhole) {
  {
    auto out = Hdf5Writer::create(path("a.h5"));
    ASSERT_TRUE(out.ok());
    out->group("/x");
    EXPECT_FALSE(fs::exists(path("a.h5")));
    EXPECT_TRUE(fs::exists(path("a.h5.partial")));
  }
  EXPECT_FALSE(fs::exists(path("a.h5.partial"))) << "abandoned";
  write_sample("a.h5");
  EXPECT_TRUE(fs::exists(path("a.h5")));
  EXPECT_FALSE(fs::exists(path("a.h5.partial")));
}

TEST_F(Hdf5, TheSameContentIsTheSameBytes) {
  write_sample("a.h5");
  write_sample("b.h5");
  EXPECT_EQ(bytes("a.h5"), bytes("b.h5"));
}

TEST_F(Hdf5, TheFirstFailureIsReportedByCommitAndLeavesNoFile) {
  auto out = Hdf5Writer::create(path("a.h5"));
  ASSERT_TRUE(out.ok());
  const std::vector<double> x{1};
  out->write("/x", std::span<const double>(x));
  EXPECT_TRUE(out->ok());
  out->write("/x", std::span<const double>(x));
  out->attribute("/nowhere", "a", 1.0);
  EXPECT_FALSE(out->ok());
  const auto done = out->commit();
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, "io");
  EXPECT_THAT(done.error().message, testing::HasSubstr("create data set /x"));
  EXPECT_FALSE(fs::exists(path("a.h5")));
  EXPECT_FALSE(fs::exists(path("a.h5.partial")));
}

TEST_F(Hdf5, WhatIsNotThereIsAnErrorThatNamesIt) {
  EXPECT_EQ(Hdf5Writer::create(path("no/such/folder.h5")).error().code, "io");
  EXPECT_EQ(Hdf5Reader::open(path("none.h5")).error().code, "io");
  std::ofstream(path("text.h5")) << "not HDF5";
  EXPECT_EQ(Hdf5Reader::open(path("text.h5")).error().code, "io");
  write_sample("a.h5");
  const auto in = Hdf5Reader::open(path("a.h5"));
  EXPECT_EQ(in->read<double>("/wrist/9").error().code, "missing");
  EXPECT_EQ(in->read<double>("/labels").error().code, "type");
  EXPECT_EQ(in->read_strings("/wrist/0/t_s").error().code, "type");
  EXPECT_EQ(in->children("/ankle").error().code, "missing");
  EXPECT_EQ(in->text_attribute("/", "none").error().code, "missing");
  EXPECT_EQ(in->text_attribute("/", "version").error().code, "type");
}

TEST_F(Hdf5, EmptyDataSetsAreAllowed) {
  auto out = Hdf5Writer::create(path("a.h5"));
  out->write("/none", std::span<const double>(), {.rows = 0, .cols = 3, .gzip = 4});
  out->write_strings("/words", {});
  ASSERT_TRUE(out->commit().ok());
  const auto in = Hdf5Reader::open(path("a.h5"));
  EXPECT_EQ(in->read<double>("/none")->cols, 3u);
  EXPECT_TRUE(in->read_strings("/words")->empty());
}

TEST_F(Hdf5, AnAttributeMakesTheGroupItIsOf) {
  auto out = Hdf5Writer::create(path("a.h5"));
  ASSERT_TRUE(out.ok());
  out->attribute("wrist/accelerometer", "seed", std::numeric_limits<std::uint64_t>::max());
  out->attribute("wrist", "side", "left");
  const std::vector<double> x{1};
  out->write("wrist/accelerometer/x", std::span<const double>(x));
  const auto done = out->commit();
  ASSERT_TRUE(done.ok()) << done.error().message;
  const auto in = Hdf5Reader::open(path("a.h5"));
  EXPECT_EQ(*in->number_attribute("wrist/accelerometer", "seed"), 0x1p64);
  EXPECT_EQ(*in->text_attribute("wrist", "side"), "left");
  EXPECT_TRUE(in->exists("/wrist/accelerometer/x"));
}

TEST_F(Hdf5, StringsOfFixedLengthAreReadBack) {
  auto out = Hdf5Writer::create(path("a.h5"), Hdf5Strings::fixed);
  ASSERT_TRUE(out.ok());
  const std::vector<std::string> labels{"biceps-curl", "", "späte Übung"};
  out->write_strings("/labels", labels);
  out->write_strings("/words", {});
  out->write_strings("/empty", std::vector<std::string>(2));
  out->attribute("/", "name", "Übung");
  out->attribute("/", "nothing", "");
  out->attribute("/", "just_fits", std::string(60'000, 'f'));
  out->attribute("/", "too_long", std::string(100'000, 's'));
  const auto done = out->commit();
  ASSERT_TRUE(done.ok()) << done.error().message;
  const auto in = Hdf5Reader::open(path("a.h5"));
  EXPECT_EQ(*in->read_strings("/labels"), labels);
  EXPECT_TRUE(in->read_strings("/words")->empty());
  EXPECT_THAT(*in->read_strings("/empty"), ElementsAre("", ""));
  EXPECT_EQ(*in->text_attribute("/", "name"), "Übung");
  EXPECT_EQ(*in->text_attribute("/", "nothing"), "");
  EXPECT_EQ(in->text_attribute("/", "just_fits")->size(), 60'000u);
  EXPECT_EQ(in->text_attribute("/", "too_long")->size(), 100'000u);
}

TEST_F(Hdf5, OnlyLargeDataSetsAreCompressed) {
  EXPECT_EQ(gzip_if_large(1 << 14), 0);
  EXPECT_EQ(gzip_if_large((1 << 14) + 1), 4);
  const std::vector<double> zeros(100'000);
  const std::vector<std::string> labels(20'000, "biceps-curl");
  auto out = Hdf5Writer::create(path("a.h5"), Hdf5Strings::fixed);
  ASSERT_TRUE(out.ok());
  out->write("/zeros", std::span<const double>(zeros),
             {.rows = zeros.size(), .gzip = gzip_if_large(zeros.size())});
  out->write_strings("/labels", labels, gzip_if_large(labels.size()));
  ASSERT_TRUE(out->commit().ok());
  EXPECT_LT(fs::file_size(path("a.h5")), 20'000u) << "of 1'020'000 bytes";
  const auto in = Hdf5Reader::open(path("a.h5"));
  EXPECT_EQ(in->read<double>("/zeros")->values, zeros);
  EXPECT_EQ(*in->read_strings("/labels"), labels);
}

TEST_F(Hdf5, AWriterThatIsReplacedLeavesNothing) {
  auto out = Hdf5Writer::create(path("a.h5"));
  ASSERT_TRUE(out.ok());
  out = Hdf5Writer::create(path("b.h5"));
  ASSERT_TRUE(out.ok());
  EXPECT_FALSE(fs::exists(path("a.h5.partial")));
  EXPECT_TRUE(fs::exists(path("b.h5.partial")));
}

TEST_F(Hdf5, H5pyReadsIt) {
  if (std::system("/usr/bin/python3 -c 'import h5py' 2>/dev/null") != 0) {
    GTEST_SKIP() << "skipped: no h5py";
  }
  write_sample("a.h5");
  const std::string script =
      "import h5py; f = h5py.File('" + path("a.h5") +
      "'); assert f['wrist/0/mg'].shape == (1000, 3) and f['wrist/0/mg'].dtype == 'int16';"
      " assert f['wrist/0/mg'][0, 0] == -1500; assert f['wrist/0'].attrs['rate_hz'] == 48.879;"
      " assert f['labels'].asstr()[0] == 'biceps-curl'; assert f.attrs['version'] == 1;"
      " assert len(f.attrs['scenario']) == 100000";
  EXPECT_EQ(std::system(("/usr/bin/python3 -c \"" + script + "\"").c_str()), 0);
}

}  // namespace
}  // namespace gauntlet
