#include "sim/wearable/firmware.h"

#include <algorithm>
#include <string>

namespace gauntlet::sim {

void FirmwareOptions::describe(OptionVisitor& v) {
  v.choice(
      "algorithm", algorithm,
      {{"watermark", Algorithm::watermark}, {"poll", Algorithm::poll}, {"timer", Algorithm::timer}},
      "how samples are read: FIFO interrupt, the essay's algorithm 1, its algorithm 2");
  v.integer("batch", batch, {1, 255}, "samples", "FIFO watermark and samples of a frame",
            "recordings: 100");
  v.integer("fifo_samples", fifo_samples, {1, 65536}, "samples", "room in the FIFO", "proposal");
  v.choice("overflow", overflow,
           {{"drop_oldest", Overflow::drop_oldest}, {"drop_newest", Overflow::drop_newest}},
           "what a full FIFO does");
  v.number("readout_delay_ms", readout_delay_ms, {0, 1000}, "ms",
           "watermark: from interrupt to time stamp, mean",
           "scatter of the recordings' packet durations");
  v.number("stall_per_hour", stall_per_hour, {0, 1e4}, "1/h",
           "watermark: firmware is busy elsewhere", "off");
  v.number("stall_ms", stall_ms, {0, 1e5}, "ms", "for so long, mean", "proposal");
  v.number("poll_ms", poll_ms, {1, 1e4}, "ms", "poll: from one reading to the next",
           "the essay's algorithm 1");
  v.number("timer_ms", timer_ms, {1, 1e5}, "ms", "timer: from one readout to the next",
           "the essay's algorithm 2");
  v.number("wake_latency_ms", wake_latency_ms, {0, 100}, "ms",
           "poll, timer: from the timer to the first reading, mean", "proposal");
  v.number("timer_error_sd_ppm", timer_error_sd_ppm, {0, 1e4}, "ppm",
           "poll, timer: error of the processor's timer, a constant of the power-up",
           "a crystal's usual tolerance");
  v.number("read_ms", read_ms, {0, 100}, "ms", "reading one sample by itself",
           "9 bytes at 400 kHz I2C");
  v.number("fifo_read_us", fifo_read_us, {0, 1e4}, "us", "reading one sample of a burst",
           "6 bytes at 400 kHz I2C");
  v.choice("compression", compression, {{"off", Compression::off}, {"delta", Compression::delta}},
           "off: 5 B a sample, as in the essay; delta: the code of core/wire/delta.h");
  v.choice("outbox", outbox,
           {{"queue", OutboxPolicy::queue}, {"one_in_flight", OutboxPolicy::one_in_flight}},
           "what happens to a frame when the one before it is still under way");
  v.integer("outbox_tries", outbox_tries, {1, 1000}, "1",
            "one_in_flight: offers of a frame before it is dropped",
            "watch application of the recordings");
  v.number("outbox_wait_ms", outbox_wait_ms, {1, 1e5}, "ms", "one_in_flight: after each offer",
           "watch application of the recordings");
  v.integer("service_samples", service_samples, {0, 255}, "samples",
            "watermark: the system hands out samples in deliveries of so many, lost while the "
            "application waits; 0: a FIFO keeps them",
            "watch of the recordings: 10");
  v.number("frame_ms_max", frame_ms_max, {0, 1e6}, "ms",
           "with service_samples: a frame of this age is closed at the next delivery; 0: never",
           "recordings: between 2046 (full frames) and 2250 (frames of 70)");
  v.number("wake_ms", wake_ms, {0, 1000}, "ms", "awake per wake-up, beside reading and packing",
           "TI AN092 (CC2541): pre-processing");
  v.number("pack_us", pack_us, {0, 1e4}, "us", "awake per sample packed", "proposal");
}

Result<void> FirmwareOptions::validate() const {
  const auto bad = [](std::string what) { return Error{"bad_firmware", std::move(what)}; };
  if (batch < 1 || batch > 255) {
    return bad("firmware.batch must be 1 to 255, not " + std::to_string(batch));
  }
  if (fifo_samples < batch && algorithm == Algorithm::watermark) {
    return bad("firmware.fifo_samples must be at least firmware.batch (" + std::to_string(batch) +
               "), not " + std::to_string(fifo_samples));
  }
  if (service_samples > 0 && batch % service_samples != 0) {
    return bad("firmware.batch (" + std::to_string(batch) +
               ") must be a multiple of firmware.service_samples (" +
               std::to_string(service_samples) + ")");
  }
  if (frame_ms_max > 0 && service_samples == 0) {
    return bad("firmware.frame_ms_max needs firmware.service_samples");
  }
  return {};
}

// TI's application note measures a CC2541 at 3 V: 0.4 ms at 6 mA to wake up, 7.4 mA awake, 1 uA
// asleep, 2.68 ms at 8.25 mA for a connection event; its data sheet gives 18.2 mA for sending at
// 1 Mbit/s.
void EnergyOptions::describe(OptionVisitor& v) {
  v.number("wake_uj", wake_uj, {0, 1e6}, "uJ", "cost of a wake-up", "TI AN092, CC2541 at 3 V");
  v.number("awake_mw", awake_mw, {0, 1e4}, "mW", "power when awake", "TI AN092, CC2541 at 3 V");
  v.number("asleep_mw", asleep_mw, {0, 1e4}, "mW", "power when asleep", "TI AN092, CC2541 at 3 V");
  v.number("radio_uj_per_byte", radio_uj_per_byte, {0, 1e4}, "uJ/B", "cost of a byte on the air",
           "CC2541 data sheet: 18.2 mA at 0 dBm, 3 V, 8 us a byte");
  v.number("radio_uj_per_event", radio_uj_per_event, {0, 1e6}, "uJ",
           "cost of a connection event attended, bytes beside", "TI AN092, CC2541 at 3 V");
  v.number("conversion_uj", conversion_uj, {0, 1e4}, "uJ",
           "cost of each conversion of a sensor beyond one a sample",
           "ST LIS3DH, table 12: 0.18 uA per hertz at 2.5 V");
}

Energy energy_of(const EnergyAccount& firmware, const RadioUse& radio, const EnergyOptions& c,
                 double run_s) {
  const double awake_s = firmware.awake_ms * 1e-3;
  return {1e-3 * static_cast<double>(firmware.wake_ups) * c.wake_uj, awake_s * c.awake_mw,
          std::max(0.0, run_s - awake_s) * c.asleep_mw,
          1e-3 * (static_cast<double>(radio.bytes) * c.radio_uj_per_byte +
                  static_cast<double>(radio.events) * c.radio_uj_per_event),
          1e-3 * static_cast<double>(firmware.extra_conversions) * c.conversion_uj};
}

}  // namespace gauntlet::sim
