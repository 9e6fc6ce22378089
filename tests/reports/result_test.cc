#include "reports/result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "core/files/whole_file.h"
#include "reports/json_writer.h"
#include "reports/result_h5.h"
#include "tests/reports/support/synthetic_run.h"

namespace gauntlet::reports {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Provenance provenance(std::vector<std::uint64_t> seeds) {
  Provenance p;
  p.scenario = "gym-hour";
  p.scenario_text = "name = \"gym-hour\"\n[person]\ncount = 1\n";
  p.seeds = std::move(seeds);
  p.duration_s = 900;
  p.split = "trained on simulated people 1000-1039, tested on others";
  p.version = "0.1.0";
  p.git_commit = "0123abc";
  p.compiler = "gcc 12";
  p.command = "gauntlet run gym-hour --seed 1";
  return p;
}

// A result with one of everything, so that the golden file shows the whole shape.
ResultFile small_result() {
  SeedResult a, b;
  a.seed = 1;
  b.seed = 2;
  a.values.set("timing.error_ms.p50", 2.5, 100);
  b.values.set("timing.error_ms.p50", 3.5, 120);
  a.values.set_missing("lag.display_ms.p50", "no repetition was matched");
  b.values.set("lag.display_ms.p50", 180.125, 40);
  a.values.set_missing("f1.macro", "no window was classified");
  b.values.set_missing("f1.macro", "no window was classified");
  a.values.set_count("samples.dropped.link.outbox_timeout", 34);
  a.confusion = {{"squat", kNoExercise}, {{8, 2}, {1, 30}}};
  a.canaries.hits.push_back({"ingest.log", "email", {"raw", "percent"}, 3, false});
  b.failures.push_back("3 samples never reached the phone; the world accounts for 2");
  const SeedResult seeds[] = {a, b};
  ResultFile r = summarise(provenance({1, 2}), seeds);
  add_metric(r, "replay.loss_s_per_h.floor20", 10.75, 9, Interval{10.73, 10.77});
  return r;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

class ResultFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST(JsonWriter, WritesTheShortestNumberThatReadsBack) {
  const std::pair<double, const char*> rows[] = {{0.1, "0.1"},
                                                 {1.0 / 3, "0.3333333333333333"},
                                                 {100, "100"},
                                                 {-0.0, "0"},
                                                 {1e21, "1e+21"},
                                                 {5e-324, "5e-324"},
                                                 {0.1 + 0.2, "0.30000000000000004"}};
  for (const auto& [value, text] : rows) {
    EXPECT_EQ(JsonWriter().number(value).text(), text);
    EXPECT_EQ(std::strtod(text, nullptr), value);
  }
  EXPECT_DEATH(JsonWriter().number(std::numeric_limits<double>::infinity()), "isfinite");
}

TEST(JsonWriter, TextCannotEndTheStringNorTheScript) {
  EXPECT_EQ(JsonWriter().string("a\"b\\c\n\x01</script>").text(),
            R"("a\"b\\c\n\u0001\u003c/script>")");
}

// To approve a change: GAUNTLET_APPROVE=1, then read the diff.
TEST_F(ResultFiles, HaveTheApprovedShape) {
  const fs::path approved = "tests/reports/approved/result.json";
  const std::string text = to_json(small_result());
  if (std::getenv("GAUNTLET_APPROVE") != nullptr) {
    ASSERT_TRUE(write_whole_file(approved, text).ok());
  }
  EXPECT_EQ(text, read(approved));
}

TEST_F(ResultFiles, ReadBackAsTheyWereWritten) {
  const ResultFile written = small_result();
  ASSERT_TRUE(write_result_json(folder_ / "result.json", written).ok());
  EXPECT_FALSE(fs::exists(folder_ / "result.json.partial"));
  const Result<ResultFile> back = read_result_json(folder_ / "result.json");
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(to_json(*back), to_json(written));
}

TEST_F(ResultFiles, FromTheSameSeedAreTheSameBytes) {
  const auto make = [] {
    const SeedResult seeds[] = {measure(make_synthetic_run().record())};
    return to_json(summarise(provenance({1}), seeds));
  };
  EXPECT_EQ(make(), make());
}

TEST_F(ResultFiles, ThatCannotBeWrittenSayWhere) {
  const Result<void> r = write_result_json(folder_ / "no" / "such" / "result.json", {});
  ASSERT_FALSE(r.ok());
  EXPECT_THAT(r.error().message, HasSubstr("no/such/result.json.partial"));
}

TEST(ResultReader, NamesWhatIsWrongAndWhere) {
  const std::string good = to_json(small_result());
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  struct Row {
    std::string text, code, words;
  };
  const Row rows[] = {
      {"", "syntax", "unexpected end of input"},
      {good.substr(0, good.size() / 2), "syntax", "parse error"},
      {"[1]", "shape", "result is no object"},
      {"{}", "shape", "result has no \"schema\""},
      {with("\"schema\": 1", "\"schema\": 2"), "schema", "schema is 2, this version reads 1"},
      {with("\"unit\": \"share\"", "\"unit\": 5"), "shape", "metrics.f1.macro.unit is number"},
      {with("\"n\": 0", "\"n\": -1"), "shape", "metrics.f1.macro.n is number"},
      {with("\"value\": null", "\"value\": \"x\""), "shape", "metrics.f1.macro.value is neither"},
      {with("[10.73, 10.77]", "[10.73]"), "shape", "ci95 is neither null nor [lo, hi]"},
      {with("[\"squat\", 8, 2, ", "[\"squat\", 8, "), "shape", "tables.confusion.rows has a row"},
  };
  for (const Row& r : rows) {
    const Result<ResultFile> result = result_from_json(r.text);
    ASSERT_FALSE(result.ok()) << r.words;
    EXPECT_EQ(result.error().code, r.code) << result.error().message;
    EXPECT_THAT(result.error().message, HasSubstr(r.words));
  }
}

TEST(Summary, IsTheMeanOverTheSeedsThatHaveAValue) {
  const ResultFile r = small_result();
  const Metric& timing = r.metrics.at("timing.error_ms.p50");
  EXPECT_EQ(timing.value, 3);
  EXPECT_EQ(timing.n, 220u);
  // t(.975, 1) = 12.7062; s = 1/sqrt(2), so the half width is 12.7062 / 2.
  EXPECT_NEAR(timing.ci95->hi, 3 + 12.70620474 / 2, 1e-7);
  const Metric& lag = r.metrics.at("lag.display_ms.p50");
  EXPECT_EQ(lag.value, 180.125);
  EXPECT_FALSE(lag.per_seed[0]);
  EXPECT_EQ(lag.reason, "one seed has no interval");
  EXPECT_EQ(r.metrics.at("f1.macro").reason, "no window was classified");
  // A reason for loss that a seed does not know is 0 there.
  EXPECT_EQ(r.metrics.at("samples.dropped.link.outbox_timeout").value, 17);
  EXPECT_EQ(r.failures[0], "seed 2: 3 samples never reached the phone; the world accounts for 2");
}

TEST(Numbers, ForPeopleHaveFourDigits) {
  const std::pair<double, const char*> rows[] = {
      {0, "0"},           {-0.0, "0"},       {12.34567, "12.35"},
      {123456, "123456"}, {2471.83, "2472"}, {0.00012345, "0.0001234"},
      {-0.5, "-0.5"}};
  for (const auto& [value, text] : rows) EXPECT_EQ(to_text(value), text);
}

// Runs h5py over the file: shapes, kinds, attributes, and error_ms = estimated - true.
constexpr const char* kReadWithH5py = R"(
import sys, h5py, numpy
f = h5py.File(sys.argv[1], 'r')
assert int(f.attrs['seed']) == 1 and f.attrs['scenario'].decode() == 'gym-hour'
assert 'count = 1' in f.attrs['scenario_text'].decode()
w = f['device/watch/accelerometer']
n = len(w['true_ns'])
assert w['signal'].shape == (n, 3) and w['signal'].dtype == numpy.float32
ok = w['delivered'][:] == 1
error = (w['estimated_ns'][:] - w['true_ns'][:])[ok] * 1e-6
assert numpy.allclose(error, w['error_ms'][:][ok]) and numpy.isnan(w['error_ms'][:][~ok]).all()
assert abs(w.attrs['true_rate_hz'] - 48.879) < 1e-9
fused = f['fused/phone/gyroscope']
assert fused['values'].shape == (len(fused['time_ns']), 3)
assert len(f['shown/at_ns']) == len(f['shown/kind']) and b'repetition' in set(f['shown/kind'][:])
assert len(f['sets/repetitions_ns']) == len(f['sets/repetition_set'])
assert len(f['windows/label']) > 0 and len(f['device/watch/backlog_ms']) > 0
)";

TEST_F(ResultFiles, InHdf5AreReadByH5py) {
  if (std::system("/usr/bin/python3 -c 'import h5py' 2>/dev/null") != 0) {
    GTEST_SKIP() << "skipped: no h5py";
  }
  const SyntheticRun run = make_synthetic_run();
  const RunRecord record = run.record();
  RunDetail detail;
  (void)measure(record, detail);
  const fs::path path = folder_ / "result.h5";
  ASSERT_TRUE(write_result_h5(path, record, detail, provenance({1})).ok());
  ASSERT_TRUE(write_whole_file(folder_ / "read.py", kReadWithH5py).ok());
  const std::string command =
      "/usr/bin/python3 " + (folder_ / "read.py").string() + ' ' + path.string();
  EXPECT_EQ(std::system(command.c_str()), 0);
  const std::string once = read(path);
  ASSERT_TRUE(write_result_h5(path, record, detail, provenance({1})).ok());
  EXPECT_TRUE(read(path) == once) << "the same contents gave other bytes";
}

TEST_F(ResultFiles, InHdf5ThatCannotBeWrittenLeaveNothing) {
  const SyntheticRun run = make_synthetic_run();
  RunDetail detail;
  const RunRecord record = run.record();
  (void)measure(record, detail);
  const Result<void> r =
      write_result_h5(folder_ / "no" / "result.h5", record, detail, provenance({1}));
  ASSERT_FALSE(r.ok());
  EXPECT_EQ(r.error().code, "io");
  EXPECT_TRUE(fs::is_empty(folder_));
}

}  // namespace
}  // namespace gauntlet::reports
