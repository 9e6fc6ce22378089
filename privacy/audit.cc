#include "privacy/audit.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace gauntlet::privacy {
namespace {

double binomial(std::int64_t k, std::int64_t n, double log_p, double log_q) {
  const double x = static_cast<double>(k), size = static_cast<double>(n);
  return std::exp(std::lgamma(size + 1) - std::lgamma(x + 1) - std::lgamma(size - x + 1) +
                  x * log_p + (size - x) * log_q);
}

}  // namespace

double audit_p_value(const AuditCounts& counts, double epsilon, double delta) {
  CHECK(counts.right >= 0 && counts.right <= counts.guesses && counts.guesses <= counts.canaries,
        counts.right, counts.guesses, counts.canaries);
  // A guess is right with e^eps / (1 + e^eps) at most.
  const double log_p = -std::log1p(std::exp(-epsilon)), log_q = log_p - epsilon;
  double at_least = 0;
  for (std::int64_t k = counts.right; k <= counts.guesses; ++k) {
    at_least += binomial(k, counts.guesses, log_p, log_q);
  }
  double sum = 0, worst = 0;
  for (std::int64_t i = 1; i <= counts.right; ++i) {
    sum += binomial(counts.right - i, counts.guesses, log_p, log_q);
    worst = std::max(worst, sum / static_cast<double>(i));
  }
  return std::min(1.0, at_least + 2 * static_cast<double>(counts.canaries) * delta * worst);
}

double audit_epsilon(const AuditCounts& counts, double delta, double significance) {
  if (audit_p_value(counts, 0, delta) >= significance) return 0;
  double refuted = 0, possible = 1;
  while (audit_p_value(counts, possible, delta) < significance && possible < 64) {
    refuted = possible;
    possible *= 2;
  }
  for (int i = 0; i < 60; ++i) {
    const double middle = (refuted + possible) / 2;
    (audit_p_value(counts, middle, delta) < significance ? refuted : possible) = middle;
  }
  return refuted;
}

}  // namespace gauntlet::privacy
