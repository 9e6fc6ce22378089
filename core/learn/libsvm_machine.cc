#include <libsvm/svm.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/check.h"
#include "core/learn/peer_methods.h"

namespace gauntlet::learn {
namespace {

std::vector<svm_node> nodes_of(std::span<const float> row) {
  std::vector<svm_node> out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    out.push_back({static_cast<int>(i + 1), static_cast<double>(row[i])});
  }
  out.push_back({-1, 0});
  return out;
}

}  // namespace

struct LibsvmMachine::Made {
  ~Made() { svm_free_and_destroy_model(&model); }
  std::vector<std::vector<svm_node>> rows;  // the model points into them
  svm_model* model = nullptr;
};

void LibsvmMachine::fit(const FeatureRows& rows, std::span<const std::uint32_t> /*folds*/) {
  made_ = std::make_shared<Made>();
  std::vector<svm_node*> x;
  std::vector<double> y, count(rows.classes);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    made_->rows.push_back(nodes_of(rows.row(i)));
    y.push_back(rows.labels[i]);
    count[rows.labels[i]] += 1;
  }
  for (auto& row : made_->rows) x.push_back(row.data());
  const auto n = static_cast<double>(rows.size());
  std::vector<int> names;
  std::vector<double> weights;
  for (std::size_t c = 0; c < rows.classes; ++c) {
    names.push_back(static_cast<int>(c));
    weights.push_back(count[c] > 0 ? std::pow(n / count[c], balance_) : 1);
  }
  svm_problem problem{static_cast<int>(rows.size()), y.data(), x.data()};
  svm_parameter p{};
  p.svm_type = C_SVC;
  p.kernel_type = RBF;
  p.gamma = width_ / static_cast<double>(rows.features);
  p.C = 1 / (penalty_ * n);
  p.cache_size = 100;  // MB
  p.eps = 1e-3;
  p.shrinking = 1;
  p.nr_weight = static_cast<int>(names.size());
  p.weight_label = names.data();
  p.weight = weights.data();
  CHECK(svm_check_parameter(&problem, &p) == nullptr);
  svm_set_print_string_function([](const char*) {});
  made_->model = svm_train(&problem, &p);
  // What it points to is gone with this call.
  made_->model->param.nr_weight = 0;
  made_->model->param.weight_label = nullptr;
  made_->model->param.weight = nullptr;
}

void LibsvmMachine::answer(std::span<const float> row, std::span<float> out) const {
  const auto seen = static_cast<std::size_t>(svm_get_nr_class(made_->model));
  std::vector<int> label(seen);
  svm_get_labels(made_->model, label.data());
  std::fill(out.begin(), out.end(), 0.0F);
  if (seen < 2) {
    out[static_cast<std::size_t>(label.front())] = 1;
    return;
  }
  std::vector<double> margin(seen * (seen - 1) / 2);
  const auto x = nodes_of(row);
  svm_predict_values(made_->model, x.data(), margin.data());
  float total = 0;
  for (std::size_t i = 0, pair = 0; i < seen; ++i) {
    for (std::size_t j = i + 1; j < seen; ++j, ++pair) {
      const auto first = static_cast<float>(1 / (1 + std::exp(-2 * margin[pair])));
      out[static_cast<std::size_t>(label[i])] += first;
      out[static_cast<std::size_t>(label[j])] += 1 - first;
      total += 1;
    }
  }
  for (float& p : out) p /= total;
}

}  // namespace gauntlet::learn
