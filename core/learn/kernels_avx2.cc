#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

#include <cmath>
#include <cstddef>

namespace {

inline float multiply_add(float a, float b, float c) { return std::fma(a, b, c); }

constexpr std::size_t kTileRows = 6, kTileColumns = 2, kRowColumns = 8;

struct V {
  static constexpr std::size_t kWidth = 8;
  __m256 v;
  static V load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static V all(float x) { return {_mm256_set1_ps(x)}; }
  void store(float* p) const { _mm256_storeu_ps(p, v); }
  static V multiply_add(V a, V b, V c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
  static V plus(V a, V b) { return {_mm256_add_ps(a.v, b.v)}; }
  static V minus(V a, V b) { return {_mm256_sub_ps(a.v, b.v)}; }
  static V times(V a, V b) { return {_mm256_mul_ps(a.v, b.v)}; }
  static V divide(V a, V b) { return {_mm256_div_ps(a.v, b.v)}; }
  static V clamp(V a, float low, float high) {
    return {_mm256_max_ps(_mm256_min_ps(a.v, _mm256_set1_ps(high)), _mm256_set1_ps(low))};
  }
  static V scale(V a, V n) {
    const __m256i e = _mm256_slli_epi32(_mm256_cvttps_epi32(n.v), 23);
    return {_mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a.v), e))};
  }
};

}  // namespace

#include "core/learn/kernels.inc"

namespace gauntlet::learn {
extern const Kernels kAvx2Kernels;
const Kernels kAvx2Kernels{"avx2", multiply, lstm_step, rectify};
}  // namespace gauntlet::learn
#endif
