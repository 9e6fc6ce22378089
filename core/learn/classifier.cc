#include "core/learn/classifier.h"

#include <algorithm>
#include <array>

#include "core/learn/classifier_kinds.h"
#include "core/learn/search.h"
#include "core/learn/staged.h"

namespace gauntlet::learn {
namespace {

constexpr std::array<std::string_view, 14> kNames{
    "minirocket", "cnn",   "lstm", "mlp",     "knn",     "svm",    "forest",
    "ensemble",   "ridge", "rbf",  "boosted", "xgboost", "libsvm", "framewise"};

}  // namespace

// Inner folds keep groups whole, as the outer ones do.
std::vector<std::uint32_t> inner_folds(const Dataset& data, Rows rows) {
  std::vector<std::uint32_t> groups;
  for (const std::uint32_t i : rows) groups.push_back(data.group[i]);
  std::vector<std::uint32_t> sorted = groups;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  for (std::uint32_t& g : groups) {
    g = static_cast<std::uint32_t>(std::lower_bound(sorted.begin(), sorted.end(), g) -
                                   sorted.begin()) %
        kInnerFolds;
  }
  return groups;
}

LeftOut leave_out(const Dataset& data, Rows rows) {
  const auto folds = inner_folds(data, rows);
  LeftOut out;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    (folds[k] == 0 ? out.outside : out.inside).push_back(rows[k]);
  }
  return out;
}

std::vector<std::uint32_t> labels_of(const Dataset& data, Rows rows) {
  std::vector<std::uint32_t> out;
  for (const std::uint32_t i : rows) out.push_back(data.label[i]);
  return out;
}

void ClassifierOptions::describe(OptionVisitor& v) {
  v.choice("kind", kind,
           {{"minirocket", ClassifierKind::minirocket},
            {"cnn", ClassifierKind::cnn},
            {"lstm", ClassifierKind::lstm},
            {"mlp", ClassifierKind::mlp},
            {"knn", ClassifierKind::knn},
            {"svm", ClassifierKind::svm},
            {"forest", ClassifierKind::forest},
            {"ensemble", ClassifierKind::ensemble},
            {"ridge", ClassifierKind::ridge},
            {"rbf", ClassifierKind::rbf},
            {"boosted", ClassifierKind::boosted},
            {"xgboost", ClassifierKind::xgboost},
            {"libsvm", ClassifierKind::libsvm},
            {"framewise", ClassifierKind::framewise}},
           "how windows are classified");
  v.integer("features", features, {84, 20000}, "1", "MiniRocket features, in multiples of 84");
  v.flag("padded", padded,
         "minirocket: zeros around every other convolution, as published; without, windows that "
         "overlap share their work, bit for bit");
  v.number("balance", balance, {0, 1}, "1",
           "0 counts windows alike, 1 counts classes alike, between them a compromise");
  v.integer("epochs", epochs, {1, 10000}, "1", "networks: passes over the windows");
  v.integer("batch", batch, {1, 4096}, "1", "networks: windows a step");
  v.number("learning_rate", learning_rate, {1e-6, 1}, "1", "networks: Adam's, falls to 0",
           "Kingma, Ba, ICLR 2015");
  v.number("dropout", dropout, {0, 0.9}, "1", "networks: share silenced before dense layers");
  v.integer("neighbours", neighbours, {1, 1000}, "1", "knn: how many vote");
  v.number("penalty", penalty, {1e-9, 1e3}, "1", "svm: of the weights' square");
  v.integer("trees", trees, {1, 10000}, "1", "forest: how many");
  v.integer("rounds", rounds, {1, 10000}, "1",
            "boosted: trees of each class; framewise: two and a half times as many");
  v.number("kernel_width", kernel_width, {1e-4, 1e4}, "1", "rbf: gamma times features");
  v.integer("components", components, {8, 10000}, "1", "rbf: random Fourier features");
  v.integer("reduced", reduced, {0, 1000}, "1",
            "classifiers of plain features: principal components kept of them; 0: all features");
  v.flag("searched", searched,
         "choose hyper-parameters (and 32 principal components or not) on people left out");
  v.flag("biases", biases,
         "lstm: with biases (67,271 weights at 3 channels and 7 classes) or without");
  v.integer("stages", stages, {1, 2}, "1", "2: whether there is an exercise first, then which");
  v.strings("members", members, "ensemble: which vote");
  v.integer("seed", seed, {0, 9e15}, "1", "of every draw in training");
  v.integer("threads", threads, {1, 64}, "1", "the result does not depend on it");
}

std::span<const std::string_view> classifier_names() { return kNames; }

Result<ClassifierKind> classifier_named(std::string_view name) {
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  if (at != kNames.end()) {
    const auto kind = static_cast<ClassifierKind>(at - kNames.begin());
    if (built_in(kind)) return kind;
    return Error{"bad_classifier", std::string(name) +
                                       " is not built in; configure with GAUNTLET_WITH_XGBOOST or "
                                       "GAUNTLET_WITH_LIBSVM"};
  }
  std::string known;
  for (const std::string_view n : kNames) known += (known.empty() ? "" : ", ") + std::string(n);
  return Error{"bad_classifier",
               "pipeline '" + std::string(name) + "': " + known + " are possible"};
}

std::unique_ptr<WindowClassifier> make_classifier(const ClassifierOptions& options) {
  if (options.stages == 2) {
    ClassifierOptions one = options;
    one.stages = 1;
    return std::make_unique<StagedClassifier>([one] { return make_classifier(one); });
  }
  if (options.searched && options.kind != ClassifierKind::ensemble) {
    return std::make_unique<SearchedClassifier>(options);
  }
  switch (options.kind) {
    case ClassifierKind::minirocket:
      return make_rocket(options);
    case ClassifierKind::cnn:
    case ClassifierKind::lstm:
    case ClassifierKind::mlp:
      return make_network(options);
    case ClassifierKind::framewise:
      return make_framewise(options);
    case ClassifierKind::ensemble:
      return make_ensemble(options);
    default:
      return make_plain(options);
  }
}

Classifier read_classifier(const WindowShape& shape, ByteReader& r, std::size_t depth) {
  constexpr std::size_t kDeepest = 3;  // stages of ensembles of stages
  if (depth > kDeepest) r.fail("classifiers within classifiers too deep");
  if (!r.ok()) return nullptr;
  const auto node = r.number<std::uint8_t>();
  if (node == kStagedNode) return std::make_unique<StagedClassifier>(shape, r, depth + 1);
  if (node >= kNames.size()) {
    r.fail("a classifier of kind " + std::to_string(node) + " is not known");
    return nullptr;
  }
  const auto kind = static_cast<ClassifierKind>(node);
  switch (kind) {
    case ClassifierKind::minirocket:
      return read_rocket(shape, r);
    case ClassifierKind::cnn:
    case ClassifierKind::lstm:
    case ClassifierKind::mlp:
      return read_network(shape, r);
    case ClassifierKind::ensemble:
      return read_ensemble(shape, r, depth + 1);
    default:
      return read_plain(kind, shape, r);
  }
}

}  // namespace gauntlet::learn
