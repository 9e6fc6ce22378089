#include "sim/engine/random.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include "sim/engine/normal_bulk.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::sim {
namespace {

using ::testing::ElementsAre;

// Random123 1.14, tests/kat_vectors, philox4x32 with 10 rounds.
TEST(Philox, GivesThePublishedAnswers) {
  EXPECT_THAT(philox4x32_10({0, 0, 0, 0}, {0, 0}),
              ElementsAre(0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u));
  constexpr std::uint32_t f = 0xffffffffu;
  EXPECT_THAT(philox4x32_10({f, f, f, f}, {f, f}),
              ElementsAre(0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu));
  EXPECT_THAT(philox4x32_10({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u},
                            {0xa4093822u, 0x299f31d0u}),
              ElementsAre(0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u));
}

// The library's functions are within an ulp of exact, so 4 ulp bounds ours at 1 + theirs amply.
TEST(PortableMath, AgreesWithTheLibraryToFourUlp) {
  RandomStream random(1, "math");
  const double ulp = 0x1p-52;
  for (int i = 0; i < 200'000; ++i) {
    const double x =
        std::ldexp(0.5 + 0.5 * random.uniform(), static_cast<int>(random.integer(-900, 900)));
    EXPECT_NEAR(portable::log(x), std::log(x), 4 * ulp * std::fabs(std::log(x))) << x;
    const double y = random.uniform(-690, 690);
    EXPECT_NEAR(portable::exp(y), std::exp(y), 4 * ulp * std::exp(y)) << y;
    const std::uint64_t turn = random.bits();
    const auto [s, c] = portable::sine_cosine(turn);
    // The angle keeps 52 bits within a quadrant and long double carries it without loss.
    const long double angle =
        static_cast<long double>(turn) * (2 * std::numbers::pi_v<long double> * 0x1p-64L);
    EXPECT_NEAR(s, static_cast<double>(std::sin(angle)), 4 * ulp);
    EXPECT_NEAR(c, static_cast<double>(std::cos(angle)), 4 * ulp);
  }
  EXPECT_EQ(portable::log(1), 0);
  EXPECT_EQ(portable::exp(0), 1);
  EXPECT_EQ(portable::sine_cosine(0).sine, 0);
  EXPECT_EQ(portable::sine_cosine(0).cosine, 1);
}

template <class Draw>
std::vector<double> draws(std::size_t n, Draw draw) {
  std::vector<double> values(n);
  for (double& v : values) v = draw();
  return values;
}

TEST(RandomStream, FirstValuesAreForEver) {
  RandomStream r(42, "wearable/3/accelerometer/noise");
  EXPECT_EQ(r.uniform(), 0.52419413953850869);
  EXPECT_EQ(r.normal(), -0.55056787937938689);
  EXPECT_EQ(r.normal(), 0.6023466235945456);
  EXPECT_EQ(r.exponential(2), 3.5394378839510625);
  EXPECT_EQ(r.gamma(2.5, 1), 0.95396854061061209);
  EXPECT_EQ(r.poisson(3), 6u);
  EXPECT_EQ(r.poisson(300), 286u);
  std::vector<float> f(1);
  std::vector<double> d(1);
  r.fill_normal(f);
  r.fill_normal(d);
  EXPECT_EQ(f[0], 1.47429645f);
  EXPECT_EQ(d[0], 1.0331730686028715);
  EXPECT_EQ(r.bits(), 9064771231638706402u);
}

TEST(RandomStream, AddingAStreamChangesNoOtherDraw) {
  const auto run = [](bool with_extra_device) {
    const RandomStream root(7, "wearable");
    std::vector<RandomStream> devices;
    for (const char* name : {"0", "1", "2"}) devices.push_back(root.child(name));
    RandomStream extra = root.child("3");
    std::vector<double> seen;
    for (int i = 0; i < 100; ++i) {
      for (RandomStream& d : devices) {
        seen.push_back(d.normal());
        seen.push_back(d.uniform());
        if (with_extra_device) {
          extra.gamma(2, 1);
          std::vector<float> noise(100);
          extra.fill_normal(noise);
        }
      }
    }
    return seen;
  };
  EXPECT_EQ(run(false), run(true));
}

TEST(RandomStream, DifferentPathsAndSeedsAreDifferentStreams) {
  std::vector<std::uint64_t> first;
  for (const std::uint64_t seed : {0, 1, 2}) {
    for (const char* path : {"", "a", "b", "a/b", "b/a"}) {
      RandomStream stream(seed, path);
      first.push_back(stream.bits());
      first.push_back(stream.child("a").bits());
    }
  }
  std::sort(first.begin(), first.end());
  EXPECT_EQ(std::unique(first.begin(), first.end()), first.end());
}

// --- distributions: chi-squared over equally likely cells and Anderson-Darling, both at alpha =
// 0.001 for each fixed seed; mean and variance within 4.4 standard errors (two-sided 1e-5)
// ---------

constexpr std::size_t kDraws = 200'000;

// Stephens (1974), distribution fully specified: P(A^2 > 6.0) = 0.001 (5% 2.492, 1% 3.857).
constexpr double kAndersonDarlingCritical = 6.0;

double anderson_darling(std::vector<double> u) {
  std::sort(u.begin(), u.end());
  const auto n = static_cast<double>(u.size());
  double sum = 0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    const double tail = std::max(1 - u[u.size() - 1 - i], 1e-300);
    sum += (2 * static_cast<double>(i) + 1) * (std::log(std::max(u[i], 1e-300)) + std::log(tail));
  }
  return -n - sum / n;
}

// 99.9% point of chi-squared by Wilson and Hilferty; z = 3.0902.
double chi_squared_critical(double degrees) {
  const double h = 2 / (9 * degrees);
  return degrees * std::pow(1 - h + 3.0902 * std::sqrt(h), 3);
}

void expect_uniform(const std::vector<double>& u, const std::string& what) {
  constexpr std::size_t kCells = 256;
  std::vector<double> counts(kCells);
  for (const double v : u) ++counts[std::min(static_cast<std::size_t>(v * kCells), kCells - 1)];
  const double expected = static_cast<double>(u.size()) / kCells;
  double chi_squared = 0;
  for (const double c : counts) chi_squared += (c - expected) * (c - expected) / expected;
  EXPECT_LT(chi_squared, chi_squared_critical(kCells - 1)) << what;
  EXPECT_LT(anderson_darling(u), kAndersonDarlingCritical) << what;
}

// Moments given as mean, variance and fourth central moment.
void expect_moments(const std::vector<double>& x, double mean, double variance, double fourth,
                    const std::string& what) {
  double m = 0, v = 0;
  for (const double value : x) m += value;
  m /= static_cast<double>(x.size());
  for (const double value : x) v += (value - mean) * (value - mean);
  v /= static_cast<double>(x.size());
  const double root_n = std::sqrt(static_cast<double>(x.size()));
  EXPECT_NEAR(m, mean, 4.4 * std::sqrt(variance) / root_n) << what;
  EXPECT_NEAR(v, variance, 4.4 * std::sqrt(fourth - variance * variance) / root_n) << what;
}

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

TEST(Distributions, UniformNormalExponentialFitTheirLaws) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    RandomStream r(seed, "fit");
    const auto u = draws(kDraws, [&] { return r.uniform(); });
    expect_uniform(u, "uniform");
    expect_moments(u, 0.5, 1.0 / 12, 1.0 / 80, "uniform");
    const auto z = draws(kDraws, [&] { return r.normal(); });
    auto p = z;
    std::transform(p.begin(), p.end(), p.begin(), normal_cdf);
    expect_uniform(p, "normal");
    expect_moments(z, 0, 1, 3, "normal");
    const auto e = draws(kDraws, [&] { return r.exponential(2); });
    p = e;
    std::transform(p.begin(), p.end(), p.begin(), [](double x) { return -std::expm1(-x / 2); });
    expect_uniform(p, "exponential");
    expect_moments(e, 2, 4, 9 * 16, "exponential");
  }
}

TEST(Distributions, BulkNormalsFitAndAreIndependent) {
  RandomStream r(4, "bulk");
  std::vector<float> f(kDraws);
  std::vector<double> d(kDraws);
  r.fill_normal(f);
  r.fill_normal(d);
  for (const auto& z : {std::vector<double>(f.begin(), f.end()), d}) {
    auto p = z;
    std::transform(p.begin(), p.end(), p.begin(), normal_cdf);
    expect_uniform(p, "bulk");
    expect_moments(z, 0, 1, 3, "bulk");
    // No correlation at any lag that the lanes could make: 128 looks at 4.4 standard errors each.
    for (std::size_t lag = 1; lag <= 128; ++lag) {
      double sum = 0;
      for (std::size_t i = lag; i < z.size(); ++i) sum += z[i] * z[i - lag];
      EXPECT_NEAR(sum / std::sqrt(static_cast<double>(kDraws)), 0, 4.4) << lag;
    }
  }
}

// Beyond 4 sigma: P = 6.334e-5, so 2e7 draws give 1267 +- 36.
TEST(Distributions, BulkNormalsHaveTheirTails) {
  RandomStream r(5, "tails");
  std::vector<float> z(20'000'000);
  r.fill_normal(z);
  const auto beyond = [&](float t) {
    return static_cast<double>(
        std::count_if(z.begin(), z.end(), [t](float v) { return std::fabs(v) > t; }));
  };
  for (const float t : {3.0f, 4.0f, 5.0f}) {
    const double expected =
        static_cast<double>(z.size()) * std::erfc(static_cast<double>(t) / std::numbers::sqrt2);
    EXPECT_NEAR(beyond(t), expected, 4.4 * std::sqrt(expected)) << t;
  }
  EXPECT_EQ(beyond(6.67f), 0);
}

TEST(Distributions, PoissonFitsBelowAndAboveTheChangeOfMethod) {
  for (const double mean : {0.3, 4.0, 9.99, 10.01, 60.0, 5000.0}) {
    RandomStream r(6, "poisson");
    const auto k = draws(kDraws, [&] { return static_cast<double>(r.poisson(mean)); });
    expect_moments(k, mean, mean, mean + 3 * mean * mean, "poisson " + std::to_string(mean));
    if (mean > 100) continue;
    // Cells of one value each where at least 50 are expected, both tails pooled.
    std::vector<double> counts(400);
    for (const double v : k) ++counts[static_cast<std::size_t>(v)];
    double probability = std::exp(-mean), left = kDraws, chi_squared = 0, cells = 0, seen = 0,
           pooled = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      pooled += kDraws * probability;
      seen += counts[i];
      left -= kDraws * probability;
      if (pooled >= 50 && left >= 50) {
        chi_squared += (seen - pooled) * (seen - pooled) / pooled;
        cells += 1;
        seen = pooled = 0;
      }
      probability *= mean / static_cast<double>(i + 1);
    }
    chi_squared += (seen - pooled) * (seen - pooled) / pooled;
    EXPECT_LT(chi_squared, chi_squared_critical(cells)) << mean;
  }
}

TEST(Distributions, GammaHasItsMomentsAndItsClosedForms) {
  RandomStream r(7, "gamma");
  for (const double shape : {0.2, 0.5, 1.0, 2.0, 30.0}) {
    const auto x = draws(kDraws, [&] { return r.gamma(shape, 3); });
    const double v = shape * 9;
    expect_moments(x, shape * 3, v, 3 * v * v + 6 * shape * 81, "gamma " + std::to_string(shape));
    std::function<double(double)> cdf;
    if (shape == 0.5) cdf = [](double g) { return std::erf(std::sqrt(g / 3)); };
    if (shape == 1.0) cdf = [](double g) { return -std::expm1(-g / 3); };
    if (shape == 2.0) cdf = [](double g) { return 1 - std::exp(-g / 3) * (1 + g / 3); };
    if (!cdf) continue;
    auto p = x;
    std::transform(p.begin(), p.end(), p.begin(), cdf);
    expect_uniform(p, "gamma " + std::to_string(shape));
  }
}

TEST(Distributions, IntegersAreUnbiasedAndReachBothEnds) {
  RandomStream r(8, "integer");
  std::vector<double> counts(7);
  for (std::size_t i = 0; i < kDraws; ++i) ++counts[static_cast<std::size_t>(r.integer(-3, 3) + 3)];
  double chi_squared = 0;
  for (const double c : counts)
    chi_squared += (c - kDraws / 7.0) * (c - kDraws / 7.0) / (kDraws / 7.0);
  EXPECT_LT(chi_squared, chi_squared_critical(6));
  EXPECT_EQ(r.integer(5, 5), 5);
  EXPECT_EQ(r.below(1), 0u);
  r.integer(INT64_MIN, INT64_MAX);
  int heads = 0;
  for (std::size_t i = 0; i < kDraws; ++i) heads += r.chance(0.25);
  EXPECT_NEAR(heads, kDraws * 0.25, 4.4 * std::sqrt(kDraws * 0.25 * 0.75));
}

TEST(Distributions, EmpiricalInterpolatesItsQuantiles) {
  const QuantileTable table({0, 1, 10});
  EXPECT_EQ(table(0), 0);
  EXPECT_EQ(table(0.25), 0.5);
  EXPECT_EQ(table(0.75), 5.5);
  EXPECT_EQ(table(1), 10);
  const auto sample = QuantileTable::of_sample({3, 1, 2});
  EXPECT_EQ(sample(0.5), 2);
  RandomStream r(9, "empirical");
  auto u = draws(kDraws, [&] { return r.empirical(table); });
  for (double& v : u) v = v < 1 ? v / 2 : 0.5 + (v - 1) / 18;
  expect_uniform(u, "empirical");
}

TEST(Antithetic, MirrorsUniformsAndNormals) {
  RandomStream r(10, "pair");
  r.normal();  // leaves a spare
  RandomStream mirror = r.antithetic();
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(mirror.normal(), -r.normal());
    EXPECT_EQ(mirror.bits(), ~r.bits());
    EXPECT_NEAR(mirror.uniform(), 1 - r.uniform(), 0x1p-52);
  }
  std::vector<float> a(100), b(100);
  r.fill_normal(a);
  mirror.fill_normal(b);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i], -b[i]);
  EXPECT_EQ(mirror.child("x").normal(), -r.child("x").normal());
}

TEST(BulkNormals, AreTheSameBytesOnEveryInstructionSet) {
  using detail::NormalKernel;
  const NormalKernel base = detail::baseline_normal_kernel();
  constexpr std::size_t kGroups = 500;
  std::vector<float> f(kGroups * NormalKernel::kFloats), f2(f.size());
  std::vector<double> d(kGroups * NormalKernel::kDoubles), d2(d.size());
  for (const NormalKernel& other : {detail::avx2_normal_kernel(), detail::avx512_normal_kernel()}) {
    if (!other.supported) continue;
    for (const std::uint64_t counter :
         {std::uint64_t{0}, ~std::uint64_t{0} - 1000, std::uint64_t{0xfffffff0}}) {
      base.floats(counter * 3 + 1, counter, f.data(), kGroups);
      other.floats(counter * 3 + 1, counter, f2.data(), kGroups);
      EXPECT_EQ(std::memcmp(f.data(), f2.data(), f.size() * sizeof(float)), 0) << other.name;
      base.doubles(counter * 3 + 1, counter, d.data(), kGroups);
      other.doubles(counter * 3 + 1, counter, d2.data(), kGroups);
      EXPECT_EQ(std::memcmp(d.data(), d2.data(), d.size() * sizeof(double)), 0) << other.name;
    }
  }
}

TEST(BulkNormals, FirstDoublesAreTheScalarOnesOfTheSameBlocks) {
  RandomStream scalar(11, "bulk"), bulk(11, "bulk");
  std::vector<double> z(64);
  bulk.fill_normal(z);
  for (std::size_t group = 0; group < 2; ++group) {
    for (std::size_t i = 0; i < 16; ++i) {
      EXPECT_EQ(z[group * 32 + i], scalar.normal());
      EXPECT_EQ(z[group * 32 + 16 + i], scalar.normal());
    }
  }
}

}  // namespace
}  // namespace gauntlet::sim
