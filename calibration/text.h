// Numbers as text, the same in every locale.
#pragma once

#include <string>

namespace gauntlet::calibration {

// `digits` significant ones, as short as may be: 0.0553, 48.88, 1e-05.
std::string number(double value, int digits = 4);
// `digits` behind the point.
std::string fixed(double value, int digits);

}  // namespace gauntlet::calibration
