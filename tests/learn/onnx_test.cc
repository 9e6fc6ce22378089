#include "core/learn/onnx.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>

#include "core/learn/draws.h"
#include "core/learn/ridge.h"
#include "tests/learn/onnx_subset.pb.h"

namespace gauntlet::learn {
namespace {

struct Array {
  std::vector<std::int64_t> shape;
  std::vector<double> v;
  std::size_t dim(std::size_t i) const { return static_cast<std::size_t>(shape.at(i)); }
};

// Runs the operators as the ONNX specification words them, in double precision.
class Interpreter {
 public:
  explicit Interpreter(const onnx_subset::Graph& graph) : graph_(graph) {
    for (const auto& t : graph.initializer()) {
      Array a{{t.dims().begin(), t.dims().end()}, {}};
      const std::string& raw = t.raw_data();
      if (t.data_type() == 1) {
        for (std::size_t i = 0; i + 4 <= raw.size(); i += 4) {
          float x;
          std::memcpy(&x, raw.data() + i, 4);
          a.v.push_back(static_cast<double>(x));
        }
      } else {
        std::int64_t x;
        std::memcpy(&x, raw.data(), 8);
        a.v.push_back(static_cast<double>(x));
      }
      values_[t.name()] = a;
    }
  }

  Array run(const Array& window) {
    values_[graph_.input(0).name()] = window;
    for (const auto& node : graph_.node()) values_[node.output(0)] = run(node);
    return values_.at(graph_.output(0).name());
  }

 private:
  using Node = onnx_subset::Node;
  static std::vector<std::int64_t> ints(const Node& n, const std::string& name) {
    for (const auto& a : n.attribute()) {
      if (a.name() == name) return {a.ints().begin(), a.ints().end()};
    }
    return {};
  }
  static std::int64_t integer(const Node& n, const std::string& name) {
    for (const auto& a : n.attribute()) {
      if (a.name() == name) return a.i();
    }
    ADD_FAILURE() << n.op_type() << " without " << name;
    return 0;
  }

  // The second operand is one row, or one value.
  template <class F>
  static Array each(const Array& a, const Array& b, F f) {
    Array out = a;
    for (std::size_t i = 0; i < a.v.size(); ++i) out.v[i] = f(a.v[i], b.v[i % b.v.size()]);
    return out;
  }

  static Array transpose(const Array& a, const std::vector<std::int64_t>& order) {
    Array out;
    for (const auto o : order) out.shape.push_back(a.shape.at(static_cast<std::size_t>(o)));
    const auto at = [&](std::size_t i, std::size_t j, std::size_t k) {
      std::size_t index[3];
      index[order[0]] = i, index[order[1]] = j, index[order[2]] = k;
      return a.v[(index[0] * a.dim(1) + index[1]) * a.dim(2) + index[2]];
    };
    for (std::size_t i = 0; i < out.dim(0); ++i) {
      for (std::size_t j = 0; j < out.dim(1); ++j) {
        for (std::size_t k = 0; k < out.dim(2); ++k) out.v.push_back(at(i, j, k));
      }
    }
    return out;
  }

  static Array convolve(const Array& x, const Array& w, const Array& b, std::int64_t before,
                        std::int64_t after) {
    const auto t_in = x.shape[2], taps = w.shape[2], t_out = t_in + before + after - taps + 1;
    Array out{{1, w.shape[0], t_out}, {}};
    for (std::int64_t o = 0; o < w.shape[0]; ++o) {
      for (std::int64_t t = 0; t < t_out; ++t) {
        double sum = b.v[static_cast<std::size_t>(o)];
        for (std::int64_t c = 0; c < w.shape[1]; ++c) {
          for (std::int64_t k = 0; k < taps; ++k) {
            const std::int64_t at = t + k - before;
            if (at < 0 || at >= t_in) continue;
            sum += x.v[static_cast<std::size_t>(c * t_in + at)] *
                   w.v[static_cast<std::size_t>((o * w.shape[1] + c) * taps + k)];
          }
        }
        out.v.push_back(sum);
      }
    }
    return out;
  }

  static Array pool(const Array& x, std::int64_t width) {
    const std::int64_t t_out = x.shape[2] / width;
    Array out{{1, x.shape[1], t_out}, {}};
    for (std::int64_t c = 0; c < x.shape[1]; ++c) {
      for (std::int64_t t = 0; t < t_out; ++t) {
        double most = -1e30;
        for (std::int64_t k = 0; k < width; ++k) {
          most = std::max(most, x.v[static_cast<std::size_t>(c * x.shape[2] + t * width + k)]);
        }
        out.v.push_back(most);
      }
    }
    return out;
  }

  static Array multiply(const Array& a, const Array& b) {
    Array out = a;
    out.shape.back() = b.shape[1];
    out.v.clear();
    const std::size_t inner = b.dim(0), n = b.dim(1);
    for (std::size_t r = 0; r < a.v.size() / inner; ++r) {
      for (std::size_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k < inner; ++k) sum += a.v[r * inner + k] * b.v[k * n + j];
        out.v.push_back(sum);
      }
    }
    return out;
  }

  // Gates in ONNX's order: input, output, forget, cell.
  static Array lstm(const Array& x, const Array& w, const Array& r, const Array& b) {
    const std::size_t rows = x.dim(0), in = x.dim(2), u = r.dim(2);
    std::vector<double> h(u), c(u);
    Array out{{x.shape[0], 1, 1, r.shape[2]}, {}};
    const auto sigmoid = [](double z) { return 1 / (1 + std::exp(-z)); };
    for (std::size_t t = 0; t < rows; ++t) {
      std::vector<double> z(4 * u);
      for (std::size_t g = 0; g < 4 * u; ++g) {
        z[g] = b.v[g] + b.v[4 * u + g];
        for (std::size_t k = 0; k < in; ++k) z[g] += w.v[g * in + k] * x.v[t * in + k];
        for (std::size_t k = 0; k < u; ++k) z[g] += r.v[g * u + k] * h[k];
      }
      for (std::size_t k = 0; k < u; ++k) {
        c[k] = sigmoid(z[2 * u + k]) * c[k] + sigmoid(z[k]) * std::tanh(z[3 * u + k]);
        h[k] = sigmoid(z[u + k]) * std::tanh(c[k]);
      }
      out.v.insert(out.v.end(), h.begin(), h.end());
    }
    return out;
  }

  Array run(const Node& n) {
    const auto in = [&](int i) -> const Array& { return values_.at(n.input(i)); };
    const std::string& type = n.op_type();
    if (type == "Sub") return each(in(0), in(1), [](double a, double b) { return a - b; });
    if (type == "Mul") return each(in(0), in(1), [](double a, double b) { return a * b; });
    if (type == "Add") return each(in(0), in(1), [](double a, double b) { return a + b; });
    if (type == "Relu")
      return each(in(0), in(0), [](double a, double) { return std::max(a, 0.0); });
    if (type == "Transpose") return transpose(in(0), ints(n, "perm"));
    if (type == "Conv") {
      const auto pads = ints(n, "pads");
      return convolve(in(0), in(1), in(2), pads.at(0), pads.at(1));
    }
    if (type == "MaxPool") return pool(in(0), ints(n, "kernel_shape").at(0));
    if (type == "MatMul") return multiply(in(0), in(1));
    if (type == "LSTM") return lstm(in(0), in(1), in(2), in(3));
    if (type == "Flatten") return {{1, static_cast<std::int64_t>(in(0).v.size())}, in(0).v};
    if (type == "Squeeze") return {{in(0).shape[0], in(0).shape[2], in(0).shape[3]}, in(0).v};
    if (type == "Gather") {
      const std::size_t columns = in(0).dim(2);
      const auto begin = in(0).v.begin() + static_cast<std::ptrdiff_t>(in(1).v[0]) *
                                               static_cast<std::ptrdiff_t>(columns);
      return {{1, in(0).shape[2]}, {begin, begin + static_cast<std::ptrdiff_t>(columns)}};
    }
    EXPECT_EQ(type, "Softmax");
    EXPECT_EQ(integer(n, "axis"), -1);
    Array out = in(0);
    double sum = 0;
    for (double& v : out.v) sum += v = std::exp(v);
    for (double& v : out.v) v /= sum;
    return out;
  }

  const onnx_subset::Graph& graph_;
  std::map<std::string, Array> values_;
};

void expect_same(Network n, std::size_t classes) {
  Draws draws(99);
  for (float& m : n.mean) m = static_cast<float>(draws.uniform());
  for (float& s : n.inverse_sd) s = static_cast<float>(0.5 + draws.uniform());
  for (float& w : n.weights) w += static_cast<float>(0.05 * (draws.uniform() - 0.5));
  std::vector<float> window(std::size_t{n.length} * n.channels);
  for (float& x : window) x = static_cast<float>(4 * draws.uniform() - 2);
  const std::vector<std::string> names(classes, "class");
  const auto bytes = to_onnx(n, 1.5F, names, {{"trained_on", "nothing"}});
  onnx_subset::Model model;
  ASSERT_TRUE(model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  EXPECT_EQ(model.ir_version(), 8);
  ASSERT_EQ(model.opset_import_size(), 1);
  EXPECT_EQ(model.opset_import(0).version(), 13);
  EXPECT_EQ(model.metadata_props(1).key(), "trained_on");
  Array in{{1, n.length, n.channels}, {window.begin(), window.end()}};
  const Array theirs = Interpreter(model.graph()).run(in);
  NetworkScratch scratch;
  prepare(n, scratch);
  const auto scores = forward(n, window.data(), scratch);
  std::vector<float> ours(scores.begin(), scores.end());
  softmax(ours, 1.5F);
  ASSERT_EQ(theirs.v.size(), classes);
  for (std::size_t c = 0; c < classes; ++c) {
    EXPECT_NEAR(static_cast<double>(ours[c]), theirs.v[c], 1e-5) << c;
  }
}

TEST(Onnx, ReadBackAndInterpretedAnswersAsOurs) {
  expect_same(make_cnn(100, 6, 8, 0.3F, 1), 8);
  expect_same(make_lstm(30, 3, 7, true, 0, 2), 7);
  expect_same(make_lstm(30, 3, 7, false, 0, 2), 7);
  expect_same(make_mlp(20, 3, 5, 0, 3), 5);
}

}  // namespace
}  // namespace gauntlet::learn
