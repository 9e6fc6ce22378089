#include "core/learn/calibration.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/check.h"
#include "core/learn/ridge.h"
#include "core/signal/plain_math.h"

namespace gauntlet::learn {
namespace {

struct Answer {
  float confidence;
  bool right;
};

std::vector<Answer> answers_of(std::span<const float> probabilities, std::size_t classes,
                               std::span<const std::uint32_t> truth) {
  CHECK(probabilities.size() == truth.size() * classes, probabilities.size(), truth.size());
  std::vector<Answer> out;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const auto p = probabilities.subspan(i * classes, classes);
    const auto best = std::max_element(p.begin(), p.end());
    out.push_back({*best, static_cast<std::uint32_t>(best - p.begin()) == truth[i]});
  }
  return out;
}

// Of what is impossible as if it were very unlikely.
float logarithm(float p) {
  return static_cast<float>(natural_log(p > 1e-12F ? static_cast<double>(p) : 1e-12));
}

}  // namespace

float fit_power(std::span<const float> probabilities, std::size_t classes,
                std::span<const std::uint32_t> truth, std::span<const std::uint8_t> use) {
  std::vector<float> scores(probabilities.size());
  std::ranges::transform(probabilities, scores.begin(), logarithm);
  return fit_inverse_temperature(scores, classes, truth, use);
}

void calibrate(std::span<float> probabilities, float power) {
  if (power == 1) return;
  std::ranges::transform(probabilities, probabilities.begin(), logarithm);
  softmax(probabilities, power);
}

double expected_calibration_error(std::span<const float> probabilities, std::size_t classes,
                                  std::span<const std::uint32_t> truth, std::size_t bins) {
  CHECK(bins >= 1 && !truth.empty(), bins, truth.size());
  std::vector<double> excess(bins);  // confidence minus right answers
  for (const Answer& a : answers_of(probabilities, classes, truth)) {
    const auto bin = static_cast<std::size_t>(a.confidence * static_cast<float>(bins));
    excess[std::min(bin, bins - 1)] += static_cast<double>(a.confidence) - (a.right ? 1 : 0);
  }
  double sum = 0;
  for (const double e : excess) sum += std::abs(e);
  return sum / static_cast<double>(truth.size());
}

Selective answer_above(std::span<const float> probabilities, std::size_t classes,
                       std::span<const std::uint32_t> truth, float least_confidence) {
  double answered = 0, right = 0;
  for (const Answer& a : answers_of(probabilities, classes, truth)) {
    if (a.confidence < least_confidence) continue;
    answered += 1;
    right += a.right ? 1 : 0;
  }
  if (answered == 0) return {};
  return {answered / static_cast<double>(truth.size()), right / answered};
}

}  // namespace gauntlet::learn
