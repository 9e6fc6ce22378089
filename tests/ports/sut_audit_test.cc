// Planted cheaters, each caught by the part of the audit that is made for it.

#include "scenarios/sut_audit.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "tests/ports/sessions.h"

namespace gauntlet::scenarios {
namespace {

namespace fs = std::filesystem;

// The share of the 20 ways to choose 3 of 6, 1 of 2, that are as extreme.
TEST(Permutation, IsTheShareOfArrangementsAsExtreme) {
  const double low[] = {1, 2, 3}, high[] = {4, 5, 6}, mixed[] = {2, 4, 6}, other[] = {1, 3, 5};
  EXPECT_DOUBLE_EQ(permutation_p(low, high), 1.0 / 20);
  EXPECT_DOUBLE_EQ(permutation_p(high, low), 1.0);
  // Sums of three of 1…6 that are at least 12: 126 136 145 … 7 of 20 are at least 12.
  EXPECT_DOUBLE_EQ(permutation_p(other, mixed), 7.0 / 20);
  const double same[] = {1, 1};
  EXPECT_DOUBLE_EQ(permutation_p(same, same), 1.0);
}

class SutAudit : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / (std::string("gauntlet_audit_") +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  ScenarioOptions cheating(const std::string& way) const {
    return short_session({"python3", "-S", "tests/ports/cheating.py", way, folder_.string()});
  }
  // Five sessions of each seed are the fewest that can tell one seed from another.
  std::set<std::string> caught(const std::string& way, bool performance = false,
                               std::int64_t sessions = 2) const {
    const auto findings = audit_sut(cheating(way), no_model(),
                                    {.sessions = sessions,
                                     .other_seed = 4711,
                                     .speed = 40,
                                     .performance = performance,
                                     .progress = {}});
    EXPECT_EQ(findings.pipeline, way);
    std::set<std::string> names;
    for (const SutFinding& f : findings.list) {
      if (f.verdict == SutFinding::Verdict::failed) names.insert(f.name);
    }
    return names;
  }
  fs::path folder_;
};

TEST_F(SutAudit, AnHonestPipelinePasses) {
  NEEDS_PYTHON();
  EXPECT_EQ(caught("honest", true, 5), std::set<std::string>{});
}

TEST_F(SutAudit, OneThatRemembersWhatItHasSeenIsCaughtByRepetition) {
  NEEDS_PYTHON();
  EXPECT_TRUE(caught("remembers").contains("repeated sessions agree"));
}

TEST_F(SutAudit, OneThatKnowsWhichSessionComesWhenIsCaughtByTheOrder) {
  NEEDS_PYTHON();
  EXPECT_TRUE(caught("counts_sessions").contains("order does not matter"));
}

TEST_F(SutAudit, OneThatLooksItsAnswersUpIsCaughtByWhatItDoesNotCompute) {
  NEEDS_PYTHON();
  EXPECT_EQ(caught("caches"), std::set<std::string>{"a repeated session is computed again"});
}

// Both have seen the scenario's own sessions before.
TEST_F(SutAudit, OneThatKnowsItsInputByItsBytesIsCaughtByBitsThatCarryNothing) {
  NEEDS_PYTHON();
  for (int person = 0; person < 2; ++person) {
    ScenarioOptions options = cheating("knows_bytes");
    options.person.number = person;
    ASSERT_TRUE(run_session(options, static_cast<std::uint64_t>(options.seed), no_model()).clean());
  }
  EXPECT_TRUE(caught("knows_bytes").contains("bits that carry nothing do not matter"));
}

TEST_F(SutAudit, OneThatIsTunedToTheScenariosPeopleIsCaughtByOthers) {
  NEEDS_PYTHON();
  for (int person = 0; person < 5; ++person) {
    ScenarioOptions options = cheating("remembers");  // fills the memory
    options.person.number = person;
    ASSERT_TRUE(run_session(options, static_cast<std::uint64_t>(options.seed), no_model()).clean());
  }
  EXPECT_EQ(caught("tuned", false, 5), std::set<std::string>{"other people are counted as well"});
}

TEST_F(SutAudit, OneThatDoesLessWhenItIsTimedIsCaughtByBothModes) {
  NEEDS_PYTHON();
  EXPECT_EQ(caught("hurries", true), std::set<std::string>{"real time gives the same labels"});
}

TEST_F(SutAudit, OneThatBreaksTheContractIsSentToTheCheck) {
  NEEDS_PYTHON();
  const auto findings = audit_sut(short_session(misbehaving("crash")), no_model(),
                                  {.sessions = 5, .other_seed = 1, .progress = {}});
  ASSERT_EQ(findings.list.size(), 1u);
  EXPECT_EQ(findings.list[0].name, "keeps the contract");
  EXPECT_NE(findings.list[0].says.find("status 3"), std::string::npos);
}

}  // namespace
}  // namespace gauntlet::scenarios
