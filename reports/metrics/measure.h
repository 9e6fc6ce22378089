// One seed, measured: every metric of a run, with the tables that stand behind some of them.
//
//   SeedResult r = measure(record);
//   if (!r.failures.empty()) ...  // the books do not balance: the run failed
#pragma once

#include "reports/metrics/canaries.h"
#include "reports/metrics/samples.h"
#include "reports/metrics/sets.h"
#include "reports/metrics/value.h"
#include "reports/metrics/windows.h"
#include "reports/record.h"

namespace gauntlet::reports {

// Does not borrow from the record.
struct SeedResult {
  std::uint64_t seed = 0;
  MetricValues values;
  ConfusionMatrix confusion;
  CanarySearch canaries;
  std::vector<std::string> failures;  // books that do not balance, in words
};

SeedResult measure(const RunRecord& record);

// Parts that the report and result.h5 show as well; borrow from the record.
struct RunDetail {
  SampleLedger ledger;
  MatchedSets sets;
};
SeedResult measure(const RunRecord& record, RunDetail& detail);

}  // namespace gauntlet::reports
