#include "calibration/recorded_motion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::calibration {
namespace {

constexpr double kFlat = 0.45;  // of the rate: what an anti-aliasing filter leaves
constexpr std::size_t kPerLobe = 512;

double sine(double x) {
  const double turns = x * (0.5 * std::numbers::inv_pi);
  const double quarter = std::floor(4 * (turns - std::floor(turns)) + 0.5);
  const double rest = 2 * std::numbers::pi * (turns - std::floor(turns) - 0.25 * quarter);
  return sim::portable::sine_cosine(rest, static_cast<std::uint64_t>(quarter)).sine;
}

// sinc(x) under a Hann window of kHalfLobes lobes, for x >= 0 in lobes; straight lines between.
class Kernel {
 public:
  Kernel() : values_(kHalfLobes * kPerLobe + 2) {
    values_[0] = 1;
    for (std::size_t i = 1; i + 1 < values_.size(); ++i) {
      const double x = std::numbers::pi * static_cast<double>(i) / kPerLobe;
      const double window = sine(x / (2 * kHalfLobes) + std::numbers::pi / 2);
      values_[i] = sine(x) / x * window * window;
    }
  }
  double operator()(double lobes) const {
    const double at = std::abs(lobes) * kPerLobe;
    const auto i = static_cast<std::size_t>(at);
    if (i + 1 >= values_.size()) return 0;
    const double share = at - static_cast<double>(i);
    return values_[i] + share * (values_[i + 1] - values_[i]);
  }

 private:
  std::vector<double> values_;
};

// Samples [first, last] of the track, evenly spaced.
struct Run {
  std::size_t first = 0, last = 0;
  double begin_s = 0, end_s = 0;
  double period_s = 0;
};

class RecordedMotion final : public sim::Motion {
 public:
  RecordedMotion(std::shared_ptr<const replay::SampleTrack> track, std::int64_t origin_ns,
                 double bandwidth_hz)
      : track_(std::move(track)), bandwidth_hz_(bandwidth_hz) {
    CHECK(track_->rows() >= 2 && bandwidth_hz > 0, track_->rows(), bandwidth_hz);
    find_runs(origin_ns);
  }

  void evaluate(std::span<const WorldTime> t, float* force, float* rate) const override {
    if (t.empty()) return;
    std::size_t run = 0;
    std::array<float, 6> row{};
    for (std::size_t i = 0; i < t.size(); ++i) {
      const double s = seconds_since_origin(t[i]);
      if (i == 0) {
        const auto after = std::upper_bound(runs_.begin(), runs_.end(), s,
                                            [](double x, const Run& r) { return x < r.begin_s; });
        run = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, after - runs_.begin() - 1));
      }
      while (run + 1 < runs_.size() && runs_[run + 1].begin_s <= s) ++run;
      at(run, s, row);
      for (std::size_t k = 0; k < 3 && force; ++k) {
        force[3 * i + k] = track_->inverted ? -row[k] : row[k];
      }
      if (rate) std::copy_n(row.begin() + 3, 3, rate + 3 * i);
    }
  }

  void see(std::span<const WorldTime> t, const std::array<double, 3>& world,
           float* seen) const override {
    for (std::size_t i = 0; i < t.size(); ++i) {
      const std::array<double, 3> up = up_at(t[i]);
      // The shortest turn from (0, 0, 1) to `up`.
      const auto cross = [](const std::array<double, 3>& a, const std::array<double, 3>& b) {
        return std::array<double, 3>{a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2],
                                     a[0] * b[1] - a[1] * b[0]};
      };
      const std::array<double, 3> axis = cross({0, 0, 1}, up);
      const auto once = cross(axis, world), twice = cross(axis, once);
      for (std::size_t k = 0; k < 3; ++k) {
        seen[3 * i + k] =
            static_cast<float>(world[k] + once[k] + twice[k] / std::max(1 + up[2], 1e-6));
      }
    }
  }

 private:
  // The mean direction of the specific force over a second.
  std::array<double, 3> up_at(WorldTime t) const {
    std::array<WorldTime, 5> around;
    for (std::size_t k = 0; k < around.size(); ++k) {
      around[k] = t + std::chrono::milliseconds(250 * (static_cast<int>(k) - 2));
    }
    std::array<float, 15> force{};
    evaluate(around, force.data(), nullptr);
    std::array<double, 3> up{};
    for (std::size_t k = 0; k < force.size(); ++k) up[k % 3] += static_cast<double>(force[k]);
    const double length = std::hypot(up[0], up[1], up[2]);
    if (length <= 0) return {0, 0, 1};
    for (double& u : up) u /= length;
    return up;
  }

  void find_runs(std::int64_t origin_ns) {
    const auto& t = track_->time_ns;
    const auto seconds = [&](std::size_t i) {
      return static_cast<double>(t[i] - origin_ns) * 1e-9;
    };
    std::size_t first = 0;
    for (std::size_t i = 1; i <= t.size(); ++i) {
      const bool ends = i == t.size() || seconds(i) - seconds(i - 1) > kGap_s;
      if (!ends) continue;
      Run run{first, i - 1, seconds(first), seconds(i - 1), 0};
      if (run.last > run.first) {
        run.period_s = (run.end_s - run.begin_s) / static_cast<double>(run.last - run.first);
      }
      runs_.push_back(run);
      first = i;
    }
  }

  void row_of(std::size_t i, std::array<float, 6>& row) const {
    std::copy_n(track_->force_mps2.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, row.begin());
    if (!track_->has_rate()) return;
    std::copy_n(track_->rate_radps.begin() + static_cast<std::ptrdiff_t>(3 * i), 3,
                row.begin() + 3);
  }

  void at(std::size_t index, double s, std::array<float, 6>& row) const {
    const Run& run = runs_[index];
    if (s <= run.begin_s || run.period_s <= 0) {
      row_of(run.first, row);
    } else if (s <= run.end_s) {
      filtered(run, s, row);
    } else if (index + 1 == runs_.size()) {
      row_of(run.last, row);
    } else {
      std::array<float, 6> next{};
      row_of(run.last, row);
      row_of(runs_[index + 1].first, next);
      const double share = (s - run.end_s) / (runs_[index + 1].begin_s - run.end_s);
      for (std::size_t k = 0; k < 6; ++k) row[k] += static_cast<float>(share) * (next[k] - row[k]);
    }
  }

  void filtered(const Run& run, double s, std::array<float, 6>& row) const {
    const double rate_hz = 1 / run.period_s;
    // The kernel's first zeros are a sample apart at full bandwidth, more below.
    const double scale = std::min(1.0, bandwidth_hz_ / (kFlat * rate_hz));
    const double centre = (s - run.begin_s) / run.period_s;
    const double reach = kHalfLobes / scale;
    const double count = static_cast<double>(run.last - run.first);
    const auto low = static_cast<std::ptrdiff_t>(std::ceil(centre - reach));
    const auto high = static_cast<std::ptrdiff_t>(std::floor(centre + reach));
    std::array<double, 6> sum{};
    double weights = 0;
    std::array<float, 6> sample{};
    for (std::ptrdiff_t i = low; i <= high; ++i) {
      const double w = kernel_((static_cast<double>(i) - centre) * scale);
      const double inside = std::clamp(static_cast<double>(i), 0.0, count);
      row_of(run.first + static_cast<std::size_t>(inside), sample);
      for (std::size_t k = 0; k < 6; ++k) sum[k] += w * static_cast<double>(sample[k]);
      weights += w;
    }
    for (std::size_t k = 0; k < 6; ++k) row[k] = static_cast<float>(sum[k] / weights);
  }

  std::shared_ptr<const replay::SampleTrack> track_;
  double bandwidth_hz_;
  Kernel kernel_;
  std::vector<Run> runs_;
};

}  // namespace

std::unique_ptr<sim::Motion> make_recorded_motion(std::shared_ptr<const replay::SampleTrack> track,
                                                  std::int64_t origin_ns, double bandwidth_hz) {
  return std::make_unique<RecordedMotion>(std::move(track), origin_ns, bandwidth_hz);
}

}  // namespace gauntlet::calibration
