#include "core/learn/network.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/base/check.h"
#include "core/learn/draws.h"
#include "core/learn/kernels.h"

namespace gauntlet::learn {
namespace {

constexpr std::size_t kMostWeights = std::size_t{16} << 20;
constexpr std::size_t kMostValues = std::size_t{1} << 24;  // of one activation

Error bad(std::size_t layer, const std::string& why) {
  return {"bad_network", "layer " + std::to_string(layer + 1) + ": " + why};
}

bool has_weights(LayerKind kind) {
  return kind == LayerKind::convolution || kind == LayerKind::dense || kind == LayerKind::lstm;
}

void fill_weights(Network& n, std::uint64_t seed) {
  const auto plans = plan(n);
  CHECK(plans.ok(), plans.ok() ? std::string{} : plans.error().message);
  n.mean.assign(n.channels, 0.0F);
  n.inverse_sd.assign(n.channels, 1.0F);
  n.weights.assign(count_weights(n), 0.0F);
  Draws draws(seed);
  for (std::size_t l = 0; l < n.layers.size(); ++l) {
    const Layer& layer = n.layers[l];
    if (!has_weights(layer.kind)) continue;
    const LayerPlan& p = (*plans)[l];
    const double fan_in = static_cast<double>(p.columns_in * layer.taps);
    const double width = layer.kind == LayerKind::lstm
                             ? 1 / std::sqrt(static_cast<double>(layer.outputs))
                             : std::sqrt(6 / fan_in);
    for (std::size_t i = 0; i < p.weights; ++i) {
      n.weights[p.first_weight + i] = static_cast<float>(width * (2 * draws.uniform() - 1));
    }
    // A cell begins by remembering.
    if (layer.kind == LayerKind::lstm && layer.bias) {
      std::fill_n(n.weights.begin() + static_cast<std::ptrdiff_t>(p.first_bias + layer.outputs),
                  layer.outputs, 1.0F);
    }
  }
}

}  // namespace

std::string_view to_string(LayerKind kind) {
  constexpr std::string_view kNames[] = {"convolution", "max_pool", "dense",
                                         "lstm",        "flatten",  "last_row"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<std::vector<LayerPlan>> plan(const Network& network) {
  std::vector<LayerPlan> plans;
  std::size_t rows = network.length, columns = network.channels, at = 0;
  if (rows < 1 || rows > 65535 || columns < 1 || columns > 64) {
    return Error{"bad_network", "a window of " + std::to_string(rows) + " x " +
                                    std::to_string(columns) + ", 1 to 65535 x 1 to 64 is possible"};
  }
  if (network.layers.empty() || network.layers.size() > 64) {
    return Error{"bad_network", std::to_string(network.layers.size()) + " layers, 1 to 64"};
  }
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const Layer& layer = network.layers[l];
    if (has_weights(layer.kind) && (layer.outputs < 1 || layer.outputs > 4096)) {
      return bad(l, std::to_string(layer.outputs) + " outputs, 1 to 4096 are possible");
    }
    if (layer.taps < 1 || layer.taps > 1024) return bad(l, "1 to 1024 taps are possible");
    // Silencing overwrites the output of the layer before: only for those that do not need it.
    const bool may_silence = l > 0 && (network.layers[l - 1].kind == LayerKind::dense ||
                                       network.layers[l - 1].kind == LayerKind::flatten ||
                                       network.layers[l - 1].kind == LayerKind::last_row);
    if (!(layer.dropout >= 0 && layer.dropout < 1) || (layer.dropout > 0 && !may_silence)) {
      return bad(l, "dropout from 0 to below 1, behind dense, flatten or last_row only");
    }
    LayerPlan p;
    p.rows_in = p.rows = rows;
    p.columns_in = p.columns = columns;
    p.first_weight = at;
    std::size_t biases = 0;
    switch (layer.kind) {
      case LayerKind::convolution:
        p.pad_before = (layer.taps - 1) / 2;
        p.pad_after = layer.taps / 2;
        p.columns = biases = layer.outputs;
        p.weights = layer.taps * columns * layer.outputs;
        break;
      case LayerKind::max_pool:
        p.rows = rows / layer.taps;
        if (p.rows == 0) return bad(l, "pools more rows than there are");
        break;
      case LayerKind::dense:
        p.columns = biases = layer.outputs;
        p.weights = columns * layer.outputs;
        break;
      case LayerKind::lstm:
        p.columns = layer.outputs;
        p.weights = (columns + layer.outputs) * 4 * layer.outputs;
        biases = std::size_t{8} * layer.outputs;
        break;
      case LayerKind::flatten:
        p.rows = 1;
        p.columns = rows * columns;
        break;
      case LayerKind::last_row:
        p.rows = 1;
        break;
      default:
        return bad(l, "a kind that does not exist");
    }
    p.first_bias = at + p.weights;
    at = p.first_bias + (layer.bias ? biases : 0);
    rows = p.rows;
    columns = p.columns;
    if (at > kMostWeights || 4 * rows * columns > kMostValues) return bad(l, "too large");
    plans.push_back(p);
  }
  if (rows != 1 || columns < 2) {
    return Error{"bad_network", "the last layer gives " + std::to_string(rows) + " x " +
                                    std::to_string(columns) + ", one row of scores is needed"};
  }
  return plans;
}

std::size_t count_weights(const Network& network) {
  const auto plans = plan(network);
  if (!plans) return 0;
  std::size_t end = 0;
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const Layer& layer = network.layers[l];
    std::size_t biases = has_weights(layer.kind) && layer.bias ? layer.outputs : 0;
    if (layer.kind == LayerKind::lstm) biases *= 8;
    end = (*plans)[l].first_bias + biases;
  }
  return end;
}

std::size_t outputs_of(const Network& network) {
  const auto plans = plan(network);
  return plans ? plans->back().columns : 0;
}

Network make_cnn(std::uint32_t length, std::uint32_t channels, std::uint32_t classes, float dropout,
                 std::uint64_t seed) {
  Network n;
  n.length = length;
  n.channels = channels;
  n.layers = {{.kind = LayerKind::convolution, .outputs = 64, .taps = 8, .rectified = true},
              {.kind = LayerKind::max_pool, .taps = 4},
              {.kind = LayerKind::convolution, .outputs = 64, .taps = 5, .rectified = true},
              {.kind = LayerKind::max_pool, .taps = 4},
              {.kind = LayerKind::flatten},
              {.kind = LayerKind::dense, .outputs = 64, .rectified = true, .dropout = dropout},
              {.kind = LayerKind::dense, .outputs = classes, .dropout = dropout}};
  fill_weights(n, seed);
  return n;
}

Network make_lstm(std::uint32_t length, std::uint32_t channels, std::uint32_t classes, bool biases,
                  float dropout, std::uint64_t seed) {
  Network n;
  n.length = length;
  n.channels = channels;
  n.layers = {{.kind = LayerKind::dense, .outputs = 64, .bias = biases, .rectified = true},
              {.kind = LayerKind::lstm, .outputs = 64, .bias = biases},
              {.kind = LayerKind::lstm, .outputs = 64, .bias = biases},
              {.kind = LayerKind::last_row},
              {.kind = LayerKind::dense, .outputs = classes, .bias = biases, .dropout = dropout}};
  fill_weights(n, seed);
  return n;
}

Network make_mlp(std::uint32_t length, std::uint32_t channels, std::uint32_t classes, float dropout,
                 std::uint64_t seed) {
  Network n;
  n.length = length;
  n.channels = channels;
  n.layers = {{.kind = LayerKind::flatten},
              {.kind = LayerKind::dense, .outputs = 250, .rectified = true},
              {.kind = LayerKind::dense, .outputs = 100, .rectified = true, .dropout = dropout},
              {.kind = LayerKind::dense, .outputs = classes, .dropout = dropout}};
  fill_weights(n, seed);
  return n;
}

void write_network_layers(const Network& n, ByteWriter& w) {
  w.array(n.mean);
  w.array(n.inverse_sd);
  w.number(static_cast<std::uint32_t>(n.layers.size()));
  for (const Layer& l : n.layers) {
    w.number(l.kind);
    w.number(l.outputs);
    w.number(l.taps);
    w.number(static_cast<std::uint8_t>(l.bias ? 1 : 0));
    w.number(static_cast<std::uint8_t>(l.rectified ? 1 : 0));
  }
  w.list(n.weights);
}

Network read_network_layers(std::uint32_t length, std::uint32_t channels, ByteReader& r) {
  Network n;
  n.length = length;
  n.channels = channels;
  r.array(n.mean, channels);
  r.array(n.inverse_sd, channels);
  const std::size_t layers = r.number<std::uint32_t>();
  for (std::size_t l = 0; l < layers && r.ok(); ++l) {
    Layer layer;
    layer.kind = r.number<LayerKind>();
    layer.outputs = r.number<std::uint32_t>();
    layer.taps = r.number<std::uint32_t>();
    layer.bias = r.number<std::uint8_t>() != 0;
    layer.rectified = r.number<std::uint8_t>() != 0;
    n.layers.push_back(layer);
  }
  r.list(n.weights);
  if (!r.ok()) return n;
  if (const auto fits = plan(n); !fits) r.fail(fits.error().message);
  r.require(n.weights.size() == count_weights(n), "other weights than the layers have");
  return n;
}

}  // namespace gauntlet::learn
