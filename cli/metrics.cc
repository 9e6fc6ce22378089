#include <fmt/core.h>

#include "cli/command.h"
#include "reports/metrics/registry.h"

namespace gauntlet::cli {

void add_metrics(CLI::App& app, int&) {
  CLI::App* command = add_command(app, "metrics", "List every metric with its unit and definition",
                                  "gauntlet metrics");
  command->callback([] {
    for (const auto& metric : reports::all_metrics()) {
      fmt::print("{} [{}], better: {}\n    {}\n", metric.name, metric.unit,
                 reports::to_string(metric.better), metric.definition);
    }
  });
}

}  // namespace gauntlet::cli
