#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "reports/html/decimate.h"
#include "reports/html/report_html.h"
#include "reports/metrics/encodings.h"
#include "tests/reports/support/synthetic_run.h"

namespace gauntlet::reports {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Decimation, KeepsTheExtremesInTheOrderInWhichTheyCame) {
  MinMaxSeries series({0, 4, 4});
  for (const auto& [t, v] :
       std::vector<std::pair<double, float>>{{0.0, 2.f},
                                             {0.2, 9.f},
                                             {0.4, 1.f},
                                             {0.6, 3.f},  // up, then down
                                             {1.0, 2.f},
                                             {1.5, 7.f},  // up
                                             {3.9, 5.f},
                                             {-0.1, 99.f},
                                             {4.0, 99.f}}) {  // one; two outside
    series.add(t, v);
  }
  const std::vector<float> rows = series.rows();
  ASSERT_EQ(rows.size(), 8u);
  EXPECT_THAT(std::vector<float>(rows.begin(), rows.begin() + 4), ElementsAre(9, 1, 2, 7));
  EXPECT_TRUE(std::isnan(rows[4]) && std::isnan(rows[5]));
  EXPECT_THAT(std::vector<float>(rows.begin() + 6, rows.end()), ElementsAre(5, 5));
  EXPECT_THAT(row_times({0, 4, 4}), ElementsAre(0, .5, 1, 1.5, 2, 2.5, 3, 3.5));
  EXPECT_THAT(bucket_times({0, 4, 4}), ElementsAre(.5, 1.5, 2.5, 3.5));
}

// 1.0f is 0x3f800000, -2.0f is 0xc0000000; little-endian.
TEST(Decimation, FloatsTravelLittleEndian) {
  const float values[] = {1.0f, -2.0f};
  EXPECT_EQ(from_base64(float32_base64(values)), std::string("\0\0\x80\x3f\0\0\0\xc0", 8));
}

std::string report_of(const SyntheticOptions& options, const std::string& scenario_text = "",
                      std::size_t values_per_seed = 0) {
  const SyntheticRun run = make_synthetic_run(options);
  const RunRecord record = run.record();
  RunDetail detail;
  const SeedResult seeds[] = {measure(record, detail)};
  Provenance p;
  p.scenario = "gym-hour <b>&";
  p.scenario_text = scenario_text;
  p.seeds = {options.seed};
  ResultFile result = summarise(p, seeds);
  for (std::size_t i = 0; i < values_per_seed; ++i) {
    result.metrics["f1.macro"].per_seed.push_back(1.0 / static_cast<double>(i + 3));
  }
  return to_html({result, &record, &detail});
}

TEST(ReportHtml, StaysBelowItsLimitForALongRun) {
  SyntheticOptions options;
  options.sets = 100;
  const std::string page = report_of(options);
  EXPECT_LT(page.size(), kReportBytesMax);
  EXPECT_GT(page.size(), kDetailBytes / 2) << "it hardly holds any detail";
  // 2.6 MB of values leave less for detail.
  EXPECT_LT(report_of(options, "", 120'000).size(), kReportBytesMax);
}

TEST(ReportHtml, LoadsNothingFromElsewhere) {
  const std::string page = report_of({});
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* loads : {"src=", "@import", "url(", "fetch(", "XMLHttpRequest"}) {
    EXPECT_THAT(page, Not(HasSubstr(loads)));
  }
  EXPECT_EQ(page.find("href=\"http"), std::string::npos);
}

TEST(ReportHtml, TextOfOthersCannotLeaveItsPlace) {
  const std::string page = report_of({}, "</script><script>alert(1)</script> {{data}}");
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(page, HasSubstr("gym-hour &lt;b&gt;&amp; · Gauntlet report"));
  EXPECT_THAT(page, HasSubstr("\\u003c/script>\\u003cscript>alert(1)\\u003c/script> {{data}}"));
}

TEST(ReportHtml, IsTheSameBytesForTheSameRun) { EXPECT_EQ(report_of({}), report_of({})); }

TEST(ReportHtml, DrawsAStreamWhoseTrueSignalWasNotKept) {
  SyntheticRun run = make_synthetic_run();
  run.truth.devices[0].streams[0].signal.clear();
  const RunRecord record = run.record();
  RunDetail detail;
  const SeedResult seeds[] = {measure(record, detail)};
  Provenance p;
  p.seeds = {1};
  EXPECT_THAT(to_html({summarise(p, seeds), &record, &detail}), HasSubstr("watch accelerometer"));
}

TEST(ReportHtml, OfAReplayNeedsNoRun) {
  ResultFile result;
  result.provenance.scenario = "captures";
  add_metric(result, "replay.packets", 4110, 4110);
  EXPECT_THAT(to_html({result}), HasSubstr("\"run\":null"));
}

}  // namespace
}  // namespace gauntlet::reports
