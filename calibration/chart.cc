#include "calibration/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "calibration/text.h"
#include "reports/escape.h"

namespace gauntlet::calibration {
namespace {

constexpr double kWidth = 560, kHeight = 300;
constexpr double kLeft = 64, kRight = 12, kTop = 34, kBottom = 46;

class Axis {
 public:
  Axis(double low, double high, bool logarithmic, double from, double to)
      : logarithmic_(logarithmic),
        low_(mapped(low)),
        high_(std::max(mapped(high), low_ + 1e-9)),
        from_(from),
        to_(to) {}
  double operator()(double v) const {
    return from_ + (to_ - from_) * (mapped(v) - low_) / (high_ - low_);
  }
  // Whole decades, or some seven round numbers.
  std::vector<double> ticks() const {
    std::vector<double> out;
    if (logarithmic_) {
      for (double d = std::ceil(low_); d <= high_; ++d) out.push_back(std::pow(10, d));
      return out;
    }
    const double rough = (high_ - low_) / 7, decade = std::pow(10, std::floor(std::log10(rough)));
    double step = 10 * decade;
    for (const double s : {1.0, 2.0, 5.0}) {
      if (s * decade >= rough) {
        step = s * decade;
        break;
      }
    }
    for (double v = std::ceil(low_ / step) * step; v <= high_ + 1e-9 * step; v += step) {
      out.push_back(std::abs(v) < 1e-9 * step ? 0 : v);
    }
    return out;
  }

 private:
  double mapped(double v) const { return logarithmic_ ? std::log10(v) : v; }
  bool logarithmic_;
  double low_, high_, from_, to_;
};

std::string at(double v) { return fixed(v, 1); }

std::string text(double x, double y, const char* anchor, const std::string& words) {
  return "<text x=\"" + at(x) + "\" y=\"" + at(y) + "\" text-anchor=\"" + anchor + "\">" +
         reports::escape_xml(words) + "</text>";
}

std::string segment(double x0, double y0, double x1, double y1) {
  return "M" + at(x0) + " " + at(y0) + "L" + at(x1) + " " + at(y1);
}

bool drawn(const Chart& chart, const ChartPoint& p) {
  return !chart.logarithmic || (p.x > 0 && p.y > 0);
}

// The shape of one series; its colour comes from around it.
std::string shape(const Chart& chart, const ChartSeries& s, const Axis& x, const Axis& y) {
  std::string path, dots;
  for (const ChartPoint& p : s.points) {
    if (!drawn(chart, p)) continue;
    if (s.line) {
      path += (path.empty() ? "M" : "L") + at(x(p.x)) + " " + at(y(p.y));
      continue;
    }
    dots +=
        "<circle r=\"2.5\" stroke=\"none\" cx=\"" + at(x(p.x)) + "\" cy=\"" + at(y(p.y)) + "\"/>";
    if (p.high > p.low) path += segment(x(p.x), y(p.low), x(p.x), y(p.high));
  }
  return "<path fill=\"none\" d=\"" + path + "\"/>" + dots;
}

}  // namespace

std::string to_svg(const Chart& chart) {
  constexpr double kMost = std::numeric_limits<double>::max();
  double x_low = kMost, x_high = -kMost, y_low = kMost, y_high = -kMost;
  for (const ChartSeries& s : chart.series) {
    for (const ChartPoint& p : s.points) {
      if (!drawn(chart, p)) continue;
      const bool interval = p.high > p.low;
      x_low = std::min(x_low, p.x);
      x_high = std::max(x_high, p.x);
      y_low = std::min(y_low, interval ? p.low : p.y);
      y_high = std::max(y_high, interval ? p.high : p.y);
    }
  }
  if (x_low > x_high) return {};
  const Axis x(x_low, x_high, chart.logarithmic, kLeft, kWidth - kRight);
  const Axis y(y_low, y_high, chart.logarithmic, kHeight - kBottom, kTop);
  std::string out = "<svg viewBox=\"0 0 " + fixed(kWidth, 0) + " " + fixed(kHeight, 0) +
                    "\" role=\"img\" aria-label=\"" + reports::escape_xml(chart.title) +
                    "\" style=\"max-width:" + fixed(kWidth, 0) +
                    "px;width:100%;font:11px var(--sans);fill:var(--ink-2)\">";
  std::string grid;
  for (const double v : x.ticks()) {
    grid += segment(x(v), kTop, x(v), kHeight - kBottom);
    out += text(x(v), kHeight - kBottom + 15, "middle", number(v));
  }
  for (const double v : y.ticks()) {
    grid += segment(kLeft, y(v), kWidth - kRight, y(v));
    out += text(kLeft - 6, y(v) + 4, "end", number(v));
  }
  out += "<path stroke=\"var(--line)\" d=\"" + grid + "\"/>";
  out += text(kLeft, 14, "start", chart.y + " against " + chart.x);
  double legend = kLeft;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const ChartSeries& s = chart.series[i];
    const std::string colour = "var(--s" + std::to_string(i % 6) + ")";
    out.append("<g stroke=\"").append(colour).append("\" fill=\"").append(colour);
    out.append("\" stroke-width=\"1.5\">").append(shape(chart, s, x, y)).append("</g>");
    out.append("<g style=\"fill:").append(colour).append("\">");
    out.append(text(legend, kHeight - 10, "start", s.name)).append("</g>");
    legend += 24 + 6.2 * static_cast<double>(s.name.size());
  }
  return out + "</svg>";
}

ChartSeries distribution_of(std::string name, std::vector<double> values, std::size_t steps) {
  std::sort(values.begin(), values.end());
  ChartSeries out{std::move(name), true, {}};
  const std::size_t n = values.size(), drawn_n = std::min(n, steps);
  for (std::size_t i = 0; i < drawn_n; ++i) {
    const std::size_t k = drawn_n < 2 ? 0 : i * (n - 1) / (drawn_n - 1);
    // A stair: what holds up to the next value.
    if (!out.points.empty()) {
      out.points.push_back({values[k], out.points.back().y});
    }
    out.points.push_back({values[k], static_cast<double>(k + 1) / static_cast<double>(n)});
  }
  return out;
}

}  // namespace gauntlet::calibration
