#include "core/learn/upright.h"

#include <array>
#include <cmath>

#include "core/base/check.h"

namespace gauntlet::learn {

void upright(std::span<const float> window, std::uint32_t channels, std::span<float> out) {
  const std::size_t rows = window.size() / channels, sensors = channels / 3;
  CHECK(sensors >= 1 && out.size() == rows * 2 * sensors, channels, out.size());
  std::array<double, 3> up{};
  for (std::size_t t = 0; t < rows; ++t) {
    for (std::size_t k = 0; k < 3; ++k) up[k] += static_cast<double>(window[t * channels + k]);
  }
  const double norm = std::sqrt(up[0] * up[0] + up[1] * up[1] + up[2] * up[2]);
  for (double& u : up) u = norm > 0 ? u / norm : 0;
  for (std::size_t t = 0; t < rows; ++t) {
    for (std::size_t s = 0; s < sensors; ++s) {
      const float* x = window.data() + t * channels + 3 * s;
      double along = 0, square = 0;
      for (std::size_t k = 0; k < 3; ++k) {
        along += up[k] * static_cast<double>(x[k]);
        square += static_cast<double>(x[k]) * static_cast<double>(x[k]);
      }
      float* o = out.data() + t * 2 * sensors + 2 * s;
      o[0] = static_cast<float>(along);
      o[1] = static_cast<float>(std::sqrt(std::max(0.0, square - along * along)));
    }
  }
}

}  // namespace gauntlet::learn
