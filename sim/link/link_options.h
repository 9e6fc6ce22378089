// Options of one wearable's connection to the phone.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/options.h"
#include "core/base/result.h"

namespace gauntlet::sim {

enum class LossKind : std::uint8_t { none, gilbert_elliott };

// Loss of whole tries. gilbert_elliott: a two-state chain that steps once a try (Gilbert 1960,
// Elliott 1963).
struct LossOptions {
  LossKind kind = LossKind::none;
  double good_to_bad = 0.01;  // gilbert_elliott, per try
  double bad_to_good = 0.2;
  double loss_good = 0.001;
  double loss_bad = 0.6;
  void describe(OptionVisitor& v);
};

// Times in which the phone lets the connection have few events only. Nothing is lost by it: what
// becomes of a wearable that gets less through than it produces is its firmware's doing.
struct DegradedOptions {
  double good_s = 0;  // mean dwell times; 0: always good
  double degraded_s = 380;
  double interval_ms = 750;
  std::int64_t packets_per_event = 1;
  void describe(OptionVisitor& v);
};

enum class DelayKind : std::uint8_t { exponential, empirical };

// From the last packet on the air to the phone's application.
struct DelayOptions {
  DelayKind kind = DelayKind::exponential;
  double min_ms = 2;
  double mean_ms = 8;  // exponential: min + exponential of mean - min
  double p50_ms = 18;  // empirical: straight lines between quantiles, from 0
  double p65_ms = 0;   // 0: on the line between its neighbours
  double p75_ms = 239;
  double p90_ms = 1051;
  double p95_ms = 1321;
  double max_ms = 2079;
  void describe(OptionVisitor& v);
  double at_quantile(double p) const;  // of the empirical one
};

enum class QueuePolicy : std::uint8_t { drop_oldest, drop_newest };

struct LinkOptions {
  double interval_ms = 30;
  std::int64_t peripheral_latency = 0;  // of effect while there is nothing to send
  double supervision_timeout_s = 6;
  std::int64_t packets_per_event = 4;
  std::int64_t packet_bytes = 80;
  std::int64_t packet_header_bytes = 0;  // of packet_bytes
  std::int64_t att_mtu = 0;
  std::int64_t ll_payload_bytes = 251;
  double packet_error = 0.01;
  std::int64_t tries = 5;
  double retry_ms = 200;
  std::int64_t give_up_errors = 0;
  double cap_bytes_per_s = 0;
  double cap_burst_bytes = 560;
  std::int64_t queue_bytes = 4096;
  QueuePolicy queue_policy = QueuePolicy::drop_oldest;
  DegradedOptions degraded;
  LossOptions loss;
  DelayOptions delay;
  double duplicate_probability = 0;
  double duplicate_min_ms = 2;
  double duplicate_max_ms = 3;
  double reorder_probability = 0;
  double disconnects_per_hour = 0;
  double reconnect_s = 4;

  void describe(OptionVisitor& v);
  // What ranges cannot say ("bad_link"); Link insists on it.
  Result<void> validate() const;
};

// "ble-default", "essay-280", "essay-max", "pebble".
const std::vector<std::string_view>& link_preset_names();
LinkOptions link_preset(std::string_view name);

}  // namespace gauntlet::sim
