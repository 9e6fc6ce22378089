// What a runner hands over when one seed has run: the truth, what the system under test reported,
// and the accounts that neither of them keeps. Metrics, result files and the report are made from
// nothing else, so reports never include the world.
//
// Plain data. The record borrows truth and events; everything else it owns. Times are in the clock
// domain their type names; plain seconds are seconds of the run (host clock, 0 at truth.begin).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/counters.h"
#include "core/base/time.h"
#include "core/events/event_log.h"
#include "core/truth/truth.h"

namespace gauntlet::reports {

// One device's connection to the phone, as the radio saw it. Index = DeviceIndex.
struct LinkAccount {
  // False for the phone's own sensors: no radio, no bytes, and not counted in timing.error_ms.
  bool radio = true;
  std::uint64_t bytes = 0;  // carried, retransmissions not counted
  double seconds = 0;       // for which the connection existed
  // The most that ever waited in the device: the age of its oldest byte, and its size.
  double backlog_max_ms = 0;
  std::uint64_t backlog_max_bytes = 0;
  // Age of the oldest waiting byte, once a second of the run from second 0.
  std::vector<float> backlog_ms;
};

// What a simulated wearable spent over the run.
struct DeviceAccount {
  std::string name;
  double energy_mj = 0, radio_mj = 0;  // the latter is part of the former
  double wake_ups = 0, reads = 0, awake_ms = 0;
  double radio_ms = 0;   // on the air, polls included
  double air_bytes = 0;  // on the air, everything included
  // Bytes by layer: of messages, of packet headers, of packets lost and sent again, around packets.
  std::uint64_t payload_bytes = 0, header_bytes = 0, repeated_bytes = 0, framing_bytes = 0;
  // Connection events given to, and ended for, another device on the phone's radio.
  std::uint64_t events_skipped = 0, events_cut = 0;
  std::uint64_t connections_lost = 0;
  std::uint64_t outbox_refusals = 0;  // offers of a frame while another was under way
};

// What the services' doors did, by their own count.
struct ServicesAccount {
  std::uint64_t accepted = 0;
  Counters refused;  // by reason: "expired", "bad_signature", "no_token"
  // Of attackers; none in a run without.
  std::uint64_t attack_requests = 0;
  std::uint64_t attack_accepted = 0;
  std::uint64_t attack_refused = 0;
  std::uint64_t attack_over_quota = 0;
  std::optional<double> refused_after_s;  // of the first that was refused
  bool flooded = false;                   // nothing granted is no success against it
  Counters over_quota;                    // whoever asked, by what had no more: "address", "token"
};

// A place where a canary could turn up: a store's file, a log, a captured wire, byte for byte.
struct SearchedPlace {
  std::string name;  // "ingest.sqlite", "wire.phone-authz"
  std::string bytes;
  // Identifiers that may appear there: "user_id", "name", "email", "cluster_id", "session_id".
  std::vector<std::string> allowed;
  // Whether user_id and session_id may be found in it together (each must be allowed as well).
  bool may_join_user_and_session = false;
};

struct RunRecord {
  const Truth& truth;
  const EventLog& events;
  std::vector<LinkAccount> links;
  ServicesAccount services;
  std::vector<SearchedPlace> places;
  std::string scenario;  // its name
  std::uint64_t seed = 0;
  Duration duration{};
  // How the classifier's training data and this run are kept apart, in words. Every accuracy is
  // printed with it: "trained on simulated people 1000-1039, tested on others".
  std::string split;
  std::vector<DeviceAccount> devices = {};  // wearables that were simulated
};

}  // namespace gauntlet::reports
