#include "core/learn/habits.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/signal/plain_math.h"

namespace gauntlet::learn {
namespace {

constexpr float kUnheardOf = 0.02F;  // share of the answer that is spread over all
constexpr double kLeastEvidence = 1e-4;

std::vector<std::uint32_t> last(std::span<const std::uint32_t> all, std::size_t n) {
  const auto part = all.last(n);
  return {part.begin(), part.end()};
}

}  // namespace

void HabitChain::learn(std::span<const std::uint32_t> session) {
  for (std::size_t at = 0; at < session.size(); ++at) {
    CHECK(session[at] < classes_, session[at]);
    for (std::size_t n = 0; n <= std::min(at, kLongestSuffix); ++n) {
      Follow& f = after_[last(session.first(at), n)];
      ++f.count[session[at]];
      ++f.total;
    }
  }
}

void HabitChain::next(std::span<const std::uint32_t> history, std::span<float> out) const {
  CHECK(out.size() == classes_, out.size());
  std::fill(out.begin(), out.end(), 0.0F);
  for (std::size_t n = 0; n <= std::min(history.size(), kLongestSuffix); ++n) {
    const auto it = after_.find(last(history, n));
    if (it == after_.end()) break;  // what never happened did not happen with more before it
    // Without any history an exercise is as likely as it is frequent.
    const auto length = static_cast<float>(std::max<std::size_t>(n, 1));
    for (const auto& [c, count] : it->second.count) {
      const float p = static_cast<float>(count) / static_cast<float>(it->second.total);
      out[c] = std::max(out[c], p * length);
    }
  }
  float total = 0;
  for (const float s : out) total += s;
  const float flat = 1 / static_cast<float>(classes_);
  for (float& s : out) {
    s = total > 0 ? (1 - kUnheardOf) * s / total + kUnheardOf * flat : flat;
  }
}

void weigh(std::span<float> p, std::span<const float> evidence, double weight) {
  CHECK(p.size() == evidence.size(), p.size(), evidence.size());
  double total = 0;
  std::vector<double> product;
  for (std::size_t c = 0; c < p.size(); ++c) {
    const double e = std::max(static_cast<double>(evidence[c]), kLeastEvidence);
    product.push_back(static_cast<double>(p[c]) * exponential(weight * natural_log(e)));
    total += product.back();
  }
  if (total <= 0) return;
  for (std::size_t c = 0; c < p.size(); ++c) p[c] = static_cast<float>(product[c] / total);
}

}  // namespace gauntlet::learn
