// The cluster job: parts people into at most ten cells by age, sex and proficiency, none smaller
// than a minimum, so that who learns a person's cluster (ingest does) learns little of the person.
//
// Strict Mondrian partitioning (LeFevre, DeWitt, Ramakrishnan, "Mondrian Multidimensional
// K-Anonymity", ICDE 2006): the largest cell that can be is split in two, across the attribute that
// spreads widest in it relative to all people, at the boundary nearest its median that leaves both
// halves the minimum. People alike are never parted, so a cell is a function of the attributes, and
// someone who comes later has one, too. The order in which people are given does not matter.
//
// Leaves out: splitting anew as people come and go, which would tell by whose coming a cell moved.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace gauntlet {

// Years; sex and proficiency as codes. What has no code of its own has the last one.
using ClusterAttributes = std::array<std::int64_t, 3>;
ClusterAttributes cluster_attributes(std::int64_t age_years, std::string_view sex,
                                     std::string_view proficiency);

struct ClusterOptions {
  std::size_t clusters_max = 10;
  std::size_t people_min = 5;  // below it a cell says too much of whoever is in it
};

class Clusters {
 public:
  // Errors: "too_few" (less than people_min people), "bad_options" (a zero).
  static Result<Clusters> of(std::span<const ClusterAttributes> people,
                             ClusterOptions options = {});

  std::size_t size() const { return (nodes_.size() + 1) / 2; }
  // 0 to size() - 1.
  std::size_t of(const ClusterAttributes& person) const;
  // "c0" to "c9": what a token carries.
  std::string name_of(const ClusterAttributes& person) const;

 private:
  // Inner nodes send those at or below `at` to `below`, the others to `below + 1`.
  struct Node {
    std::size_t attribute = 0;
    std::int64_t at = 0;
    std::size_t below = 0;  // 0: a leaf
    std::size_t cluster = 0;
  };
  void number_leaves(std::size_t node, std::size_t& next);
  std::vector<Node> nodes_;
};

}  // namespace gauntlet
