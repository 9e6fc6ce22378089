// What a device feels: specific force and angular rate of its frame at arbitrary instants, and what
// else its sensors may be told of who wears it.
//
// Both come from the same joint trajectories by the same closed-form kinematics, so that they agree
// with gravity and with each other to rounding. Frames: skeleton.h. Noise-free, at the mechanical
// side of the sensor. Thread safety: const use from several threads is safe.
#pragma once

#include <array>
#include <memory>
#include <span>

#include "core/base/time.h"
#include "sim/body/script.h"

namespace gauntlet::sim {

class Motion {
 public:
  virtual ~Motion() = default;
  // `t` non-decreasing. Either output may be null; else N x 3, one row per instant.
  virtual void evaluate(std::span<const WorldTime> t, float* specific_force_mps2,
                        float* angular_rate_radps) const = 0;
  // A constant vector of the world (x forward at heading 0, y left, z up), as seen from the device:
  // N x 3. Of (0, 0, 1) it is where up is.
  virtual void see(std::span<const WorldTime> t, const std::array<double, 3>& world,
                   float* seen) const = 0;

  // What sensors that are not inertial are told of the wearer; here: of nobody.
  virtual const PersonOptions* person() const { return nullptr; }
  // Joint angles, skeleton.h.
  virtual void pose(WorldTime, Pose& q) const { q.fill(0); }
  // What is asked of the body at the moment, 0 at rest to 1: all it has. Not yet its response.
  virtual double effort(WorldTime) const { return 0; }
  // Of the periodic movement at the moment, steps or repetitions; 0: none.
  virtual double cadence_hz(WorldTime) const { return 0; }
  // In the building, x and y on the floor plan, z above the floor.
  virtual std::array<double, 3> position_m(WorldTime) const { return {0, 0, 1}; }
};

enum class Worn : std::uint8_t { wrist, pocket };

// Worn by the script's person, on the side its placement says. Keeps the script alive.
std::unique_ptr<Motion> make_motion(std::shared_ptr<const Script> script, Worn worn);

// On a table, face up: specific force (0, 0, g), no rotation.
std::unique_ptr<Motion> make_still_motion();

}  // namespace gauntlet::sim
