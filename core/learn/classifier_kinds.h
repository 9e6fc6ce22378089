// The classifiers behind classifier.h, one file a family, and what they share. Internal to the
// room.
//
// make_*: untrained. read_*: from a model file, trained; of use only if the reader says that it is
// ok. `shape` is the file's: its windows and classes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/learn/byte_stream.h"
#include "core/learn/classifier.h"

namespace gauntlet::learn {

using Rows = std::span<const std::uint32_t>;
using Classifier = std::unique_ptr<WindowClassifier>;

inline constexpr std::uint32_t kInnerFolds = 3;
inline std::uint64_t seed_of(const ClassifierOptions& o) {
  return static_cast<std::uint64_t>(o.seed);
}
// Inner folds keep groups whole, as the outer ones do.
std::vector<std::uint32_t> inner_folds(const Dataset& data, Rows rows);
std::vector<std::uint32_t> labels_of(const Dataset& data, Rows rows);
// Of these rows, those of the first inner fold and those of the others.
struct LeftOut {
  std::vector<std::uint32_t> inside, outside;
  bool possible() const { return !inside.empty() && !outside.empty(); }
};
LeftOut leave_out(const Dataset& data, Rows rows);

// Whether this build has it: XGBoost and LIBSVM are optional.
bool built_in(ClassifierKind kind);

Classifier make_rocket(const ClassifierOptions& options);
Classifier read_rocket(const WindowShape& shape, ByteReader& r);
Classifier make_network(const ClassifierOptions& options);
Classifier read_network(const WindowShape& shape, ByteReader& r);
// knn, svm, rbf, ridge, forest, boosted, xgboost, libsvm.
Classifier make_plain(const ClassifierOptions& options);
Classifier read_plain(ClassifierKind kind, const WindowShape& shape, ByteReader& r);
Classifier make_framewise(const ClassifierOptions& options);
Classifier make_ensemble(const ClassifierOptions& options);
Classifier read_ensemble(const WindowShape& shape, ByteReader& r, std::size_t depth);

// The first byte of a node in a model file is its ClassifierKind, or this.
inline constexpr std::uint8_t kStagedNode = 255;
// Whatever its first byte says; no deeper than a few.
Classifier read_classifier(const WindowShape& shape, ByteReader& r, std::size_t depth = 0);

}  // namespace gauntlet::learn
