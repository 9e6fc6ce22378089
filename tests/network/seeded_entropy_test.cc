#include "sim/network/seeded_entropy.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <string>
#include <thread>

namespace gauntlet::sim {
namespace {

using Bytes = std::array<unsigned char, 32>;

Bytes draw() {
  Bytes out{};
  EXPECT_EQ(RAND_bytes(out.data(), static_cast<int>(out.size())), 1);
  return out;
}

std::string key_bytes() {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
  Bytes raw{};
  std::size_t size = raw.size();
  EXPECT_EQ(EVP_PKEY_get_raw_public_key(key.get(), raw.data(), &size), 1);
  return {raw.begin(), raw.end()};
}

TEST(SeededEntropy, SameSeedSameKeys) {
  const auto keys = [](std::uint64_t seed) {
    const SeededEntropy entropy(RandomStream(seed, "openssl"));
    return key_bytes() + key_bytes();
  };
  EXPECT_EQ(keys(1), keys(1));
  EXPECT_NE(keys(1), keys(2));
}

TEST(SeededEntropy, OnlyWhileItLives) {
  Bytes inside{};
  {
    const SeededEntropy entropy(RandomStream(1, "openssl"));
    inside = draw();
  }
  EXPECT_NE(draw(), inside);
  EXPECT_NE(draw(), draw());
  const SeededEntropy entropy(RandomStream(1, "openssl"));
  EXPECT_EQ(draw(), inside);
}

TEST(SeededEntropy, OtherThreadsKeepRealRandomness) {
  const SeededEntropy entropy(RandomStream(1, "openssl"));
  Bytes a{}, b{};
  std::thread([&] { a = draw(); }).join();
  std::thread([&] { b = draw(); }).join();
  EXPECT_NE(a, b);
  EXPECT_NE(a, draw());
}

TEST(SeededEntropy, TheInnermostCounts) {
  const SeededEntropy outer(RandomStream(1, "openssl"));
  Bytes inside{};
  {
    const SeededEntropy inner(RandomStream(2, "openssl"));
    inside = draw();
  }
  const Bytes after = draw();
  const SeededEntropy again(RandomStream(1, "openssl"));
  EXPECT_EQ(after, draw());
  EXPECT_NE(after, inside);
}

}  // namespace
}  // namespace gauntlet::sim
