// report.html: one file that needs nothing else, opens without a network, and stays below 5 MB.
// Headline numbers, the books, signals with the truth, timing error, backlog, lag, confusion,
// captures, every metric with its definition, and how to run it again. The page is in reports/web;
// uPlot draws; both are in the library since it was built.
//
// Signals are kept as minimum and maximum of 1500 stretches of the run, and at full rate around
// each set until kDetailBytes are used, fewer where thousands of seeds' values need the room; the
// page says which sets have no detail.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "reports/metrics/measure.h"
#include "reports/result.h"

namespace gauntlet::reports {

inline constexpr std::size_t kReportBytesMax = 5'000'000;
inline constexpr std::size_t kDetailBytes = 2'500'000;

struct ReportInput {
  const ResultFile& result;
  // The seed whose signals are drawn, with its detail; both null where there is none (a replay).
  const RunRecord* record = nullptr;
  const RunDetail* detail = nullptr;
  // JSON of a campaign or of several, for the sections of reports/web/campaign.js; empty: none.
  std::string_view campaign = {};
};

std::string to_html(const ReportInput& input);
Result<void> write_report_html(const std::filesystem::path& path, const ReportInput& input);

}  // namespace gauntlet::reports
