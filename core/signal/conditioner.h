// One stream's way from placed samples to what classifiers see: grid, gap fill, spike removal,
// low-pass. Every stretch between gaps starts with fresh filters.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/options.h"
#include "core/base/time.h"
#include "core/signal/gap_fill.h"
#include "core/signal/grid_resampler.h"
#include "core/signal/hampel.h"
#include "core/signal/smoothing.h"

namespace gauntlet {

struct ConditionerOptions {
  double grid_period_ms = 20;
  ResampleMethod resample = ResampleMethod::linear;
  FillMethod fill = FillMethod::linear;
  double fill_max_ms = 300;
  double late_wait_ms = 1000;
  bool spike_removal = true;
  double spike_sigmas = 4;
  SmoothingMethod filter = SmoothingMethod::butterworth2;
  double low_pass_hz = 10;  // 0 switches it off
  double one_euro_beta = 0.02;
  void describe(OptionVisitor& v);
};

class Conditioner {
 public:
  explicit Conditioner(const ConditionerOptions& options);

  PushResult push(std::span<const HostTime> times, const float* xyz, Duration sample_period,
                  bool frame_missing, HostTime arrival) {
    return resampler_.push(times, xyz, sample_period, frame_missing, arrival);
  }
  // Appends the rows that are final at `now` (see grid_resampler.h); spike removal holds back three
  // more. With `flush` nothing is held back. `out` is this stream's alone.
  void advance(HostTime now, bool flush, GridRows& out);

  const GridResampler& resampler() const { return resampler_; }
  std::uint64_t spikes_removed() const { return hampel_.replaced(); }

 private:
  void end_stretch(GridRows& out);
  void predict_gaps(const GridRows::Run& run);
  void append(std::size_t first, std::size_t n, GridRows& out);

  ConditionerOptions options_;
  GridResampler resampler_;
  Hampel hampel_;
  Smoothing smoothing_;
  GridRows raw_;
  std::array<std::vector<double>, 3> past_;  // of the stretch, per axis: what gaps are filled from
  HostTime next_out_;                        // time of the next row to leave
  std::size_t stretch_rows_ = 0;             // rows that left since the stretch began
};

}  // namespace gauntlet
