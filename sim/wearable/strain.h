// Strain gauges in a shirt: around the chest, across the back, along the upper arm of the watch's
// side. Each stretches with the joints nearest to it, linearly, and the chest and, less, the back
// with breathing, whose rate follows effort with a lag (vital_signs.h).
//
//   chest = breathing + chest_per_rad (abduction + trunk pitch / 2)
//   back  = breathing / 3 + back_per_rad (flexion + trunk pitch)
//   arm   = arm_per_rad elbow
// Values: strain as a ratio; the gauge factor and the bridge are the sensor chain's scale. Leaves
// out: creep and hysteresis of textiles, sweat, slipping.
#pragma once

#include "sim/wearable/body_source.h"
#include "sim/wearable/vital_signs.h"

namespace gauntlet::sim {

class StrainSource final : public BodySource {
 public:
  StrainSource(const StrainOptions& options, const Motion& motion, WorldTime begin);
  void sense(std::span<const WorldTime> t, float* truth, float* seen) override;

 private:
  double breath(WorldTime t);

  StrainOptions options_;
  const Motion& motion_;
  LaggedRate breathing_;
  WorldTime second_;
  double phase_ = 0;       // turns at the second's begin
  double per_second_ = 0;  // turns within it
};

}  // namespace gauntlet::sim
