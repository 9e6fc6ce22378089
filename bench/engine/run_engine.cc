// engine_run <engine> <kind> <load> <n> <events>: one measurement, one line of JSON.
// engine_run --list: the engines and what they can run.  engine_run --table <load>: its delays.
#include <cstdio>
#include <string_view>

#include "bench/engine/engines.h"

int main(int argc, char** argv) {
  using namespace gauntlet::bench;
  const std::string_view first = argc > 1 ? argv[1] : "";
  if (first == "--list") {
    for (const Engine& e : engines()) {
      std::printf("%s cycle%s%s\n", e.name.data(), e.rearm ? " rearm" : "",
                  e.cancel ? " cancel" : "");
    }
    return 0;
  }
  if (first == "--table" && argc == 3) {
    for (const std::int64_t delay : delay_table(argv[2])) {
      std::printf("%lld\n", static_cast<long long>(delay));
    }
    return 0;
  }
  for (const Engine& e : engines()) {
    if (e.name != first) continue;
    const Workload w = parse_workload(argc, argv, 2);
    const auto run = e.of(w.kind);
    if (run == nullptr) break;
    Model model(w);
    print_outcome(e.name, w, run(model));
    return 0;
  }
  std::fprintf(stderr, "no such engine or workload; see engine_run --list\n");
  return 2;
}
