#include "sim/engine/random.h"

#include <cmath>
#include <numbers>

namespace gauntlet::sim {
namespace {

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

std::uint64_t hash_path(std::string_view path) {
  std::uint64_t h = 0xcbf29ce484222325u;
  for (const char c : path) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return mix(h);
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view path)
    : key_(mix(seed + 0x9e3779b97f4a7c15u) ^ hash_path(path)) {}
RandomStream::RandomStream(std::uint64_t key, int) : key_(key) {}

RandomStream RandomStream::child(std::string_view name) const {
  return RandomStream(mix(key_ + 0x9e3779b97f4a7c15u) ^ hash_path(name), 0);
}

void RandomStream::refill() {
  auto c0 = static_cast<std::uint32_t>(counter_), c1 = static_cast<std::uint32_t>(counter_ >> 32);
  std::uint32_t c2 = 0, c3 = 0;
  auto k0 = static_cast<std::uint32_t>(key_), k1 = static_cast<std::uint32_t>(key_ >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0;
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c2;
    const auto n0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    const auto n2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<std::uint32_t>(p1);
    c3 = static_cast<std::uint32_t>(p0);
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  block_ = {c0, c1, c2, c3};
  ++counter_;
  used_ = 0;
}

std::uint64_t RandomStream::bits() {
  if (used_ >= 4) refill();
  const std::uint64_t low = block_[used_], high = block_[used_ + 1];
  used_ += 2;
  return low | (high << 32);
}

double RandomStream::uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
double RandomStream::uniform(double low, double high) { return low + (high - low) * uniform(); }

std::uint64_t RandomStream::below(std::uint64_t n) {
  // Lemire's multiply-shift with rejection.
  for (;;) {
    const unsigned __int128 m = static_cast<unsigned __int128>(bits()) * n;
    if (static_cast<std::uint64_t>(m) >= (-n) % n) return static_cast<std::uint64_t>(m >> 64);
  }
}

double RandomStream::normal() {
  const double u = 1.0 - uniform();
  const double v = uniform();
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
}

double RandomStream::exponential(double mean) { return -mean * std::log(1.0 - uniform()); }

}  // namespace gauntlet::sim
