#include "core/learn/onnx.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/check.h"

namespace gauntlet::learn {
namespace {

static_assert(std::endian::native == std::endian::little);

// The few wire types of protocol buffers that the format needs.
class Message {
 public:
  void integer(std::uint32_t field, std::int64_t value) {
    varint(field << 3);
    varint(static_cast<std::uint64_t>(value));
  }
  void text(std::uint32_t field, std::string_view s) {
    varint(field << 3 | 2);
    varint(s.size());
    raw(s.data(), s.size());
  }
  void message(std::uint32_t field, const Message& m) {
    text(field, {reinterpret_cast<const char*>(m.bytes_.data()), m.bytes_.size()});
  }
  void floats(std::uint32_t field, const std::vector<float>& v) {
    text(field, {reinterpret_cast<const char*>(v.data()), v.size() * sizeof(float)});
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  void varint(std::uint64_t v) {
    for (; v >= 128; v >>= 7) bytes_.push_back(static_cast<std::byte>(v | 128));
    bytes_.push_back(static_cast<std::byte>(v));
  }
  void raw(const char* p, std::size_t n) {
    const auto* b = reinterpret_cast<const std::byte*>(p);
    bytes_.insert(bytes_.end(), b, b + n);
  }
  std::vector<std::byte> bytes_;
};

using Shape = std::vector<std::int64_t>;

// Field numbers of onnx.proto.
namespace field {
enum Attribute : std::uint32_t { kAttributeName = 1, kI = 3, kInts = 8, kType = 20 };
enum Node : std::uint32_t { kInput = 1, kOutput = 2, kNodeName = 3, kOpType = 4, kAttribute = 5 };
enum Tensor : std::uint32_t { kDims = 1, kDataType = 2, kTensorName = 8, kRawData = 9 };
enum Graph : std::uint32_t { kNode = 1, kGraphName = 2, kInitializer = 5, kIn = 11, kOut = 12 };
enum Model : std::uint32_t {
  kIrVersion = 1,
  kProducer = 2,
  kGraph = 7,
  kOperators = 8,
  kMetadata = 14
};
}  // namespace field
constexpr std::int64_t kFloat = 1, kInt64 = 7;
constexpr std::int64_t kTypeInt = 2, kTypeInts = 7;

class Writer {
 public:
  explicit Writer(const Network& n) : network_(n) {
    auto plans = plan(n);
    CHECK(plans.ok() && n.weights.size() == count_weights(n));
    plans_ = std::move(*plans);
  }

  Message graph(float inverse_temperature, std::size_t classes) {
    const auto channels = static_cast<std::int64_t>(network_.channels);
    op("Sub", {at_, tensor("mean", {channels}, network_.mean)});
    op("Mul", {at_, tensor("inverse_sd", {channels}, network_.inverse_sd)});
    for (std::size_t l = 0; l < plans_.size(); ++l) layer(l);
    op("Mul", {at_, tensor("inverse_temperature", {1}, {inverse_temperature})});
    op("Softmax", {at_}, [](Message& m) { integer(m, "axis", -1); }, "probabilities");
    graph_.text(field::kGraphName, "classifier");
    graph_.message(field::kIn, value("window", {1, network_.length, channels}));
    graph_.message(field::kOut, value("probabilities", {1, static_cast<std::int64_t>(classes)}));
    return std::move(graph_);
  }

 private:
  using Attributes = void (*)(Message&);

  static void integer(Message& node, std::string_view name, std::int64_t v) {
    Message a;
    a.text(field::kAttributeName, name);
    a.integer(field::kI, v);
    a.integer(field::kType, kTypeInt);
    node.message(field::kAttribute, a);
  }
  static void integers(Message& node, std::string_view name, const Shape& v) {
    Message a;
    a.text(field::kAttributeName, name);
    for (const std::int64_t i : v) a.integer(field::kInts, i);
    a.integer(field::kType, kTypeInts);
    node.message(field::kAttribute, a);
  }

  static Message value(std::string_view name, const Shape& shape) {
    Message dims;
    for (const std::int64_t d : shape) {
      Message dim;
      dim.integer(1, d);
      dims.message(1, dim);
    }
    Message tensor_type, type, out;
    tensor_type.integer(1, kFloat);
    tensor_type.message(2, dims);
    type.message(1, tensor_type);
    out.text(1, name);
    out.message(2, type);
    return out;
  }

  std::string tensor(const std::string& name, const Shape& shape, const std::vector<float>& v) {
    Message t;
    for (const std::int64_t d : shape) t.integer(field::kDims, d);
    t.integer(field::kDataType, kFloat);
    t.text(field::kTensorName, name);
    t.floats(field::kRawData, v);
    graph_.message(field::kInitializer, t);
    return name;
  }
  std::string index(const std::string& name, const Shape& shape, std::int64_t v) {
    Message t;
    for (const std::int64_t d : shape) t.integer(field::kDims, d);
    t.integer(field::kDataType, kInt64);
    t.text(field::kTensorName, name);
    t.text(field::kRawData, {reinterpret_cast<const char*>(&v), sizeof v});
    graph_.message(field::kInitializer, t);
    return name;
  }

  template <class Fill>
  void op(std::string_view type, const std::vector<std::string>& inputs, const Fill& attributes,
          std::string output = {}) {
    if (output.empty()) output = "v" + std::to_string(++values_);
    Message node;
    for (const std::string& i : inputs) node.text(field::kInput, i);
    node.text(field::kOutput, output);
    node.text(field::kNodeName, "n" + std::to_string(values_));
    node.text(field::kOpType, type);
    attributes(node);
    graph_.message(field::kNode, node);
    at_ = std::move(output);
  }
  void op(std::string_view type, const std::vector<std::string>& inputs) {
    op(type, inputs, [](Message&) {});
  }
  void transpose(const Shape& order) {
    op("Transpose", {at_}, [&](Message& m) { integers(m, "perm", order); });
  }

  std::vector<float> part(std::size_t first, std::size_t n) const {
    const auto begin = network_.weights.begin() + static_cast<std::ptrdiff_t>(first);
    return {begin, begin + static_cast<std::ptrdiff_t>(n)};
  }

  // rows x columns to columns x rows.
  static std::vector<float> turned(const std::vector<float>& v, std::size_t columns) {
    const std::size_t rows = v.size() / columns;
    std::vector<float> out(v.size());
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) out[c * rows + r] = v[r * columns + c];
    }
    return out;
  }

  // Blocks of `units` in the order input, forget, output, candidate to input, output, forget,
  // candidate.
  static std::vector<float> gates(const std::vector<float>& v, std::size_t block) {
    std::vector<float> out;
    for (std::size_t four = 0; four < v.size(); four += 4 * block) {
      for (const std::size_t g : {0u, 2u, 1u, 3u}) {
        const auto begin = v.begin() + static_cast<std::ptrdiff_t>(four + g * block);
        out.insert(out.end(), begin, begin + static_cast<std::ptrdiff_t>(block));
      }
    }
    return out;
  }

  void layer(std::size_t l) {
    const Layer& layer = network_.layers[l];
    const LayerPlan& p = plans_[l];
    const std::string name = "l" + std::to_string(l + 1);
    const auto in = static_cast<std::int64_t>(p.columns_in);
    const auto out = static_cast<std::int64_t>(p.columns);
    const auto taps = static_cast<std::int64_t>(layer.taps);
    const auto biases = [&](std::size_t n) {
      return layer.bias ? part(p.first_bias, n) : std::vector<float>(n, 0.0F);
    };
    switch (layer.kind) {
      case LayerKind::convolution: {
        // Ours is (tap, in) x out, theirs out x in x tap.
        const auto w = part(p.first_weight, p.weights);
        std::vector<float> theirs(w.size());
        for (std::size_t k = 0; k < layer.taps; ++k) {
          for (std::size_t c = 0; c < p.columns_in; ++c) {
            for (std::size_t o = 0; o < p.columns; ++o) {
              theirs[(o * p.columns_in + c) * layer.taps + k] =
                  w[(k * p.columns_in + c) * p.columns + o];
            }
          }
        }
        transpose({0, 2, 1});
        const Shape pads{static_cast<std::int64_t>(p.pad_before),
                         static_cast<std::int64_t>(p.pad_after)};
        op("Conv",
           {at_, tensor(name + "_w", {out, in, taps}, theirs),
            tensor(name + "_b", {out}, biases(p.columns))},
           [&](Message& m) {
             integers(m, "kernel_shape", {taps});
             integers(m, "pads", pads);
           });
        transpose({0, 2, 1});
        break;
      }
      case LayerKind::dense:
        op("MatMul", {at_, tensor(name + "_w", {in, out}, part(p.first_weight, p.weights))});
        op("Add", {at_, tensor(name + "_b", {out}, biases(p.columns))});
        break;
      case LayerKind::max_pool:
        transpose({0, 2, 1});
        op("MaxPool", {at_}, [&](Message& m) {
          integers(m, "kernel_shape", {taps});
          integers(m, "strides", {taps});
        });
        transpose({0, 2, 1});
        break;
      case LayerKind::lstm: {
        const std::size_t w = p.columns_in * 4 * p.columns;
        transpose({1, 0, 2});
        op("LSTM",
           {at_,
            tensor(name + "_w", {1, 4 * out, in},
                   gates(turned(part(p.first_weight, w), 4 * p.columns), p.columns * p.columns_in)),
            tensor(name + "_r", {1, 4 * out, out},
                   gates(turned(part(p.first_weight + w, p.weights - w), 4 * p.columns),
                         p.columns * p.columns)),
            tensor(name + "_b", {1, 8 * out}, gates(biases(8 * p.columns), p.columns))},
           [&](Message& m) { integer(m, "hidden_size", out); });
        op("Squeeze", {at_, index(name + "_axis", {1}, 1)});
        transpose({1, 0, 2});
        break;
      }
      case LayerKind::flatten:
        op("Flatten", {at_}, [](Message& m) { integer(m, "axis", 1); });
        break;
      case LayerKind::last_row:
        op("Gather", {at_, index(name + "_row", {}, static_cast<std::int64_t>(p.rows_in) - 1)},
           [](Message& m) { integer(m, "axis", 1); });
        break;
    }
    if (layer.rectified) op("Relu", {at_});
  }

  const Network& network_;
  std::vector<LayerPlan> plans_;
  Message graph_;
  std::string at_ = "window";
  int values_ = 0;
};

}  // namespace

std::vector<std::byte> to_onnx(const Network& network, float inverse_temperature,
                               std::span<const std::string> classes,
                               const std::map<std::string, std::string>& provenance) {
  Message model, operators;
  operators.text(1, "");
  operators.integer(2, 13);
  model.integer(field::kIrVersion, 8);
  model.text(field::kProducer, "gauntlet");
  model.message(field::kGraph, Writer(network).graph(inverse_temperature, classes.size()));
  model.message(field::kOperators, operators);
  const auto say = [&model](const std::string& key, const std::string& text) {
    Message entry;
    entry.text(1, key);
    entry.text(2, text);
    model.message(field::kMetadata, entry);
  };
  std::string names;
  for (const std::string& c : classes) names += (names.empty() ? "" : ",") + c;
  say("classes", names);
  for (const auto& [key, text] : provenance) say(key, text);
  return model.take();
}

}  // namespace gauntlet::learn
