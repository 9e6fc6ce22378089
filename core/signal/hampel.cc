#include "core/signal/hampel.h"

#include <algorithm>
#include <cmath>

namespace gauntlet {
namespace {

float median(std::vector<float>& v) {
  const auto middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), middle, v.end());
  return *middle;
}

}  // namespace

float Hampel::clean(std::size_t row, std::size_t axis) {
  const std::size_t h = options_.half_window;
  const std::size_t total = filled_.size();
  const std::size_t first = row > h ? row - h : 0;
  const std::size_t last = std::min(row + h, total - 1);
  const float x = rows_[3 * row + axis];
  // Nobody is further from the median than the extremes are from each other.
  float least = x, most = x;
  for (std::size_t i = first; i <= last; ++i) {
    least = std::min(least, rows_[3 * i + axis]);
    most = std::max(most, rows_[3 * i + axis]);
  }
  if (static_cast<double>(most - least) <= options_.sigmas * options_.floor) return x;
  scratch_.clear();
  for (std::size_t i = first; i <= last; ++i) scratch_.push_back(rows_[3 * i + axis]);
  const float m = median(scratch_);
  for (float& v : scratch_) v = std::abs(v - m);
  const double deviation = std::max(1.4826 * static_cast<double>(median(scratch_)), options_.floor);
  if (static_cast<double>(std::abs(x - m)) <= options_.sigmas * deviation) return x;
  ++replaced_;
  return m;
}

std::size_t Hampel::emit(std::size_t until, std::vector<float>& out,
                         std::vector<std::uint8_t>& filled) {
  const std::size_t n = until > next_ ? until - next_ : 0;
  for (; next_ < until; ++next_) {
    for (std::size_t axis = 0; axis < 3; ++axis) out.push_back(clean(next_, axis));
    filled.push_back(filled_[next_]);
  }
  forget();
  return n;
}

void Hampel::forget() {
  const std::size_t keep = options_.half_window;
  if (next_ <= keep) return;
  const auto old = static_cast<std::ptrdiff_t>(next_ - keep);
  rows_.erase(rows_.begin(), rows_.begin() + 3 * old);
  filled_.erase(filled_.begin(), filled_.begin() + old);
  next_ = keep;
}

std::size_t Hampel::push(const float* rows, const std::uint8_t* filled, std::size_t n,
                         std::vector<float>& out, std::vector<std::uint8_t>& out_filled) {
  if (options_.half_window == 0) {
    out.insert(out.end(), rows, rows + 3 * n);
    out_filled.insert(out_filled.end(), filled, filled + n);
    return n;
  }
  rows_.insert(rows_.end(), rows, rows + 3 * n);
  filled_.insert(filled_.end(), filled, filled + n);
  const std::size_t total = filled_.size();
  return emit(total > options_.half_window ? total - options_.half_window : 0, out, out_filled);
}

std::size_t Hampel::flush(std::vector<float>& out, std::vector<std::uint8_t>& out_filled) {
  const std::size_t n = emit(filled_.size(), out, out_filled);
  rows_.clear();
  filled_.clear();
  next_ = 0;
  return n;
}

}  // namespace gauntlet
