#include "sim/wearable/strain.h"

#include <cmath>

#include "sim/engine/portable_math.h"

namespace gauntlet::sim {

void StrainOptions::describe(OptionVisitor& v) {
  v.number("breathing_per_min", breathing_per_min, {4, 40}, "1/min", "breaths at rest",
           "adults: 12 to 18");
  v.number("breathing_most_per_min", breathing_most_per_min, {4, 80}, "1/min",
           "breaths at full effort", "proposal");
  v.number("breathing_lag_s", breathing_lag_s, {1, 600}, "s", "time constant of following effort",
           "proposal");
  v.number("breath", breath, {0, 0.2}, "1", "strain of the chest from a breath, peak to peak",
           "proposal: 2 to 3 cm of a girth of 1 m");
  v.number("chest_per_rad", chest_per_rad, {-1, 1}, "1/rad", "chest, of lifting the arm sideways",
           "proposal");
  v.number("back_per_rad", back_per_rad, {-1, 1}, "1/rad", "back, of reaching forward", "proposal");
  v.number("arm_per_rad", arm_per_rad, {-1, 1}, "1/rad", "arm, of bending the elbow", "proposal");
}

StrainSource::StrainSource(const StrainOptions& o, const Motion& motion, WorldTime begin)
    : options_(o),
      motion_(motion),
      breathing_(
          {o.breathing_per_min, o.breathing_most_per_min, o.breathing_lag_s, o.breathing_lag_s},
          motion, begin),
      second_(begin),
      per_second_(breathing_.at(begin) / 60) {}

// 0 breathed out, 1 breathed in.
double StrainSource::breath(WorldTime t) {
  constexpr Duration kSecond = std::chrono::seconds{1};
  while (t >= second_ + kSecond) {
    phase_ += per_second_;
    phase_ -= std::floor(phase_);
    second_ += kSecond;
    per_second_ = breathing_.at(second_) / 60;
  }
  double turns = phase_ + per_second_ * to_seconds(t - second_);
  turns -= std::floor(turns);
  const auto angle = portable::sine_cosine(static_cast<std::uint64_t>(turns * 0x1p53) << 11);
  return 0.5 - 0.5 * angle.cosine;
}

void StrainSource::sense(std::span<const WorldTime> t, float* truth, float* seen) {
  const StrainOptions& o = options_;
  Pose q;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double breathing = o.breath * breath(t[i]);
    motion_.pose(t[i], q);
    const double row[] = {
        breathing + o.chest_per_rad * (q[kShoulderAbduction] + 0.5 * q[kTrunkPitch]),
        breathing / 3 + o.back_per_rad * (q[kShoulderFlexion] + q[kTrunkPitch]),
        o.arm_per_rad * q[kElbow]};
    for (std::size_t k = 0; k < 3; ++k) {
      truth[3 * i + k] = seen[3 * i + k] = static_cast<float>(row[k]);
    }
  }
}

}  // namespace gauntlet::sim
