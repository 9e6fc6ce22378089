// When each sample of a stream of time-stamped buffers was taken, on the device's own clock: the
// three decoders that the replay compares.
//
//   floor20  each buffer starts at its time stamp, its duration floored to a multiple of 20 ms
//   (what
//            the first decoder of these captures did)
//   nominal  samples are 1 / rate apart, as the header says
//   aligned  the rate is estimated from the stream, robustly, and samples are laid on the fitted
//   line
//
// aligned: a run is a stretch of buffers that follow one another without loss. The stream's period
// is the slope common to all runs (least squares of time stamp over sample index, an intercept per
// run, three rounds in each of which what lies further than five median absolute deviations from
// the fit, and at least 3 ms, is left out). A run of four buffers or more has its own slope,
// shorter ones the stream's. Time stamps are whole milliseconds, so a run of k buffers of 100 knows
// its rate to about 1 ms / (k * 2 s). A buffer that is not regular (whose duration is more than 5 %
// off its count at the nominal rate: the degraded captures' 70 samples in 110 periods) belongs to
// no run; its samples are spread evenly between its own start and end, and it is not `regular`.
//
// Source of the 5 %: rate errors that drivers of real parts expect (facts on sensors: within +-5
// %). Units: milliseconds of the device clock. Never looks at arrival times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace gauntlet::replay {

enum class Decoder : std::uint8_t { floor20, nominal, aligned };
inline constexpr Decoder kDecoders[] = {Decoder::floor20, Decoder::nominal, Decoder::aligned};
std::string_view to_string(Decoder decoder);
// Error bad_decoder, which names what is accepted.
Result<Decoder> decoder_named(std::string_view name);

struct Buffer {
  std::uint32_t count = 0;  // samples
  double rate_hz = 50;      // nominal
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  bool follows = false;  // nothing was lost since the buffer before
  std::int64_t duration_ms() const { return end_ms - start_ms; }
};

// Sample k of a buffer was at first_ms + k * period_ms; the buffer lasts count * period_ms.
struct PlacedBuffer {
  double first_ms = 0;
  double period_ms = 0;
  bool regular = false;
};

struct Placement {
  std::vector<PlacedBuffer> buffers;  // one for each
  double rate_hz = 0;  // aligned: the stream's true rate; 0 when no buffer is regular
};

bool is_regular(const Buffer& buffer);
Placement place(Decoder decoder, std::span<const Buffer> buffers);

}  // namespace gauntlet::replay
