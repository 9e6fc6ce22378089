#include "sim/engine/random.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/check.h"
#include "sim/engine/normal_bulk.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::sim {
namespace {

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// log(k!) for k >= 0: Stirling's series from 10 on, where four terms leave less than 1e-12.
double log_factorial(double k) {
  double correction = 0;
  double x = k + 1;
  for (; x < 10; x += 1) correction += portable::log(x);
  const double r = 1 / x;
  const double r2 = r * r;
  const double series = r * (1.0 / 12 - r2 * (1.0 / 360 - r2 * (1.0 / 1260 - r2 * (1.0 / 1680))));
  constexpr double kHalfLogTwoPi = 0.91893853320467274178;
  return (x - 0.5) * portable::log(x) - x + kHalfLogTwoPi + series - correction;
}

// Whole groups straight into `out`, the rest through a buffer.
template <class T, std::size_t kGroup, class Fill>
void fill_groups(std::span<T> out, std::uint64_t& counter, Fill fill) {
  const std::size_t groups = out.size() / kGroup;
  fill(counter, out.data(), groups);
  counter += groups * detail::NormalKernel::kCounters;
  const std::size_t rest = out.size() % kGroup;
  if (rest == 0) return;
  std::array<T, kGroup> last;
  fill(counter, last.data(), std::size_t{1});
  counter += detail::NormalKernel::kCounters;
  std::copy_n(last.begin(), rest, out.end() - static_cast<std::ptrdiff_t>(rest));
}

template <class T>
void negate(std::span<T> values) {
  for (T& v : values) v = -v;
}

}  // namespace

std::uint64_t hash_path(std::string_view path) {
  std::uint64_t h = 0xcbf29ce484222325u;
  for (const char c : path) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return mix(h);
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view path)
    : RandomStream(mix(seed + 0x9e3779b97f4a7c15u) ^ hash_path(path)) {}

RandomStream RandomStream::child(std::string_view name) const {
  RandomStream stream(mix(key_ + 0x9e3779b97f4a7c15u) ^ hash_path(name));
  stream.mirrored_ = mirrored_;
  return stream;
}

RandomStream RandomStream::antithetic() const {
  RandomStream mirror = *this;
  mirror.mirrored_ = !mirrored_;
  mirror.spare_ = -spare_;
  return mirror;
}

void RandomStream::refill() {
  block_ = philox4x32_10(
      {static_cast<std::uint32_t>(counter_), static_cast<std::uint32_t>(counter_ >> 32), 0, 0},
      {static_cast<std::uint32_t>(key_), static_cast<std::uint32_t>(key_ >> 32)});
  ++counter_;
  used_ = 0;
}

std::uint64_t RandomStream::raw_bits() {
  if (used_ >= 4) refill();
  const std::uint64_t low = block_[used_], high = block_[used_ + 1];
  used_ += 2;
  return low | (high << 32);
}

std::uint64_t RandomStream::bits() { return mirrored_ ? ~raw_bits() : raw_bits(); }

double RandomStream::uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
double RandomStream::uniform(double low, double high) { return low + (high - low) * uniform(); }

std::uint64_t RandomStream::below(std::uint64_t n) {
  CHECK(n >= 1, n);
  // Lemire's multiply-shift with rejection (ACM TOMACS 29(1), 2019).
  for (;;) {
    const unsigned __int128 m = static_cast<unsigned __int128>(bits()) * n;
    const auto low = static_cast<std::uint64_t>(m);
    if (low >= n || low >= (-n) % n) return static_cast<std::uint64_t>(m >> 64);
  }
}

std::int64_t RandomStream::integer(std::int64_t low, std::int64_t high) {
  CHECK(low <= high, low, high);
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const std::uint64_t offset = span == ~std::uint64_t{0} ? bits() : below(span + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

double RandomStream::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  // Unmirrored bits: the mirror image of a normal is its negative, not that of its bits.
  const std::uint64_t radius = raw_bits();
  const detail::NormalPair pair = detail::normal_pair(radius, raw_bits());
  const double sign = mirrored_ ? -1 : 1;
  spare_ = sign * pair.sine;
  has_spare_ = true;
  return sign * pair.cosine;
}

double RandomStream::exponential(double mean) {
  return -mean * portable::log(portable::open_unit(~bits()));
}

std::uint64_t RandomStream::poisson(double mean) {
  CHECK(mean >= 0 && mean <= 1e9, mean);
  if (mean == 0) return 0;
  return static_cast<std::uint64_t>(mean < 10 ? poisson_by_multiplication(mean)
                                              : poisson_by_rejection(mean));
}

// Knuth, The Art of Computer Programming 2, 3.4.1.
double RandomStream::poisson_by_multiplication(double mean) {
  const double limit = portable::exp(-mean);
  double k = 0;
  for (double product = portable::open_unit(bits()); product > limit;
       product *= portable::open_unit(bits())) {
    k += 1;
  }
  return k;
}

// PTRS: W. Hoermann, "The transformed rejection method for generating Poisson random variables"
// (Insurance: Mathematics and Economics 12, 1993).
double RandomStream::poisson_by_rejection(double mean) {
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double v_r = 0.9277 - 3.6224 / (b - 2);
  const double log_mean = portable::log(mean);
  for (;;) {
    const double u = portable::open_unit(bits()) - 0.5;
    const double v = portable::open_unit(bits());
    const double us = 0.5 - std::fabs(u);
    const double k = std::floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (portable::log(v * inverse_alpha / (a / (us * us) + b)) <=
        k * log_mean - mean - log_factorial(k)) {
      return k;
    }
  }
}

// G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables" (ACM TOMS 26(3),
// 2000); below shape 1 by their section 6.
double RandomStream::gamma(double shape, double scale) {
  CHECK(shape >= 1e-3 && scale > 0, shape, scale);
  if (shape < 1) {
    const double boost = portable::log(portable::open_unit(bits())) / shape;
    const double larger = gamma(shape + 1, scale);
    return boost < -690 ? 0 : larger * portable::exp(boost);
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal();
    const double t = 1 + c * x;
    if (t <= 0) continue;
    const double v = t * t * t;
    const double u = portable::open_unit(bits());
    if (portable::log(u) < 0.5 * x * x + d - d * v + d * portable::log(v)) return scale * d * v;
  }
}

void RandomStream::fill_normal(std::span<float> out) {
  const detail::NormalKernel& kernel = detail::best_normal_kernel();
  fill_groups<float, detail::NormalKernel::kFloats>(
      out, counter_, [&](std::uint64_t counter, float* to, std::size_t groups) {
        kernel.floats(key_, counter, to, groups);
      });
  used_ = 4;
  if (mirrored_) negate(out);
}

void RandomStream::fill_normal(std::span<double> out) {
  const detail::NormalKernel& kernel = detail::best_normal_kernel();
  fill_groups<double, detail::NormalKernel::kDoubles>(
      out, counter_, [&](std::uint64_t counter, double* to, std::size_t groups) {
        kernel.doubles(key_, counter, to, groups);
      });
  used_ = 4;
  if (mirrored_) negate(out);
}

QuantileTable::QuantileTable(std::vector<double> values) : values_(std::move(values)) {
  CHECK(values_.size() >= 2, values_.size());
  CHECK(std::is_sorted(values_.begin(), values_.end()));
}

QuantileTable QuantileTable::of_sample(std::vector<double> sample) {
  std::sort(sample.begin(), sample.end());
  return QuantileTable(std::move(sample));
}

double QuantileTable::operator()(double probability) const {
  CHECK(probability >= 0 && probability <= 1, probability);
  const double position = probability * static_cast<double>(values_.size() - 1);
  const auto i = std::min(static_cast<std::size_t>(position), values_.size() - 2);
  return values_[i] + (position - static_cast<double>(i)) * (values_[i + 1] - values_[i]);
}

namespace detail {

const NormalKernel& best_normal_kernel() {
  static const NormalKernel best = [] {
    for (const NormalKernel& kernel : {avx512_normal_kernel(), avx2_normal_kernel()}) {
      if (kernel.supported) return kernel;
    }
    return baseline_normal_kernel();
  }();
  return best;
}

}  // namespace detail
}  // namespace gauntlet::sim
