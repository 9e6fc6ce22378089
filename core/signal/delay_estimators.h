// What one-way traffic says about two clocks. An observation is (x, y): x the device's time stamp,
// y = arrival on the host's clock minus x, both in seconds. The model is
//
//   y = offset + skew * (x - x0) + delay,   delay >= 0,
//
// and the estimate is of offset + skew * (x - x0). None of these can see a constant delay: it stays
// in the offset. Least squares also keeps the mean of the varying delay; the hull and the Kalman
// filter follow the lower envelope (the luckiest packets), which has almost none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gauntlet {

class DelayEstimator {
 public:
  virtual ~DelayEstimator() = default;
  virtual void observe(double x_s, double y_s) = 0;
  // Estimated host minus device clock at device time x. Needs one observation.
  virtual double offset_s(double x_s) const = 0;
  virtual double skew() const = 0;
  virtual std::uint64_t gated() const { return 0; }
  virtual std::uint64_t restarts() const { return 0; }
  // Somebody who knows better says what the offset is at x. Only a filter with a memory listens.
  virtual void correct(double /*x_s*/, double /*offset_s*/) {}
};

// Ordinary least squares over everything seen, as running sums about the first observation.
class LeastSquares final : public DelayEstimator {
 public:
  explicit LeastSquares(double skew_limit) : limit_(skew_limit) {}
  void observe(double x_s, double y_s) override;
  double offset_s(double x_s) const override;
  double skew() const override;

 private:
  double limit_;
  double x0_ = 0, y0_ = 0;
  double n_ = 0, sx_ = 0, sy_ = 0, sxx_ = 0, sxy_ = 0;
};

// The edge of the lower convex hull over the mean of x: the line beneath all points that has the
// least total distance from them (Moon, Skelly, Towsley, "Estimation and removal of clock skew from
// network delay measurements", INFOCOM 1999). Vertices older than `memory` are forgotten, so a
// clock that bends with temperature is followed; at most kVertices are kept.
class LowerHull final : public DelayEstimator {
 public:
  LowerHull(double skew_limit, double memory_s) : limit_(skew_limit), memory_s_(memory_s) {}
  void observe(double x_s, double y_s) override;
  double offset_s(double x_s) const override;
  double skew() const override { return skew_; }
  void clear();

 private:
  static constexpr std::size_t kVertices = 512;
  struct Point {
    double x, y;
  };
  void fit();

  double limit_, memory_s_;
  double x0_ = 0, y0_ = 0;  // points are kept relative to the first, for precision
  std::vector<Point> hull_;
  double sum_x_ = 0, n_ = 0;
  double skew_ = 0, intercept_ = 0;
};

// Kalman filter on (offset, skew) whose observations carry an exponential delay: the predicted
// offset, a normal, is tilted by the exponential's density and truncated from above at y (nothing
// arrives before it was sent), and mean and variance of the result are the update. The mean delay
// is learned from the median residual; residuals above `gate` mean delays tell nothing (a
// retransmission, back-pressure) and are skipped; after kGatedRun of them in a row the clock has
// stepped and the filter starts again.
struct KalmanTuning {
  double skew_sigma = 100e-6;      // prior
  double skew_walk = 2e-6 / 24.5;  // per sqrt(s): 2 ppm in 10 minutes (thermal)
  double offset_walk_s = 5e-6;     // per sqrt(s)
  double stamp_noise_s = 1e-3;     // resolution of the device's stamps, shape of the delays
  double first_delay_s = 30e-3;    // mean delay until it has been learned
  double gate = 6;
};

class DelayKalman final : public DelayEstimator {
 public:
  explicit DelayKalman(const KalmanTuning& tuning) : tuning_(tuning) {}
  void observe(double x_s, double y_s) override;
  double offset_s(double x_s) const override { return offset_ + skew_ * (x_s - x_); }
  double skew() const override { return skew_; }
  std::uint64_t gated() const override { return gated_; }
  std::uint64_t restarts() const override { return restarts_; }
  void correct(double x_s, double offset_s) override;
  double sigma_s() const;
  double mean_delay_s() const { return mean_delay_; }

 private:
  static constexpr std::size_t kResiduals = 64;
  static constexpr int kGatedRun = 15;
  void start(double x_s, double y_s);
  void predict(double dx_s);
  void update(double y_s);
  void learn_delay(double residual_s);

  KalmanTuning tuning_;
  bool started_ = false;
  double x_ = 0, offset_ = 0, skew_ = 0;
  double p00_ = 0, p01_ = 0, p11_ = 0;
  double mean_delay_ = 0;
  std::array<double, kResiduals> residuals_{};
  std::size_t used_ = 0, next_ = 0;
  int gated_run_ = 0;
  std::uint64_t gated_ = 0, restarts_ = 0;
};

}  // namespace gauntlet
