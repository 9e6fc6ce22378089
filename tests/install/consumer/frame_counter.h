// The smallest pipeline whose books balance: it counts frames and says of every sample that it was
// not used.
#pragma once

#include <cstdint>
#include <map>

#include "core/ports/system_under_test.h"
#include "core/wire/frame.h"

class FrameCounter final : public gauntlet::SystemUnderTest {
 public:
  explicit FrameCounter(gauntlet::EventSink& sink) : sink_(sink) {}

  void on_frame(gauntlet::DeviceIndex device, std::span<const std::byte> bytes,
                gauntlet::HostTime arrival) override {
    using namespace gauntlet::wire;
    const auto frame = read_whole_frame(FrameFormat::pebble16, bytes);
    if (frame) {
      reject({device, frame->sensor()}, frame->count(), "unused", arrival);
    } else {
      reject({device, {}}, 0, frame.error().code, arrival);
    }
  }
  void on_local(const gauntlet::LocalBatch& batch, gauntlet::HostTime arrival) override {
    reject(batch.stream, batch.stamps.size(), "unused", arrival);
  }
  void on_mark(const gauntlet::UserMark&) override {}
  void finish() override {}

 private:
  void reject(gauntlet::StreamId stream, std::size_t count, std::string reason,
              gauntlet::HostTime at) {
    const gauntlet::FrameRef frame{stream.device, frames_[stream.device]++};
    sink_.on(gauntlet::SamplesRejected{frame, stream.sensor, static_cast<std::uint32_t>(count),
                                       std::move(reason), at});
  }

  gauntlet::EventSink& sink_;
  std::map<gauntlet::DeviceIndex, std::uint32_t> frames_;
};
