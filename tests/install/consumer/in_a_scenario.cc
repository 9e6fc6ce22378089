// The same pipeline in a simulated world: in_a_scenario FILE.toml
#include <iostream>

#include "frame_counter.h"
#include "scenarios/runner.h"

int main(int argc, char** argv) {
  using namespace gauntlet;
  if (argc != 2) return 2;
  scenarios::Scenario scenario;
  std::vector<scenarios::Diagnostic> problems;
  // A tenth of an hour is enough to see that it works.
  if (!scenarios::load_scenario(argv[1], {{"plan.length_s", "360"}}, scenario, problems)) {
    std::cerr << to_string(problems);
    return 2;
  }
  const auto parts = scenarios::make_shared_parts(scenario.options, "");  // no model of ours
  if (!parts) return 2;
  const auto run = scenarios::run_seed(scenario.options, 1, *parts,
                                       [](Runtime&, const PhoneOptions&, EventSink& sink) {
                                         return std::make_unique<FrameCounter>(sink);
                                       },
                                       {});
  if (!run) {
    std::cerr << run.error().message << '\n';
    return 1;
  }
  for (const auto& failure : run->result.failures) std::cerr << failure << '\n';
  std::cout << run->events->rejected.size() << " frames and batches\n";
  return run->result.failures.empty() && !run->events->rejected.empty() ? 0 : 1;
}
