#include "core/files/whole_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace gauntlet {
namespace {

namespace fs = std::filesystem;

class WholeFile : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / ("gauntlet_whole_file_" + std::string(test->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(WholeFile, HasExactlyTheBytesGiven) {
  const std::string rows[] = {{}, "text\n", {"\0\r\n\xff\x1a", 5}, std::string(1 << 20, 'x')};
  for (const std::string& bytes : rows) {
    ASSERT_TRUE(write_whole_file(folder_ / "a", bytes).ok());
    std::ifstream in(folder_ / "a", std::ios::binary);
    EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(in), {}) == bytes)
        << bytes.size() << " bytes";
    EXPECT_FALSE(fs::exists(folder_ / "a.partial"));
  }
}

TEST_F(WholeFile, WithoutAFolderIsAnErrorThatNamesIt) {
  const Result<void> r = write_whole_file(folder_ / "no" / "a", "text");
  ASSERT_FALSE(r.ok());
  EXPECT_EQ(r.error().code, "io");
  EXPECT_NE(r.error().message.find("no/a"), std::string::npos) << r.error().message;
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(WholeFile, ThatCannotBeNamedLeavesWhatWasThere) {
  fs::create_directories(folder_ / "a" / "taken");
  const Result<void> r = write_whole_file(folder_ / "a", "text");
  ASSERT_FALSE(r.ok());
  EXPECT_EQ(r.error().code, "io");
  EXPECT_TRUE(fs::exists(folder_ / "a" / "taken"));
  EXPECT_FALSE(fs::exists(folder_ / "a.partial"));
}

TEST_F(WholeFile, ThatDoesNotFitOnTheDiskIsAnError) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "skipped: no /dev/full";
  fs::create_symlink("/dev/full", folder_ / "a.partial");
  const Result<void> r = write_whole_file(folder_ / "a", "text");
  ASSERT_FALSE(r.ok());
  EXPECT_EQ(r.error().code, "io");
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(WholeFile, IsReadAsItWasWritten) {
  const std::string rows[] = {{}, "text", {"\0\r\n\xff\x1a", 5}, std::string((1 << 17) + 1, 'x')};
  for (const std::string& bytes : rows) {
    std::ofstream(folder_ / "a", std::ios::binary) << bytes;
    const auto all = read_whole_file(folder_ / "a", bytes.size());
    ASSERT_TRUE(all.ok()) << all.error().message;
    EXPECT_TRUE(*all == bytes) << bytes.size() << " bytes";
  }
}

TEST_F(WholeFile, IsNotReadWhereItIsNotThereTooLargeOrAFolder) {
  std::ofstream(folder_ / "a") << "text";
  const struct {
    fs::path path;
    std::size_t most;
    const char* code;
  } rows[] = {
      {folder_ / "none", 9, "missing"}, {folder_ / "a", 3, "too_large"}, {folder_, 9, "io"}};
  for (const auto& row : rows) {
    const auto read = read_whole_file(row.path, row.most);
    ASSERT_FALSE(read.ok()) << row.code;
    EXPECT_EQ(read.error().code, row.code);
    EXPECT_NE(read.error().message.find(row.path.string()), std::string::npos);
  }
}

}  // namespace
}  // namespace gauntlet
