// What a pipeline may claim: no more than it was given, and nothing of the future. Keeps the book
// of the frames that were handed over and of what has been claimed of each.
//
// Codes of what is refused: "future" (beyond the input's time), "past" (shown before the input that
// caused it), "unknown_frame", "too_many_samples" (more than the frame carries, or twice), "value"
// (no such thing: a confidence of 7, a label of a page), "fused_samples" (accounts for samples it
// was never given: input = "fused").
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/ports/external_codec.h"

namespace gauntlet::external {

class AnswerCheck {
 public:
  // What is shown may be announced for at most this long ahead.
  static constexpr Duration kAhead = std::chrono::seconds{60};

  explicit AnswerCheck(PipelineInput input) : input_(input) {}

  // The next frame of a device; `samples` unknown when it cannot be decoded.
  FrameRef add_frame(DeviceIndex device, SensorKind sensor, std::optional<std::uint32_t> samples);

  // `now` is the time of the input that is answered.
  Result<void> aligned(const Aligned& a, HostTime now);
  Result<void> rejected(const SamplesRejected& r);
  Result<void> window(const WindowClassified& w, HostTime now) const;
  Result<void> shown(const Shown& s, HostTime now) const;

  // Every frame of which samples are in nobody's book.
  struct Gap {
    FrameRef frame;
    SensorKind sensor;
    std::uint32_t samples;
  };
  std::vector<Gap> gaps() const;

 private:
  struct Frame {
    SensorKind sensor;
    std::optional<std::uint32_t> samples;
    std::uint32_t claimed = 0;
    bool mentioned = false;
  };
  Result<Frame*> find(FrameRef ref);
  Result<void> claim(FrameRef ref, std::uint64_t count);
  PipelineInput input_;
  std::map<DeviceIndex, std::vector<Frame>> frames_;
};

}  // namespace gauntlet::external
