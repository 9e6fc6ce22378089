#include "cli/duration.h"

#include <charconv>
#include <string_view>
#include <utility>

namespace gauntlet::cli {

Result<Duration> parse_duration(const std::string& text) {
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"", 1}, {"s", 1}, {"ms", 1e-3}, {"min", 60}, {"h", 3600}};
  constexpr double kLongest_s = 366 * 86400.0;
  double value = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  const std::string_view unit(end, static_cast<std::size_t>(last - end));
  for (const auto& [name, seconds] : kUnits) {
    if (error != std::errc() || unit != name) continue;
    if (value >= 0 && value * seconds <= kLongest_s) return from_seconds(value * seconds);
  }
  return Error{"bad_duration", "\"" + text +
                                   "\" is no span of time; allowed: a number from 0 to a year "
                                   "with ms, s, min or h, as in 12min"};
}

}  // namespace gauntlet::cli
