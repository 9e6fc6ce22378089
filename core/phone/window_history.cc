#include "core/phone/window_history.h"

#include <algorithm>

#include "core/base/check.h"

namespace gauntlet {

WindowHistory::WindowHistory(std::size_t streams, std::size_t length, std::size_t hop,
                             Duration period, std::size_t pending, std::int64_t patience)
    : length_(length),
      hop_(std::max<std::size_t>(hop, 1)),
      keep_(length + (pending + 2) * hop_ + static_cast<std::size_t>(patience)),
      period_(period),
      pending_(pending),
      patience_(patience),
      columns_(streams) {
  CHECK(streams >= 1 && streams <= 32 && patience >= 0, streams, patience);
}

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
  std::int64_t newest = 0;
  for (const Column& c : columns_) newest = std::max(newest, c.end());
  std::int64_t first = patience_ > 0 ? newest : 0;
  std::int64_t edge = newest;
  for (const Column& c : columns_) {
    if (patience_ > 0 && c.end() + patience_ < newest) continue;
    first = patience_ > 0 ? std::min(first, c.first) : std::max(first, c.first);
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

std::size_t WindowHistory::invented(const Column& c, std::int64_t last) const {
  const auto end = c.filled.begin() + static_cast<std::ptrdiff_t>(last - c.first);
  return static_cast<std::size_t>(std::count_if(end - static_cast<std::ptrdiff_t>(length_), end,
                                                [](auto f) { return f != 0; }));
}

std::uint32_t WindowHistory::whole(HostTime end, double max_filled) const {
  const std::int64_t last = index(end);
  std::uint32_t of = 0;
  for (std::size_t s = 0; s < columns_.size(); ++s) {
    const Column& c = columns_[s];
    if (!has(c, last)) continue;
    const double share = static_cast<double>(invented(c, last)) / static_cast<double>(length_);
    if (share <= max_filled) of |= 1U << s;
  }
  return of;
}

bool WindowHistory::window(HostTime end, std::vector<float>& out, double& filled,
                           std::uint32_t of) const {
  const std::int64_t last = index(end);
  std::vector<const Column*> chosen;
  for (std::size_t s = 0; s < columns_.size(); ++s) {
    if ((of >> s & 1U) != 0) chosen.push_back(&columns_[s]);
  }
  out.resize(length_ * 3 * chosen.size());
  std::size_t made_up = 0;
  for (std::size_t s = 0; s < chosen.size(); ++s) {
    const Column& c = *chosen[s];
    if (!has(c, last)) return false;
    made_up += invented(c, last);
    const auto offset = static_cast<std::size_t>(last - c.first) - length_;
    for (std::size_t k = 0; k < length_; ++k) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        out[(k * chosen.size() + s) * 3 + axis] = c.values[3 * (offset + k) + axis];
      }
    }
  }
  filled = static_cast<double>(made_up) / static_cast<double>(length_ * chosen.size());
  return true;
}

}  // namespace gauntlet
