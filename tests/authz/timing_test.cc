// Whether the time a comparison takes tells where two secrets first differ: Welch's t-test between
// two classes of input, measured in random order, as dudect does it (Reparaz, Balasch and
// Verbauwhede, DATE 2017), on measurements below a cut, as interrupts only ever add time.
//
// A leak is there in every round; a busy machine makes t large in some. So the verdict is the
// median |t| of rounds, and a comparison that stops at the first difference must be found.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/authz/crypto.h"
#include "core/authz/signing.h"

namespace gauntlet {
namespace {

constexpr int kRounds = 7;
// dudect's: beyond 10 there is a leak for certain; below it, none was found.
constexpr double kFound = 10;

// Keeps the compiler from knowing what is compared.
template <class T>
void opaque(T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

double welch_t(std::array<std::vector<double>, 2>& ns, double cut) {
  double mean[2], square_error[2];
  for (int c = 0; c < 2; ++c) {
    std::vector<double> kept;
    for (const double t : ns[static_cast<std::size_t>(c)]) {
      if (t <= cut) kept.push_back(t);
    }
    const double n = static_cast<double>(kept.size());
    if (n < 100) return 0;
    double sum = 0, squares = 0;
    for (const double t : kept) sum += t;
    mean[c] = sum / n;
    for (const double t : kept) squares += (t - mean[c]) * (t - mean[c]);
    square_error[c] = squares / (n - 1) / n;
  }
  return (mean[0] - mean[1]) / std::sqrt(square_error[0] + square_error[1]);
}

// Median |t| between secrets that differ at the begin and at the end.
double leak(std::size_t bytes, int samples, int repeats,
            const std::function<bool(const std::string&, const std::string&)>& compare) {
  const std::string secret(bytes, 's');
  std::array<std::string, 2> guesses{secret, secret};
  guesses[0].front() = 'x';
  guesses[1].back() = 'x';
  std::vector<double> found;
  std::uint64_t random = 88172645463325252u;
  bool any = false;
  for (int round = 0; round < kRounds; ++round) {
    std::array<std::vector<double>, 2> ns;
    std::vector<double> all;
    for (int i = 0; i < samples; ++i) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      const std::size_t which = random >> 63;
      std::string guess = guesses[which];  // the same place in the caches for both
      opaque(guess);
      const auto begin = std::chrono::steady_clock::now();
      for (int k = 0; k < repeats; ++k) any |= compare(secret, guess);
      const auto end = std::chrono::steady_clock::now();
      ns[which].push_back(std::chrono::duration<double, std::nano>(end - begin).count());
      all.push_back(ns[which].back());
    }
    const auto middle = all.begin() + samples * 3 / 4;
    std::nth_element(all.begin(), middle, all.end());
    found.push_back(std::abs(welch_t(ns, *middle)));
  }
  EXPECT_FALSE(any) << "no guess is right";
  std::sort(found.begin(), found.end());
  return found[kRounds / 2];
}

TEST(Timing, ComparisonThatStopsAtTheFirstDifferenceIsFound) {
  const double t = leak(512, 10'000, 20, [](const std::string& a, const std::string& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  });
  EXPECT_GT(t, kFound);
}

TEST(Timing, EqualConstantTimeTellsNothingOfWhereSecretsDiffer) {
  const double t = leak(512, 10'000, 20, [](const std::string& a, const std::string& b) {
    return crypto::equal_constant_time(a, b);
  });
  EXPECT_LT(t, kFound);
}

TEST(Timing, Hs256VerificationTellsNothingOfWhereSignaturesDiffer) {
  const auto key = SigningKey::hs256("k", std::string(32, 'k')).value();
  const VerifyKey verify = key.verify_key();
  const std::string input(300, 'i'), right = key.sign(input);
  // The strings are masks of the right signature: where they differ, the signature does.
  const double t = leak(right.size(), 3'000, 1, [&](const std::string& a, const std::string& b) {
    std::string signature = right;
    for (std::size_t i = 0; i < signature.size(); ++i) {
      signature[i] = static_cast<char>(signature[i] ^ a[i] ^ b[i]);
    }
    return verify.verify(input, signature);
  });
  EXPECT_LT(t, kFound);
}

}  // namespace
}  // namespace gauntlet
