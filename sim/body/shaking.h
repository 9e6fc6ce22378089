// What shakes a worn sensor besides the movement of the joints: tremor and muscles under load, and
// the impacts of steps as soft tissue lets them through.
//
// A sensor's small displacement along its own axes, as bursts of band-limited noise in two octave
// bands: acceleration is white normals at the points of a lattice in time, differenced (so that
// nothing drifts) and joined by straight lines. Amplitude: |sin(pi u)| sinc^2(u), u = frequency
// x step; two thirds of the power lie at u from 0.1 to 0.4. Angular rate is the
// velocity over the forearm's length: what shakes turns about the elbow and rolls as much.
// Normals are made heavy-tailed, z (8 + z^2) / sqrt(127), as recorded shaking comes in bursts.
//
// Gains. Relaxed and lifting: the trajectory's coordinate kTremor, 1 when relaxed; load adds more
// above 8 Hz than below. Stepping: the rhythm's, loudest when the foot strikes. Shares of the axes
// and of the bands: medians of recorded wrists and pockets (public course of 18 people: seated,
// walking; gym sets), see shaking.cc.
//
// A function of the instant: how instants are cut into blocks changes no bit. Leaves out: the
// sensor's turn against gravity while it shakes (a milliradian), resonance of the strap (a sensor's
// mount_hz).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/body/kinematics.h"
#include "sim/engine/random.h"

namespace gauntlet::sim {

class Shaking {
 public:
  struct Options {
    double rms_mps2 = 0;   // relaxed wrist, three axes together; 0: nothing shakes at all
    double load_mps2 = 0;  // what a kTremor of 2 adds to it
    double centre_hz = 7;  // of the relaxed wrist's spectrum
    double lever_m = 0.25;
  };
  Shaking() = default;
  Shaking(const Options& options, const RandomStream& stream);

  // What is drawn of the lattices, kept from one stretch of instants to the next.
  class Drawn {
   public:
    explicit Drawn(const Shaking& shaking) : shaking_(shaking) {}

   private:
    friend class Shaking;
    static constexpr std::int64_t kPoints = 20;  // of a block
    static constexpr std::size_t kOctaves = 2;
    struct Octave {
      std::int64_t cell = INT64_MIN;
      std::int64_t block = INT64_MIN;
      std::array<float, 64> values{};
      std::array<std::array<float, 3>, 3> around{};  // lattice points cell - 1, cell, cell + 1
    };
    void point(std::size_t octave, std::int64_t i, std::array<float, 3>& out);
    const Shaking& shaking_;
    std::array<Octave, kOctaves> octaves_;
  };

  // Adds to N x 3 rows of one piece of the trajectory; either may be null. Times in ns since the
  // trajectory's begin; `inside_ns` held within the piece.
  void add(const kinematics::PieceView& piece, bool wrist, const std::int64_t* t_ns,
           const std::int64_t* inside_ns, std::size_t count, Drawn& drawn, float* force_mps2,
           float* rate_radps) const;

 private:
  std::uint64_t key_ = 0;
  double rms_mps2_ = 0, load_mps2_ = 0;
  double per_lever_ = 0;
  std::array<std::int64_t, Drawn::kOctaves> step_ns_{1, 1};
};

}  // namespace gauntlet::sim
