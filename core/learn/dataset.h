// Labelled windows of several people (or sessions), cut from recordings in the order of time: what
// classifiers are trained and judged on. `Split` says which windows train and which are held out;
// every figure carries its name.
//
// Windows are `length` rows of `channels` float values at rate_hz: x, y, z of the accelerometer in
// m/s2, then, with six channels, of the gyroscope in rad/s, sensor frame. They may overlap: a split
// by group never puts a sample into both halves, a random one does, which is why it is there (its
// figure beside the honest one shows how much leakage flatters).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace gauntlet::learn {

struct Dataset {
  std::string name;
  double rate_hz = 50;
  std::uint32_t length = 0, channels = 0;
  std::vector<std::string> classes;
  std::vector<std::string> groups;  // names of people or sessions
  // One entry a window:
  std::vector<float> values;  // length x channels
  std::vector<std::uint32_t> label;
  std::vector<std::uint32_t> group;
  std::vector<std::uint32_t> recording;  // windows of one recording are successive

  // Windows of one recording that stand side by side in `channels`: the window itself, the one
  // before, the one behind and so on (itself again where there is none).
  std::uint32_t seen = 1;
  std::uint32_t hop = 0;  // rows from a window to the next; 0: not known
  // Of each row of each window, into classes, kNoLabel: none of them. Empty: not known.
  static constexpr std::uint32_t kNoLabel = 0xffffffff;
  std::vector<std::uint32_t> row_label;

  std::size_t size() const { return label.size(); }
  std::size_t window_size() const { return std::size_t{length} * channels; }
  std::span<const float> window(std::size_t i) const {
    return std::span(values).subspan(i * window_size(), window_size());
  }
  void add(std::span<const float> window, std::string_view class_name, std::string_view group_name,
           std::uint32_t recording_number);
};

enum class Split : std::uint8_t { leave_one_group_out, random };
// "loso" and "random"; else bad_split, naming both.
Result<Split> split_named(std::string_view name);

// fold[i] is the round in which window i is held out. Leave one group out: a round a group; random:
// `rounds` of them, each window on its own, by `seed`.
struct Folds {
  std::vector<std::uint32_t> fold;
  std::uint32_t count = 0;
  std::string name;  // how it was held out, in words
};
Folds make_folds(const Dataset& data, Split split, std::uint32_t rounds = 10,
                 std::uint64_t seed = 1);

}  // namespace gauntlet::learn
