#include <xgboost/c_api.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/learn/peer_methods.h"

namespace gauntlet::learn {
namespace {

void must(int code) { CHECK(code == 0, std::string(XGBGetLastError())); }

struct Matrix {
  Matrix(const float* values, std::size_t rows, std::size_t features) {
    must(XGDMatrixCreateFromMat(values, rows, features, std::numeric_limits<float>::quiet_NaN(),
                                &handle));
  }
  ~Matrix() { XGDMatrixFree(handle); }
  Matrix(const Matrix&) = delete;
  Matrix& operator=(const Matrix&) = delete;
  DMatrixHandle handle = nullptr;
};

}  // namespace

struct XgboostTrees::Made {
  ~Made() { XGBoosterFree(handle); }
  BoosterHandle handle = nullptr;
};

void XgboostTrees::fit(const FeatureRows& rows, std::span<const std::uint32_t> /*folds*/) {
  const Matrix data(rows.values.data(), rows.size(), rows.features);
  const std::vector<float> labels(rows.labels.begin(), rows.labels.end());
  must(XGDMatrixSetFloatInfo(data.handle, "label", labels.data(), labels.size()));
  made_ = std::make_shared<Made>();
  must(XGBoosterCreate(&data.handle, 1, &made_->handle));
  const std::pair<const char*, std::string> parameters[] = {
      {"objective", "multi:softprob"},
      {"num_class", std::to_string(rows.classes)},
      {"max_depth", "3"},
      {"eta", "0.3"},
      {"tree_method", "exact"},
      {"nthread", "1"},
      {"seed", std::to_string(seed_ % 1'000'000'007)},
      {"verbosity", "0"}};
  for (const auto& [name, value] : parameters) {
    must(XGBoosterSetParam(made_->handle, name, value.c_str()));
  }
  for (int i = 0; i < rounds_; ++i) must(XGBoosterUpdateOneIter(made_->handle, i, data.handle));
}

void XgboostTrees::answer(std::span<const float> row, std::span<float> out) const {
  const Matrix one(row.data(), 1, row.size());
  bst_ulong n = 0;
  const float* p = nullptr;
  must(XGBoosterPredict(made_->handle, one.handle, 0, 0, 0, &n, &p));
  CHECK(n == out.size(), n, out.size());
  std::copy_n(p, n, out.begin());
}

}  // namespace gauntlet::learn
