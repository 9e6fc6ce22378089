// Is the candidate worse than the baseline? Paired per seed: both ran the same people, radio and
// attacks, so what differs is the change itself.
//
// A metric has regressed when its mean worsening over the seeds is larger than the relative
// threshold (a share of the baseline's mean) and than the absolute floor, and its 95 % interval
// (Student's t over seeds) lies above 0. It passes when the whole interval lies at or below the
// larger of the two thresholds: a regression that matters is excluded. Otherwise it is inconclusive
// and the words say about how many seeds would decide. So a change without effect is called a
// regression in at most 2.5 % of comparisons of one metric; `familywise` divides that by the number
// of metrics judged.
//
// Edge cases. Differences that are all equal (also: all zero) have an interval of one point, and
// the thresholds decide. With one seed there is no interval: simulated metrics are deterministic,
// so the difference is real for that seed, the thresholds decide, and the words say that nothing is
// known of others. A metric that the baseline has and the candidate lacks, in any seed, is
// inconclusive. One that is new is not judged, nor one for which no direction is better.
//
// Comparable are results of the same schema, scenario name, seeds (in order) and duration. The
// scenario's text may differ: overrides are what is being tested; the words say that it does.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/options.h"
#include "reports/result.h"

namespace gauntlet::reports {

enum class Judge { hard, advisory, off };

// For one metric, or a family ("lag.*"). Of several that fit, the last holds.
struct GateRule {
  std::string metric;
  double relative = 0;
  double absolute = 0;
  Judge judge = Judge::hard;
  void describe(OptionVisitor& v);
};

struct GateConfig {
  double level = 0.95;
  bool familywise = false;
  std::vector<GateRule> rules;  // over the registry's defaults
  void describe(OptionVisitor& v);
};

// The values are the exit codes.
enum class Verdict {
  pass = 0,
  regression = 3,
  inconclusive = 4,
  incompatible = 5,   // no baseline, or not one of the same experiment
  infrastructure = 6  // a file that cannot be read, a run that failed
};
std::string_view to_string(Verdict verdict);
constexpr int exit_code(Verdict verdict) { return static_cast<int>(verdict); }

struct GateFinding {
  std::string metric;
  std::string unit;
  bool judged = false;  // false: `why` says why not
  bool advisory = false;
  Verdict verdict = Verdict::pass;
  std::optional<double> baseline, candidate;  // means over the seeds that both have
  std::optional<Interval> difference;         // interval of candidate - baseline
  double threshold = 0;                       // what a worsening must exceed
  std::size_t pairs = 0;
  std::string why;
};

struct GateReport {
  Verdict verdict = Verdict::pass;
  std::string why;
  std::vector<std::string> notes;
  std::vector<GateFinding> findings;  // regressions first, then inconclusive, pass, not judged
};

GateReport gate(const ResultFile& baseline, const ResultFile& candidate, const GateConfig& config);
GateReport gate_files(const std::filesystem::path& baseline, const std::filesystem::path& candidate,
                      const GateConfig& config);

// For a console, a JUnit reader, and a summary of at most 64 KB (long ones end in "N more").
std::string to_console(const GateReport& report);
std::string to_junit(const GateReport& report);
std::string to_markdown(const GateReport& report, std::size_t bytes_max = 64 * 1024);

}  // namespace gauntlet::reports
