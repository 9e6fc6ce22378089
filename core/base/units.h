// Small unit types for scalars in interfaces. Bulk arrays carry a suffix instead (_mps2, _radps,
// _mg); options structs carry the unit last in the field name (loss_dwell_s).
#pragma once

#include <compare>

namespace gauntlet {

namespace detail {
template <class Tag>
struct Quantity {
  double value = 0;
  constexpr Quantity() = default;
  constexpr explicit Quantity(double v) : value(v) {}
  friend constexpr auto operator<=>(const Quantity&, const Quantity&) = default;
};
}  // namespace detail

using Hertz = detail::Quantity<struct HertzTag>;
using Ppm = detail::Quantity<struct PpmTag>;
using Metres = detail::Quantity<struct MetresTag>;
using Decibels = detail::Quantity<struct DecibelsTag>;
using Pascals = detail::Quantity<struct PascalsTag>;

inline constexpr double kStandardGravity_mps2 = 9.80665;  // CGPM 1901, exact
inline constexpr double kMgPerMps2 = 1000.0 / kStandardGravity_mps2;
inline constexpr double kMps2PerMg = kStandardGravity_mps2 / 1000.0;

}  // namespace gauntlet
