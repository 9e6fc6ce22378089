// The recent fused rows of the streams that are classified, side by side: 3 channels a stream, and
// where the next windows lie. Windows end at the newest row that all streams have and at every hop
// before it, so that nothing that has been fused waits for a window. No window reaches over a gap.
//
// With a patience of some rows not every stream must be there: one that has been silent for longer
// than that behind the newest row of all is not waited for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "core/base/time.h"
#include "core/signal/grid_resampler.h"

namespace gauntlet {

class WindowHistory {
 public:
  WindowHistory(std::size_t streams, std::size_t length, std::size_t hop, Duration period,
                std::size_t pending, std::int64_t patience = 0);

  void append(std::size_t stream, const GridRows& rows);
  // The end of each window that is due, in order; those beyond the bound are skipped and counted.
  void take_due(std::vector<HostTime>& ends);
  // The streams, bit by bit, that have the window that ends at `end` (the time after its last row)
  // whole, without a gap, and no more than this share of it invented.
  std::uint32_t whole(HostTime end, double max_filled) const;
  // Copies that window of the streams in `of`, length x 3 * streams values. False when it reaches
  // over a gap or is too old. `filled` is its share of invented rows.
  bool window(HostTime end, std::vector<float>& out, double& filled, std::uint32_t of = ~0U) const;
  std::uint64_t skipped() const { return skipped_; }

 private:
  struct Column {
    std::int64_t first = 0;  // grid index of the front row
    std::deque<float> values;
    std::deque<std::uint8_t> filled;
    std::int64_t end() const { return first + static_cast<std::int64_t>(filled.size()); }
  };
  bool has(const Column& c, std::int64_t last) const {
    return last - static_cast<std::int64_t>(length_) >= c.first && last <= c.end();
  }
  std::size_t invented(const Column& c, std::int64_t last) const;
  std::int64_t index(HostTime end) const {
    return end.time_since_epoch().count() / period_.count();
  }
  std::size_t length_, hop_, keep_;
  Duration period_;
  std::size_t pending_;
  std::int64_t patience_;
  std::vector<Column> columns_;
  std::int64_t last_end_ = 0;
  bool any_ = false;
  std::uint64_t skipped_ = 0;
};

}  // namespace gauntlet
