// Common random numbers: what is added to a world draws from streams of its own, so that nothing
// that was there before changes, and two variants of a scenario differ by what was varied alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "scenarios/runner.h"

namespace gauntlet::scenarios {
namespace {

using Bytes = std::vector<std::byte>;

// Hears everything, does nothing.
class Listener final : public SystemUnderTest {
 public:
  struct Heard {
    std::map<DeviceIndex, std::multiset<Bytes>> frames;
    std::map<StreamId, std::vector<float>> local;
  };
  explicit Listener(Heard& heard) : heard_(heard) {}
  void on_frame(DeviceIndex device, std::span<const std::byte> bytes, HostTime) override {
    heard_.frames[device].emplace(bytes.begin(), bytes.end());
  }
  void on_local(const LocalBatch& batch, HostTime) override {
    auto& all = heard_.local[{0, batch.stream.sensor}];
    all.insert(all.end(), batch.values.begin(), batch.values.end());
  }
  void on_mark(const UserMark&) override {}
  void finish() override {}

 private:
  Heard& heard_;
};

struct Ran {
  Listener::Heard heard;
  SeedRun run;
};

Ran run(const ScenarioOptions& options) {
  const auto made = make_shared_parts(options, "");
  EXPECT_TRUE(made.ok());
  Ran ran;
  auto run = run_seed(options, 7, *made,
                      [&](Runtime&, const PhoneOptions&, EventSink&) {
                        return std::make_unique<Listener>(ran.heard);
                      },
                      {});
  EXPECT_TRUE(run.ok()) << run.error().message;
  ran.run = std::move(*run);
  return ran;
}

ScenarioOptions gym() {
  Scenario scenario;
  std::vector<Diagnostic> problems;
  EXPECT_TRUE(load_scenario("scenarios/catalog/gym-hour.toml",
                            {{"plan.length_s", "300"}, {"services.authz.scrypt_log2_n", "1"}},
                            scenario, problems))
      << to_string(problems);
  return scenario.options;
}

TEST(CommonNumbers, ASecondWearableChangesNoDrawOfTheFirstOrOfThePerson) {
  const ScenarioOptions one = gym();
  ScenarioOptions two = one;
  two.wearables.push_back(one.wearables.front());
  two.wearables.back().device.name = "second";
  const Ran a = run(one);
  const Ran b = run(two);

  const Truth& before = *a.run.truth;
  const Truth& after = *b.run.truth;
  ASSERT_EQ(after.devices.size(), before.devices.size() + 1);
  ASSERT_FALSE(before.sets.empty());
  ASSERT_EQ(after.sets.size(), before.sets.size());
  for (std::size_t i = 0; i < before.sets.size(); ++i) {
    EXPECT_EQ(after.sets[i].exercise, before.sets[i].exercise);
    EXPECT_EQ(after.sets[i].repetitions, before.sets[i].repetitions);
  }
  EXPECT_EQ(after.identity.user_id, before.identity.user_id);

  const auto device = [](const Truth& truth, const std::string& name) {
    const auto it = std::find_if(truth.devices.begin(), truth.devices.end(),
                                 [&](const TrueDevice& d) { return d.name == name; });
    EXPECT_NE(it, truth.devices.end()) << name;
    return it;
  };
  std::size_t samples = 0;
  for (const TrueDevice& was : before.devices) {
    const auto is = device(after, was.name);
    ASSERT_EQ(is->streams.size(), was.streams.size());
    for (std::size_t s = 0; s < was.streams.size(); ++s) {
      EXPECT_EQ(is->streams[s].sampled_at, was.streams[s].sampled_at) << was.name;
      EXPECT_EQ(is->streams[s].signal, was.streams[s].signal) << was.name;
      samples += was.streams[s].sampled_at.size();
    }
  }
  EXPECT_GT(samples, 300u * 50u);

  // What the sensors reported, with noise, bias, quantisation and clock: the same bytes. The
  // radio's time is shared, so a frame may come later, but none may differ.
  EXPECT_GT(a.heard.frames.at(0).size(), 100u);
  EXPECT_EQ(b.heard.frames.at(0), a.heard.frames.at(0));
  EXPECT_EQ(b.heard.local, a.heard.local);
  // And the one that was added has noise of its own.
  EXPECT_NE(b.heard.frames.at(1), a.heard.frames.at(0));
}

}  // namespace
}  // namespace gauntlet::scenarios
