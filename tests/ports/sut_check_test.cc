// Every way to be wrong is caught by the check that is made for it, and by no other.

#include "scenarios/sut_check.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/ports/sessions.h"

namespace gauntlet::scenarios {
namespace {

using Verdict = SutFinding::Verdict;

std::set<std::string> failed(const SutFindings& findings) {
  std::set<std::string> names;
  for (const SutFinding& f : findings.list) {
    if (f.verdict != Verdict::failed) continue;
    names.insert(f.name);
    EXPECT_FALSE(f.says.empty()) << f.name;
    EXPECT_FALSE(f.advice.empty()) << f.name;
  }
  return names;
}

struct Wrong {
  const char* way;
  const char* caught_by;
  const char* says;  // among other words
};

class SutCheck : public testing::TestWithParam<Wrong> {};

TEST_P(SutCheck, CatchesItByTheRightNameAndNoOther) {
  NEEDS_PYTHON();
  const Wrong& wrong = GetParam();
  ScenarioOptions options = short_session(misbehaving(wrong.way));
  const std::string way = wrong.way;
  if (way == "silent") options.pipeline.start_timeout_s = 0.5;
  if (way == "drops") options.pipeline.answer_timeout_s = 1;
  if (way == "lingers" || way == "orphan") options.pipeline.finish_timeout_s = 0.3;
  const SutFindings findings =
      check_sut(options, no_model(), {.answer_budget_ms = way == "slow" ? 50.0 : 5000.0});
  EXPECT_EQ(failed(findings), std::set<std::string>{wrong.caught_by});
  EXPECT_FALSE(findings.passed());
  for (const SutFinding& f : findings.list) {
    if (f.verdict == Verdict::failed) {
      EXPECT_NE(f.says.find(wrong.says), std::string::npos) << f.says;
    }
  }
}

const Wrong kWrongs[] = {
    {"silent", "greets", "no answer in time"},
    {"only_real", "greets", "cannot wait for virtual time"},
    {"version", "speaks an offered version", "version 7"},
    {"agrees", "speaks an offered version", "version 999, which does not exist"},
    {"huge", "messages are well-formed", "100000000 bytes"},
    {"unknown_field", "no unknown fields", "fields that version 1 does not have"},
    {"order", "every input is answered once, in order", "answers input 4; the next to answer is 5"},
    {"twice", "every input is answered once, in order", "the next to answer is"},
    {"drops", "every input is answered once, in order", "no answer in time to input 20"},
    {"flood", "every input is answered once, in order", "no Idle"},
    {"crash", "stays alive", "exited with status 3; its last words: it hurts | here"},
    {"segv", "stays alive", "signal 11"},
    {"corrupt", "stays alive", "with corrupt frames"},
    {"past_wake", "asks to be woken in the future", "not after the input"},
    {"far_wake", "asks to be woken in the future", "more than a day ahead"},
    {"endless", "asks to be woken in the future", "after Finish"},
    {"past", "shows nothing before it could", "before the input"},
    {"future", "knows no more than it was given", "a window ends 1000"},
    {"future_sample", "knows no more than it was given", "is said to be taken"},
    {"unknown_frame", "knows no more than it was given", "has not arrived"},
    {"double", "accounts for samples once", "200 are accounted for"},
    {"hole", "loses no sample", "in nobody's book"},
    {"value", "values make sense", "not 7"},
    {"lingers", "ends when it is told to", "had to be killed"},
    {"orphan", "ends when it is told to", "did not end"},
    {"status", "exits with status 0", "status 5"},
    {"slow", "answers quickly", "p99"},
    {"random", "is deterministic", "was answered with"},
};
INSTANTIATE_TEST_SUITE_P(Ways, SutCheck, testing::ValuesIn(kWrongs),
                         [](const auto& ways) { return std::string(ways.param.way); });

TEST(SutCheck, WhatIsNoPipelineAtAllIsSaidToBeNone) {
  EXPECT_EQ(failed(check_sut(short_session({"no-such-program"}), no_model(), {})),
            std::set<std::string>{"starts"});
  EXPECT_EQ(failed(check_sut(short_session({"false"}), no_model(), {})),
            std::set<std::string>{"greets"});
  // Text on stdout is the commonest mistake.
  const auto text = failed(check_sut(short_session({"echo", "hello"}), no_model(), {}));
  EXPECT_TRUE(text.contains("messages are well-formed") || text.contains("greets"));
}

TEST(SutCheck, RightOnesPassWithAndWithoutBooks) {
  NEEDS_PYTHON();
  for (const char* way : {"good", "accounts", "wakes", "later"}) {
    const auto findings =
        check_sut(short_session(misbehaving(way)), no_model(), {.answer_budget_ms = 5000});
    EXPECT_EQ(failed(findings), std::set<std::string>{}) << way;
    EXPECT_EQ(findings.pipeline, way);
  }
}

TEST(SutCheck, TheExamplesPassOnFramesAndThePythonOneOnFusedSamples) {
  ScenarioOptions cpp = short_session({GAUNTLET_CPP_EXAMPLE});
  EXPECT_EQ(failed(check_sut(cpp, no_model(), {.answer_budget_ms = 5000})),
            std::set<std::string>{});
  NEEDS_PYTHON();
  ScenarioOptions python =
      short_session({"python3", "examples/external/python/count_repetitions.py"});
  for (const auto input : {PipelineInput::frames, PipelineInput::fused}) {
    python.pipeline.input = input;
    EXPECT_EQ(failed(check_sut(python, no_model(), {.answer_budget_ms = 5000})),
              std::set<std::string>{});
  }
}

}  // namespace
}  // namespace gauntlet::scenarios
