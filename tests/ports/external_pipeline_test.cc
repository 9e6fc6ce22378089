// Other people's pipelines in a simulated hour: what they answer is measured, what they do wrong is
// said, and nothing else is lost.

#include "core/ports/external_pipeline.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "scenarios/batch.h"
#include "tests/ports/sessions.h"

namespace gauntlet::scenarios {
namespace {

const std::vector<std::string> kPython{"python3", "examples/external/python/count_repetitions.py"};

SeedRun run(const ScenarioOptions& options) {
  auto run = run_seed(options, 1, no_model());
  EXPECT_TRUE(run) << run.error().message;
  return std::move(*run);
}

double value(const SeedRun& run, std::string_view name) {
  const auto* v = run.result.values.find(name);
  EXPECT_TRUE(v && v->value) << name;
  return v ? v->value.value_or(-1) : -1;
}

std::size_t rejected(const SeedRun& run, const std::string& reason) {
  std::size_t n = 0;
  for (const auto& e : run.events->rejected) n += e.reason == reason ? e.count : 0;
  return n;
}

TEST(Examples, TheCppOneCountsRepetitions) {
  const SeedRun r = run(short_session({GAUNTLET_CPP_EXAMPLE}));
  EXPECT_EQ(r.result.failures, std::vector<std::string>{});
  EXPECT_EQ(value(r, "reps.within1"), 1);
  EXPECT_EQ(r.external->name, "swings");
  EXPECT_EQ(rejected(r, "unreported"), value(r, "samples.produced"));
}

TEST(Examples, ThePythonOneCountsRepetitionsOfFramesAndOfFusedSamples) {
  NEEDS_PYTHON();
  ScenarioOptions options = short_session(kPython);
  const SeedRun frames = run(options);
  EXPECT_EQ(frames.result.failures, std::vector<std::string>{});
  EXPECT_EQ(value(frames, "reps.within1"), 1);
  options.pipeline.input = PipelineInput::fused;
  const SeedRun fused = run(options);
  EXPECT_EQ(fused.result.failures, std::vector<std::string>{});
  EXPECT_EQ(value(fused, "reps.within1"), 1);
  // The intake is ours then, and so are the books and the alignment.
  EXPECT_EQ(value(fused, "samples.delivered"), value(fused, "samples.produced"));
  // After a minute a filter is better than first-seen time stamps, which are within 239 ms.
  EXPECT_LT(value(fused, "timing.error_ms.p95"), 239);
}

TEST(Virtual, TheSameSeedGivesTheSameBytesFromAnyNumberOfThreads) {
  Scenario scenario;
  scenario.options = short_session({GAUNTLET_CPP_EXAMPLE});
  const auto json = [&](int threads) {
    return reports::to_json(
        run_batch(scenario, no_model(), {}, {.seeds = consecutive_seeds(1, 4), .threads = threads})
            .result);
  };
  const std::string one = json(1);
  EXPECT_NE(one.find("\"reps.within1\""), std::string::npos);
  EXPECT_EQ(one, json(4));
}

// However slow it is: its own time does not exist in virtual time.
TEST(Virtual, WhatIsShownIsStampedByTheHost) {
  NEEDS_PYTHON();
  const SeedRun r = run(short_session(misbehaving("later")));
  ASSERT_FALSE(r.events->shown.empty());
  const Duration ahead = from_ms(500) + from_ms(16);  // at_ns, and then the display
  for (const Shown& s : r.events->shown) EXPECT_EQ(s.at - s.claimed, ahead);
  const SeedRun slow = run(short_session(misbehaving("slow")));
  ASSERT_FALSE(slow.events->windows.empty());
  for (const auto& w : slow.events->windows) EXPECT_EQ(w.at - w.to, from_ms(5));
}

TEST(Virtual, AWakeComesAtItsTimeAndOnlyIfNoInputCameBefore) {
  NEEDS_PYTHON();
  const auto frame = [](SystemUnderTest& sut, HostTime now) {
    sut.on_frame(0, std::vector<std::byte>(20, std::byte{1}), now);
  };
  // It asks for 250 ms after each frame; the second comes 100 ms after the first.
  const SutSession s =
      run_by_hand(short_session(misbehaving("wakes")), {{1, frame}, {1.1, frame}, {5, frame}});
  EXPECT_TRUE(s.clean());
  const std::int64_t origin = 1'433'116'800;
  const auto line = [&](double woken_s) {
    const std::int64_t at = origin * 1'000'000'000 + from_seconds(woken_s).count();
    return "shown 1 w 1 " + std::to_string(at) + " " +
           std::to_string(at + from_ms(5 + 16).count()) + "\n";
  };
  EXPECT_NE(s.answers.find("\n" + line(1.35) + line(5.25) + "rejected"), std::string::npos)
      << s.answers;
}

TEST(Virtual, ClaimsThatCouldNotBeKnownAreRefusedAndTheRestIsMeasured) {
  NEEDS_PYTHON();
  const SeedRun r = run(short_session(misbehaving("future")));
  EXPECT_TRUE(r.events->windows.empty());
  EXPECT_GT(r.external->refused.get("future"), 20u);
  ASSERT_EQ(r.result.failures.size(), 1u);
  EXPECT_NE(r.result.failures[0].find("refused, future: a window ends 1000"), std::string::npos)
      << r.result.failures[0];
}

TEST(Virtual, ACrashIsToldAndLosesNothingElse) {
  NEEDS_PYTHON();
  const SeedRun r = run(short_session(misbehaving("crash")));
  ASSERT_EQ(r.result.failures.size(), 1u);  // the books balance
  EXPECT_NE(r.result.failures[0].find("python3 exited with status 3; its last words: it hurts"),
            std::string::npos)
      << r.result.failures[0];
  EXPECT_EQ(r.external->ending->status, 3);
  EXPECT_GE(r.events->windows.size(), 5u);  // what it said before
  EXPECT_EQ(rejected(r, "pipeline_failed"), value(r, "samples.produced"));
  EXPECT_GT(value(r, "link.bytes_per_s"), 0);
}

TEST(Virtual, SilenceIsToldWithTheInputThatWasNotAnswered) {
  NEEDS_PYTHON();
  ScenarioOptions options = short_session(misbehaving("drops"));
  options.pipeline.answer_timeout_s = 0.3;
  const SeedRun r = run(options);
  ASSERT_EQ(r.result.failures.size(), 1u);
  EXPECT_NE(r.result.failures[0].find("timeout: no answer in time to input 20"), std::string::npos)
      << r.result.failures[0];
}

TEST(Virtual, OneThatAccountsForSamplesIsBelievedOrFailsTheBooks) {
  NEEDS_PYTHON();
  const SeedRun good = run(short_session(misbehaving("accounts")));
  EXPECT_EQ(good.result.failures, std::vector<std::string>{});
  EXPECT_EQ(rejected(good, "unused"), value(good, "samples.produced"));
  const SeedRun hole = run(short_session(misbehaving("hole")));
  EXPECT_GT(hole.external->unaccounted, 0u);
  EXPECT_FALSE(hole.result.failures.empty());
}

TEST(Virtual, OneThatCannotBeStartedFailsItsSeedAndTheBatchSaysSo) {
  Scenario scenario;
  scenario.options = short_session({"no-such-program"});
  const Batch batch =
      run_batch(scenario, no_model(), {}, {.seeds = consecutive_seeds(1, 2), .threads = 1});
  EXPECT_EQ(batch.pipelines_failed, 2u);
  ASSERT_EQ(batch.result.failures.size(), 2u);
  EXPECT_NE(batch.result.failures[1].find("seed 2: external pipeline: no-such-program cannot be"),
            std::string::npos)
      << batch.result.failures[1];
}

class Sockets : public testing::TestWithParam<const char*> {};

TEST_P(Sockets, CarryAWholeSession) {
  NEEDS_PYTHON();
  namespace fs = std::filesystem;
  const std::string kind = GetParam();
  const fs::path place =
      fs::temp_directory_path() / ("gauntlet_sut_" + kind + std::to_string(::getpid()));
  fs::remove(place);
  PipelineOptions server;
  server.command = {"python3", "-S", "tests/ports/misbehaving.py", "good",
                    kind + ":" + place.string()};
  auto process = ChildProcess::start(server.command);
  ASSERT_TRUE(process);
  for (int i = 0; i < 2000 && !fs::exists(place); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  ASSERT_TRUE(fs::exists(place));
  ScenarioOptions options = short_session({});
  options.pipeline.address = "unix:" + place.string();
  if (kind == "tcp") {
    std::string port;
    std::ifstream(place) >> port;
    options.pipeline.address = "tcp:127.0.0.1:" + port;
  }
  const SeedRun r = run(options);
  EXPECT_EQ(r.result.failures, std::vector<std::string>{});
  EXPECT_EQ(r.events->windows.size(),
            run(short_session(misbehaving("good"))).events->windows.size());
  EXPECT_TRUE(process->end(std::chrono::seconds{20}).clean());
  fs::remove(place);
}
INSTANTIATE_TEST_SUITE_P(Kinds, Sockets, testing::Values("unix", "tcp"),
                         [](const auto& kinds) { return std::string(kinds.param); });

TEST(RealTime, InputsComeAtTheirTimesAndTheLabelsAreTheSame) {
  ScenarioOptions options = short_session({GAUNTLET_CPP_EXAMPLE});
  const SutSession accuracy = run_session(options, 1, no_model());
  options.pipeline.time = PipelineTime::real_time;
  options.pipeline.speed = 30;
  const auto begin = std::chrono::steady_clock::now();
  const SeedRun r = run(options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  EXPECT_GT(took.count(), 0.95 * to_seconds(r.record->duration) / 30);
  EXPECT_EQ(r.result.failures, std::vector<std::string>{});
  EXPECT_EQ(r.external->answer_ms.size(), r.external->inputs);
  std::string labels;
  for (const Shown& s : r.events->shown) {
    labels += "shown " + std::to_string(static_cast<int>(s.kind)) + " " + s.exercise + " " +
              std::to_string(s.count) + "\n";
    EXPECT_GE(s.at, s.claimed + from_ms(16));
  }
  EXPECT_EQ(labels, accuracy.labels);
}

TEST(RealTime, OneThatCannotWaitRunsThereAndNotInVirtualTime) {
  NEEDS_PYTHON();
  ScenarioOptions options = short_session(misbehaving("only_real"), 30);
  const auto waits = run_seed(options, 1, no_model());
  ASSERT_FALSE(waits);
  EXPECT_NE(waits.error().message.find("set pipeline.time = \"real\""), std::string::npos);
  options.pipeline.time = PipelineTime::real_time;
  options.pipeline.speed = 60;
  const SeedRun r = run(options);
  EXPECT_EQ(r.result.failures, std::vector<std::string>{});
  EXPECT_GE(r.events->windows.size(), 10u);
}

TEST(RealTime, SilenceTimesOutThereToo) {
  NEEDS_PYTHON();
  ScenarioOptions options = short_session(misbehaving("drops"));
  options.pipeline.time = PipelineTime::real_time;
  options.pipeline.speed = 200;
  options.pipeline.answer_timeout_s = 0.3;
  const SeedRun r = run(options);
  ASSERT_TRUE(r.external->failure);
  // The next Idle comes before the time-out, and is not the one that is due.
  EXPECT_TRUE(r.external->failure->code == "order" || r.external->failure->code == "timeout");
}

}  // namespace
}  // namespace gauntlet::scenarios
