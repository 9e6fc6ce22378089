// Everything about the phone application that can be chosen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/options.h"
#include "core/phone/guard.h"
#include "core/phone/repetition_counter.h"
#include "core/phone/repetition_profile.h"
#include "core/phone/repetition_tracker.h"
#include "core/runtime/runtime.h"
#include "core/signal/clock_aligner.h"
#include "core/signal/conditioner.h"

namespace gauntlet {

enum class WireFormat : std::uint8_t { automatic, pebble5, pebble16, muvr20, delta18 };

// A set begins when `start_votes` of the last `votes` windows are one exercise, and ends when
// `end_votes` of them are none; by hand, where the user marks it.
struct SetOptions {
  std::int64_t votes = 5;
  std::int64_t start_votes = 3;
  std::int64_t end_votes = 4;
  double min_confidence = 0.4;
  double silence_s = 10;
  bool by_hand = false;
  void describe(OptionVisitor& v);
};

struct UploadOptions {
  bool enabled = true;
  double period_s = 10;
  std::int64_t outbox_chunks = 360;
  double retry_first_s = 1;
  double retry_max_s = 60;
  double finish_timeout_s = 300;
  Endpoint authz{"authz", 8001};
  Endpoint ingest{"ingest", 8002};
  std::string user;
  std::string secret;
  void describe(OptionVisitor& v);
};

struct PhoneOptions {
  WireFormat format = WireFormat::automatic;
  // Of 32 bytes, by DeviceIndex; a device that has one must tag its frames (authz/frame_tag.h). Not
  // in describe(): whoever pairs the devices puts them here.
  std::vector<std::string> frame_keys;
  AlignerOptions aligner;
  ConditionerOptions signal;
  double fusion_period_ms = 500;
  double hop_ms = 500;
  std::int64_t classify_device = -1;
  double classify_cost_ms = 5;
  std::int64_t pending_windows = 16;
  double max_filled = 0.5;
  double worn_silence_s = 3;
  double display_ms = 16;
  bool automatic_session = true;
  double session_linger_s = 10;
  GuardOptions guard;
  SetOptions sets;
  RepetitionCounterOptions repetitions;
  RepetitionTrackerOptions tracker;
  // What came with the model; exercises without one are counted by what is periodic in them. Not in
  // describe(): whoever loads the model puts them here.
  std::vector<RepetitionProfile> profiles;
  UploadOptions upload;
  void describe(OptionVisitor& v);
};

}  // namespace gauntlet
