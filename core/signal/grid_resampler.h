// From samples at estimated host times to rows on a regular grid (multiples of the period since the
// host clock's epoch, so that all streams of a phone share it).
//
// A grid row is emitted once it can no longer change: when the samples it is made of are there and
// nothing can still come between them. Where a frame is missing between two samples, the row waits
// until `late_wait` has passed since the later one arrived. A gap up to `fill_max` is filled, and
// its rows are flagged; a longer one stays a gap: the stretch ends and another begins.
//
// A step between samples of more than kGapFactor sample periods is a gap, whether or not a frame is
// known to be missing (a watch under back-pressure drops samples inside its buffer).
//
// Methods: round_even takes the nearest sample, which removes or duplicates samples evenly; linear;
// cubic is Hermite with non-uniform finite-difference slopes (Catmull-Rom on a regular grid), one
// sided at gaps; band_limited is a sinc under Lanczos's window of kLobes samples on either side
// (Duchon 1979), normalised, which waits for so many samples more, and is cubic near gaps.
//
// Memory: bounded by kBufferMax samples (the oldest are given up, counted); no allocation once
// warm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/time.h"

namespace gauntlet {

enum class ResampleMethod : std::uint8_t { linear, cubic, round_even, band_limited };
// The resampler itself puts a line where another method is named (conditioner.h predicts).
enum class FillMethod : std::uint8_t { linear, hold, none, burg, seasonal, automatic };

struct ResamplerOptions {
  Duration period = std::chrono::milliseconds{20};
  ResampleMethod method = ResampleMethod::linear;
  FillMethod fill = FillMethod::linear;
  Duration fill_max = std::chrono::milliseconds{300};
  Duration late_wait = std::chrono::milliseconds{1000};
};

// Rows of one or several stretches. values: 3 per row.
struct GridRows {
  struct Run {
    HostTime start;
    std::size_t first = 0, count = 0;
    bool continues = false;  // the row before start was the last one emitted earlier
  };
  std::vector<float> values;
  std::vector<std::uint8_t> filled;
  std::vector<Run> runs;
  void clear() {
    values.clear();
    filled.clear();
    runs.clear();
  }
};

// What became of a pushed batch: rows [first, last) were taken. Those before `stale` lie at or
// before the last emitted row; the others left out overlap with samples that were there before.
struct PushResult {
  std::size_t first = 0, last = 0;
  std::size_t stale = 0;
};

class GridResampler {
 public:
  explicit GridResampler(const ResamplerOptions& options) : options_(options) {}

  // Times do not decrease. `frame_missing`: something was sent before this batch and did not come
  // (it may still). `sample_period` is the present estimate.
  PushResult push(std::span<const HostTime> times, const float* xyz, Duration sample_period,
                  bool frame_missing, HostTime arrival);
  // Appends every row that is final at `now`. With `flush` nothing more will come: no row waits.
  void advance(HostTime now, bool flush, GridRows& out);

  bool has_edge() const { return emitted_any_; }
  // The last emitted row.
  HostTime edge() const { return HostTime{Duration{next_ - options_.period.count()}}; }
  std::uint64_t filled_rows() const { return filled_rows_; }
  std::uint64_t gaps() const { return gaps_; }
  std::uint64_t given_up() const { return given_up_; }

 private:
  static constexpr double kGapFactor = 1.75;
  static constexpr std::size_t kLobes = 4;
  static constexpr std::size_t kBufferMax = 1 << 16;
  struct Sample {
    std::int64_t t;
    float v[3];
    bool missing_before;  // a frame is missing between the predecessor and this one
    std::int64_t arrival;
  };
  enum class Step { emitted, blocked, jumped };

  std::size_t insert_position(std::int64_t t) const;
  bool is_gap(std::size_t i) const;  // between i and i + 1
  Step step(HostTime now, bool flush, GridRows& out);
  void interpolate(std::size_t i, float* row) const;
  bool interpolate_sinc(std::size_t i, float* row) const;  // false: not enough neighbours
  std::size_t rows_ahead() const;  // samples that must follow the pair around a row
  double slope(std::size_t i, int axis) const;
  void emit(const float* row, bool filled, GridRows& out);
  void forget();

  ResamplerOptions options_;
  std::vector<Sample> samples_;
  std::size_t head_ = 0;  // samples before it are only history
  std::int64_t period_ns_ = 0;
  std::int64_t next_ = 0;  // the grid row to be emitted next
  bool started_ = false, emitted_any_ = false, joined_ = false;
  std::uint64_t filled_rows_ = 0, gaps_ = 0, given_up_ = 0;
};

}  // namespace gauntlet
