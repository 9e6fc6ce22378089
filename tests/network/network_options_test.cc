// What a network may be configured to be, and the host's clock alone.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/network/virtual_network.h"

namespace gauntlet::sim {
namespace {

using namespace std::chrono_literals;

TEST(HostClock, ToWorldIsTheFirstInstantThatShowsTheTime) {
  RandomStream random(1, "test");
  for (const double ppm : {-1000.0, -37.5, 0.0, 0.001, 2778.0 / 10, 1000.0}) {
    LinearHostClockOptions options;
    options.drift_ppm = ppm;
    options.offset_ms = -1234.5;
    const LinearHostClock clock(options);
    EXPECT_EQ(clock.to_host(WorldTime{}), time_from_seconds<HostTime>(1'767'225'600) - 1'234'500us);
    for (int n = 0; n < 10'000; ++n) {
      const WorldTime t{Duration{static_cast<std::int64_t>(random.uniform(0, 1e16))}};
      const HostTime shown = clock.to_host(t);
      const WorldTime first = clock.to_world(shown);
      ASSERT_LE(first, t) << ppm;
      ASSERT_GE(clock.to_host(first), shown) << ppm;
      ASSERT_LT(clock.to_host(first - 1ns), shown) << ppm;
    }
  }
}

// Walks every option and checks that its default lies in its own range.
class DefaultsInRange final : public OptionVisitor {
 public:
  int visited = 0;
  void number(std::string_view name, double& value, Range allowed, std::string_view unit,
              std::string_view text, std::string_view) override {
    check(name, value, allowed, unit, text);
  }
  void integer(std::string_view name, std::int64_t& value, Range allowed, std::string_view unit,
               std::string_view text, std::string_view) override {
    check(name, static_cast<double>(value), allowed, unit, text);
  }
  void flag(std::string_view, bool&, std::string_view) override { ++visited; }
  void text(std::string_view, std::string&, std::string_view) override { ++visited; }
  void strings(std::string_view, std::vector<std::string>&, std::string_view) override {
    ++visited;
  }
  void preset(const std::vector<std::string_view>&, std::string_view,
              const std::function<void(std::string_view)>&) override {}

 protected:
  std::size_t choose(std::string_view, const std::vector<std::string_view>&, std::size_t current,
                     std::string_view) override {
    ++visited;
    return current;
  }
  void enter(std::string_view, std::string_view,
             const std::function<void(OptionVisitor&)>& describe) override {
    describe(*this);
  }
  void repeat(std::string_view, std::string_view, std::size_t,
              const std::function<void(std::size_t)>&,
              const std::function<void(std::size_t, OptionVisitor&)>&,
              const std::function<void(OptionVisitor&)>& describe_prototype) override {
    describe_prototype(*this);
  }

 private:
  void check(std::string_view name, double value, Range allowed, std::string_view unit,
             std::string_view what) {
    ++visited;
    EXPECT_TRUE(allowed.min <= value && value <= allowed.max) << name << " " << value;
    EXPECT_FALSE(unit.empty() || what.empty()) << name;
  }
};

TEST(NetworkOptions, EveryFieldIsDescribedAndItsDefaultAllowed) {
  DefaultsInRange visitor;
  NetworkOptions().describe(visitor);
  EXPECT_EQ(visitor.visited, 11 + 11 + 1 + 1 + 3 + 4 + 4);
  visitor.visited = 0;
  LinearHostClockOptions().describe(visitor);
  EXPECT_EQ(visitor.visited, 3);
}

TEST(NetworkOptions, WhatRangesCannotSayIsCheckedAgainstTheHosts) {
  const std::vector<std::string> hosts{"phone", "ingest"};
  const auto code = [&](auto change) {
    NetworkOptions options;
    change(options);
    const Result<void> checked = options.check(hosts);
    return checked.ok() ? std::string() : checked.error().code;
  };
  using O = NetworkOptions;
  EXPECT_EQ(code([](O&) {}), "");
  EXPECT_EQ(code([](O& o) { o.offline = {{"phone", 1, 2}}; }), "");
  EXPECT_EQ(code([](O& o) { o.partitions = {{"*", "ingest", 1, 1}}; }), "");
  EXPECT_EQ(code([](O& o) { o.offline = {{"phnoe", 1, 2}}; }), "unknown_host");
  EXPECT_EQ(code([](O& o) { o.offline = {{"*", 1, 2}}; }), "unknown_host");
  EXPECT_EQ(code([](O& o) { o.cuts = {{"phone", "x", 1, CutOptions::Kind::reset}}; }),
            "unknown_host");
  EXPECT_EQ(code([](O& o) { o.offline = {{"phone", 2, 1}}; }), "bad_interval");
  EXPECT_EQ(code([](O& o) { o.path.latency_ms_min = 20; }), "bad_latency");
  EXPECT_EQ(code([](O& o) {
              o.paths.resize(1);
              o.paths[0].to = "nowhere";
            }),
            "unknown_host");
}

}  // namespace
}  // namespace gauntlet::sim
