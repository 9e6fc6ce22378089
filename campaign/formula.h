// The syntax tree of temporal_logic.h, shared by its parser and its evaluator.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "campaign/temporal_logic.h"

namespace gauntlet::campaign {

inline constexpr std::int64_t kUnbounded = std::numeric_limits<std::int64_t>::max();
// A formula beyond this is a mistake, and would recurse deeply.
inline constexpr int kDepthMax = 64;

struct Formula {
  enum class Kind : std::uint8_t {
    // Arithmetic: a number at every instant.
    constant,
    signal,
    add,
    subtract,
    multiply,
    divide,
    negate,
    absolute,
    // Comparisons of two numbers.
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    // Logic.
    logical_not,
    logical_and,
    logical_or,
    implies,
    always,
    eventually,
    until,
  };
  Kind kind = Kind::constant;
  double number = 0;
  std::string name;
  std::int64_t from_ns = 0;
  std::int64_t to_ns = kUnbounded;
  std::vector<FormulaPtr> of;

  bool is_number() const { return kind <= Kind::absolute; }
};

}  // namespace gauntlet::campaign
