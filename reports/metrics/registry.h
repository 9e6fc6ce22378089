// Every metric there is: its name, unit, which way is better, what counts as a difference worth a
// word, and what it means. Names are stable: a later version adds names and never changes the
// meaning of one. The page `gauntlet metrics` prints, the result files' units and the gate's
// defaults all come from this one table.
#pragma once

#include <span>
#include <string_view>

namespace gauntlet::reports {

enum class Better { lower, higher, nearer_zero, neither };
std::string_view to_string(Better better);

struct MetricInfo {
  // A name that ends in ".*" stands for a family: "samples.dropped.*".
  std::string_view name;
  std::string_view unit;  // "ms", "share" (0 to 1), "count", …
  Better better = Better::neither;
  // A change for the worse matters when it is larger than both: a share of the baseline's value,
  // and an amount in the metric's unit.
  double threshold_relative = 0;
  double threshold_absolute = 0;
  std::string_view definition;
};

// In the order in which they are listed.
std::span<const MetricInfo> all_metrics();
// The entry with this name, or the family it belongs to; null when there is none.
const MetricInfo* find_metric(std::string_view name);

}  // namespace gauntlet::reports
