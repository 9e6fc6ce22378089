// The one property that matters: under every load the kernel runs the same events at the same times
// in the same order as the plainest engine does.
#include <cmath>
#include <deque>
#include <string>
#include <vector>

#include "sim/engine/random.h"
#include "sim/engine/simulation.h"
#include "sim/engine/timer.h"
#include "tests/engine/oracle.h"

#include "tests/catch.h"

namespace gauntlet::sim {
namespace {

using testing::Oracle;

enum class Load { uniform, exponential, ties, bursts, bimodal, camel, pareto, zero, mixed };
constexpr Load kLoads[] = {Load::uniform, Load::exponential, Load::ties,
                           Load::bursts,  Load::bimodal,     Load::camel,
                           Load::pareto,  Load::zero,        Load::mixed};

std::int64_t delay_ns(Load load, RandomStream& random) {
  switch (load) {
    case Load::uniform:
      return static_cast<std::int64_t>(random.below(2'000'000'000));
    case Load::exponential:
      return static_cast<std::int64_t>(random.exponential(1e9));
    case Load::ties:
      return 1'000'000;
    case Load::bursts:
      return 20'000'000 + static_cast<std::int64_t>(random.below(3000));
    case Load::bimodal:
      return static_cast<std::int64_t>(random.chance(0.9) ? random.below(1000)
                                                          : random.below(10'000'000'000));
    case Load::camel: {
      const double centre = random.chance(0.5) ? 1e6 : 5e9;
      return static_cast<std::int64_t>(centre * (1 + 0.001 * random.uniform()));
    }
    case Load::pareto:  // shape 0.8: not even a mean; capped at 10 years
      return static_cast<std::int64_t>(
          std::fmin(1e3 * std::pow(1 - random.uniform(), -1.25), 3e17));
    case Load::zero:
      return random.chance(0.5) ? 0 : 5;
    case Load::mixed:
      return delay_ns(kLoads[random.below(8)], random);
  }
  return 0;
}

template <class Engine>
struct TimerOf;
template <>
struct TimerOf<Simulation> {
  using type = Timer;
};
template <>
struct TimerOf<Oracle> {
  using type = Oracle::Timer;
};

// Keeps `population` events pending, and stirs: events that schedule two and cancel another,
// reschedule, change priority, arm and cancel time-outs. Every decision comes from one stream drawn
// in the order of execution, so the first wrong event changes all that follow.
template <class Engine>
class Driver {
 public:
  Driver(Engine& engine, Load load, std::uint64_t seed, bool stir)
      : engine_(engine), load_(load), random_(seed, "order"), stir_(stir) {}

  std::uint64_t drive(int population, int events) {
    left_ = events;
    if (stir_) {
      for (int i = 0; i < 20; ++i) {
        timers_.emplace_back(
            engine_, [this, i] { note(1'000'000u + static_cast<unsigned>(i)); },
            static_cast<Priority>(120 + i % 10));
      }
    }
    for (int i = 0; i < population; ++i) add();
    // In slices, as an interactive run does, then to the end.
    for (int i = 1; i <= 5; ++i) {
      engine_.run(engine_.now() + Duration{delay_ns(load_, random_)});
      note(2'000'000);
    }
    engine_.run();
    return hash_;
  }

 private:
  void note(std::uint64_t what) {
    hash_ = (hash_ ^ static_cast<std::uint64_t>(engine_.now().time_since_epoch().count())) *
            0x9e3779b97f4a7c15u;
    hash_ = (hash_ ^ (hash_ >> 29) ^ what) * 0xbf58476d1ce4e5b9u;
  }
  WorldTime later() { return engine_.now() + Duration{delay_ns(load_, random_)}; }
  void add() {
    const std::uint64_t name = ++names_;
    const auto priority =
        stir_ && random_.chance(0.2) ? static_cast<Priority>(random_.below(256)) : kDefaultPriority;
    const auto id = engine_.at(later(), [this, name] { happen(name); }, priority);
    if (stir_) ids_.push_back(id);
    if (ids_.size() > 1000) ids_.erase(ids_.begin(), ids_.begin() + 500);
  }
  void happen(std::uint64_t name) {
    note(name);
    if (--left_ < 0) return;
    add();
    if (!stir_) return;
    if (random_.chance(0.3)) {
      add();
      note(engine_.cancel(any()));
    }
    if (random_.chance(0.3)) note(engine_.reschedule(any(), later()));
    auto& timer = timers_[random_.below(timers_.size())];
    if (random_.chance(0.5)) timer.arm_at(later());
    if (random_.chance(0.1)) note(timer.cancel());
  }
  auto any() { return ids_[random_.below(ids_.size())]; }

  Engine& engine_;
  Load load_;
  RandomStream random_;
  bool stir_;
  int left_ = 0;
  std::uint64_t names_ = 0;
  std::uint64_t hash_ = 1;
  std::vector<decltype(std::declval<Engine&>().at(WorldTime{}, [] {}))> ids_;
  std::deque<typename TimerOf<Engine>::type> timers_;
};

void compare(Load load, std::uint64_t seed, bool stir, int population, int events,
             SimulationOptions options = {}) {
  INFO("load " << static_cast<int>(load) << " seed " << seed << " stir " << stir << " population "
               << population);
  Oracle oracle;
  Simulation sim(options);
  Driver<Oracle> expected(oracle, load, seed, stir);
  Driver<Simulation> actual(sim, load, seed, stir);
  const std::uint64_t hash = expected.drive(population, events);
  REQUIRE(actual.drive(population, events) == hash);
  REQUIRE(sim.now() == oracle.now());
  REQUIRE(sim.empty());
}

TEST_CASE("order equals the oracle's under every load") {
  for (const Load load : kLoads) {
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      for (const bool stir : {false, true})
        compare(load, seed, stir, 10 << seed, 3000 << (seed / 2));
    }
  }
}

TEST_CASE("order equals the oracle's with a large population") {
  for (const Load load : kLoads) {
    compare(load, 99, false, 50'000, 150'000);
    compare(load, 100, true, 20'000, 60'000);
  }
}

TEST_CASE("order survives renumbering of what is pending") {
  SimulationOptions options;
  options.sequence_max = 3000;
  for (const Load load : kLoads) compare(load, 5, true, 300, 10'000, options);
}

}  // namespace
}  // namespace gauntlet::sim
