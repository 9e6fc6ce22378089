// Follows every sample that was ever taken to its end: accepted (and when the pipeline believes it
// was taken), arrived but not accepted, or never arrived. Timing, the books, result.h5 and the
// report all read this one ledger.
//
// Rules. A sample is delivered when it was accepted out of any frame that carried it. One that
// arrived and was never accepted is dropped at `phone`, for the reason given at its first arrival;
// where a rejection covers part of a frame, its reasons are dealt in order to the samples that were
// not accepted. A frame whose samples are neither accepted nor rejected is a hole in the books.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/counters.h"
#include "reports/metrics/value.h"
#include "reports/record.h"

namespace gauntlet::reports {

enum class SampleFate : std::uint8_t { never_arrived, delivered, rejected };

struct StreamLedger {
  const TrueStream* truth = nullptr;
  bool radio = true;
  std::vector<SampleFate> fate;     // by sample number
  std::vector<HostTime> true_host;  // when it was taken, on the phone's clock
  std::vector<HostTime> estimated;  // when the pipeline believes so; meaningless if not delivered
  std::uint64_t delivered = 0;
};

struct SampleLedger {
  std::vector<StreamLedger> streams;  // in the order of devices, then of their streams
  std::uint64_t produced = 0;
  std::uint64_t delivered = 0;
  std::uint64_t never_arrived = 0;
  Counters dropped;  // by place.reason: the world's account and the phone's
  std::uint64_t duplicates = 0;
  std::uint64_t accepted_twice = 0;
  std::uint64_t invented = 0;
  std::uint64_t foreign_accepted = 0;
  std::vector<std::string> holes;  // what does not add up, in words
};

SampleLedger trace_samples(const RunRecord& record);

// Everything that does not add up; empty when produced = delivered + dropped, place by place. A run
// whose books do not balance fails.
std::vector<std::string> books_balance(const SampleLedger& ledger, const RunRecord& record);

void measure_samples(const SampleLedger& ledger, const RunRecord& record, MetricValues& out);

}  // namespace gauntlet::reports
