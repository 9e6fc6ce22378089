// What a system under test reports while it runs: the only thing, beside the bytes on its wires and
// in its stores, by which it is measured. All times are the host's (phone's) clock: measured code
// knows no other.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/sensor.h"
#include "core/base/time.h"

namespace gauntlet {

// Names the n-th frame (counted from 0, duplicates and corrupt ones included) that reached the
// phone on one device's connection. Device and phone agree on nothing else that is always there.
struct FrameRef {
  DeviceIndex device = 0;
  std::uint32_t ordinal = 0;
};

// Samples of a frame that were accepted, with the host time at which the system believes each was
// taken. `first` is the index within the frame of estimated[0]; sample k is first + k.
struct SamplesAligned {
  FrameRef frame;
  SensorKind sensor = SensorKind::accelerometer;
  std::uint32_t first = 0;
  std::span<const HostTime> estimated;
  HostTime at;  // when it was reported
};

// Samples of a frame (or all of it) that were not accepted. `reason` is one word
// ("duplicate", "truncated", "bad_magic", "stale"). A duplicate is no loss: its twin was accepted.
struct SamplesRejected {
  FrameRef frame;
  SensorKind sensor = SensorKind::accelerometer;
  std::uint32_t count = 0;
  std::string reason;
  HostTime at;
};

// A stretch of the fused, regular signal, as classifiers see it. Row k was at start + k * period.
// values: 3 per row (x, y, z), m/s2 or rad/s; filled[k] != 0 where the row was invented (gap fill).
struct FusedBlock {
  StreamId stream;
  HostTime start;
  Duration period{};
  std::span<const float> values;
  std::span<const std::uint8_t> filled;
  HostTime at;
};

// A classified window [from, to). `label` is the name of the exercise, empty for no exercise
// (NULL).
struct WindowClassified {
  HostTime from;
  HostTime to;
  std::string label;
  float confidence = 0;
  HostTime at;
};

// Something the user sees. `claimed` is when the system says it happened in the signal, `at` is
// when it was shown. `count` is the repetition number within the set, from 1.
struct Shown {
  enum class Kind : std::uint8_t { set_started, repetition, set_ended };
  Kind kind = Kind::repetition;
  std::string exercise;
  std::uint32_t count = 0;
  HostTime claimed;
  HostTime at;
};

// What the user did on the phone's screen. Marks are often wrong: forgotten, early, late.
struct UserMark {
  enum class Kind : std::uint8_t { session_start, session_end, set_start, set_end };
  Kind kind = Kind::set_start;
  std::string exercise;
  HostTime at;
  std::int64_t repetitions = 0;  // as typed with the end of a set; 0: nothing typed
};

// An upload as the phone sees it. `status` is the HTTP status, 0 if there was no answer.
struct UploadAttempted {
  std::uint64_t sequence = 0;
  std::uint64_t samples = 0;
  std::uint64_t bytes = 0;
  int status = 0;
  HostTime at;
  std::string session_id;  // the one the system gave to this session
  Duration took{};         // from the request to its answer
};

// A guard's suspicion of one window of one device's signal: the higher the score, the less it looks
// like a person's. `detector` is a literal: "noise", "clock", ...
struct GuardScored {
  std::string_view detector;
  DeviceIndex device = 0;
  HostTime to;  // end of the window, in the signal
  double score = 0;
  bool alarm = false;
  HostTime at;
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on(const SamplesAligned&) = 0;
  virtual void on(const SamplesRejected&) = 0;
  virtual void on(const FusedBlock&) = 0;
  virtual void on(const WindowClassified&) = 0;
  virtual void on(const Shown&) = 0;
  virtual void on(const UserMark&) = 0;
  virtual void on(const UploadAttempted&) = 0;
  virtual void on(const GuardScored&) = 0;
};

}  // namespace gauntlet
