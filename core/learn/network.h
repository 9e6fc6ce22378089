// Feed-forward and recurrent networks over windows: what a small phone runs, and what is trained on
// the desk. A network is a list of layers and one array of weights; forward() needs no allocation
// once its scratch is warm, backward() adds the gradient of one window's loss.
//
// An activation is rows x columns, row-major; the input is a window, `length` rows of `channels`.
//
//   convolution  along the rows, zero-padded to the same number of rows (taps - 1) / 2 before and
//                the rest after; weights (taps x columns) x outputs, bias
//   max_pool     the largest of `taps` rows, the last incomplete group left out
//   dense        each row by itself; weights columns x outputs, bias
//   lstm         Hochreiter and Schmidhuber 1997 with forget gates (Gers 2000), no peepholes, state
//                from zero; input weights columns x 4 outputs, recurrent outputs x 4 outputs, then
//                two biases of 4 outputs (for the input and for the recurrent product, as published
//                counts have it); gates in the order input, forget, output, candidate
//   flatten      all rows as one
//   last_row     the last row only
//
// The first thing that happens to a window is the network's own scale: (x - mean) * inverse_sd per
// channel. The last layer's single row are scores; softmax is left to the caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/learn/byte_stream.h"
#include "core/learn/kernels.h"

namespace gauntlet::learn {

enum class LayerKind : std::uint8_t { convolution, max_pool, dense, lstm, flatten, last_row };
std::string_view to_string(LayerKind kind);

struct Layer {
  LayerKind kind = LayerKind::dense;
  std::uint32_t outputs = 0;  // convolution, dense, lstm
  std::uint32_t taps = 1;     // convolution, max_pool
  bool bias = true;
  bool rectified = false;  // convolution, dense
  float dropout = 0;       // share of the layer's inputs that training silences
};

struct Network {
  std::uint32_t length = 0, channels = 0;
  std::vector<float> mean, inverse_sd;  // per channel
  std::vector<Layer> layers;
  std::vector<float> weights;

  bool empty() const { return layers.empty(); }
};

// Where a layer's numbers are and what shape comes in and out.
struct LayerPlan {
  std::size_t rows_in = 0, columns_in = 0, rows = 0, columns = 0;
  std::size_t first_weight = 0, weights = 0;
  std::size_t first_bias = 0;                 // in Network::weights; unused without bias
  std::size_t pad_before = 0, pad_after = 0;  // zero rows around the layer's input
};
// Errors (bad_network): a layer that does not fit what comes before it, or too large.
Result<std::vector<LayerPlan>> plan(const Network& network);
// 0 where the plan fails.
std::size_t count_weights(const Network& network);
std::size_t outputs_of(const Network& network);

// Architectures with weights of their own, drawn uniformly with He's (dense, convolution) or
// 1/sqrt(units) (lstm) width. `classes` >= 2.
Network make_cnn(std::uint32_t length, std::uint32_t channels, std::uint32_t classes, float dropout,
                 std::uint64_t seed);
// har-lstm: dense 64, two LSTM-64, dense. `biases` false: 66,176 weights at 3 channels and 7
// classes; true: 67,271.
Network make_lstm(std::uint32_t length, std::uint32_t channels, std::uint32_t classes, bool biases,
                  float dropout, std::uint64_t seed);
// length x channels - 250 - 100 - classes.
Network make_mlp(std::uint32_t length, std::uint32_t channels, std::uint32_t classes, float dropout,
                 std::uint64_t seed);

// Scale, layers and weights in a model file; of use only if the reader says that it is ok, the plan
// then fits. Dropout is of training alone and is not kept.
void write_network_layers(const Network& network, ByteWriter& w);
Network read_network_layers(std::uint32_t length, std::uint32_t channels, ByteReader& r);

struct NetworkScratch {
  const Kernels* kernels = nullptr;
  std::vector<LayerPlan> plans;
  std::vector<std::vector<float>> inputs;  // of each layer, padded; the last one: scores
  std::vector<std::vector<float>> kept;    // lstm: gates, states; max_pool: nothing
  std::vector<std::vector<float>> gradients;
  std::vector<float> transposed;
  std::vector<float> zeros;
};
// Once for a network's shape, before the calls below. The kernels change nothing but the time.
void prepare(const Network& network, NetworkScratch& scratch, const Kernels& with = kernels());

// Scores of one window, valid until the scratch is used again.
std::span<const float> forward(const Network& network, const float* window,
                               NetworkScratch& scratch);
// As forward(), with inputs silenced by `draw_seed` where layers say so (0: none), then adds the
// gradient of weight * -ln softmax(scores)[label] to `gradient` (as long as the weights). Returns
// the loss.
double backward(const Network& network, const float* window, std::uint32_t label, float weight,
                std::uint64_t draw_seed, NetworkScratch& scratch, std::span<float> gradient);

}  // namespace gauntlet::learn
