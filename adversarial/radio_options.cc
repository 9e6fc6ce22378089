#include "adversarial/radio_options.h"

namespace gauntlet::adversarial {

void BeaconCloneOptions::describe(OptionVisitor& v) {
  v.integer("beacon", beacon, {0, 1000}, "1", "which of the device's beacons is cloned");
  v.table("place", place, "where the clone stands");
  v.number("tx_dbm_at_1m", tx_dbm_at_1m, {-100, 60}, "dBm", "RSSI at one metre");
  v.number("exponent", exponent, {1, 6}, "1", "of the path loss", "ITU-R P.1238 indoors: 2 to 3");
  v.number("sensitivity_dbm", sensitivity_dbm, {-127, 0}, "dBm", "weaker ones are not heard");
  v.number("copy_delay_s", copy_delay_s, {0, 1e6}, "s",
           "drift_tracking: until the clone has heard a new identifier");
}

void FrameOptions::describe(OptionVisitor& v) {
  v.choice("act", act,
           {{"relay", FrameAct::relay},
            {"delay", FrameAct::delay},
            {"stamps", FrameAct::stamps},
            {"replay", FrameAct::replay},
            {"inject", FrameAct::inject},
            {"modify", FrameAct::modify},
            {"malformed", FrameAct::malformed}},
           "what happens to messages on their way");
  v.number("relay_ms", relay_ms, {0, 60000}, "ms", "relay: what it adds one way",
           "link-layer relays: 8 ms");
  v.number("window_ms", window_ms, {0.1, 60000}, "ms",
           "relay: latest answer that a connection takes", "a connection interval of 30 ms");
  v.number("delay_ms", delay_ms, {0, 1e6}, "ms", "delay: of the first message");
  v.number("delay_ppm", delay_ppm, {0, 1e6}, "ppm", "delay: growing from there");
  v.number("ramp_ppm", ramp_ppm, {-1e6, 1e6}, "ppm", "stamps: device time runs on faster by this");
  v.number("jump_s", jump_s, {-1e7, 1e7}, "s", "stamps: added at once");
  v.flag("roll_over", roll_over, "stamps: moved so that 32 bits of ms roll over when it starts");
  v.number("record_s", record_s, {0, 1e6}, "s", "replay: recorded from here on");
  v.number("length_s", length_s, {0.1, 1e6}, "s",
           "replay: for so long; played again until it ends");
  v.number("target_hz", target_hz, {0.01, 20}, "Hz", "inject: repetitions a second");
  v.number("amplitude_mps2", amplitude_mps2, {0, 40}, "m/s2", "inject: of the motion");
  v.number("gain", gain, {-10, 10}, "1", "modify: factor of every sample");
  v.choice("malformed", malformed,
           {{"any", Malformed::any},
            {"count", Malformed::count},
            {"length", Malformed::length},
            {"padding", Malformed::padding},
            {"truncation", Malformed::truncation},
            {"magic", Malformed::magic}},
           "malformed: which field");
  v.number("share", share, {0, 1}, "1", "modify, malformed: of the messages");
  v.integer("key_bytes", key_bytes, {0, 32}, "bytes",
            "entropy of the link's key; until it is found nothing is changed. 0: not encrypted",
            "KNOB: down to 1; BLE: 7 to 16");
  v.number("keys_per_s", keys_per_s, {1, 1e15}, "1/s", "keys tried", "proposal");
  v.flag("knows_tag_key", knows_tag_key, "has the key of the frames' own tags");
}

void JammingOptions::describe(OptionVisitor& v) {
  v.number("burst_s", burst_s, {0, 1e6}, "s", "on for so long");
  v.number("pause_s", pause_s, {0, 1e6}, "s", "then off for so long; 0: always on");
  v.number("power_dbm", power_dbm, {-60, 60}, "dBm", "of the jammer");
  v.number("distance_m", distance_m, {0.05, 1000}, "m", "jammer to phone");
  v.number("signal_dbm", signal_dbm, {-127, 20}, "dBm", "the wearable's, at the phone");
  v.number("exponent", exponent, {1, 6}, "1", "of the path loss", "ITU-R P.1238 indoors: 2 to 3");
  v.number("reference_loss_db", reference_loss_db, {0, 100}, "dB", "loss over the first metre",
           "free space at 2.4 GHz: 40 dB");
  v.number("needed_db", needed_db, {-20, 60}, "dB", "signal to interference that a packet needs",
           "Bluetooth Core 5.3 vol 6 part A 4.2: 21 dB co-channel; measured about 12");
}

}  // namespace gauntlet::adversarial
