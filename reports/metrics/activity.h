// What a stream of classified windows is worth as a record of activities: frames and events that
// say how it errs, not only how often (Ward, Lukowicz, Gellersen, "Performance metrics for activity
// recognition", ACM TIST 2 (2011), sections 4 and 5), and segments as in temporal detection.
//
// Time is cut into frames of kFrame from the first window to the last; a frame's answer is that of
// the window whose middle is nearest, its truth the set under way at the frame's middle. Every
// exercise is judged against all else, and the counts of all exercises are added up.
//
// Frames. Truly in the exercise: hit, deletion (its whole event was missed), fragmenting (between
// two hits of one event), underfill at the start or at the end. Not in it: quiet, insertion (a
// whole answer with no event), merge (between two hit events), overfill at the start or at the end.
// Each side's five are shares that sum to 1. Events. True ones are correct, deleted, fragmented,
// merged, or both; answered ones correct, inserted, fragmenting, merging, or both. Each side's five
// sum to its number of events. A true event's correct is an answer's correct. Segments: an answer
// finds a true segment of its class when their intersection over union reaches a threshold; one to
// one, in order of the answers. F1 = 2 found / (true + answered). Onset: from a set's true begin to
// the first window of its exercise that was classified, by `at`.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "reports/metrics/value.h"
#include "reports/record.h"

namespace gauntlet::reports {

inline constexpr Duration kFrame = std::chrono::milliseconds{100};

struct FrameCounts {
  std::uint64_t hit = 0, deletion = 0, fragmenting = 0, underfill_start = 0, underfill_end = 0;
  std::uint64_t quiet = 0, insertion = 0, merge = 0, overfill_start = 0, overfill_end = 0;
  std::uint64_t positive() const {
    return hit + deletion + fragmenting + underfill_start + underfill_end;
  }
  std::uint64_t negative() const {
    return quiet + insertion + merge + overfill_start + overfill_end;
  }
};

struct EventCounts {
  std::uint64_t correct = 0, deleted = 0, fragmented = 0, merged = 0, fragmented_and_merged = 0;
  std::uint64_t answered_correct = 0, inserted = 0, fragmenting = 0, merging = 0,
                fragmenting_and_merging = 0;
  std::uint64_t events() const {
    return correct + deleted + fragmented + merged + fragmented_and_merged;
  }
  std::uint64_t answers() const {
    return answered_correct + inserted + fragmenting + merging + fragmenting_and_merging;
  }
};

struct ActivityCounts {
  FrameCounts frames;
  EventCounts events;
  static constexpr std::array<double, 3> kOverlaps{0.1, 0.25, 0.5};
  std::array<std::uint64_t, 3> found{};  // segments, by threshold
};

// One class, frame by frame: true where the exercise is (truth) and where it was said to be. CHECKs
// that the shares and the events add up.
ActivityCounts count_activity(const std::vector<bool>& truth, const std::vector<bool>& answer);

void measure_activity(const RunRecord& record, MetricValues& out);

}  // namespace gauntlet::reports
