// One measured number of one seed, or the reason why there is none.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/check.h"

namespace gauntlet::reports {

struct Measured {
  std::optional<double> value;
  std::uint64_t n = 0;  // observations behind it
  std::string why_not;  // when there is no value: "no repetition was shown"
};

// By name, in name order.
class MetricValues {
 public:
  void set(std::string_view name, double value, std::uint64_t n) {
    CHECK(std::isfinite(value), name, value);
    values_.insert_or_assign(std::string(name), Measured{value, n, {}});
  }
  void set_count(std::string_view name, std::uint64_t count) {
    set(name, static_cast<double>(count), count);
  }
  void set_share(std::string_view name, std::uint64_t k, std::uint64_t n,
                 std::string_view why_not) {
    if (n == 0) return set_missing(name, why_not);
    set(name, static_cast<double>(k) / static_cast<double>(n), n);
  }
  void set_missing(std::string_view name, std::string_view why_not) {
    values_.insert_or_assign(std::string(name), Measured{std::nullopt, 0, std::string(why_not)});
  }
  const Measured* find(std::string_view name) const {
    const auto it = values_.find(name);
    return it == values_.end() ? nullptr : &it->second;
  }
  const std::map<std::string, Measured, std::less<>>& all() const { return values_; }

 private:
  std::map<std::string, Measured, std::less<>> values_;
};

}  // namespace gauntlet::reports
