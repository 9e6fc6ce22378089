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

Result<void> check_minirocket(const MiniRocket& m) {
  const auto bad = [](std::string why) { return Error{"bad_features", std::move(why)}; };
  if (m.length < MiniRocket::kMinLength || m.length > 65535) {
    return bad("window length " + std::to_string(m.length) + " is outside 9 to 65535");
  }
  if (m.channels < 1 || m.channels > 8) {
    return bad(std::to_string(m.channels) + " channels, 1 to 8 are possible");
  }
  if (m.dilations.empty() || m.dilations.size() > MiniRocket::kMaxDilations ||
      m.features_per_dilation.size() != m.dilations.size() ||
      m.channel_masks.size() != m.dilations.size() * MiniRocket::kKernels) {
    return bad("dilations, features and channel subsets do not fit together");
  }
  std::size_t features = 0;
  for (std::size_t d = 0; d < m.dilations.size(); ++d) {
    const bool rising = d == 0 || m.dilations[d] > m.dilations[d - 1];
    if (m.dilations[d] == 0 || !rising || 8u * m.dilations[d] >= m.length) {
      return bad("dilation " + std::to_string(m.dilations[d]) + " does not fit the window");
    }
    features += MiniRocket::kKernels * m.features_per_dilation[d];
  }
  if (features != m.biases.size()) {
    return bad(std::to_string(m.biases.size()) + " biases for " + std::to_string(features) +
               " features");
  }
  for (const std::uint8_t mask : m.channel_masks) {
    if (mask == 0 || mask >> m.channels != 0) return bad("a channel subset is empty or too wide");
  }
  return {};
}

}  // namespace

Result<void> Model::check(const Parts& p) {
  if (Result<void> r = check_minirocket(p.features.minirocket); !r) return r;
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
