// The program as a person or a CI job meets it: words, exit codes, files.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/recorded_data.h"
#include "tests/shell.h"

namespace gauntlet {
namespace {

namespace fs = std::filesystem;

Ran gauntlet(const std::string& arguments) { return shell(GAUNTLET_BINARY " " + arguments); }

class Cli : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / (std::string("gauntlet_cli_") +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  fs::path folder_;
};

constexpr const char* kShort = "run scenarios/catalog/gym-hour.toml --set plan.length_s=300 ";

TEST_F(Cli, EveryCommandsHelpHasAnExample) {
  for (const char* command :
       {"attack", "demo", "run", "replay", "gate", "train", "metrics", "scenario", "scenario check",
        "scenario schema", "doctor", "diff", "sut", "sut check", "sut audit"}) {
    const auto ran = gauntlet(std::string(command) + " --help");
    EXPECT_EQ(ran.code, 0) << command;
    EXPECT_NE(ran.text.find("example: "), std::string::npos) << command;
  }
}

TEST_F(Cli, ARunLeavesThreeWholeFilesAndNamesThem) {
  const auto ran = gauntlet(kShort + ("--out " + path("r")));
  EXPECT_EQ(ran.code, 0) << ran.text;
  for (const char* file : {"report.html", "result.json", "result.h5"}) {
    EXPECT_TRUE(fs::exists(path("r") + "/" + file)) << file;
    EXPECT_NE(ran.text.find(file), std::string::npos) << file;
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(path("r")), fs::directory_iterator()), 3)
      << "no temporary file is left";
}

TEST_F(Cli, GateExitsWithItsVerdict) {
  ASSERT_EQ(gauntlet(kShort + ("--seeds 3 --out " + path("a"))).code, 0);
  ASSERT_EQ(gauntlet(kShort + ("--seeds 3 --set phone.aligner=floor20 --out " + path("b"))).code,
            0);
  const auto gate = [this](const std::string& a, const std::string& b) {
    return gauntlet("gate --baseline " + path(a) + "/result.json --candidate " + path(b) +
                    "/result.json");
  };
  EXPECT_EQ(gate("a", "a").code, 0);
  const auto worse = gate("a", "b");
  EXPECT_EQ(worse.code, 3);
  EXPECT_NE(worse.text.find("timing."), std::string::npos) << "words that say why";
  EXPECT_EQ(gate("none", "a").code, 5) << "no baseline";
  std::ofstream(path("broken.json")) << "{";
  EXPECT_EQ(
      gauntlet("gate --baseline " + path("a") + "/result.json --candidate " + path("broken.json"))
          .code,
      6);
}

TEST_F(Cli, ABadScenarioNamesFileLineColumnAndRange) {
  std::ofstream(path("bad.toml"))
      << "name = \"x\"\n[[wearable]]\n[wearable.link]\ninterval_ms = 5\n";
  const auto ran = gauntlet("run " + path("bad.toml"));
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.text.find("bad.toml:4:15"), std::string::npos) << ran.text;
  EXPECT_NE(ran.text.find("allowed: 7.5 to 4000 ms"), std::string::npos) << ran.text;
  EXPECT_EQ(gauntlet("scenario check " + path("bad.toml")).code, 2);
  EXPECT_EQ(gauntlet("scenario check scenarios/catalog/gym-hour.toml").code, 0);
  EXPECT_EQ(gauntlet("run nowhere.toml").code, 2);
}

TEST_F(Cli, JsonGoesToStdoutAlone) {
  const auto ran = gauntlet(kShort + ("--json --out " + path("j")));
  EXPECT_EQ(ran.text.substr(0, 1), "{");
  std::ifstream file(path("j") + "/result.json");
  EXPECT_EQ(ran.text, std::string(std::istreambuf_iterator<char>(file), {}));
}

TEST_F(Cli, ATruncatedCaptureIsPartialAndAnUnknownOneRefused) {
  std::ofstream(path("junk.raw"), std::ios::binary) << "this is no capture";
  const auto junk = gauntlet("replay " + path("junk.raw"));
  EXPECT_TRUE(junk.code == 2 || junk.code == 7) << junk.code << junk.text;
  const auto format = gauntlet("replay --format pebble17 " + path("junk.raw"));
  EXPECT_EQ(format.code, 2);
  EXPECT_NE(format.text.find("pebble16"), std::string::npos) << format.text;
}

TEST_F(Cli, MetricsAreListedWithUnitAndDefinition) {
  const auto ran = gauntlet("metrics");
  for (const char* name : {"replay.packets",
                           "replay.duplicates",
                           "replay.gaps",
                           "replay.loss_s_per_h.floor20",
                           "replay.loss_s_per_h.nominal",
                           "replay.loss_s_per_h.aligned",
                           "reps.exact",
                           "reps.within1",
                           "reps.mae",
                           "timing.error_ms.p50",
                           "timing.error_ms.p95",
                           "timing.drift_s_per_h",
                           "lag.display_ms.p50",
                           "lag.display_ms.p95",
                           "lag.within_250ms",
                           "f1.macro",
                           "f1.macro_no_null",
                           "link.bytes_per_s",
                           "link.backlog_ms.max",
                           "samples.produced",
                           "samples.delivered",
                           "samples.filled",
                           "samples.dropped",
                           "authz.refused",
                           "authz.accepted",
                           "privacy.m0.violations"}) {
    EXPECT_NE(ran.text.find(std::string(name) + " ["), std::string::npos) << name;
  }
}

TEST_F(Cli, ARunGoesOnFromACheckpointWithTheBytesOfAnUninterruptedOne) {
  ASSERT_EQ(gauntlet(kShort + ("--seed 3 --out " + path("whole"))).code, 0);
  const auto saved = gauntlet(kShort + ("--seed 3 --until 2.5min --save " + path("c.json")));
  ASSERT_EQ(saved.code, 0) << saved.text;
  EXPECT_NE(saved.text.find("stopped at 150 s"), std::string::npos) << saved.text;
  const auto resumed = gauntlet("run --from " + path("c.json") + " --out " + path("resumed"));
  ASSERT_EQ(resumed.code, 0) << resumed.text;
  const auto bytes = [this](const std::string& folder) {
    std::ifstream file(path(folder) + "/result.json");
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  EXPECT_EQ(bytes("whole"), bytes("resumed"));
  EXPECT_EQ(gauntlet(kShort + ("--until 1min --out " + path("x"))).code, 2) << "without --save";
  EXPECT_EQ(gauntlet(kShort + ("--until 1parsec --save " + path("y"))).code, 2);
  EXPECT_EQ(gauntlet("run --from " + path("none")).code, 2);
}

TEST_F(Cli, RecordedPeopleAreToldApartByBothDevicesWithIntervals) {
  RECORDED_DATA_OR_SKIP(folder, "sp-sw-har");
  const auto ran = gauntlet("privacy --recorded " + folder.string() + " --out " + path("r"));
  ASSERT_EQ(ran.code, 0) << ran.text;
  for (const char* row :
       {"watch: a run linked to its person among 18", "watch: verification: 1 - EER",
        "phone: verification: 1 - EER", "phone: a run linked to its person among 18"}) {
    EXPECT_NE(ran.text.find(row), std::string::npos) << row;
  }
  EXPECT_TRUE(fs::exists(path("r") + "/report.html"));
  EXPECT_EQ(gauntlet("privacy --recorded " + path("none")).code, 2);
}

TEST_F(Cli, DiffFindsTheFirstEventInWhichTwoRunsDiffer) {
  const std::string run = kShort + ("--out " + path("r") + " --trace ");
  ASSERT_EQ(gauntlet(run + path("a")).code, 0);
  ASSERT_EQ(gauntlet(run + path("same")).code, 0);
  ASSERT_EQ(gauntlet(run + path("b") + " --set phone.upload.period_s=11").code, 0);
  const auto same = gauntlet("diff " + path("a") + " " + path("same"));
  EXPECT_EQ(same.code, 0) << same.text;
  EXPECT_NE(same.text.find("the same"), std::string::npos);
  const auto found = gauntlet("diff " + path("a") + " " + path("b"));
  EXPECT_EQ(found.code, 1) << found.text;
  EXPECT_NE(found.text.find("hashes compared"), std::string::npos) << found.text;
  EXPECT_EQ(gauntlet("diff " + path("a") + " " + path("none")).code, 2);
  const std::string hour = "scenarios/catalog/gym-hour.toml ";
  const auto rerun = gauntlet("diff --seed 1 --set plan.length_s=300 " + hour + hour);
  EXPECT_EQ(rerun.code, 0) << rerun.text;
}

TEST_F(Cli, UnknownCommandsAndOptionsAreUsageErrors) {
  EXPECT_GE(gauntlet("rnu x").code, 100);
  EXPECT_GE(gauntlet("run").code, 100);
}

// A pipeline that is another process, right and wrong.
TEST_F(Cli, APipelineThatDiesCostsNoResultsAndHasAnExitCodeOfItsOwn) {
  const auto ran = gauntlet(std::string(kShort) +
                            "--set pipeline.kind=external --set 'pipeline.command=[\"sh\", \"-c\", "
                            "\"echo no model >&2; exit 3\"]' --out " +
                            path("r"));
  EXPECT_EQ(ran.code, 9) << ran.text;
  EXPECT_NE(ran.text.find("sh exited with status 3; its last words: no model"), std::string::npos)
      << ran.text;
  EXPECT_TRUE(fs::exists(path("r") + "/result.json"));
}

TEST_F(Cli, APipelineThatIsNoneIsToldWhatIsWrong) {
  const auto ran = gauntlet("sut check --length 60 -- sh -c 'exit 3'");
  EXPECT_EQ(ran.code, 9);
  EXPECT_NE(ran.text.find("FAIL  greets"), std::string::npos) << ran.text;
  EXPECT_NE(ran.text.find("exited with status 3"), std::string::npos) << ran.text;
  EXPECT_EQ(gauntlet("sut check").code, 2);
  EXPECT_EQ(gauntlet("sut audit --other-seed 1 -- no-such-program").code, 9);
}

}  // namespace
}  // namespace gauntlet
