// Options of a wearable's firmware: how samples are read, when frames are made, what happens when
// the radio is not ready for them, and what all that costs.
//
// Algorithms:
//   watermark  the sensor's FIFO raises an interrupt when a frame is full; a readout delay later
//              (now and then a stall) the firmware reads and stamps it
//   poll       algorithm 1 of the essay: every poll_ms wake up, read one sensor after the other,
//              sleep. A sample is what the sensor measures when it is asked, so the second sensor's
//              are a read later than the first one's, and both are stamped as if taken together:
//              its timing error
//   timer      algorithm 2: the sensors sample at their own rate into their FIFOs; a timer empties
//              them every timer_ms
// Outbox: `queue` hands every frame to the connection, which queues it. `one_in_flight` is the
// watch application of the recordings: a frame is refused while the one before it is under way; it
// is offered `outbox_tries` times, `outbox_wait_ms` apart, asleep in between, and then dropped
// ("wearable.outbox_busy"). The application does nothing else meanwhile: FIFOs fill up, polls do
// not happen, and an operating system that hands out samples in deliveries of `service_samples`
// finds nobody to take them ("wearable.not_taken"). From this the recordings' degraded mode
// follows: with a connection that needs more than 2.85 s for a frame and less than 4.3 s, every
// other frame is lost, and four deliveries of ten with it, so that the next frame holds 70 samples
// when it is closed for its age (`frame_ms_max`), 110 periods after the one before it.
// The recordings count no busy outbox as an error, or they would have ended within minutes.
// Leaves out: the processor's own speed (costs are constants), other applications, Bluetooth's
// flow control towards the firmware beyond "in flight or not".
#pragma once

#include <cstdint>

#include "core/base/options.h"
#include "core/base/result.h"

namespace gauntlet::sim {

enum class Overflow : std::uint8_t { drop_oldest, drop_newest };
enum class Algorithm : std::uint8_t { watermark, poll, timer };
enum class OutboxPolicy : std::uint8_t { queue, one_in_flight };
enum class Compression : std::uint8_t { off, delta };

struct FirmwareOptions {
  Algorithm algorithm = Algorithm::watermark;
  std::int64_t batch = 100;
  std::int64_t fifo_samples = 200;
  Overflow overflow = Overflow::drop_oldest;
  double readout_delay_ms = 0.35;  // mean, exponential
  double stall_per_hour = 0;
  double stall_ms = 1500;  // mean, exponential
  double poll_ms = 20;
  double timer_ms = 500;
  double wake_latency_ms = 0.1;  // of poll and timer: mean, exponential
  double timer_error_sd_ppm = 20;
  double read_ms = 0.2;       // of one sample, by itself
  double fifo_read_us = 135;  // of one sample, in a burst
  Compression compression = Compression::off;
  OutboxPolicy outbox = OutboxPolicy::queue;
  std::int64_t outbox_tries = 5;
  double outbox_wait_ms = 200;
  std::int64_t service_samples = 0;
  double frame_ms_max = 0;
  double wake_ms = 0.34;  // awake per wake-up, beside reading and packing
  double pack_us = 15;    // per sample
  void describe(OptionVisitor& v);
  // What ranges cannot say.
  Result<void> validate() const;
};

// Costs of what the firmware and its radio do; nothing here changes a sample.
struct EnergyOptions {
  double wake_uj = 7.2;  // per wake-up
  double awake_mw = 22;
  double asleep_mw = 0.003;
  double radio_uj_per_byte = 0.44;
  double radio_uj_per_event = 66;  // connection event attended
  double conversion_uj = 0.45;     // of each conversion beyond one a sample
  void describe(OptionVisitor& v);
};

struct EnergyAccount {
  std::uint64_t wake_ups = 0;
  std::uint64_t reads = 0;              // transactions on the sensors' bus
  std::uint64_t outbox_busy = 0;        // offers of a frame that were refused
  std::uint64_t polls_missed = 0;       // while the outbox was waited for: samples never taken
  std::uint64_t bytes = 0;              // of frames handed to the connection
  std::uint64_t extra_conversions = 0;  // beyond one a sample
  double awake_ms = 0;
};

// What the radio did in the same time.
struct RadioUse {
  std::uint64_t bytes = 0;   // on the air, everything included
  std::uint64_t events = 0;  // connection events attended
};

struct Energy {
  double wake_mj = 0, awake_mj = 0, asleep_mj = 0, radio_mj = 0, conversions_mj = 0;
  double total_mj() const { return wake_mj + awake_mj + asleep_mj + radio_mj + conversions_mj; }
};
Energy energy_of(const EnergyAccount& firmware, const RadioUse& radio, const EnergyOptions& costs,
                 double run_s);

}  // namespace gauntlet::sim
