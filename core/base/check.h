// CHECK: our own bugs. Always on, aborts with the condition, the place and the values given.
//
//   CHECK(first <= last, first, last);
#pragma once

#include <sstream>
#include <string>

namespace gauntlet::detail {
[[noreturn]] void check_failed(const char* condition, const char* file, int line,
                               const std::string& values);

template <class... Values>
std::string check_values(const Values&... values) {
  std::ostringstream out;
  ((out << ' ' << values), ...);
  return out.str();
}
}  // namespace gauntlet::detail

#ifdef CHECK
#error "another CHECK is defined: include Catch2 with CATCH_CONFIG_PREFIX_ALL"
#endif
#define CHECK(condition, ...)                                             \
  (static_cast<bool>(condition)                                           \
       ? static_cast<void>(0)                                             \
       : ::gauntlet::detail::check_failed(#condition, __FILE__, __LINE__, \
                                          ::gauntlet::detail::check_values(__VA_ARGS__)))
