// An optical heart-rate sensor at the wrist. The heart follows effort with a lag (vital_signs.h)
// and beats with a variation from beat to beat; the sensor sees each beat on the grid of its own
// light pulses and puts out the mean rate of the beats within its window. While the wearer moves in
// a steady rhythm it may lock on to that instead: to the multiple of the cadence nearest to the
// heart's rate, until the rhythm ends or it finds the pulse again.
//
// Truth: the heart's rate, 1/min. Leaves out: the light itself (ambient light, skin, contact), lost
// beats at rest, arrhythmia.
#pragma once

#include <array>
#include <cstddef>

#include "sim/wearable/body_source.h"
#include "sim/wearable/vital_signs.h"

namespace gauntlet::sim {

class HeartRateSource final : public BodySource {
 public:
  HeartRateSource(const HeartOptions& options, const Motion& motion, WorldTime begin,
                  const RandomStream& stream);
  void sense(std::span<const WorldTime> t, float* truth, float* seen) override;

 private:
  static constexpr std::size_t kBeats = 128;  // more than a window holds
  void next_beat();
  void follow_rhythm(WorldTime second);
  double counted_per_min(WorldTime t);

  HeartOptions options_;
  const Motion& motion_;
  LaggedRate heart_, beating_;  // read, and beating ahead of what is read
  RandomStream beats_, locks_;
  std::array<WorldTime, kBeats> seen_{};  // latest beats, as the sensor saw them
  std::size_t first_ = 0, count_ = 0;
  WorldTime begin_, beat_, second_;
  double latest_per_min_;
  double locked_hz_ = 0;
};

}  // namespace gauntlet::sim
