#include <bit>
#include <cmath>
#include <cstdint>

namespace {

inline float multiply_add(float a, float b, float c) { return std::fma(a, b, c); }

constexpr std::size_t kTileRows = 4, kTileColumns = 4, kRowColumns = 8;

struct V {
  static constexpr std::size_t kWidth = 1;
  float v;
  static V load(const float* p) { return {*p}; }
  static V all(float x) { return {x}; }
  void store(float* p) const { *p = v; }
  static V multiply_add(V a, V b, V c) { return {std::fma(a.v, b.v, c.v)}; }
  static V plus(V a, V b) { return {a.v + b.v}; }
  static V minus(V a, V b) { return {a.v - b.v}; }
  static V times(V a, V b) { return {a.v * b.v}; }
  static V divide(V a, V b) { return {a.v / b.v}; }
  static V clamp(V a, float low, float high) {
    const float x = a.v < high ? a.v : high;
    return {x > low ? x : low};
  }
  // a * 2^n for a whole n.
  static V scale(V a, V n) {
    const auto e = static_cast<std::int32_t>(n.v);
    return {std::bit_cast<float>(std::bit_cast<std::int32_t>(a.v) + (e << 23))};
  }
};

}  // namespace

#include "core/learn/kernels.inc"

namespace gauntlet::learn {
extern const Kernels kPlainKernels;
const Kernels kPlainKernels{"plain", multiply, lstm_step, rectify};
}  // namespace gauntlet::learn
