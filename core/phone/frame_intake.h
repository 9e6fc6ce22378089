// What comes over a wearable's connection or from the phone's own sensors, turned into placed,
// conditioned streams. Every sample of every frame ends as SamplesAligned or SamplesRejected:
//
//   the decoder's reasons (core/wire/frame.h: "truncated", "bad_magic", ...), for the whole frame
//   "duplicate"     its twin was accepted (same sensor, sequence and time stamp)
//   "unsupported"   a kind of data that is not used (all but movements)
//   "tag_missing", "tag_wrong", "tag_replayed"  of a device whose frames prove their origin
//                   (core/authz/frame_tag.h)
//   "stale"         placed at or before what has been fused already
//   "overlap"       placed where other samples are already
//   "out_of_order"  the phone's own stamps run backwards
//   "timestamp"     more than a day before the device clock's origin, or beyond the year 2191
//
// Missing frames are recognised by the device's own time (where does a frame begin, where did the
// one before end), which works whether its sensors share a sequence counter or not; the sequence
// number serves to recognise duplicates. A device whose stamps jump back by more than a minute or
// on by more than a day has restarted or was set: its streams are aligned anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/authz/frame_tag.h"
#include "core/base/counters.h"
#include "core/events/events.h"
#include "core/phone/guard.h"
#include "core/phone/phone_options.h"
#include "core/wire/frame.h"

namespace gauntlet {

class FrameIntake {
 public:
  FrameIntake(const PhoneOptions& options, EventSink& sink, Counters& counters);

  void on_frame(DeviceIndex index, std::span<const std::byte> bytes, HostTime arrival);
  void on_local(StreamId stream, std::span<const HostTime> stamps, std::span<const float> values,
                HostTime arrival);

  // Fuses what is final and reports it; rows() holds them until the next call.
  void fuse(HostTime now, bool flush);
  const std::map<StreamId, GridRows>& rows() const { return rows_; }
  Duration grid_period() const { return grid_; }
  // The first wearable whose frame was understood.
  std::optional<DeviceIndex> first_wearable() const { return first_wearable_; }
  // The guard's alarm at or after `from`; never without one.
  bool distrusts(DeviceIndex device, HostTime from) const {
    return guard_ && options_.guard.abstain && guard_->distrusts(device, from);
  }
  // Null before its first frame, and for the phone's own streams.
  const ClockAligner* aligner(StreamId stream) const;

 private:
  static constexpr std::size_t kRemembered = 64;
  struct Identity {
    std::uint64_t sequence;
    std::int64_t stamp_ns;
    std::uint64_t digest;
    HostTime arrival;
  };
  struct Stream {
    std::unique_ptr<ClockAligner> aligner;
    std::unique_ptr<Conditioner> conditioner;
    std::deque<Identity> seen;
    bool started = false;
    DeviceTime last_end;
    std::uint64_t sequence = 0;
  };
  struct Device {
    std::uint32_t frames = 0;
    std::optional<wire::FrameFormat> format;
    std::optional<FrameTagChecker> tags;
  };

  Device& device(DeviceIndex index);
  Result<wire::FrameView> read(Device& device, std::span<const std::byte> bytes) const;
  bool duplicate(Stream& s, const wire::FrameView& frame, HostTime arrival) const;
  FrameTiming timing(Stream& s, const wire::FrameView& frame, HostTime arrival, bool& missing);
  void place(Stream& s, StreamId id, FrameRef ref, Duration period, bool missing, HostTime arrival);
  void reject(FrameRef ref, SensorKind sensor, std::size_t count, std::string reason, HostTime at);
  Stream& stream(StreamId id);

  const PhoneOptions& options_;
  EventSink& sink_;
  Counters& counters_;
  Duration grid_;
  std::optional<Guard> guard_;
  std::map<DeviceIndex, Device> devices_;
  std::map<StreamId, Stream> streams_;
  std::map<StreamId, GridRows> rows_;
  std::optional<DeviceIndex> first_wearable_;
  std::vector<HostTime> times_;
  std::vector<std::int16_t> counts_;
  std::vector<float> values_;
};

}  // namespace gauntlet
