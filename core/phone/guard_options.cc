#include "core/phone/guard.h"

namespace gauntlet {

void GuardOptions::describe(OptionVisitor& v) {
  v.flag("on", on, "score every second of the wearables' signals");
  v.flag("abstain", abstain, "what overlaps an alarm is not classified");
  v.number("bias_mps2", bias_mps2, {0, 100}, "m/s2", "alarm: at rest, |force| is this far from g",
           "offsets of watch parts: up to 1");
  v.number("noise_share", noise_share, {0, 10}, "1", "alarm: share of noise in the movement");
  v.number("regular", regular, {0, 2}, "1", "alarm: correlation with itself a cycle later");
  v.number("rotation", rotation, {0, 1e4}, "1",
           "alarm: change of force against what turning makes of gravity");
  v.number("clock_ppm", clock_ppm, {0, 1e6}, "ppm", "alarm: the device's clock against the phone's",
           "two crystals: 40 to 200");
  v.number("delay_ms", delay_ms, {0, 1e6}, "ms", "alarm: everything comes later by this");
  v.number("field_ut", field_ut, {0, 10000}, "uT", "alarm: so far outside of 25 to 65 uT",
           "hard iron that calibration leaves: up to 15");
  v.number("alone", alone, {0, 2}, "1", "alarm: 1 - correlation of effort with the phone's");
  v.number("hold_s", hold_s, {0, 3600}, "s", "abstain: so long after an alarm, too",
           "rows P2 and P6 of the catalogue, seeds 5001 to 5008");
}

}  // namespace gauntlet
