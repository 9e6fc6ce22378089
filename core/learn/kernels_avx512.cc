#if defined(__AVX512F__)
#include <immintrin.h>

#include <cmath>
#include <cstddef>

namespace {

inline float multiply_add(float a, float b, float c) { return std::fma(a, b, c); }

constexpr std::size_t kTileRows = 6, kTileColumns = 4, kRowColumns = 16;

struct V {
  static constexpr std::size_t kWidth = 16;
  __m512 v;
  static V load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static V all(float x) { return {_mm512_set1_ps(x)}; }
  void store(float* p) const { _mm512_storeu_ps(p, v); }
  static V multiply_add(V a, V b, V c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
  static V plus(V a, V b) { return {_mm512_add_ps(a.v, b.v)}; }
  static V minus(V a, V b) { return {_mm512_sub_ps(a.v, b.v)}; }
  static V times(V a, V b) { return {_mm512_mul_ps(a.v, b.v)}; }
  static V divide(V a, V b) { return {_mm512_div_ps(a.v, b.v)}; }
  static V clamp(V a, float low, float high) {
    return {_mm512_max_ps(_mm512_min_ps(a.v, _mm512_set1_ps(high)), _mm512_set1_ps(low))};
  }
  static V scale(V a, V n) {
    const __m512i e = _mm512_slli_epi32(_mm512_cvttps_epi32(n.v), 23);
    return {_mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a.v), e))};
  }
};

}  // namespace

#include "core/learn/kernels.inc"

namespace gauntlet::learn {
extern const Kernels kAvx512Kernels;
const Kernels kAvx512Kernels{"avx512", multiply, lstm_step, rectify};
}  // namespace gauntlet::learn
#endif
