#include "replay/alignment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace gauntlet::replay {
namespace {

constexpr std::array<std::pair<std::string_view, Decoder>, 3> kNames{
    {{"floor20", Decoder::floor20}, {"nominal", Decoder::nominal}, {"aligned", Decoder::aligned}}};

constexpr std::int64_t kFirstDecoderStep_ms = 20;
constexpr double kRegularTolerance = 0.05;
constexpr std::size_t kOwnSlopeBuffers = 4;
constexpr int kRounds = 3;
constexpr double kOutlierDeviations = 5;
constexpr double kOutlierLeast_ms = 3;

// A buffer's end as a point to fit: `index` samples after the run's start.
struct Point {
  double index;
  double time_ms;
  bool inlier = true;
};

struct Run {
  std::size_t first_buffer;
  std::size_t buffers = 0;
  double origin_ms;  // times are relative to it, to keep the sums small
  std::vector<Point> points;
  double intercept_ms = 0;
  double period_ms = 0;
};

struct Moments {
  double n = 0, index = 0, time = 0;
};

Moments means(const Run& run) {
  Moments m;
  for (const Point& p : run.points) {
    if (!p.inlier) continue;
    m.n += 1;
    m.index += p.index;
    m.time += p.time_ms;
  }
  if (m.n > 0) {
    m.index /= m.n;
    m.time /= m.n;
  }
  return m;
}

// Slope common to the runs given, an intercept for each; 0 without two inliers in one of them.
double common_slope(std::span<const Run> runs) {
  double cross = 0, square = 0;
  for (const Run& run : runs) {
    const Moments m = means(run);
    for (const Point& p : run.points) {
      if (!p.inlier) continue;
      cross += (p.index - m.index) * (p.time_ms - m.time);
      square += (p.index - m.index) * (p.index - m.index);
    }
  }
  return square > 0 ? cross / square : 0;
}

void fit_line(Run& run, double stream_period_ms) {
  run.period_ms = stream_period_ms;
  if (run.buffers >= kOwnSlopeBuffers) {
    const double own = common_slope(std::span(&run, 1));
    if (own > 0) run.period_ms = own;
  }
  const Moments m = means(run);
  run.intercept_ms = m.time - m.index * run.period_ms;
}

double residual(const Run& run, const Point& p) {
  return std::abs(p.time_ms - run.intercept_ms - p.index * run.period_ms);
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double fit(std::vector<Run>& runs) {
  double period_ms = 0;
  for (int round = 0; round < kRounds; ++round) {
    const double slope = common_slope(runs);
    if (slope > 0) period_ms = slope;
    std::vector<double> residuals;
    for (Run& run : runs) {
      fit_line(run, period_ms);
      for (const Point& p : run.points) residuals.push_back(residual(run, p));
    }
    const double limit = std::max(kOutlierLeast_ms, kOutlierDeviations * median(residuals));
    for (Run& run : runs) {
      for (Point& p : run.points) p.inlier = residual(run, p) <= limit;
      if (means(run).n > 0) continue;
      for (Point& p : run.points) p.inlier = true;  // a run that is off as a whole: its own line
    }
  }
  return period_ms;
}

std::vector<Run> find_runs(std::span<const Buffer> buffers) {
  std::vector<Run> runs;
  bool open = false;
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    const Buffer& b = buffers[i];
    if (!is_regular(b)) {
      open = false;
      continue;
    }
    if (!open || !b.follows) {
      runs.push_back({i, 0, static_cast<double>(b.start_ms), {{0, 0}}});
    }
    open = true;
    Run& run = runs.back();
    const double index = run.points.back().index + b.count;
    run.points.push_back({index, static_cast<double>(b.end_ms) - run.origin_ms});
    ++run.buffers;
  }
  return runs;
}

PlacedBuffer spread_evenly(const Buffer& b, double duration_ms) {
  return {static_cast<double>(b.start_ms), b.count > 0 ? duration_ms / b.count : 0, false};
}

Placement place_aligned(std::span<const Buffer> buffers) {
  Placement placement;
  for (const Buffer& b : buffers) {
    placement.buffers.push_back(spread_evenly(b, static_cast<double>(b.duration_ms())));
  }
  std::vector<Run> runs = find_runs(buffers);
  const double period_ms = fit(runs);
  if (period_ms > 0) placement.rate_hz = 1000 / period_ms;
  for (const Run& run : runs) {
    double index = 0;
    for (std::size_t i = run.first_buffer; i < run.first_buffer + run.buffers; ++i) {
      placement.buffers[i] = {run.origin_ms + run.intercept_ms + index * run.period_ms,
                              run.period_ms, true};
      index += buffers[i].count;
    }
  }
  return placement;
}

}  // namespace

std::string_view to_string(Decoder decoder) {
  for (const auto& [name, known] : kNames) {
    if (known == decoder) return name;
  }
  return "unknown";
}

Result<Decoder> decoder_named(std::string_view name) {
  for (const auto& [known, decoder] : kNames) {
    if (known == name) return decoder;
  }
  return Error{"bad_decoder", std::string("'").append(name) +
                                  "' is no decoder; accepted: floor20, nominal, aligned"};
}

bool is_regular(const Buffer& b) {
  const double expected_ms = 1000.0 * b.count / b.rate_hz;
  return std::abs(static_cast<double>(b.duration_ms()) - expected_ms) <=
         kRegularTolerance * expected_ms;
}

Placement place(Decoder decoder, std::span<const Buffer> buffers) {
  if (decoder == Decoder::aligned) return place_aligned(buffers);
  Placement placement;
  for (const Buffer& b : buffers) {
    const auto floored = b.duration_ms() / kFirstDecoderStep_ms * kFirstDecoderStep_ms;
    const double duration_ms =
        decoder == Decoder::floor20 ? static_cast<double>(floored) : 1000.0 * b.count / b.rate_hz;
    placement.buffers.push_back(spread_evenly(b, duration_ms));
    placement.buffers.back().regular = is_regular(b);
  }
  return placement;
}

}  // namespace gauntlet::replay
