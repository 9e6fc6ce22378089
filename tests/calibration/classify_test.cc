#include "calibration/classify.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "calibration/finding.h"
#include "sim/engine/random.h"

namespace gauntlet::calibration {
namespace {

TEST(AreaUnderCurve, IsTheShareOfPairsInOrderAndTiesCountHalf) {
  EXPECT_DOUBLE_EQ(area_under_curve({3, 4}, {1, 2}), 1);
  EXPECT_DOUBLE_EQ(area_under_curve({1, 2}, {3, 4}), 0);
  EXPECT_DOUBLE_EQ(area_under_curve({1, 1}, {1, 1}), 0.5);
  // Pairs (2,1) (2,3) (4,1) (4,3): three in order; (2,2) would be half.
  EXPECT_DOUBLE_EQ(area_under_curve({2, 4}, {1, 3}), 0.75);
  EXPECT_DOUBLE_EQ(area_under_curve({2, 4}, {1, 2}), 0.875);
  EXPECT_DOUBLE_EQ(area_under_curve({}, {1}), 0.5);
}

TEST(NamedFeatures, SayWhatTheirNamesSay) {
  std::vector<float> window;
  for (std::size_t i = 0; i < kWindowRows; ++i) {
    const double t = static_cast<double>(i) / kGridRate_hz;
    window.push_back(static_cast<float>(3 + 2 * std::sin(2 * std::numbers::pi * 5 * t)));
    window.push_back(1);
    window.push_back(static_cast<float>(2 * std::sin(2 * std::numbers::pi * 5 * t)));
  }
  const auto values = named_features(window.data());
  ASSERT_EQ(values.size(), feature_names().size());
  const auto value = [&](const std::string& name) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (feature_names()[i] == name) return static_cast<double>(values[i]);
    }
    ADD_FAILURE() << name;
    return 0.0;
  };
  EXPECT_NEAR(value("mean of x"), 3, 1e-5);
  EXPECT_NEAR(value("sd of x"), std::numbers::sqrt2, 1e-5);
  EXPECT_NEAR(value("kurtosis of x"), 1.5, 1e-4);
  EXPECT_NEAR(value("share of power, 3 to 8 Hz"), 1, 1e-6);
  EXPECT_NEAR(value("correlation of x and z"), 1, 1e-5);
  EXPECT_NEAR(value("sd of y"), 0, 1e-6);
}

// Noise of a given size in six groups.
Windows noise(std::uint64_t seed, double sd, const std::string& label, std::size_t each) {
  Windows out;
  sim::RandomStream random(seed, "windows");
  for (std::uint32_t group = 0; group < 6; ++group) {
    for (std::size_t i = 0; i < each; ++i) {
      Grid grid(kWindowRows);
      for (auto& row : grid) {
        for (float& v : row) v = static_cast<float>(random.normal(0, sd));
      }
      out.add(grid, label, group);
    }
  }
  return out;
}

TEST(Discriminate, CannotTellTheSameFromTheSame) {
  const auto d = discriminate(noise(1, 1, "a", 40), noise(2, 1, "a", 40));
  EXPECT_EQ(d.recorded, 240u);
  EXPECT_EQ(d.groups, 6u);
  // Each group's area has sd sqrt((n + m + 1) / 12 n m) = 0.065; of six groups 0.027.
  EXPECT_NEAR(d.area, 0.5, 4 * 0.027);
  EXPECT_NEAR(d.area_named, 0.5, 4 * 0.027);
}

TEST(Discriminate, TellsWhatDiffersAndBalancesNumbers) {
  Windows more = noise(2, 1.6, "a", 40);
  const Windows other = noise(3, 5, "b", 10);  // no counterpart: left out
  for (std::size_t i = 0; i < other.size(); ++i) more.append(other, i);
  const auto d = discriminate(noise(1, 1, "a", 20), more);
  EXPECT_EQ(d.recorded, 120u);
  EXPECT_EQ(d.simulated, 120u);
  EXPECT_GT(d.area, 0.99);
  ASSERT_FALSE(d.features.empty());
  EXPECT_GT(d.features.front().area, 0.99);
  EXPECT_LT(d.features.front().recorded, d.features.front().simulated);
}

TEST(Transfer, LearnsFromOneAndServesTheOther) {
  Windows train = noise(1, 1, "small", 20), test = noise(3, 1, "small", 10);
  const Windows more = noise(2, 3, "large", 20), others = noise(4, 3, "large", 10);
  for (std::size_t i = 0; i < more.size(); ++i) train.append(more, i);
  for (std::size_t i = 0; i < others.size(); ++i) test.append(others, i);
  const Transfer t = transfer(train, test);
  EXPECT_EQ(t.windows, 120u);
  EXPECT_EQ(t.groups, 6u);
  EXPECT_GT(t.macro_f1, 0.98);
  EXPECT_GT(leave_one_group_out(test).macro_f1, 0.95);
  // A label that training never met cannot be answered: its F1 is 0, and the mean suffers.
  const Transfer lost = transfer(noise(1, 1, "small", 20), test);
  EXPECT_NEAR(lost.macro_f1, 1.0 / 3, 0.01);
  // Drawn together, what is always 2/3 apart stays so whichever groups are drawn.
  const Gap gap = gap_between(t, lost);
  EXPECT_NEAR(gap.macro_f1, 2.0 / 3, 0.03);
  EXPECT_LE(gap.interval.lo, gap.macro_f1);
  EXPECT_GE(gap.interval.hi, gap.macro_f1);
  EXPECT_EQ(gap_between(t, t).interval.hi, 0);
}

TEST(Report, LinesAreNoLongerThanATerminalIsWide) {
  Report report;
  report.sections.push_back({"Title", std::string(300, 'a'), {}});
  report.sections.back().findings.push_back({"<name>", 0.5, "mg", reports::Interval{0.4, 0.6}, 12,
                                             "at most 1", Verdict::holds,
                                             "a note that goes on " + std::string(200, 'b')});
  std::size_t begin = 0;
  const std::string text = to_text(report);
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    EXPECT_LE(end - begin, 100u);
  }
  EXPECT_NE(text.find("0.5 mg (0.4 to 0.6), n = 12; goal at most 1: holds"), std::string::npos);
  const std::string html = to_html(report);
  EXPECT_NE(html.find("&lt;name&gt;"), std::string::npos);
  EXPECT_EQ(html.find("<name>"), std::string::npos);
}

TEST(Report, GoalsStandFirst) {
  Report report;
  report.sections.push_back({"Later", "about", {}});
  report.sections.back().findings = {
      {"without", 1, "1", {}, 0, "", Verdict::informs, ""},
      {"with", 2, "1", {}, 0, "at most 1", Verdict::falls_short, "why"}};
  const std::string text = to_text(report);
  const std::size_t later = text.find("Later");
  EXPECT_LT(text.find("with: 2; goal at most 1: FALLS SHORT"), later);
  EXPECT_GT(text.find("without: 1"), later);
  EXPECT_GT(text.find("why"), later);
}

TEST(Chart, APointLiesWhereItsAxesSay) {
  // 100 by 100 units span the field from 64 to 548 across and from 254 up to 34.
  const Chart chart{"t", "x", "y", false, {{"s", true, {{0, 0}, {50, 25}, {100, 100}}}}};
  EXPECT_NE(to_svg(chart).find("M64.0 254.0L306.0 199.0L548.0 34.0"), std::string::npos)
      << to_svg(chart);
  const Chart decades{"t", "x", "y", true, {{"s", true, {{1, 1}, {0, 5}, {10, 10}, {100, 100}}}}};
  EXPECT_NE(to_svg(decades).find("M64.0 254.0L306.0 144.0L548.0 34.0"), std::string::npos)
      << to_svg(decades);
  EXPECT_EQ(to_svg({"nothing", "x", "y", false, {}}), "");
}

TEST(Chart, ADistributionRisesToOneAndKeepsItsEnds) {
  const ChartSeries s = distribution_of("d", {3, 1, 2, 4});
  ASSERT_EQ(s.points.size(), 7u);
  EXPECT_EQ(s.points.front().x, 1);
  EXPECT_EQ(s.points.front().y, 0.25);
  EXPECT_EQ(s.points[1].x, 2);
  EXPECT_EQ(s.points[1].y, 0.25);
  EXPECT_EQ(s.points.back().x, 4);
  EXPECT_EQ(s.points.back().y, 1);
  EXPECT_TRUE(distribution_of("none", {}).points.empty());
}

}  // namespace
}  // namespace gauntlet::calibration
