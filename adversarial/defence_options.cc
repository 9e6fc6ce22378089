#include "adversarial/defence_options.h"

namespace gauntlet::adversarial {

void DefenceOptions::describe(OptionVisitor& v) {
  v.flag("frame_tag", frame_tag, "frames carry a counter and a tag, 8 bytes; others are refused");
  v.choice("sampling", sampling,
           {{"plain", sim::Sampling::plain},
            {"random_average", sim::Sampling::random_average},
            {"out_of_phase", sim::Sampling::out_of_phase}},
           "of the wearables' inertial sensors; plain: as each of them says");
  v.integer("sampling_count", sampling_count, {1, 1000}, "readings", "random_average: of a sample");
  v.flag("saturation_flag", saturation_flag,
         "inertial samples of an amplifier in its rails are withheld");
  v.flag("dark_slots", dark_slots,
         "optical sensors measure ambient light between their own pulses");
  v.number("round_trip_ms", round_trip_ms, {0, 60000}, "ms",
           "longest round trip that a link's own packets may take; 0: not measured",
           "Bluetooth Core 6.0, channel sounding");
  v.number("damping_db", damping_db, {0, 120}, "dB", "less sound at the inertial sensors",
           "foam around the part, WALNUT, 2017: the order of 10 to 30");
  v.number("beacon_rotation_s", beacon_rotation_s, {0, 1e6}, "s",
           "beacons change their identifiers this often; 0: never");
}

}  // namespace gauntlet::adversarial
