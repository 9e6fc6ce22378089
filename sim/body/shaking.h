// What shakes a worn sensor besides the movement of the joints: tremor and muscles under load, and
// the impacts of steps as soft tissue lets them through.
//
// A sensor's small displacement along its own axes, as bursts of band-limited noise in two bands:
// acceleration is white normals at the points of a lattice in time, differenced (so that nothing
// drifts) and joined by straight lines. Amplitude: |sin(pi u)| sinc^2(u), u = frequency x step; two
// thirds of the power lie at u from 0.1 to 0.4. Angular rate is the velocity over the forearm's
// length: what shakes turns about the elbow and rolls as much. Normals are made heavy-tailed,
// z (8 + z^2) / sqrt(127), as recorded shaking comes in bursts.
//
// Gains. Relaxed and lifting: the trajectory's coordinate kTremor, 1 when relaxed; load adds little
// below 8 Hz and most about 12. Stepping: the rhythm's, loudest when the foot strikes. Shares of
// the axes and of the bands: medians of recorded wrists and pockets (public course of 18 people:
// seated, walking; gym sets), see shaking.cc.
//
// A function of the instant: how instants are cut into blocks changes no bit, nor does the
// instruction set (motion_kernel.h). Leaves out: the sensor's turn against gravity while it shakes
// (a milliradian), resonance of the strap (a sensor's mount_hz).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/body/motion_kernel.h"
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
    // Instants will go up to `last_ns`; both outlive this.
    Drawn(const Shaking& shaking, std::int64_t last_ns) : shaking_(shaking), last_ns_(last_ns) {}

   private:
    friend class Shaking;
    static constexpr std::size_t kPoints = 192;  // at most drawn at once
    static constexpr std::size_t kGroup = 64;    // of normals
    struct Band {
      std::int64_t first = 0, end = 0;  // points [first, end) are drawn
      std::int64_t origin = 0;          // of the values: point p begins at 3 p - origin
      // Rows of three are read four at a time.
      std::array<float, (3 * kPoints / kGroup + 2) * kGroup + 4> values;
    };
    std::size_t cover(const std::int64_t* t_ns, std::size_t count);
    const Shaking& shaking_;
    std::int64_t last_ns_;
    std::array<Band, detail::ShakeView::kBands> bands_;
  };

  // Adds to N x 3 rows of one piece of the trajectory; either may be null. Times in ns since the
  // trajectory's begin; `inside_ns` held within the piece.
  void add(const detail::MotionKernel& kernel, const kinematics::PieceView& piece, bool wrist,
           const detail::MotionRun& run, Drawn& drawn) const;

 private:
  std::array<std::uint64_t, detail::ShakeView::kBands> keys_{};
  std::array<detail::ShakeView, 2> views_{};  // at the wrist, in the pocket; without values
  bool on_ = false;
};

}  // namespace gauntlet::sim
