#include "core/services/clusters.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

namespace gauntlet {
namespace {

using People = std::vector<ClusterAttributes>;
constexpr std::size_t kAttributes = std::tuple_size_v<ClusterAttributes>;

struct Split {
  std::size_t attribute = 0;
  std::int64_t at = 0;
};

template <std::size_t kN>
std::int64_t code_of(const std::array<std::string_view, kN>& known, std::string_view value) {
  return std::find(known.begin(), known.end(), value) - known.begin();
}

std::array<std::int64_t, kAttributes> ranges_of(std::span<const ClusterAttributes> people) {
  ClusterAttributes low = people[0];
  ClusterAttributes high = people[0];
  for (const auto& person : people) {
    for (std::size_t a = 0; a < kAttributes; ++a) {
      low[a] = std::min(low[a], person[a]);
      high[a] = std::max(high[a], person[a]);
    }
  }
  for (std::size_t a = 0; a < kAttributes; ++a) high[a] -= low[a];
  return high;
}

// The boundary nearest the median that leaves `least` people on either side.
std::optional<Split> boundary(const People& people, std::size_t attribute, std::size_t least) {
  std::vector<std::int64_t> values;
  for (const auto& person : people) values.push_back(person[attribute]);
  std::sort(values.begin(), values.end());
  std::optional<Split> best;
  std::size_t best_off = 0;
  for (std::size_t below = least; below + least <= values.size(); ++below) {
    if (values[below - 1] == values[below]) continue;
    const std::size_t off = std::max(below, values.size() - below);
    if (best && off >= best_off) continue;
    best = Split{attribute, values[below - 1]};
    best_off = off;
  }
  return best;
}

std::optional<Split> split_of(const People& people, const ClusterAttributes& whole,
                              std::size_t least) {
  const auto here = ranges_of(people);
  std::array<std::size_t, kAttributes> order{};
  std::iota(order.begin(), order.end(), std::size_t{0});
  // here[a] / whole[a] > here[b] / whole[b], in integers; an attribute all share is last.
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return here[a] * std::max<std::int64_t>(whole[b], 1) >
           here[b] * std::max<std::int64_t>(whole[a], 1);
  });
  for (const std::size_t attribute : order) {
    if (auto split = boundary(people, attribute, least)) return split;
  }
  return std::nullopt;
}

}  // namespace

ClusterAttributes cluster_attributes(std::int64_t age_years, std::string_view sex,
                                     std::string_view proficiency) {
  constexpr std::array<std::string_view, 2> kSexes{"f", "m"};
  constexpr std::array<std::string_view, 3> kProficiencies{"beginner", "intermediate", "advanced"};
  // An age of 1000 is a slip of the pen, and would widen the range of all.
  return {std::clamp<std::int64_t>(age_years, 0, 120), code_of(kSexes, sex),
          code_of(kProficiencies, proficiency)};
}

Result<Clusters> Clusters::of(std::span<const ClusterAttributes> people, ClusterOptions options) {
  if (options.clusters_max == 0 || options.people_min == 0) {
    return Error{"bad_options", "clusters_max and people_min are at least 1"};
  }
  if (people.size() < options.people_min) {
    return Error{"too_few", std::to_string(people.size()) + " people, a cluster has at least " +
                                std::to_string(options.people_min)};
  }
  const auto whole = ranges_of(people);
  Clusters result;
  result.nodes_.emplace_back();
  std::vector<std::pair<std::size_t, People>> open{{0, People(people.begin(), people.end())}};
  while (!open.empty() && result.size() < options.clusters_max) {
    const auto largest = std::max_element(open.begin(), open.end(), [](auto& a, auto& b) {
      return a.second.size() < b.second.size();
    });
    auto [node, members] = std::move(*largest);
    open.erase(largest);
    const auto split = split_of(members, whole, options.people_min);
    if (!split) continue;  // a leaf for good
    const auto middle = std::partition(members.begin(), members.end(), [&](const auto& person) {
      return person[split->attribute] <= split->at;
    });
    const std::size_t below = result.nodes_.size();
    result.nodes_[node] = {split->attribute, split->at, below, 0};
    result.nodes_.resize(below + 2);
    open.emplace_back(below, People(members.begin(), middle));
    open.emplace_back(below + 1, People(middle, members.end()));
  }
  std::size_t next = 0;
  result.number_leaves(0, next);
  return result;
}

void Clusters::number_leaves(std::size_t node, std::size_t& next) {
  const std::size_t below = nodes_[node].below;
  if (below == 0) {
    nodes_[node].cluster = next++;
    return;
  }
  number_leaves(below, next);
  number_leaves(below + 1, next);
}

std::size_t Clusters::of(const ClusterAttributes& person) const {
  std::size_t node = 0;
  while (nodes_[node].below != 0) {
    const Node& n = nodes_[node];
    node = n.below + (person[n.attribute] <= n.at ? 0 : 1);
  }
  return nodes_[node].cluster;
}

std::string Clusters::name_of(const ClusterAttributes& person) const {
  return "c" + std::to_string(of(person));
}

}  // namespace gauntlet
