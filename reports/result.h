// What a run, a sweep cell or a replay leaves behind, in one shape: result.json.
//
//   {"schema": 1,
//    "provenance": {...},
//    "metrics": {NAME: {"value": x, "unit": "ms", "n": 123, "ci95": [lo, hi] or null,
//                       "per_seed": [...], "reason": why something is null}},
//    "tables": {NAME: {"columns": [...], "rows": [[...]]}},
//    "failures": [...]}
//
// The same seeds, scenario and version give the same bytes: nothing here may depend on the day, the
// machine, the folder or the kind of build. Numbers are the shortest that read back as the same
// double; NaN and infinity do not exist; maps are in key order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "reports/metrics/measure.h"
#include "reports/statistics/intervals.h"

namespace gauntlet::reports {

inline constexpr int kResultSchema = 1;

struct Provenance {
  std::string scenario;       // its name
  std::string scenario_text;  // as it ran, overrides applied
  std::vector<std::uint64_t> seeds;
  double duration_s = 0;
  std::string split;
  std::string version;
  std::string git_commit;
  std::string compiler;  // family and major version: compiler_family()
  std::string command;   // that runs it again, without output folders
};
// "gcc 12", "clang 19"; the compiler of this library.
std::string compiler_family();

struct Metric {
  std::optional<double> value;  // mean over the seeds that have one
  std::string unit;
  std::uint64_t n = 0;           // observations behind it, over all seeds
  std::optional<Interval> ci95;  // of the mean over seeds, Student's t; none for one seed
  std::vector<std::optional<double>> per_seed;
  std::string reason;  // why the value or the interval is missing
};

using Cell = std::variant<double, std::string>;
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

struct ResultFile {
  int schema = kResultSchema;
  Provenance provenance;
  std::map<std::string, Metric, std::less<>> metrics;
  std::map<std::string, Table, std::less<>> tables;
  // Why the run failed ("seed 7: 3 samples …"); empty for a run that counts.
  std::vector<std::string> failures;
};

// Seeds in the order given; provenance.seeds must name the same. Tables: "confusion" (summed over
// seeds), "canaries", and what the caller adds.
ResultFile summarise(Provenance provenance, std::span<const SeedResult> seeds);

// A metric that was computed elsewhere (a replay). The unit comes from the registry; an unknown
// name is our bug.
void add_metric(ResultFile& result, std::string_view name, std::optional<double> value,
                std::uint64_t n, std::optional<Interval> ci95 = {}, std::string_view reason = {});

// An experiment's numbers as they are printed: at most 4 significant digits, no trailing zeros.
std::string to_text(double value);

std::string to_json(const ResultFile& result);
// Codes: "syntax", "schema" (another version), "shape" (what is wrong and where).
Result<ResultFile> result_from_json(std::string_view text);

// Whole or not at all: to a temporary name beside it, then renamed. Code: "io".
Result<void> write_result_json(const std::filesystem::path& path, const ResultFile& result);
// Codes: "missing" (no such file), "io", and those of result_from_json.
Result<ResultFile> read_result_json(const std::filesystem::path& path);

}  // namespace gauntlet::reports
