// Random streams keyed by (seed, path): counter-based (Philox4x32-10, Salmon et al., SC'11), so a
// stream's draws depend on nothing but its key. Adding a device never changes another one's draws.
// Distributions are our own: the same on every platform and standard library.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gauntlet::sim {

class RandomStream {
 public:
  // `path` names the stream: "wearable/3/accelerometer/noise".
  RandomStream(std::uint64_t seed, std::string_view path);
  // A stream of its own below this one's path.
  RandomStream child(std::string_view name) const;

  std::uint64_t bits();
  double uniform();  // [0, 1)
  double uniform(double low, double high);
  std::uint64_t below(std::uint64_t n);  // [0, n), unbiased
  bool chance(double p) { return uniform() < p; }
  double normal();  // N(0, 1)
  double normal(double mean, double sigma) { return mean + sigma * normal(); }
  double exponential(double mean);

 private:
  RandomStream(std::uint64_t key, int);
  void refill();
  std::uint64_t key_;
  std::uint64_t counter_ = 0;
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
};

// FNV-1a then a SplitMix64 finaliser; part of the format of a seed, never to change.
std::uint64_t hash_path(std::string_view path);

}  // namespace gauntlet::sim
