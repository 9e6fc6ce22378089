#include "privacy/membership.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"

namespace gauntlet::privacy {
namespace {

struct Normal {
  double mean = 0, sd = 0;
};

Normal normal_of(const std::vector<double>& values) {
  CHECK(values.size() >= 2, values.size());
  const double n = static_cast<double>(values.size());
  Normal out;
  for (const double v : values) out.mean += v / n;
  double squares = 0;
  for (const double v : values) squares += (v - out.mean) * (v - out.mean);
  out.sd = std::sqrt(squares / (n - 1));
  return out;
}

double log_density(double x, const Normal& n) {
  // A figure that never varies is not trusted beyond the sixth digit.
  const double sd = std::max({n.sd, 1e-6 * std::abs(n.mean), 1e-12});
  const double z = (x - n.mean) / sd;
  return -std::log(sd) - z * z / 2;
}

// The smallest threshold that at most `rate` of the scores exceed, counting one more that was not
// seen yet.
double threshold_of(std::vector<double> scores, double rate) {
  std::sort(scores.begin(), scores.end());
  const auto n = static_cast<double>(scores.size());
  const double rank = std::ceil((n + 1) * (1 - rate)) - 1;
  return rank < n ? scores[static_cast<std::size_t>(rank)] : scores.back();
}

// Guesses of the persons with the surest scores.
AuditCounts audit_of(const double* scores, const std::uint8_t* members, std::size_t people,
                     std::size_t guesses) {
  std::vector<std::pair<double, std::size_t>> sure;
  for (std::size_t p = 0; p < people; ++p) sure.push_back({-std::abs(scores[p]), p});
  std::sort(sure.begin(), sure.end());
  AuditCounts out{static_cast<std::int64_t>(people), static_cast<std::int64_t>(guesses), 0};
  for (std::size_t g = 0; g < guesses; ++g) {
    const std::size_t p = sure[g].second;
    out.right += (scores[p] > 0) == (members[p] != 0) ? 1 : 0;
  }
  return out;
}

}  // namespace

std::vector<double> membership_scores(const MembershipTable& t, std::size_t shadows) {
  CHECK(shadows < t.models(), shadows, t.models());
  std::vector<double> out((t.models() - shadows) * t.people);
  for (std::size_t p = 0; p < t.people; ++p) {
    std::vector<double> with, without;
    for (std::size_t m = 0; m < shadows; ++m) {
      (t.members[m * t.people + p] ? with : without).push_back(t.figure[m * t.people + p]);
    }
    const Normal in = normal_of(with), absent = normal_of(without);
    for (std::size_t m = shadows; m < t.models(); ++m) {
      const double x = t.figure[m * t.people + p];
      out[(m - shadows) * t.people + p] = log_density(x, in) - log_density(x, absent);
    }
  }
  return out;
}

Membership attack_members(const MembershipTable& t, const MembershipSplit& split, double delta) {
  const std::size_t first = split.shadows + split.calibration, n = t.people;
  CHECK(t.models() > first, t.models(), first);
  CHECK(t.members.size() == t.figure.size() && n > 0, t.members.size(), t.figure.size());
  const auto scores = membership_scores(t, split.shadows);
  const std::uint8_t* members = t.members.data() + split.shadows * n;

  std::vector<double> absent;
  for (std::size_t i = 0; i < split.calibration * n; ++i) {
    if (!members[i]) absent.push_back(scores[i]);
  }
  const double at_1e2 = threshold_of(absent, 1e-2), at_1e3 = threshold_of(absent, 1e-3);

  Membership out;
  std::uint64_t hits_1e2 = 0, hits_1e3 = 0, false_1e2 = 0, false_1e3 = 0, right = 0;
  for (std::size_t m = split.calibration; m < t.models() - split.shadows; ++m) {
    const std::size_t i = m * n + m % n;
    const bool member = members[i] != 0;
    ++out.attacked;
    out.members += member ? 1 : 0;
    (member ? hits_1e2 : false_1e2) += scores[i] > at_1e2 ? 1 : 0;
    (member ? hits_1e3 : false_1e3) += scores[i] > at_1e3 ? 1 : 0;
    right += (scores[i] > 0) == member ? 1 : 0;
  }
  CHECK(out.members > 0 && out.members < out.attacked, out.members, out.attacked);
  constexpr double kOfTwo = 1 - 0.05 / 2;
  const auto share = [](std::uint64_t k, std::uint64_t of) {
    return static_cast<double>(k) / static_cast<double>(of);
  };
  const auto rate = [&](std::uint64_t k) {
    return Estimate{share(k, out.members),
                    reports::clopper_pearson_interval(k, out.members, kOfTwo)};
  };
  out.hits_at_1e2 = rate(hits_1e2);
  out.hits_at_1e3 = rate(hits_1e3);
  out.false_at_1e2 = share(false_1e2, out.attacked - out.members);
  out.false_at_1e3 = share(false_1e3, out.attacked - out.members);
  // Coins are fair: the advantage is twice the share of right guesses, less one.
  const auto guessed = reports::clopper_pearson_interval(right, out.attacked);
  out.advantage = {2 * share(right, out.attacked) - 1,
                   reports::Interval{2 * guessed.lo - 1, 2 * guessed.hi - 1}};

  // How many guesses pay is learned from models that are not audited.
  std::size_t guesses = n;
  double most = -1;
  for (const std::size_t g : {n, n / 2, n / 4}) {
    if (g == 0) continue;
    double sum = 0;
    const std::size_t tried = std::min<std::size_t>(split.calibration, 50);
    for (std::size_t m = 0; m < tried; ++m) {
      sum += audit_epsilon(audit_of(&scores[m * n], members + m * n, n, g), delta);
    }
    if (sum > most) {
      most = sum;
      guesses = g;
    }
  }
  const std::size_t m = split.calibration;
  out.audit = audit_of(&scores[m * n], members + m * n, n, guesses);
  out.epsilon = audit_epsilon(out.audit, delta);
  return out;
}

RowSums::RowSums(std::size_t features, std::size_t classes)
    : width_(features + 1), classes_(classes), gram_(width_ * width_), cross_(width_ * classes_) {
  CHECK(features > 0 && classes >= 2, features, classes);
}

void RowSums::add(std::span<const double> row, std::size_t label) {
  CHECK(row.size() + 1 == width_ && label < classes_, row.size(), label);
  const auto at = [&](std::size_t f) { return f < row.size() ? row[f] : 1.0; };
  for (std::size_t f = 0; f < width_; ++f) {
    for (std::size_t g = 0; g < width_; ++g) gram_[f * width_ + g] += at(f) * at(g);
    for (std::size_t c = 0; c < classes_; ++c) {
      cross_[f * classes_ + c] += c == label ? at(f) : -at(f);
    }
  }
  ++rows_;
}

void RowSums::add(const RowSums& other) {
  CHECK(width_ == other.width_ && classes_ == other.classes_, width_, other.width_);
  for (std::size_t i = 0; i < gram_.size(); ++i) gram_[i] += other.gram_[i];
  for (std::size_t i = 0; i < cross_.size(); ++i) cross_[i] += other.cross_[i];
  rows_ += other.rows_;
}

// Cholesky: gram + penalty = L L^T, then two triangular solves a class.
std::vector<double> RowSums::fit(double penalty) const {
  CHECK(penalty > 0 && rows_ > 0, penalty, rows_);
  const std::size_t n = width_;
  std::vector<double> l = gram_;
  for (std::size_t i = 0; i + 1 < n; ++i) l[i * n + i] += penalty;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = l[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / l[j * n + j];
    }
  }
  std::vector<double> w = cross_;
  for (std::size_t c = 0; c < classes_; ++c) {
    for (std::size_t i = 0; i < n; ++i) {
      double sum = w[i * classes_ + c];
      for (std::size_t k = 0; k < i; ++k) sum -= l[i * n + k] * w[k * classes_ + c];
      w[i * classes_ + c] = sum / l[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
      double sum = w[i * classes_ + c];
      for (std::size_t k = i + 1; k < n; ++k) sum -= l[k * n + i] * w[k * classes_ + c];
      w[i * classes_ + c] = sum / l[i * n + i];
    }
  }
  return w;
}

// |y - Xw|^2 = rows - 2 w.X^T y + w.X^T X w, a class after the other.
double RowSums::loss(std::span<const double> w) const {
  CHECK(w.size() == cross_.size() && rows_ > 0, w.size(), cross_.size());
  double sum = static_cast<double>(rows_ * classes_);
  for (std::size_t f = 0; f < width_; ++f) {
    for (std::size_t c = 0; c < classes_; ++c) {
      double through = 0;
      for (std::size_t g = 0; g < width_; ++g)
        through += gram_[f * width_ + g] * w[g * classes_ + c];
      sum += w[f * classes_ + c] * (through - 2 * cross_[f * classes_ + c]);
    }
  }
  return sum / static_cast<double>(rows_ * classes_);
}

MembershipTable train_on_halves(std::span<const RowSums> people, std::span<const RowSums> asked,
                                std::size_t models, double penalty,
                                const sim::RandomStream& stream) {
  CHECK(!people.empty() && people.size() == asked.size(), people.size(), asked.size());
  MembershipTable out;
  out.people = people.size();
  for (std::size_t m = 0; m < models; ++m) {
    sim::RandomStream random = stream.child(std::to_string(m));
    RowSums sums = people.front().nothing();
    // A model of nobody is none: then the first person is in.
    const std::size_t begin = out.members.size();
    for (std::size_t p = 0; p < people.size(); ++p) out.members.push_back(random.chance(0.5));
    const auto coins = std::span(out.members).subspan(begin);
    if (std::count(coins.begin(), coins.end(), 1) == 0) coins.front() = 1;
    for (std::size_t p = 0; p < people.size(); ++p) {
      if (coins[p]) sums.add(people[p]);
    }
    const auto weights = sums.fit(penalty);
    for (const RowSums& a : asked) out.figure.push_back(a.loss(weights));
  }
  return out;
}

}  // namespace gauntlet::privacy
