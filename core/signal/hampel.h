// Hampel spike removal over rows of x, y, z: a value further than `sigmas` times 1.4826 x the
// median absolute deviation from the median of its 2 h + 1 neighbourhood is replaced by that
// median, per axis. Looks h rows ahead, so the last h rows of what was pushed wait for the next
// ones. At the ends of a stretch the neighbourhood is what there is of it.
//
// A floor on the deviation keeps quantised rest (deviation 0) from being flattened.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gauntlet {

struct HampelOptions {
  std::size_t half_window = 3;  // rows; 0 switches it off
  double sigmas = 4;
  double floor = 0.5;  // least deviation that counts, in the signal's unit
};

class Hampel {
 public:
  explicit Hampel(const HampelOptions& options) : options_(options) {}

  // Appends to `out` every row that is final after `n` more rows; returns how many were appended.
  std::size_t push(const float* rows, const std::uint8_t* filled, std::size_t n,
                   std::vector<float>& out, std::vector<std::uint8_t>& out_filled);
  // The stretch ends: appends what was waiting. The next push begins another stretch.
  std::size_t flush(std::vector<float>& out, std::vector<std::uint8_t>& out_filled);

  // Rows that wait inside.
  std::size_t waiting() const { return filled_.size() - next_; }
  std::uint64_t replaced() const { return replaced_; }

 private:
  std::size_t emit(std::size_t until, std::vector<float>& out, std::vector<std::uint8_t>& filled);
  float clean(std::size_t row, std::size_t axis);
  void forget();

  HampelOptions options_;
  std::vector<float> rows_;  // history (at most h rows), then rows that wait
  std::vector<std::uint8_t> filled_;
  std::size_t next_ = 0;  // first row that waits
  std::vector<float> scratch_;
  std::uint64_t replaced_ = 0;
};

}  // namespace gauntlet
