// What a device feels while somebody or something else moves it (catalogue P9, P10).
//
// substitute_motion: `instead` while the attack is on, the wearer's own before and after; the
// change from hand to hand is instantaneous. pendulum_motion: a device on a swing or in a cradle,
// in a plane; frame: z to the pivot, x tangential at azimuth 0.
//
//   swing    theta = theta0 e^(-z w t) cos(w_d t), w = sqrt(g / l) (1 - theta0^2 / 16)
//   cradle   theta = theta0 cos(2 pi f t)
//   feels    x: r theta'' + g sin theta, z: r theta'^2 + g cos theta; turns: y: -theta'
// The swing's law is the small oscillation's with the first term of the amplitude's effect on the
// period (Landau, Lifshitz, Mechanics, 11): exact to 1e-3 of the period at 30 deg. What is felt is
// exact for the law.
//
// warped_motion: another person's, faster by `warp` from `from` on: accelerations by its square,
// gravity as it is.
#pragma once

#include <memory>

#include "adversarial/attack_options.h"
#include "sim/body/motion.h"

namespace gauntlet::adversarial {

// `worn` outlives what is returned.
std::unique_ptr<sim::Motion> substitute_motion(const sim::Motion& worn,
                                               std::unique_ptr<sim::Motion> instead,
                                               const AttackSpan& span);
std::unique_ptr<sim::Motion> pendulum_motion(const PendulumOptions& options, WorldTime start);
double pendulum_hz(const PendulumOptions& options);
std::unique_ptr<sim::Motion> warped_motion(std::unique_ptr<sim::Motion> other, double warp,
                                           WorldTime from);

}  // namespace gauntlet::adversarial
