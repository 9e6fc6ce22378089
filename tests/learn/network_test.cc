#include "core/learn/network.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/learn/draws.h"
#include "core/learn/kernels.h"
#include "core/learn/train_network.h"
#include "tests/learn/synthetic.h"

namespace gauntlet::learn {
namespace {

std::vector<float> noise(std::size_t n, std::uint64_t seed, double width = 1) {
  Draws draws(seed);
  std::vector<float> v(n);
  for (float& x : v) x = static_cast<float>(width * (2 * draws.uniform() - 1));
  return v;
}

TEST(Network, HasThePublishedNumbersOfWeights) {
  EXPECT_EQ(count_weights(make_cnn(100, 6, 8, 0, 1)), 48840u);
  EXPECT_EQ(count_weights(make_lstm(200, 3, 7, false, 0, 1)), 66176u);
  EXPECT_EQ(count_weights(make_lstm(200, 3, 7, true, 0, 1)), 67271u);
  EXPECT_EQ(count_weights(make_mlp(400, 3, 5, 0, 1)), 1200u * 250 + 250 + 250 * 100 + 100 + 505);
}

// The same convolution, rectification and pooling written out from their definitions.
TEST(Network, ConvolutionAndPoolingAreTheirDefinitions) {
  Network n;
  n.length = 7;
  n.channels = 2;
  n.layers = {{.kind = LayerKind::convolution, .outputs = 3, .taps = 4, .rectified = true},
              {.kind = LayerKind::max_pool, .taps = 2},
              {.kind = LayerKind::flatten}};
  n.mean = {0.5F, -0.25F};
  n.inverse_sd = {2, 1};
  n.weights = noise(count_weights(n), 3);
  ASSERT_EQ(n.weights.size(), 4u * 2 * 3 + 3);
  const auto window = noise(14, 4);
  double out[6][3];
  for (int t = 0; t < 6; ++t) {
    for (int o = 0; o < 3; ++o) {
      double sum = static_cast<double>(n.weights[static_cast<std::size_t>(24 + o)]);
      for (int k = 0; k < 4; ++k) {
        const int row = t + k - 1;
        if (row < 0 || row >= 7) continue;
        for (int c = 0; c < 2; ++c) {
          const auto i = static_cast<std::size_t>(row * 2 + c);
          const double x =
              (static_cast<double>(window[i]) - (c == 0 ? 0.5 : -0.25)) * (c == 0 ? 2 : 1);
          sum += x * static_cast<double>(n.weights[static_cast<std::size_t>((k * 2 + c) * 3 + o)]);
        }
      }
      out[t][o] = std::max(0.0, sum);
    }
  }
  NetworkScratch scratch;
  prepare(n, scratch);
  const auto scores = forward(n, window.data(), scratch);
  ASSERT_EQ(scores.size(), 9u);
  for (int r = 0; r < 3; ++r) {
    for (int o = 0; o < 3; ++o) {
      EXPECT_NEAR(static_cast<double>(scores[static_cast<std::size_t>(r * 3 + o)]),
                  std::max(out[2 * r][o], out[2 * r + 1][o]), 1e-5);
    }
  }
}

TEST(Network, AnLstmStepIsItsEquations) {
  const std::vector<float> gates0 = noise(4 * 5, 7, 3), state0 = noise(5, 8, 2);
  for (const Kernels& k : all_kernels()) {
    std::vector<float> gates = gates0, state = state0, hidden(5);
    k.lstm_step(5, gates.data(), state.data(), hidden.data());
    for (std::size_t u = 0; u < 5; ++u) {
      const auto gate = [&](std::size_t g) { return static_cast<double>(gates0[g * 5 + u]); };
      const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
      const double c =
          sigmoid(gate(1)) * static_cast<double>(state0[u]) + sigmoid(gate(0)) * std::tanh(gate(3));
      EXPECT_NEAR(static_cast<double>(state[u]), c, 1e-6) << k.name;
      EXPECT_NEAR(static_cast<double>(hidden[u]), sigmoid(gate(2)) * std::tanh(c), 1e-6) << k.name;
    }
  }
}

TEST(Kernels, GiveTheSameBitsWhateverTheWidth) {
  const auto all = all_kernels();
  for (const std::size_t n : {1u, 7u, 8u, 33u, 64u, 300u}) {
    for (const std::size_t m : {1u, 4u, 13u}) {
      const auto a = noise(m * 31, n), b = noise(31 * n, m), c = noise(m * n, n + m);
      std::vector<std::vector<float>> out;
      for (const Kernels& k : all) {
        out.push_back(c);
        k.multiply({a.data(), 31, 1, b.data(), n, out.back().data(), n, m, 31, n});
        EXPECT_EQ(out.back(), out.front()) << k.name << " " << m << " x " << n;
      }
    }
  }
  for (const std::size_t units : {1u, 8u, 21u, 64u}) {
    std::vector<std::vector<float>> out;
    for (const Kernels& k : all) {
      auto gates = noise(4 * units, units, 100), state = noise(units, 2);
      std::vector<float> hidden(units);
      k.lstm_step(units, gates.data(), state.data(), hidden.data());
      hidden.insert(hidden.end(), state.begin(), state.end());
      hidden.insert(hidden.end(), gates.begin(), gates.end());
      out.push_back(hidden);
      EXPECT_EQ(out.back(), out.front()) << k.name << " " << units;
    }
  }
}

double loss_of(const Network& n, const std::vector<float>& window, std::uint32_t label) {
  NetworkScratch scratch;
  prepare(n, scratch);
  const auto s = forward(n, window.data(), scratch);
  double top = -1e9, sum = 0;
  for (const float x : s) top = std::max(top, static_cast<double>(x));
  for (const float x : s) sum += std::exp(static_cast<double>(x) - top);
  return std::log(sum) + top - static_cast<double>(s[label]);
}

// Central differences. In single precision the loss is good to about 3e-7, so with a step of 2e-3
// a difference is good to about 2e-4; kinks of rectifiers are allowed for by the share.
void expect_gradient(Network n, double least_share_right) {
  const auto window = noise(std::size_t{n.length} * n.channels, 11);
  NetworkScratch scratch;
  prepare(n, scratch);
  std::vector<float> gradient(n.weights.size());
  const double loss = backward(n, window.data(), 1, 1, 0, scratch, gradient);
  EXPECT_NEAR(loss, loss_of(n, window, 1), 1e-5);
  constexpr double kStep = 2e-3;
  std::size_t tried = 0, right = 0;
  double largest = 0;
  for (std::size_t i = 0; i < n.weights.size(); i += 1 + n.weights.size() / 400) {
    const float before = n.weights[i];
    n.weights[i] = before + static_cast<float>(kStep);
    const double up = loss_of(n, window, 1);
    n.weights[i] = before - static_cast<float>(kStep);
    const double down = loss_of(n, window, 1);
    n.weights[i] = before;
    const double expected = (up - down) / (2 * kStep);
    largest = std::max(largest, std::abs(expected));
    ++tried;
    right +=
        std::abs(static_cast<double>(gradient[i]) - expected) < 1e-3 + 0.02 * std::abs(expected)
            ? 1
            : 0;
  }
  EXPECT_GT(largest, 0.01) << "nothing to check";
  EXPECT_GE(static_cast<double>(right), least_share_right * static_cast<double>(tried)) << tried;
}

TEST(Network, GradientsAreThoseOfFiniteDifferences) {
  expect_gradient(make_cnn(40, 3, 4, 0, 1), 0.97);
  expect_gradient(make_lstm(12, 3, 4, true, 0, 2), 0.99);
  expect_gradient(make_lstm(12, 3, 4, false, 0, 2), 0.99);
  expect_gradient(make_mlp(10, 3, 4, 0, 3), 0.97);
}

TEST(Network, ThatDoesNotFitIsRefused) {
  Network n = make_cnn(100, 6, 8, 0, 1);
  const auto refused = [](Network bad, const char* why) {
    const auto r = plan(bad);
    ASSERT_FALSE(r.ok()) << why;
    EXPECT_NE(r.error().message.find(why), std::string::npos) << r.error().message;
  };
  Network bad = n;
  bad.layers.clear();
  refused(bad, "layers");
  bad = n;
  bad.layers[1].taps = 200;
  refused(bad, "pools more rows");
  bad = n;
  bad.layers.pop_back();
  bad.layers.pop_back();
  bad.layers.pop_back();
  refused(bad, "one row of scores");
  bad = n;
  bad.layers[0].outputs = 0;
  refused(bad, "outputs");
  bad = n;
  bad.layers[2].dropout = 0.5F;
  refused(bad, "dropout");
  bad = n;
  bad.length = 0;
  refused(bad, "window");
}

Dataset synthetic_dataset(std::uint32_t people) {
  Dataset d;
  d.length = 100;
  d.channels = 3;
  for (std::uint32_t person = 0; person < people; ++person) {
    for (std::uint64_t n = 0; n < 8; ++n) {
      for (std::size_t kind = 0; kind < 3; ++kind) {
        d.add(synthetic_window(kind, person, n), std::to_string(kind), std::to_string(person),
              person);
      }
    }
  }
  return d;
}

TEST(Network, LearnsAndDoesSoTheSameWhateverTheThreads) {
  const Dataset d = synthetic_dataset(4);
  std::vector<std::uint32_t> rows(d.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
  std::vector<Network> made;
  for (const unsigned threads : {1u, 2u, 3u}) {
    Network n = make_cnn(100, 3, 3, 0.3F, 5);
    NetworkTraining t;
    t.epochs = 6;
    t.batch = 20;
    t.threads = threads;
    const auto losses = train_network(n, d, rows, t);
    ASSERT_EQ(losses.size(), 6u);
    EXPECT_LT(losses.back(), 0.3 * losses.front());
    made.push_back(std::move(n));
  }
  EXPECT_EQ(made[1].weights, made[0].weights);
  EXPECT_EQ(made[2].weights, made[0].weights);
  NetworkScratch scratch;
  prepare(made[0], scratch);
  std::size_t right = 0;
  const Dataset others = synthetic_dataset(8);  // people 4 to 7 are new
  for (std::uint32_t i = 4 * 24; i < others.size(); ++i) {
    const auto s = forward(made[0], others.window(i).data(), scratch);
    right += std::max_element(s.begin(), s.end()) - s.begin() == others.label[i] ? 1 : 0;
  }
  EXPECT_GE(right, 90u) << "of 96";
}

}  // namespace
}  // namespace gauntlet::learn
