// Where on the phone's clock each sample of a wearable's frame was taken. The only place in
// measured code that converts DeviceTime to HostTime.
//
// A frame says: my last sample was taken at `end` (device clock), I hold `count` samples that span
// `duration` (count periods: from the end of the frame before). The phone adds when it arrived.
// From that each aligner estimates; they differ in what they believe:
//
//   first_seen     the arrival of the first frame anchors the device clock, which is believed ever
//                  after (the essay). Keeps the first frame's delay and all of the skew.
//   round_even     first_seen, then placed on the 20 ms grid: a frame gets as many slots as lie
//                  between its rounded ends, its samples are spread over them evenly, samples
//                  removed or slots left to be duplicated evenly (the essay's decoder, repaired).
//   floor20        the first decoder: frames laid end to end, each one's duration floored to a
//                  multiple of 20 ms. Loses 10.3 s an hour on a true 48.879 Hz device.
//   nominal        frames laid end to end at the rate the header names. Loses 80.7 s an hour there.
//   least_squares  regression of arrival minus stamp.
//   hull           lower convex hull of arrival minus stamp.
//   kalman         gated Kalman on offset and skew with exponential delays; the default. A hull
//                  runs beside it as a check: estimate().check_disagreements; when they disagree
//                  for several frames the filter is set to the hull's offset.
//
// No one-way method can see a constant delay: it stays in every estimate. What is known of it from
// elsewhere (a link's least latency, its throughput) may be given as a prior and is subtracted.
// The sample period is estimated from the frames (sample_period.h), never assumed, but by `nominal`
// and `floor20`, whose defect is just that.
//
// Not thread-safe. One aligner per stream.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "core/base/options.h"
#include "core/base/time.h"

namespace gauntlet {

enum class AlignerMethod : std::uint8_t {
  first_seen,
  round_even,
  floor20,
  nominal,
  least_squares,
  hull,
  kalman
};

struct AlignerOptions {
  AlignerMethod method = AlignerMethod::kalman;
  double grid_ms = 20;
  double prior_delay_ms = 0;
  double prior_bytes_per_s = 0;  // 0: unknown
  double skew_limit_ppm = 300;
  double memory_s = 3600;
  double period_gate = 0.06;
  double gate = 6;
  double stamp_noise_ms = 1;
  double thermal_ppm = 2;
  double check_limit_ms = 50;
  void describe(OptionVisitor& v);
  // `method` alone, under a name of the caller's choice.
  void describe_method(OptionVisitor& v, std::string_view name);
};

struct FrameTiming {
  DeviceTime end;              // stamp of the last sample
  Duration duration{};         // 0 when the format has none
  std::uint32_t count = 0;     // samples
  std::uint64_t sequence = 0;  // unwrapped, consecutive frames differ by 1
  double nominal_hz = 0;       // what the header names, 0 when it names none
  std::uint32_t bytes = 0;     // on the wire
  HostTime arrival;
};

struct ClockEstimate {
  std::uint64_t frames = 0;
  double sample_period_s = 0;
  double skew_ppm = 0;         // of the host's clock against the device's
  std::uint64_t gated = 0;     // frames whose delay was not believed
  std::uint64_t restarts = 0;  // clock steps followed
  std::uint64_t check_disagreements = 0;
};

class ClockAligner {
 public:
  virtual ~ClockAligner() = default;
  // Writes the estimated host time of each sample; out.size() == frame.count. Times within a frame
  // do not decrease. Frames come in order of arrival, duplicates already removed.
  virtual void on_frame(const FrameTiming& frame, std::span<HostTime> out) = 0;
  virtual ClockEstimate estimate() const = 0;
};

std::unique_ptr<ClockAligner> make_clock_aligner(const AlignerOptions& options);

}  // namespace gauntlet
