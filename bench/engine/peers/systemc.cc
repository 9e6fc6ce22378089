// engine_peer_systemc <kind> <load> <n> <events>: one method process and one event per id.
#define SC_INCLUDE_DYNAMIC_PROCESSES
#include <cstdio>
#include <cstdlib>
#include <systemc>

#include "bench/engine/workload.h"

namespace {

using gauntlet::bench::Model;
Model* model = nullptr;

struct World : sc_core::sc_module {
  explicit World(sc_core::sc_module_name name) : sc_core::sc_module(name) {}
  void start() {
    for (std::uint32_t id = 0; id < model->n(); ++id) {
      sc_core::sc_spawn_options options;
      options.spawn_method();
      options.dont_initialize();
      auto* event = new sc_core::sc_event;
      options.set_sensitivity(event);
      sc_core::sc_spawn([event, id] { run(*event, id); }, sc_core::sc_gen_unique_name("p"),
                        &options);
      event->notify(static_cast<double>(model->first(id)), sc_core::SC_NS);
    }
  }
  static void run(sc_core::sc_event& event, std::uint32_t id) {
    const auto now = static_cast<std::int64_t>(sc_core::sc_time_stamp().value());
    const std::int64_t delay = model->next(now, id);
    if (delay < 0) {
      sc_core::sc_stop();
    } else {
      event.notify(static_cast<double>(delay), sc_core::SC_NS);
    }
  }
};

}  // namespace

int sc_main(int argc, char** argv) {
  const auto workload = gauntlet::bench::parse_workload(argc, argv, 1);
  if (workload.kind != "hold" && workload.kind != "timers") return 2;
  sc_core::sc_set_time_resolution(1, sc_core::SC_NS);
  Model m(workload);
  model = &m;
  World world("world");
  world.start();
  const auto outcome = gauntlet::bench::timed(m, [] { sc_core::sc_start(); });
  gauntlet::bench::print_outcome("systemc", workload, outcome);
  std::fflush(stdout);
  std::_Exit(0);
}
