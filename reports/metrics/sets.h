// What was shown, held against the true sets: which set a shown repetition belongs to, which true
// repetition it stands for, and how late it came. All on the phone's clock.
//
// Matching leans on `at` (when something was shown) and on the truth, never on what the pipeline
// claims. Tolerances: a repetition may be shown up to 500 ms before the instant at which we call it
// complete (the last of a movement is slow, and a counter may know earlier) and up to 5 s after; a
// set may be announced up to 1 s before its true begin. Lags beyond 5 s count as not shown.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reports/metrics/value.h"
#include "reports/record.h"

namespace gauntlet::reports {

inline constexpr Duration kShownEarly = std::chrono::milliseconds{500};
inline constexpr Duration kShownLate = std::chrono::seconds{5};
inline constexpr Duration kAnnouncedEarly = std::chrono::seconds{1};

struct MatchedRepetition {
  std::size_t truth = 0;  // index in MatchedSet::completed
  HostTime shown;
  double lag_ms = 0;
};

struct MatchedSet {
  const TrueSet* truth = nullptr;
  HostTime begin, end;
  std::vector<HostTime> completed;  // true instants
  std::vector<HostTime> shown;      // repetitions shown that belong to this set
  std::vector<MatchedRepetition> matches;
  std::optional<HostTime> announced;
};

struct MatchedSets {
  std::vector<MatchedSet> sets;    // in time order
  std::vector<HostTime> spoofed;   // repetitions shown where no set is under way
  std::uint64_t shown = 0;         // all repetitions shown
  std::uint64_t spoofed_sets = 0;  // announcements where no set is under way
};

MatchedSets match_sets(const RunRecord& record);
void measure_sets(const MatchedSets& matched, MetricValues& out);

// One-to-one, in order, within the tolerances; as many pairs as possible, then the least total
// |lag|. Both sorted. Pairs (index of completed, index of shown).
std::vector<std::pair<std::size_t, std::size_t>> match_in_order(
    const std::vector<HostTime>& completed, const std::vector<HostTime>& shown);

}  // namespace gauntlet::reports
