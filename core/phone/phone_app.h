// The mobile application: takes frames of wearables and the phone's own samples, aligns and fuses
// them on a timer, classifies windows, finds sets, counts repetitions, shows them, and uploads what
// it fused. Knows time, network and chance only through its Runtime.
//
// Lag is honest: a window's modelled cost is slept before its result is reported, windows are
// classified one after another as on one core, and what is shown is stamped when it is on screen.
//
// A model for every subset of worn sensors (learn/subset_serving.h) is asked about the sensors that
// have the whole window: one that drops out, or that the guard distrusts, leaves the others to
// their own classifier (counted, by the mask: phone.windows_worn.5). Repetitions are counted by the
// first wearable alone.
//
// Everything is reported to the sink; losses inside (skipped windows, a full outbox) are counted.
// Calls and coroutines are on the runtime's executor. The references must stay valid until the
// application is destroyed or the runtime has no work left, whichever is later; a destroyed
// application reports nothing any more.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "core/base/counters.h"
#include "core/events/events.h"
#include "core/learn/serving.h"
#include "core/phone/cloud.h"
#include "core/phone/phone_options.h"
#include "core/runtime/runtime.h"

namespace gauntlet {

class PhoneApp {
 public:
  // Talks HTTP to the endpoints of the options.
  PhoneApp(Runtime& runtime, PhoneOptions options, const learn::Serving& model, EventSink& sink);
  // Talks to `cloud`, which may be null when uploading is off.
  PhoneApp(Runtime& runtime, PhoneOptions options, const learn::Serving& model, EventSink& sink,
           std::unique_ptr<Cloud> cloud);
  ~PhoneApp();
  PhoneApp(const PhoneApp&) = delete;
  PhoneApp& operator=(const PhoneApp&) = delete;

  void on_frame(DeviceIndex device, std::span<const std::byte> bytes, HostTime arrival);
  // The phone's own samples, stamped by its own clock: 3 values a stamp. One frame of its device.
  void on_local(StreamId stream, std::span<const HostTime> stamps, std::span<const float> values,
                HostTime arrival);
  // A session that the user ends stays open for session_linger_s: data are still on their way.
  void on_mark(const UserMark& mark);
  // No more input. What is held is fused, classified, shown and uploaded within the next fusion
  // period, the upload time-out and the windows' cost; then nothing is left on the runtime.
  void finish();

  const Counters& counters() const;
  // Hexadecimal; empty outside a session.
  std::string session_id() const;
  // Null before the stream's first frame.
  const ClockAligner* aligner(StreamId stream) const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace gauntlet
