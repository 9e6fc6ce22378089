#include "core/signal/hampel.h"

#include <algorithm>
#include <cmath>

namespace gauntlet {
namespace {

// The window is small and nearly sorted when the signal is smooth.
float median(std::vector<float>& v) {
  for (std::size_t i = 1; i < v.size(); ++i) {
    const float x = v[i];
    std::size_t k = i;
    for (; k > 0 && v[k - 1] > x; --k) v[k] = v[k - 1];
    v[k] = x;
  }
  return v[v.size() / 2];
}

}  // namespace

float Hampel::clean(std::size_t row, std::size_t axis) {
  const std::size_t h = options_.half_window;
  const std::size_t total = filled_.size();
  const std::size_t first = row > h ? row - h : 0;
  const std::size_t last = std::min(row + h, total - 1);
  const float* const values = rows_.data() + axis;
  const float x = values[3 * row];
  // Whatever the median is, it lies in the window's range: most rows need no more than that.
  float low = x, high = x;
  for (std::size_t i = first; i <= last; ++i) {
    low = std::min(low, values[3 * i]);
    high = std::max(high, values[3 * i]);
  }
  if (static_cast<double>(std::max(x - low, high - x)) <= options_.sigmas * options_.floor) {
    return x;
  }
  scratch_.clear();
  for (std::size_t i = first; i <= last; ++i) scratch_.push_back(values[3 * i]);
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
