#include <algorithm>
#include <utility>

#include "core/learn/classifier_kinds.h"
#include "core/learn/ridge.h"
#include "core/learn/train_network.h"

namespace gauntlet::learn {
namespace {

class TrainedNetwork final : public WindowClassifier {
 public:
  explicit TrainedNetwork(const ClassifierOptions& o) : options_(o) {}
  TrainedNetwork(const WindowShape& shape, ByteReader& r) {
    Network network = read_network_layers(shape.length, shape.channels, r);
    r.require(!r.ok() || outputs_of(network) == shape.classes, "a network of other classes");
    if (r.ok()) keep(std::move(network));
  }

  void fit(const Dataset& data, Rows rows) override {
    const auto classes = static_cast<std::uint32_t>(data.classes.size());
    const auto dropout = static_cast<float>(options_.dropout);
    const std::uint64_t seed = seed_of(options_);
    Network network;
    switch (options_.kind) {
      case ClassifierKind::cnn:
        network = make_cnn(data.length, data.channels, classes, dropout, seed);
        break;
      case ClassifierKind::lstm:
        network = make_lstm(data.length, data.channels, classes, options_.biases, dropout, seed);
        break;
      default:
        network = make_mlp(data.length, data.channels, classes, dropout, seed);
        break;
    }
    NetworkTraining t;
    t.epochs = static_cast<std::uint32_t>(options_.epochs);
    t.batch = static_cast<std::uint32_t>(options_.batch);
    t.learning_rate = options_.learning_rate;
    t.balance = options_.balance;
    t.seed = seed;
    t.threads = static_cast<unsigned>(options_.threads);
    train_network(network, data, rows, t);
    keep(std::move(network));
  }

  void probabilities(std::span<const float> window, std::span<float> out) override {
    const auto scores = forward(*network_, window.data(), scratch_);
    std::copy(scores.begin(), scores.end(), out.begin());
    softmax(out, 1);
  }

  std::unique_ptr<WindowClassifier> clone() const override {
    return std::make_unique<TrainedNetwork>(*this);
  }
  bool write(ByteWriter& w) const override {
    w.number(ClassifierKind::cnn);  // the layers say which network it is
    write_network_layers(*network_, w);
    return true;
  }

 private:
  void keep(Network network) {
    network_ = std::make_shared<const Network>(std::move(network));
    prepare(*network_, scratch_);
  }
  ClassifierOptions options_;
  std::shared_ptr<const Network> network_;
  NetworkScratch scratch_;
};

}  // namespace

Classifier make_network(const ClassifierOptions& options) {
  return std::make_unique<TrainedNetwork>(options);
}

Classifier read_network(const WindowShape& shape, ByteReader& r) {
  return std::make_unique<TrainedNetwork>(shape, r);
}

}  // namespace gauntlet::learn
