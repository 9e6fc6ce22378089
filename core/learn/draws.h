// Draws for training: SplitMix64 (Steele, Lea, Flood 2014). Training is measured code and may not
// use the simulation's streams; it needs few numbers, the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gauntlet::learn {

class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // [0, 1)
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
  // [0, n), n > 0. The bias of the remainder is below n / 2^64.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits() % n); }

 private:
  std::uint64_t state_;
};

}  // namespace gauntlet::learn
