// A drawing of two things beside each other, as SVG that needs no script: lines, points with
// intervals, linear or logarithmic axes. Colours are the page's.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gauntlet::calibration {

struct ChartPoint {
  double x = 0, y = 0;
  double low = 0, high = 0;  // of y; equal: no interval
};

struct ChartSeries {
  std::string name;
  bool line = true;  // else points
  std::vector<ChartPoint> points;
};

struct Chart {
  std::string title, x, y;   // axes with units
  bool logarithmic = false;  // both axes; what is not positive is left out
  std::vector<ChartSeries> series;
};

std::string to_svg(const Chart& chart);

// Shares of values at most x, as a line of at most `steps` points.
ChartSeries distribution_of(std::string name, std::vector<double> values, std::size_t steps = 200);

}  // namespace gauntlet::calibration
