#include "core/learn/model.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/learn/ridge.h"

namespace gauntlet::learn {
namespace {

void score(const Head& head, const std::vector<float>& features, std::vector<float>& out) {
  const std::size_t outputs = head.bias.size();
  out.assign(head.bias.begin(), head.bias.end());
  const float* w = head.weights.data();
  for (const float v : features) {
    for (std::size_t c = 0; c < outputs; ++c) out[c] += v * w[c];
    w += outputs;
  }
  softmax(out, head.inverse_temperature);
}

}  // namespace

Result<void> Model::check(const Parts& p) {
  if (Result<void> r = learn::check(p.features.minirocket); !r) return r;
  if (!(p.rate_hz > 0 && p.rate_hz <= 10000)) return Error{"bad_rate", std::to_string(p.rate_hz)};
  if (p.classes.size() < 2 || !p.classes.front().empty()) {
    return Error{"bad_classes", "at least two classes, the first one nameless (no exercise)"};
  }
  const bool two_stages = p.heads.size() == 2;
  if (p.heads.size() != 1 && !two_stages) {
    return Error{"bad_heads", std::to_string(p.heads.size()) + " heads, one or two are possible"};
  }
  for (std::size_t h = 0; h < p.heads.size(); ++h) {
    const std::size_t outputs =
        !two_stages ? p.classes.size() : (h == 0 ? 2 : p.classes.size() - 1);
    const Head& head = p.heads[h];
    if (head.bias.size() != outputs || head.weights.size() != outputs * p.features.size()) {
      return Error{"bad_heads", "head " + std::to_string(h) + " has the wrong size"};
    }
    if (!(head.inverse_temperature > 0)) return Error{"bad_heads", "temperature is not positive"};
  }
  return {};
}

Model::Model(Parts parts) : parts_(std::move(parts)) {
  const Result<void> fits = check(parts_);
  CHECK(fits.ok(), fits.ok() ? std::string{} : fits.error().message);
}

Prediction Model::classify(const float* window, ClassifyScratch& s) const {
  s.values.resize(parts_.features.size());
  extract(parts_.features, window, s.features, s.values.data());
  if (parts_.heads.size() == 1) {
    score(parts_.heads[0], s.values, s.probabilities);
  } else {
    score(parts_.heads[0], s.values, s.gate);
    score(parts_.heads[1], s.values, s.probabilities);
    for (float& p : s.probabilities) p *= s.gate[1];
    s.probabilities.insert(s.probabilities.begin(), s.gate[0]);
  }
  const auto best = std::max_element(s.probabilities.begin(), s.probabilities.end());
  return {static_cast<std::size_t>(best - s.probabilities.begin()), *best};
}

}  // namespace gauntlet::learn
