// Following a device across changes of its pseudonym (metric M6): when a radio address or a
// connection ends and another begins, does the observer know that they are the same?
//
// A trace is one device's stay, cut into segments, one a pseudonym. The observer joins the end of
// one to the begin of another by what its traffic looks like (the two normals of person_scorer.h,
// learned from devices of his own) and by its beat: messages that come every T go on in step after
// a silence, unless the device changes its phase. Pairs are taken best first, each end and each
// begin once.
//
// Sources: Huang, Matsuura, Yamane and Sezaki, WCNC 2005, for the silent period; Wiedersheim et
// al., WONS 2010, for following by prediction. Leaves out: signal strength and place (an observer
// with several receivers does better), and best assignment over all pairs at once.
//
// Seconds of one clock. Errors: a trace without messages is our bug (CHECK).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "privacy/person_scorer.h"
#include "sim/engine/random.h"

namespace gauntlet::privacy {

struct Segment {
  std::size_t trace = 0;
  double begin_s = 0, end_s = 0;  // first and last message
  double beat_s = 0;              // between messages; 0: unknown
  std::vector<double> seen;
};

// What the observer joined: of each segment the one that he takes for the next of its device, or
// segments.size().
std::vector<std::size_t> joined_at_random(std::span<const Segment> segments, double silent_s_max,
                                          sim::RandomStream random);

class PseudonymObserver {
 public:
  // Segments of at least two traces with at least two segments each; successive ones of a trace in
  // order of time.
  explicit PseudonymObserver(std::span<const Segment> training);
  // `silent_s_max`: longest time between a device's last message before and first one after.
  std::vector<std::size_t> join(std::span<const Segment> segments, double silent_s_max) const;
  double score(const Segment& before, const Segment& after) const;  // nats

 private:
  PersonScorer looks_;
  double beat_sd_ = 0;  // of a message about its beat, as a share of the beat; 0: no beat is kept
};

struct Followed {
  std::uint64_t traces = 0, changes = 0;
  double traceability = 0;           // traces of which at least 90 % of the time was followed
  double confusions_per_change = 0;  // changes after which somebody else or nobody was followed
};
Followed judge_following(std::span<const Segment> segments, std::span<const std::size_t> next);

}  // namespace gauntlet::privacy
