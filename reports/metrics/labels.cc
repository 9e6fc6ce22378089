#include "reports/metrics/labels.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace gauntlet::reports {

namespace {
constexpr Duration kMarkWindow = std::chrono::seconds{30};
constexpr Duration kPunctual = std::chrono::seconds{1};
}  // namespace

void measure_labels(const RunRecord& record, MetricValues& out) {
  const TrueHostClock& clock = record.truth.host_clock;
  std::vector<HostTime> marks;
  for (const UserMark& m : record.events.marks) {
    if (m.kind == UserMark::Kind::set_start) marks.push_back(m.at);
  }
  std::sort(marks.begin(), marks.end());
  std::uint64_t forgotten = 0, early = 0, late = 0;
  std::optional<HostTime> previous_end;
  for (const TrueSet& set : record.truth.sets) {
    const HostTime begin = clock.to_host(set.begin), end = clock.to_host(set.end);
    const HostTime from = std::max(begin - kMarkWindow, previous_end.value_or(HostTime::min()));
    std::optional<Duration> error;
    for (const HostTime m : marks) {
      if (m < from || m > end) continue;
      if (!error || std::chrono::abs(m - begin) < std::chrono::abs(*error)) error = m - begin;
    }
    // A mark up to the end of this set can no longer be taken for the next.
    previous_end = end;
    if (!error) {
      ++forgotten;
    } else if (*error < -kPunctual) {
      ++early;
    } else if (*error > kPunctual) {
      ++late;
    }
  }
  const std::uint64_t n = record.truth.sets.size();
  out.set("labels.forgotten", static_cast<double>(forgotten), n);
  out.set("labels.early", static_cast<double>(early), n);
  out.set("labels.late", static_cast<double>(late), n);
}

}  // namespace gauntlet::reports
