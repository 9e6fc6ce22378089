#include <deque>
#include <memory>

#include "bench/engine/asio_engine.h"
#include "bench/engine/engines.h"
#include "bench/engine/plain_engines.h"
#include "sim/engine/process.h"
#include "sim/engine/simulation.h"
#include "sim/engine/timer.h"

namespace gauntlet::bench {
namespace {

using sim::Alarm;
using sim::EventId;
using sim::Simulation;
using sim::Timer;

std::int64_t ns(const Simulation& sim) { return sim.now().time_since_epoch().count(); }
WorldTime at(std::int64_t t_ns) { return WorldTime{Duration{t_ns}}; }

// A fresh callable per event.
struct Once {
  Simulation& sim;
  Model& model;
  std::uint32_t id;
  void operator()() const {
    const std::int64_t delay = model.next(ns(sim), id);
    delay < 0 ? sim.stop() : static_cast<void>(sim.after(Duration{delay}, *this));
  }
};
Outcome once(Model& model) {
  Simulation sim;
  for (std::uint32_t id = 0; id < model.n(); ++id)
    sim.at(at(model.first(id)), Once{sim, model, id});
  return timed(model, [&] { sim.run(); });
}

// A recurrence that stays in its slot.
Outcome recur(Model& model) {
  Simulation sim;
  for (std::uint32_t id = 0; id < model.n(); ++id) {
    sim.recur(at(model.first(id)), [&sim, &model, id] {
      const std::int64_t delay = model.next(ns(sim), id);
      if (delay < 0) sim.stop();
      return delay < 0 ? sim::kNever : sim.now() + Duration{delay};
    });
  }
  return timed(model, [&] { sim.run(); });
}

// An object with a virtual wake().
struct Device final : Alarm {
  Device(Simulation& s, Model& m, std::uint32_t i) : Alarm(s), model(m), id(i) {}
  void wake() override {
    const std::int64_t delay = model.next(ns(simulation()), id);
    delay < 0 ? simulation().stop() : wake_after(Duration{delay});
  }
  Model& model;
  std::uint32_t id;
};
Outcome alarm(Model& model) {
  Simulation sim;
  std::deque<Device> devices;
  for (std::uint32_t id = 0; id < model.n(); ++id) {
    devices.emplace_back(sim, model, id).wake_at(at(model.first(id)));
  }
  return timed(model, [&] { sim.run(); });
}

sim::Task<> live(Simulation& sim, Model& model, std::uint32_t id) {
  std::int64_t delay = model.first(id);
  while (delay >= 0) {
    co_await sim::sleep(Duration{delay});
    delay = model.next(ns(sim), id);
  }
  sim.stop();
}
Outcome coroutine(Model& model) {
  Simulation sim;
  sim::Processes processes(sim);
  for (std::uint32_t id = 0; id < model.n(); ++id) processes.spawn("p", live(sim, model, id));
  sim.run(at(0));  // up to the first sleep
  return timed(model, [&] { sim.run(); });
}

Outcome rearm(Model& model) {
  Simulation sim;
  std::deque<Timer> timeouts;
  for (std::uint32_t id = 0; id < model.n(); ++id) {
    Timer& timeout = timeouts.emplace_back(sim, [] {});
    sim.recur(at(model.first(id)), [&sim, &model, &timeout, id] {
      const std::int64_t delay = model.next(ns(sim), id);
      timeout.arm_after(Duration{kTimeout_ns});
      if (delay < 0) sim.stop();
      return delay < 0 ? sim::kNever : sim.now() + Duration{delay};
    });
  }
  return timed(model, [&] { sim.run(); });
}

Outcome cancel(Model& model) {
  Simulation sim;
  std::vector<EventId> decoys(std::size_t{model.n()} * kDecoys);
  for (std::uint32_t id = 0; id < model.n(); ++id) {
    EventId* mine = &decoys[std::size_t{id} * kDecoys];
    sim.recur(at(model.first(id)), [&sim, &model, mine, id] {
      for (std::uint32_t k = 0; k < kDecoys; ++k) sim.cancel(mine[k]);
      const std::int64_t delay = model.next(ns(sim), id);
      if (delay < 0) {
        sim.stop();
        return sim::kNever;
      }
      for (std::uint32_t k = 0; k < kDecoys; ++k) {
        mine[k] = sim.after(Duration{delay + 1 + k * delay / 4}, [] {});
      }
      return sim.now() + Duration{delay};
    });
  }
  return timed(model, [&] { sim.run(); });
}

}  // namespace

const std::vector<Engine>& engines() {
  static const std::vector<Engine> all = {
      {"gauntlet", &recur, &rearm, &cancel},
      {"gauntlet-at", &once, nullptr, nullptr},
      {"gauntlet-alarm", &alarm, nullptr, nullptr},
      {"gauntlet-coroutine", &coroutine, nullptr, nullptr},
      {"gauntlet-asio", &asio_cycle, nullptr, nullptr},
      {"priority_queue-function", &plain::function_cycle, &plain::function_rearm,
       &plain::function_cancel},
      {"priority_queue-24B", &plain::binary_cycle, &plain::binary_rearm, &plain::binary_cancel},
      {"heap4-16B", &plain::heap4_cycle, &plain::heap4_rearm, &plain::heap4_cancel},
  };
  return all;
}

}  // namespace gauntlet::bench
