// The recent fused rows of the streams that are classified, side by side: 3 channels a stream, and
// where the next windows lie. Windows end at the newest row that all streams have and at every hop
// before it, so that nothing that has been fused waits for a window. No window reaches over a gap.
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
                std::size_t pending);

  void append(std::size_t stream, const GridRows& rows);
  // The end of each window that is due, in order; those beyond the bound are skipped and counted.
  void take_due(std::vector<HostTime>& ends);
  // Copies the window that ends at `end` (the time after its last row), length x 3 * streams
  // values. False when it reaches over a gap or is too old. `filled` is its share of invented rows.
  bool window(HostTime end, std::vector<float>& out, double& filled) const;
  std::uint64_t skipped() const { return skipped_; }

 private:
  struct Column {
    std::int64_t first = 0;  // grid index of the front row
    std::deque<float> values;
    std::deque<std::uint8_t> filled;
    std::int64_t end() const { return first + static_cast<std::int64_t>(filled.size()); }
  };
  std::size_t length_, hop_, keep_;
  Duration period_;
  std::size_t pending_;
  std::vector<Column> columns_;
  std::int64_t last_end_ = 0;
  bool any_ = false;
  std::uint64_t skipped_ = 0;
};

}  // namespace gauntlet
