// Signal temporal logic: success as a formula over a run's signals, with the margin by which it
// holds.
//
//   const auto formula = parse_formula("eventually[0, 60] (repetitions >= 29 and flagged < 1)");
//   const Verdict v = evaluate(*formula, signals);   // v.holds, v.robustness
//
// Grammar, loosest first: `implies` or `->` (to the right), `or`, `and`, `until[a, b]`, then `not`,
// `always[a, b]` (G), `eventually[a, b]` (F), a comparison of two arithmetic expressions (+ - * /
// abs), or parentheses. Bounds are seconds, or carry a unit: 250ms, 2s, 1min. Without bounds: from
// now to the end.
//
// Semantics: signals are steps (a value holds until the next), time is whole nanoseconds from the
// first value of the latest signal to `end`. Robustness as of Donzé and Maler, FORMATS 2010, with
// the `until` of rtamt (Nickovic and Yamaguchi 2020): the left side must hold up to, not at, the
// instant at which the right side does. A window reaches as far as the run does; an empty one holds
// for `always` (+inf) and fails for `eventually` and `until` (-inf).
// `holds` is the Boolean semantics, which tells x > 0 from x >= 0 where the robustness is 0.
//
// Leaves out: past operators, interpolation between samples.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace gauntlet::campaign {

// value[i] from at[i] on; strictly increasing, of the same length.
struct StepSignal {
  std::vector<std::int64_t> at_ns;
  std::vector<double> value;
};

struct Signals {
  std::map<std::string, StepSignal, std::less<>> by_name;
  std::int64_t end_ns = 0;  // the run's last instant
};

struct Formula;
using FormulaPtr = std::shared_ptr<const Formula>;

// Code "bad_formula"; the message names the column and what was expected there.
Result<FormulaPtr> parse_formula(std::string_view text);
// Every signal that the formula reads, in order of name.
std::vector<std::string> signals_of(const Formula& formula);

struct Verdict {
  bool holds = false;
  double robustness = 0;
};
// At the first instant. Codes: "unknown_signal" (names the nearest), "empty_signal".
Result<Verdict> evaluate(const Formula& formula, const Signals& signals);
// The robustness at every instant.
Result<StepSignal> robustness(const Formula& formula, const Signals& signals);

}  // namespace gauntlet::campaign
