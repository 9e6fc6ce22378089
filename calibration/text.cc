#include "calibration/text.h"

#include <array>
#include <charconv>

namespace gauntlet::calibration {
namespace {

std::string printed(double value, std::chars_format format, int digits) {
  std::array<char, 400> text{};
  const double shown = value == 0 ? 0.0 : value;  // no "-0"
  const auto end = std::to_chars(text.data(), text.data() + text.size(), shown, format, digits).ptr;
  return {text.data(), end};
}

}  // namespace

std::string number(double value, int digits) {
  return printed(value, std::chars_format::general, digits);
}

std::string fixed(double value, int digits) {
  return printed(value, std::chars_format::fixed, digits);
}

}  // namespace gauntlet::calibration
