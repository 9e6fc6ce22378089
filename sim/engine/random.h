// Random streams keyed by (seed, path): counter-based (Philox4x32-10), so a stream's draws depend
// on nothing but its key. Adding a device never changes another one's draws.
//
// Distributions are our own and use our own log, exp, sine and cosine (portable_math.h): the same
// numbers on every platform, C library and optimisation level. Not for cryptography.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sim/engine/philox.h"

namespace gauntlet::sim {

// A distribution given by its quantiles at equally spaced probabilities: values[0] is the minimum,
// values[n - 1] the maximum, in between linear. At least two values, ascending.
class QuantileTable {
 public:
  explicit QuantileTable(std::vector<double> values);
  // Of a sample of at least two, in any order.
  static QuantileTable of_sample(std::vector<double> sample);
  double operator()(double probability) const;  // [0, 1]

 private:
  std::vector<double> values_;
};

class RandomStream {
 public:
  // `path` names the stream: "wearable/3/accelerometer/noise".
  RandomStream(std::uint64_t seed, std::string_view path);
  // A stream of its own below this one's path.
  RandomStream child(std::string_view name) const;
  // The mirror image of this stream from here on: where this one draws u it draws 1 - u, where this
  // one draws z it draws -z. For variance reduction by antithetic pairs (Hammersley, Morton, 1956);
  // children are mirrored too.
  RandomStream antithetic() const;

  std::uint64_t bits();
  double uniform();  // [0, 1), 53 bits; antithetic: (0, 1]'s mirror, still [0, 1)
  double uniform(double low, double high);
  std::uint64_t below(std::uint64_t n);                       // [0, n), unbiased; n >= 1
  std::int64_t integer(std::int64_t low, std::int64_t high);  // [low, high]
  bool chance(double p) { return uniform() < p; }
  double normal();  // N(0, 1); |z| <= 8.57
  double normal(double mean, double sigma) { return mean + sigma * normal(); }
  double exponential(double mean);
  std::uint64_t poisson(double mean);        // 0 <= mean <= 1e9
  double gamma(double shape, double scale);  // shape >= 1e-3, scale > 0; mean = shape x scale
  double empirical(const QuantileTable& table) { return table(uniform()); }

  // Independent N(0, 1), an order of magnitude faster than normal(), in any processor's vectors
  // with the same bytes. Each call starts at a fresh block and its values depend on that alone, so
  // fill(a) then fill(b) are other numbers than one fill(a + b). Floats: |z| <= 6.66.
  void fill_normal(std::span<float> out);
  void fill_normal(std::span<double> out);

 private:
  explicit RandomStream(std::uint64_t key) : key_(key) {}
  void refill();
  std::uint64_t raw_bits();
  double poisson_by_multiplication(double mean);
  double poisson_by_rejection(double mean);

  std::uint64_t key_;
  std::uint64_t counter_ = 0;
  PhiloxBlock block_{};
  unsigned used_ = 4;
  bool mirrored_ = false;
  bool has_spare_ = false;
  double spare_ = 0;  // the second of the last pair of normals
};

// FNV-1a then a SplitMix64 finaliser; part of the format of a seed, never to change.
std::uint64_t hash_path(std::string_view path);

}  // namespace gauntlet::sim
