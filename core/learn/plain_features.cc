#include "core/learn/plain_features.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/check.h"
#include "core/learn/features.h"
#include "core/learn/upright.h"

namespace gauntlet::learn {
namespace {

constexpr std::size_t kLags = 3;
constexpr std::size_t kPairs = 3;
constexpr std::size_t kParts = 4;
constexpr std::size_t kTurns = 3;

// n values from `x` and from `y`, each `stride` apart.
float correlation(const float* x, const float* y, std::size_t n, std::size_t stride) {
  double sx = 0, sy = 0;
  for (std::size_t i = 0; i < n; ++i) {
    sx += static_cast<double>(x[i * stride]);
    sy += static_cast<double>(y[i * stride]);
  }
  const double mx = sx / static_cast<double>(n), my = sy / static_cast<double>(n);
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double a = static_cast<double>(x[i * stride]) - mx;
    const double b = static_cast<double>(y[i * stride]) - my;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  const double scale = std::sqrt(xx * yy);
  return scale > 1e-12 ? static_cast<float>(xy / scale) : 0.0F;
}

// Mean of `channel` over one of kParts equal parts.
double part_mean(std::span<const float> rows, std::size_t channels, std::size_t channel,
                 std::size_t part) {
  const std::size_t length = rows.size() / channels;
  const std::size_t first = part * length / kParts, last = (part + 1) * length / kParts;
  double sum = 0;
  for (std::size_t t = first; t < last; ++t) {
    sum += static_cast<double>(rows[t * channels + channel]);
  }
  return sum / static_cast<double>(last - first);
}

float* course(std::span<const float> turned, std::size_t channels, float* out) {
  for (std::size_t c = 0; c < channels; ++c) {
    std::array<double, kParts> mean;
    double whole = 0;
    for (std::size_t k = 0; k < kParts; ++k) {
      mean[k] = part_mean(turned, channels, c, k);
      whole += mean[k] / static_cast<double>(kParts);
    }
    for (const double m : mean) *out++ = static_cast<float>(m - whole);
  }
  return out;
}

void turns(std::span<const float> window, std::size_t channels, float* out) {
  std::array<std::array<double, 3>, 3> force;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t part = i < 2 ? i : kParts - 1;
    for (std::size_t k = 0; k < 3; ++k) force[i][k] = part_mean(window, channels, k, part);
  }
  for (std::size_t i = 0; i < kTurns; ++i) {
    const auto& a = force[i];
    const auto& b = force[(i + 1) % 3];
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      ab += a[k] * b[k];
      aa += a[k] * a[k];
      bb += b[k] * b[k];
    }
    const double scale = std::sqrt(aa * bb);
    *out++ = static_cast<float>(scale > 1e-12 ? ab / scale : 1);
  }
}

}  // namespace

std::size_t plain_feature_count(std::uint32_t channels) {
  const std::size_t vectors = channels / 3;
  const std::size_t up = upright_channels(channels);
  return FeatureSet::kStatistics * (channels + vectors + up) + (kLags + kPairs) * vectors +
         kParts * up + kTurns;
}

void plain_features(std::span<const float> window, std::uint32_t channels, double rate_hz,
                    std::span<float> out) {
  CHECK(channels % 3 == 0 && out.size() == plain_feature_count(channels), channels, out.size());
  const std::size_t length = window.size() / channels;
  float* p = out.data();
  for (std::uint32_t c = 0; c < channels; ++c, p += FeatureSet::kStatistics) {
    statistics(window.data() + c, length, channels, p);
  }
  std::vector<float> size(length);
  for (std::size_t v = 0; v < channels / 3; ++v) {
    const float* x = window.data() + 3 * v;
    for (std::size_t t = 0; t < length; ++t) {
      const float* a = x + t * channels;
      size[t] = std::sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
    }
    statistics(size.data(), length, 1, p);
    p += FeatureSet::kStatistics;
    for (const double lag_s : {0.25, 0.5, 1.0}) {
      const auto lag = std::min(static_cast<std::size_t>(lag_s * rate_hz), length - 2);
      *p++ = correlation(size.data(), size.data() + lag, length - lag, 1);
    }
    for (std::size_t k = 0; k < kPairs; ++k) {
      *p++ = correlation(x + k, x + (k + 1) % 3, length, channels);
    }
  }
  const std::uint32_t up = upright_channels(channels);
  std::vector<float> turned(length * up);
  upright(window, channels, turned);
  for (std::uint32_t c = 0; c < up; ++c, p += FeatureSet::kStatistics) {
    statistics(turned.data() + c, length, up, p);
  }
  p = course(turned, up, p);
  turns(window, channels, p);
}

FeatureScale::FeatureScale(std::span<const float> rows, std::size_t features)
    : mean_(features), inverse_sd_(features) {
  const std::size_t n = rows.size() / features;
  for (std::size_t f = 0; f < features; ++f) {
    double sum = 0, square = 0;
    for (std::size_t i = 0; i < n; ++i) sum += static_cast<double>(rows[i * features + f]);
    const double mean = sum / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double d = static_cast<double>(rows[i * features + f]) - mean;
      square += d * d;
    }
    const double sd = std::sqrt(square / static_cast<double>(n));
    mean_[f] = static_cast<float>(mean);
    inverse_sd_[f] = static_cast<float>(sd > 1e-9 ? 1 / sd : 0);
  }
}

void FeatureScale::apply(std::span<float> row) const {
  for (std::size_t f = 0; f < row.size(); ++f) row[f] = (row[f] - mean_[f]) * inverse_sd_[f];
}

}  // namespace gauntlet::learn
