#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/base/check.h"
#include "core/learn/draws.h"
#include "core/learn/network.h"
#include "core/learn/ridge.h"

namespace gauntlet::learn {
namespace {

// Layer l's input begins behind its zero rows; the last of `inputs` are the scores.
float* input_of(NetworkScratch& s, std::size_t l) {
  const std::size_t pad = l < s.plans.size() ? s.plans[l].pad_before * s.plans[l].columns_in : 0;
  return s.inputs[l].data() + pad;
}

float* gradient_of(NetworkScratch& s, std::size_t l) {
  const std::size_t pad = l < s.plans.size() ? s.plans[l].pad_before * s.plans[l].columns_in : 0;
  return s.gradients[l].data() + pad;
}

void begin_with(const float* bias, std::size_t rows, std::size_t columns, float* out) {
  for (std::size_t r = 0; r < rows; ++r) {
    if (bias) {
      std::memcpy(out + r * columns, bias, columns * sizeof(float));
    } else {
      std::memset(out + r * columns, 0, columns * sizeof(float));
    }
  }
}

void run_lstm(const Network& n, std::size_t l, NetworkScratch& s) {
  const LayerPlan& p = s.plans[l];
  const std::size_t units = p.columns, gates = 4 * units;
  const float* w = n.weights.data() + p.first_weight;
  float* x = input_of(s, l);
  float* hidden = input_of(s, l + 1);
  float* g = s.kept[l].data();
  float* state = g + p.rows * gates;
  float* both = state + p.rows * units;
  const float* bias = nullptr;
  if (n.layers[l].bias) {
    const float* b = n.weights.data() + p.first_bias;
    for (std::size_t i = 0; i < gates; ++i) both[i] = b[i] + b[gates + i];
    bias = both;
  }
  begin_with(bias, p.rows, gates, g);
  const Kernels& k = *s.kernels;
  k.multiply({x, p.columns_in, 1, w, gates, g, gates, p.rows, p.columns_in, gates});
  const float* recurrent = w + p.columns_in * gates;
  for (std::size_t t = 0; t < p.rows; ++t) {
    if (t > 0) {
      k.multiply({hidden + (t - 1) * units, units, 1, recurrent, gates, g + t * gates, gates, 1,
                  units, gates});
      std::memcpy(state + t * units, state + (t - 1) * units, units * sizeof(float));
    } else {
      std::memset(state, 0, units * sizeof(float));
    }
    k.lstm_step(units, g + t * gates, state + t * units, hidden + t * units);
  }
}

void run_layer(const Network& n, std::size_t l, NetworkScratch& s) {
  const Layer& layer = n.layers[l];
  const LayerPlan& p = s.plans[l];
  float* x = input_of(s, l);
  float* y = input_of(s, l + 1);
  const float* w = n.weights.data() + p.first_weight;
  const float* bias = layer.bias ? n.weights.data() + p.first_bias : nullptr;
  switch (layer.kind) {
    case LayerKind::convolution:
    case LayerKind::dense: {
      begin_with(bias, p.rows, p.columns, y);
      s.kernels->multiply({x - p.pad_before * p.columns_in, p.columns_in, 1, w, p.columns, y,
                           p.columns, p.rows, layer.taps * p.columns_in, p.columns});
      if (layer.rectified) s.kernels->rectify(p.rows * p.columns, y);
      break;
    }
    case LayerKind::max_pool:
      for (std::size_t r = 0; r < p.rows; ++r) {
        const float* in = x + r * layer.taps * p.columns;
        float* out = y + r * p.columns;
        std::memcpy(out, in, p.columns * sizeof(float));
        for (std::size_t k = 1; k < layer.taps; ++k) {
          const float* row = in + k * p.columns;
          for (std::size_t c = 0; c < p.columns; ++c) out[c] = out[c] < row[c] ? row[c] : out[c];
        }
      }
      break;
    case LayerKind::lstm:
      run_lstm(n, l, s);
      break;
    case LayerKind::flatten:
      std::memcpy(y, x, p.columns * sizeof(float));
      break;
    case LayerKind::last_row:
      std::memcpy(y, x + (p.rows_in - 1) * p.columns, p.columns * sizeof(float));
      break;
  }
}

void load_window(const Network& n, const float* window, NetworkScratch& s) {
  float* x = input_of(s, 0);
  for (std::size_t t = 0; t < n.length; ++t) {
    for (std::size_t c = 0; c < n.channels; ++c) {
      x[t * n.channels + c] = (window[t * n.channels + c] - n.mean[c]) * n.inverse_sd[c];
    }
  }
}

// Inverted dropout: what is left is scaled up, so that nothing is scaled when it serves.
void silence(float share, std::size_t count, Draws& draws, float* x) {
  const float scale = 1 / (1 - share);
  for (std::size_t i = 0; i < count; ++i) {
    x[i] = draws.uniform() < static_cast<double>(share) ? 0.0F : x[i] * scale;
  }
}

void transpose(const float* x, std::size_t rows, std::size_t columns, std::vector<float>& out) {
  out.resize(rows * columns);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) out[c * rows + r] = x[r * columns + c];
  }
}

void add_rows(const float* x, std::size_t rows, std::size_t columns, float* out) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) out[c] += x[r * columns + c];
  }
}

void back_product(const Network& n, std::size_t l, NetworkScratch& s, std::span<float> gradient) {
  const Layer& layer = n.layers[l];
  const LayerPlan& p = s.plans[l];
  const float* y = input_of(s, l + 1);
  float* dy = gradient_of(s, l + 1);
  if (layer.rectified) {
    for (std::size_t i = 0; i < p.rows * p.columns; ++i) dy[i] = y[i] > 0 ? dy[i] : 0.0F;
  }
  const std::size_t pad = p.pad_before * p.columns_in, inputs = layer.taps * p.columns_in;
  const Kernels& k = *s.kernels;
  k.multiply({input_of(s, l) - pad, 1, p.columns_in, dy, p.columns,
              gradient.data() + p.first_weight, p.columns, inputs, p.rows, p.columns});
  if (layer.bias) add_rows(dy, p.rows, p.columns, gradient.data() + p.first_bias);
  if (l == 0) return;
  transpose(n.weights.data() + p.first_weight, inputs, p.columns, s.transposed);
  for (std::size_t tap = 0; tap < layer.taps; ++tap) {
    k.multiply({dy, p.columns, 1, s.transposed.data() + tap * p.columns_in, inputs,
                gradient_of(s, l) - pad + tap * p.columns_in, p.columns_in, p.rows, p.columns,
                p.columns_in});
  }
}

void back_lstm(const Network& n, std::size_t l, NetworkScratch& s, std::span<float> gradient) {
  const LayerPlan& p = s.plans[l];
  const std::size_t units = p.columns, gates = 4 * units;
  float* g = s.kept[l].data();  // becomes the gradient of the sums
  const float* state = g + p.rows * gates;
  const float* hidden = input_of(s, l + 1);
  float* dh = gradient_of(s, l + 1);
  const float* w = n.weights.data() + p.first_weight;
  std::vector<float> dc(units), recurrent;
  transpose(w + p.columns_in * gates, units, gates, recurrent);
  const Kernels& k = *s.kernels;
  for (std::size_t t = p.rows; t-- > 0;) {
    float* a = g + t * gates;
    for (std::size_t u = 0; u < units; ++u) {
      const float in = a[u], forget = a[units + u], out = a[2 * units + u],
                  candidate = a[3 * units + u];
      const float before = t > 0 ? state[(t - 1) * units + u] : 0.0F;
      // hidden = out * tanh(c); out may be 0 only where it underflows.
      const float shown = out > 0 ? hidden[t * units + u] / out : 0.0F;
      const float d = dh[t * units + u];
      const float to_cell = dc[u] + d * out * (1 - shown * shown);
      a[u] = to_cell * candidate * in * (1 - in);
      a[units + u] = to_cell * before * forget * (1 - forget);
      a[2 * units + u] = d * shown * out * (1 - out);
      a[3 * units + u] = to_cell * in * (1 - candidate * candidate);
      dc[u] = to_cell * forget;
    }
    if (t > 0) {
      k.multiply(
          {a, gates, 1, recurrent.data(), units, dh + (t - 1) * units, units, 1, gates, units});
    }
  }
  float* dw = gradient.data() + p.first_weight;
  k.multiply({input_of(s, l), 1, p.columns_in, g, gates, dw, gates, p.columns_in, p.rows, gates});
  if (p.rows > 1) {
    k.multiply({hidden, 1, units, g + gates, gates, dw + p.columns_in * gates, gates, units,
                p.rows - 1, gates});
  }
  if (n.layers[l].bias) {
    add_rows(g, p.rows, gates, gradient.data() + p.first_bias);
    add_rows(g, p.rows, gates, gradient.data() + p.first_bias + gates);
  }
  if (l == 0) return;
  transpose(w, p.columns_in, gates, s.transposed);
  k.multiply({g, gates, 1, s.transposed.data(), p.columns_in, gradient_of(s, l), p.columns_in,
              p.rows, gates, p.columns_in});
}

void back_layer(const Network& n, std::size_t l, NetworkScratch& s, std::span<float> gradient) {
  const Layer& layer = n.layers[l];
  const LayerPlan& p = s.plans[l];
  std::fill(s.gradients[l].begin(), s.gradients[l].end(), 0.0F);
  float* dx = gradient_of(s, l);
  const float* dy = gradient_of(s, l + 1);
  switch (layer.kind) {
    case LayerKind::convolution:
    case LayerKind::dense:
      back_product(n, l, s, gradient);
      break;
    case LayerKind::lstm:
      back_lstm(n, l, s, gradient);
      break;
    case LayerKind::max_pool: {
      const float* x = input_of(s, l);
      const float* y = input_of(s, l + 1);
      for (std::size_t i = 0; i < p.rows * p.columns; ++i) {
        const std::size_t first = i / p.columns * layer.taps * p.columns + i % p.columns;
        std::size_t k = 0;  // the first of equals
        while (x[first + k * p.columns] < y[i]) ++k;
        dx[first + k * p.columns] += dy[i];
      }
      break;
    }
    case LayerKind::flatten:
      std::copy_n(dy, p.columns, dx);
      break;
    case LayerKind::last_row:
      std::copy_n(dy, p.columns, dx + (p.rows_in - 1) * p.columns);
      break;
  }
}

}  // namespace

void prepare(const Network& network, NetworkScratch& s, const Kernels& with) {
  s.kernels = &with;
  auto plans = plan(network);
  CHECK(plans.ok(), plans.ok() ? std::string{} : plans.error().message);
  CHECK(network.weights.size() == count_weights(network), network.weights.size());
  s.plans = std::move(*plans);
  const std::size_t layers = s.plans.size();
  s.inputs.assign(layers + 1, {});
  s.kept.assign(layers, {});
  for (std::size_t l = 0; l < layers; ++l) {
    const LayerPlan& p = s.plans[l];
    s.inputs[l].assign((p.pad_before + p.rows_in + p.pad_after) * p.columns_in, 0.0F);
    if (network.layers[l].kind == LayerKind::lstm) {
      s.kept[l].assign(p.rows * 5 * p.columns + 4 * p.columns, 0.0F);
    }
  }
  s.inputs[layers].assign(s.plans.back().columns, 0.0F);
  s.gradients.clear();
}

std::span<const float> forward(const Network& network, const float* window, NetworkScratch& s) {
  load_window(network, window, s);
  for (std::size_t l = 0; l < s.plans.size(); ++l) run_layer(network, l, s);
  return s.inputs.back();
}

double backward(const Network& network, const float* window, std::uint32_t label, float weight,
                std::uint64_t draw_seed, NetworkScratch& s, std::span<float> gradient) {
  CHECK(gradient.size() == network.weights.size(), gradient.size());
  const std::size_t layers = s.plans.size();
  if (s.gradients.empty()) s.gradients = s.inputs;
  load_window(network, window, s);
  Draws draws(draw_seed);
  for (std::size_t l = 0; l < layers; ++l) {
    const LayerPlan& p = s.plans[l];
    const float share = network.layers[l].dropout;
    if (draw_seed != 0 && share > 0) {
      silence(share, p.rows_in * p.columns_in, draws, input_of(s, l));
    }
    run_layer(network, l, s);
  }
  std::vector<float> probability = s.inputs.back();
  softmax(probability, 1);
  const double loss = -std::log(std::max(1e-30, static_cast<double>(probability[label])));
  for (std::size_t c = 0; c < probability.size(); ++c) {
    s.gradients[layers][c] = weight * (probability[c] - (c == label ? 1.0F : 0.0F));
  }
  for (std::size_t l = layers; l-- > 0;) {
    back_layer(network, l, s, gradient);
    // What was silenced passes nothing back; what was scaled up passes back so much more.
    const LayerPlan& p = s.plans[l];
    const float share = network.layers[l].dropout;
    if (draw_seed != 0 && share > 0) {
      const float scale = 1 / (1 - share);
      const float* x = input_of(s, l);
      float* dx = gradient_of(s, l);
      for (std::size_t i = 0; i < p.rows_in * p.columns_in; ++i) dx[i] *= x[i] != 0 ? scale : 0.0F;
    }
  }
  return static_cast<double>(weight) * loss;
}

}  // namespace gauntlet::learn
