#include "privacy/channel.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace gauntlet::privacy {

double prior_vulnerability(std::span<const double> prior) {
  CHECK(!prior.empty());
  return *std::max_element(prior.begin(), prior.end());
}

double posterior_vulnerability(const Channel& channel, std::span<const double> prior) {
  CHECK(channel.size() == prior.size() && !channel.empty(), channel.size(), prior.size());
  double sum = 0;
  for (std::size_t y = 0; y < channel[0].size(); ++y) {
    double best = 0;
    for (std::size_t s = 0; s < channel.size(); ++s) {
      best = std::max(best, prior[s] * channel[s][y]);
    }
    sum += best;
  }
  return sum;
}

double bayes_leakage_bits(const Channel& channel, std::span<const double> prior) {
  return std::log2(posterior_vulnerability(channel, prior) / prior_vulnerability(prior));
}

double multiplicative_capacity(const Channel& channel) {
  return posterior_vulnerability(channel, uniform_prior(channel.size())) *
         static_cast<double>(channel.size());
}

double mutual_information_bits(const Channel& channel, std::span<const double> prior) {
  double sum = 0;
  for (std::size_t y = 0; y < channel[0].size(); ++y) {
    double seen = 0;
    for (std::size_t s = 0; s < channel.size(); ++s) seen += prior[s] * channel[s][y];
    for (std::size_t s = 0; s < channel.size(); ++s) {
      const double joint = prior[s] * channel[s][y];
      if (joint > 0) sum += joint * std::log2(channel[s][y] / seen);
    }
  }
  return sum;
}

double bayes_security(const Channel& channel) {
  double farthest = 0;
  for (std::size_t a = 0; a < channel.size(); ++a) {
    for (std::size_t b = a + 1; b < channel.size(); ++b) {
      farthest = std::max(farthest, total_variation(channel[a], channel[b]));
    }
  }
  return 1 - farthest;
}

double total_variation(std::span<const double> p, std::span<const double> q) {
  CHECK(p.size() == q.size(), p.size(), q.size());
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += std::abs(p[i] - q[i]);
  return sum / 2;
}

std::vector<double> uniform_prior(std::size_t n) {
  return std::vector<double>(n, 1 / static_cast<double>(n));
}

Channel randomised_response(std::size_t n, double epsilon) {
  CHECK(n >= 2 && epsilon >= 0, n, epsilon);
  const double truth = std::exp(epsilon);
  const double sum = truth + static_cast<double>(n - 1);
  Channel channel(n, std::vector<double>(n, 1 / sum));
  for (std::size_t s = 0; s < n; ++s) channel[s][s] = truth / sum;
  return channel;
}

std::vector<double> poisson_counts(double mean, std::size_t count) {
  CHECK(mean > 0 && count > 0, mean, count);
  std::vector<double> p(count);
  double left = 1;
  for (std::size_t k = 0; k < count; ++k) {
    const double x = static_cast<double>(k);
    p[k] = std::exp(x * std::log(mean) - mean - std::lgamma(x + 1));
    left -= p[k];
  }
  p.back() += std::max(0.0, left);
  return p;
}

}  // namespace gauntlet::privacy
