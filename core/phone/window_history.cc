#include "core/phone/window_history.h"

#include <algorithm>

#include "core/base/check.h"

namespace gauntlet {

WindowHistory::WindowHistory(std::size_t streams, std::size_t length, std::size_t hop,
                             Duration period, std::size_t pending)
    : length_(length),
      hop_(std::max<std::size_t>(hop, 1)),
      keep_(length + (pending + 2) * hop_),
      period_(period),
      pending_(pending),
      columns_(streams) {}

void WindowHistory::append(std::size_t stream, const GridRows& rows) {
  Column& c = columns_.at(stream);
  for (const GridRows::Run& run : rows.runs) {
    const std::int64_t at = run.start.time_since_epoch().count() / period_.count();
    if (!run.continues || c.end() != at) {
      c = {};
      c.first = at;
    }
    const auto values = rows.values.begin() + static_cast<std::ptrdiff_t>(3 * run.first);
    c.values.insert(c.values.end(), values, values + static_cast<std::ptrdiff_t>(3 * run.count));
    const auto filled = rows.filled.begin() + static_cast<std::ptrdiff_t>(run.first);
    c.filled.insert(c.filled.end(), filled, filled + static_cast<std::ptrdiff_t>(run.count));
  }
  if (c.filled.size() <= keep_ + length_) return;
  const std::size_t old = c.filled.size() - keep_;
  c.values.erase(c.values.begin(), c.values.begin() + static_cast<std::ptrdiff_t>(3 * old));
  c.filled.erase(c.filled.begin(), c.filled.begin() + static_cast<std::ptrdiff_t>(old));
  c.first += static_cast<std::int64_t>(old);
}

void WindowHistory::take_due(std::vector<HostTime>& ends) {
  ends.clear();
  const auto length = static_cast<std::int64_t>(length_);
  const auto hop = static_cast<std::int64_t>(hop_);
  std::int64_t first = columns_.front().first;
  std::int64_t edge = columns_.front().end();
  for (const Column& c : columns_) {
    first = std::max(first, c.first);
    edge = std::min(edge, c.end());
  }
  // The oldest end with a whole window behind it that is not yet behind us.
  const std::int64_t oldest =
      any_ ? std::max(first + length, last_end_ + (hop + 1) / 2) : first + length;
  for (std::int64_t end = edge; end >= oldest; end -= hop) {
    if (ends.size() == pending_) {
      ++skipped_;
      continue;
    }
    ends.push_back(HostTime{period_ * end});
  }
  std::reverse(ends.begin(), ends.end());
  if (ends.empty()) return;
  last_end_ = edge;
  any_ = true;
}

bool WindowHistory::window(HostTime end, std::vector<float>& out, double& filled) const {
  const std::int64_t last = end.time_since_epoch().count() / period_.count();
  const std::int64_t first = last - static_cast<std::int64_t>(length_);
  out.resize(length_ * 3 * columns_.size());
  std::size_t invented = 0;
  for (std::size_t s = 0; s < columns_.size(); ++s) {
    const Column& c = columns_[s];
    if (first < c.first || last > c.end()) return false;
    const auto offset = static_cast<std::size_t>(first - c.first);
    for (std::size_t k = 0; k < length_; ++k) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        out[(k * columns_.size() + s) * 3 + axis] = c.values[3 * (offset + k) + axis];
      }
      invented += c.filled[offset + k];
    }
  }
  filled = static_cast<double>(invented) / static_cast<double>(length_ * columns_.size());
  return true;
}

}  // namespace gauntlet
