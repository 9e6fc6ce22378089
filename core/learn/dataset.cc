#include "core/learn/dataset.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/learn/draws.h"

namespace gauntlet::learn {
namespace {

std::uint32_t index_of(std::vector<std::string>& names, std::string_view name) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at != names.end()) return static_cast<std::uint32_t>(at - names.begin());
  names.emplace_back(name);
  return static_cast<std::uint32_t>(names.size() - 1);
}

}  // namespace

void Dataset::add(std::span<const float> window, std::string_view class_name,
                  std::string_view group_name, std::uint32_t recording_number) {
  CHECK(window.size() == window_size(), window.size(), window_size());
  CHECK(recording.empty() || recording_number >= recording.back(), recording_number);
  values.insert(values.end(), window.begin(), window.end());
  label.push_back(index_of(classes, class_name));
  group.push_back(index_of(groups, group_name));
  recording.push_back(recording_number);
}

Result<Split> split_named(std::string_view name) {
  if (name == "loso") return Split::leave_one_group_out;
  if (name == "random") return Split::random;
  return Error{"bad_split", "split '" + std::string(name) + "': loso or random is possible"};
}

Folds make_folds(const Dataset& data, Split split, std::uint32_t rounds, std::uint64_t seed) {
  if (split == Split::leave_one_group_out) {
    return {data.group, static_cast<std::uint32_t>(data.groups.size()), "leave-one-group-out"};
  }
  CHECK(rounds >= 2, rounds);
  Folds folds{{}, rounds, "random windows, " + std::to_string(rounds) + " folds"};
  std::vector<std::uint32_t> order(data.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  Draws draws(seed);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[draws.below(i)]);
  folds.fold.resize(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    folds.fold[order[i]] = static_cast<std::uint32_t>(i % rounds);
  }
  return folds;
}

}  // namespace gauntlet::learn
