// One face for every classifier of windows that can be trained, so that all of them are judged by
// the same rules: fit() on the rows it is given and on nothing else, probabilities() for any
// window. The same rows in the same order give the same answers, byte for byte, whatever the
// number of threads.
//
//   minirocket  MiniRocket and plain features, ridge (minirocket.h, plain_features.h, ridge.h)
//   cnn         two convolutions and two dense layers (network.h)
//   lstm        a dense layer, two LSTM-64, a dense layer
//   mlp         250 and 100 hidden units over the raw window
//   knn         nearest neighbours by plain features (plain_features.h)
//   svm         linear SVM by plain features, one against all
//   forest      random forest by plain features
//   ridge       ridge regression on plain features
//   rbf         the SVM on random Fourier features: a Gaussian kernel (boosted.h)
//   boosted     boosted trees by plain features (boosted.h)
//   xgboost     the same by XGBoost, libsvm: a Gaussian kernel by LIBSVM; each only where it was
//               built in (GAUNTLET_WITH_XGBOOST, GAUNTLET_WITH_LIBSVM), and kept in no file
//   framewise   boosted trees name ten instants a second from 1 s and 2 s around each, which a
//   chain
//               of classes smooths over the window; a class gets the share of instants that are
//               its own. Learns from the label of every row where they are known. Windows want
//               to be seen with their neighbours. Kept in no file
//   ensemble    several of them, each one's vote weighted by what it is worth on left-out groups
//
// Several threads may each use a classifier of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/options.h"
#include "core/base/result.h"
#include "core/learn/byte_stream.h"
#include "core/learn/dataset.h"

namespace gauntlet::learn {

struct Network;

class WindowClassifier {
 public:
  virtual ~WindowClassifier() = default;
  // `rows` are indices into `data`, ascending, at least one of two classes or more.
  virtual void fit(const Dataset& data, std::span<const std::uint32_t> rows) = 0;
  // Writes one probability a class of the data; they sum to 1.
  virtual void probabilities(std::span<const float> window, std::span<float> out) = 0;
  // Another one that answers alike and shares what was learned: for another thread.
  virtual std::unique_ptr<WindowClassifier> clone() const = 0;
  // What was learned, as a model file holds it (model_file.h). False: it has no place there.
  virtual bool write(ByteWriter& w) const = 0;
  // The networks inside, in the order in which they are asked: for export (onnx.h).
  virtual std::vector<const Network*> networks() const { return {}; }
};

// What a trained classifier is asked about.
struct WindowShape {
  double rate_hz = 50;
  std::uint32_t length = 0, channels = 0;
  std::size_t classes = 0;
};

enum class ClassifierKind : std::uint8_t {
  minirocket,
  cnn,
  lstm,
  mlp,
  knn,
  svm,
  forest,
  ensemble,
  ridge,
  rbf,
  boosted,
  xgboost,
  libsvm,
  framewise
};

struct ClassifierOptions {
  ClassifierKind kind = ClassifierKind::minirocket;
  std::int64_t features = 1008;  // minirocket
  bool padded = true;            // minirocket; without, overlapping windows share work
  double balance = 0.5;          // minirocket, svm
  std::int64_t epochs = 30;      // networks
  std::int64_t batch = 32;
  double learning_rate = 1e-3;
  double dropout = 0.3;
  bool biases = true;       // lstm
  std::int64_t stages = 1;  // 2: exercise or not first (staged.h)
  std::int64_t neighbours = 9;
  double penalty = 1e-4;  // svm
  std::int64_t trees = 200;
  std::int64_t rounds = 40;       // boosted; framewise: 2.5 times as many
  double kernel_width = 1;        // rbf: gamma = width / features
  std::int64_t components = 300;  // rbf
  std::int64_t reduced = 0;       // plain features: principal components kept; 0: the features
  bool searched = false;          // search.h
  std::vector<std::string> members{"minirocket", "svm", "forest"};  // ensemble
  std::int64_t seed = 1;
  std::int64_t threads = 1;
  void describe(OptionVisitor& v);
};

std::span<const std::string_view> classifier_names();
// bad_classifier names the possible ones.
Result<ClassifierKind> classifier_named(std::string_view name);
std::unique_ptr<WindowClassifier> make_classifier(const ClassifierOptions& options);

}  // namespace gauntlet::learn
