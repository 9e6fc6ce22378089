#include "core/phone/template_counter.h"

#include <algorithm>
#include <cmath>

namespace gauntlet {
namespace {

using Vector3 = std::array<double, 3>;

constexpr double kRowRate_hz = 12.5;  // as the other counter: about four times its cutoff
constexpr double kLeastOverlap = 0.6;
constexpr std::size_t kLeastRepetitions = 3;  // to speak of a period
constexpr int kRounds = 2;
// Chosen on the labelled captures. Choosing without the session that is scored, three of five get
// these, the other two 0.5 for the first and one of them 0.65 for the last.
constexpr double kLeastLikeness = 0.4;
constexpr double kLeastAmplitude = 0.45;
constexpr double kLeastSpacing_periods = 0.55;

struct Match {
  double likeness = -1;
  double amplitude = 0;  // 1: as far as the template
};

std::vector<Vector3> smoothed_rows(std::span<const std::array<float, 3>> samples,
                                   std::size_t decimation, MotionSmoother& smoother) {
  std::vector<Vector3> rows;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Vector3 smooth = smoother.push(samples[i]);
    if ((i + 1) % decimation == 0) rows.push_back(smooth);
  }
  return rows;
}

double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

// The median over all repetitions that lie wholly inside, row by row; empty when none does.
std::vector<Vector3> template_of(std::span<const Vector3> rows,
                                 std::span<const std::size_t> middles, std::size_t half) {
  std::vector<Vector3> out;
  for (std::size_t j = 0; j <= 2 * half; ++j) {
    Vector3 typical{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::vector<double> values;
      for (const std::size_t m : middles) {
        if (m >= half && m + half < rows.size()) values.push_back(rows[m + j - half][axis]);
      }
      if (values.empty()) return {};
      typical[axis] = median(std::move(values));
    }
    out.push_back(typical);
  }
  return out;
}

Match match_at(std::span<const Vector3> rows, std::span<const Vector3> pattern,
               std::size_t middle) {
  const std::size_t half = pattern.size() / 2;
  const std::size_t from = middle > half ? middle - half : 0;
  const std::size_t to = std::min(rows.size(), middle + half + 1);
  const auto n = static_cast<double>(to - from);
  if (n < kLeastOverlap * static_cast<double>(pattern.size())) return {};
  double both = 0, here = 0, there = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    double sum_a = 0, sum_b = 0;
    for (std::size_t i = from; i < to; ++i) {
      sum_a += rows[i][axis];
      sum_b += pattern[i + half - middle][axis];
    }
    for (std::size_t i = from; i < to; ++i) {
      const double a = rows[i][axis] - sum_a / n;
      const double b = pattern[i + half - middle][axis] - sum_b / n;
      both += a * b;
      here += a * a;
      there += b * b;
    }
  }
  if (here <= 0 || there <= 0) return {};
  return {both / std::sqrt(here * there), both / there};
}

std::vector<std::size_t> best_apart(std::span<const Match> matches, double spacing) {
  std::vector<std::size_t> candidates, chosen;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const double here = matches[i].likeness;
    if (here < kLeastLikeness || matches[i].amplitude < kLeastAmplitude) continue;
    if (i > 0 && matches[i - 1].likeness > here) continue;
    if (i + 1 < matches.size() && matches[i + 1].likeness > here) continue;
    candidates.push_back(i);
  }
  std::ranges::sort(candidates, [&](std::size_t a, std::size_t b) {
    const double x = matches[a].likeness, y = matches[b].likeness;
    return x != y ? x > y : a < b;
  });
  for (const std::size_t c : candidates) {
    const bool free = std::ranges::none_of(chosen, [&](std::size_t o) {
      return static_cast<double>(std::max(c, o) - std::min(c, o)) < spacing;
    });
    if (free) chosen.push_back(c);
  }
  std::ranges::sort(chosen);
  return chosen;
}

}  // namespace

std::vector<std::size_t> find_repetitions_by_template(
    const RepetitionCounterOptions& options,
    std::span<const std::array<float, 3>> specific_force_mps2) {
  auto peaks = find_repetitions(options, specific_force_mps2);
  if (peaks.size() < kLeastRepetitions) return peaks;
  const auto decimation =
      static_cast<std::size_t>(std::max(1.0, std::round(options.rate_hz / kRowRate_hz)));
  MotionSmoother smoother(options.cutoff_hz, options.rate_hz);
  const auto rows = smoothed_rows(specific_force_mps2, decimation, smoother);
  const auto delay = static_cast<std::size_t>(to_seconds(smoother.delay()) * options.rate_hz);
  std::vector<double> apart;
  std::vector<std::size_t> middles;
  for (std::size_t i = 0; i < peaks.size(); ++i) {
    if (i > 0) apart.push_back(static_cast<double>(peaks[i] - peaks[i - 1]));
    middles.push_back(std::min((peaks[i] + delay) / decimation, rows.size() - 1));
  }
  const double period_rows = median(std::move(apart)) / static_cast<double>(decimation);
  const auto half = static_cast<std::size_t>(std::max(1.0, std::round(0.5 * period_rows)));
  std::vector<Match> matches(rows.size());
  for (int round = 0; round < kRounds; ++round) {
    const auto pattern = template_of(rows, middles, half);
    if (pattern.empty()) return peaks;
    for (std::size_t i = 0; i < rows.size(); ++i) matches[i] = match_at(rows, pattern, i);
    middles = best_apart(matches, kLeastSpacing_periods * period_rows);
  }
  for (std::size_t& m : middles) m = m * decimation - std::min(m * decimation, delay);
  return middles;
}

}  // namespace gauntlet
