// Motion in blocks: the same bytes from every instruction set, and from one instant at a time.
#include "sim/body/motion_kernel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "sim/body/motion.h"

namespace gauntlet::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

std::shared_ptr<const Script> gym_hour(Side side) {
  PersonOptions person;
  person.placement.wrist = side;
  person.placement.pocket = side;
  person.dynamics.tremor_mps2 = 0;  // what shakes has a test of its own below
  auto script = make_script(gym_hour_plan(), person, RandomStream(7, "person/0/session"));
  EXPECT_TRUE(script.ok());
  return std::make_shared<const Script>(std::move(script).value());
}

std::vector<WorldTime> instants(const Script& script, Duration step) {
  std::vector<WorldTime> t;
  // From before the beginning to after the end.
  for (WorldTime at = script.begin() - seconds{2}; at < script.end() + seconds{2}; at += step) {
    t.push_back(at);
  }
  return t;
}

struct Rows {
  std::vector<float> force, rate, up;
  explicit Rows(std::size_t n) : force(3 * n), rate(3 * n), up(3 * n) {}
  friend bool operator==(const Rows&, const Rows&) = default;
};

constexpr std::size_t kPerPiece = 13;

// use(view, times) for every piece of the trajectory, with kPerPiece instants of it.
template <class Use>
void for_each_piece(const Trajectory& trajectory, const Use& use) {
  for (const Trajectory::Piece& piece : trajectory.pieces()) {
    std::int64_t t[kPerPiece];
    for (std::size_t i = 0; i < kPerPiece; ++i) {
      const Duration into = (piece.end - piece.begin) * static_cast<std::int64_t>(i) / kPerPiece;
      t[i] = (piece.begin + into - trajectory.begin()).count();
    }
    kinematics::RhythmView rhythm;
    const auto view = kinematics::view_of(trajectory, piece, true, rhythm);
    use(view, t);
  }
}

// Every piece of the trajectory at a few instants.
Rows by_kernel(const detail::MotionKernel& kernel, const Script& script, Worn worn) {
  const Trajectory& trajectory = script.trajectory();
  const PlacementOptions& p = script.person().placement;
  const Mount mount = pocket_mount(p);
  const double up[3] = {0, 0, 1};
  const detail::MotionKernel::Body body{Limbs(script.person().body.height_m),
                                        worn == Worn::wrist ? p.wrist : p.pocket,
                                        mount.front().data(), up};
  Rows rows(kPerPiece * trajectory.pieces().size());
  std::size_t at = 0;
  for_each_piece(trajectory, [&](const auto& view, const std::int64_t* t) {
    (worn == Worn::wrist ? kernel.wrist : kernel.pocket)(
        view, kinematics::wobbles_of(trajectory), body,
        {t, t, kPerPiece, rows.force.data() + at, rows.rate.data() + at, rows.up.data() + at});
    at += 3 * kPerPiece;
  });
  return rows;
}

TEST(MotionKernel, EveryInstructionSetGivesTheSameBytes) {
  for (const Side side : {Side::left, Side::right}) {
    const auto script = gym_hour(side);
    for (const Worn worn : {Worn::wrist, Worn::pocket}) {
      const Rows expected = by_kernel(detail::baseline_motion_kernel(), *script, worn);
      for (const auto& kernel : {detail::avx2_motion_kernel(), detail::avx512_motion_kernel()}) {
        if (kernel.supported) {
          EXPECT_EQ(by_kernel(kernel, *script, worn), expected) << kernel.name;
        }
      }
    }
  }
}

// Tremor, load and steps at a few instants of every piece.
std::vector<float> shaken_by(const detail::MotionKernel& kernel, const Script& script, Worn worn) {
  const Trajectory& trajectory = script.trajectory();
  std::vector<float> rows(6 * kPerPiece * trajectory.pieces().size());
  Shaking::Drawn drawn(script.shaking(), (trajectory.end() - trajectory.begin()).count());
  std::size_t at = 0;
  for_each_piece(trajectory, [&](const auto& view, const std::int64_t* t) {
    script.shaking().add(
        kernel, view, worn == Worn::wrist,
        {t, t, kPerPiece, rows.data() + at, rows.data() + at + 3 * kPerPiece, nullptr}, drawn);
    at += 6 * kPerPiece;
  });
  return rows;
}

TEST(MotionKernel, WhatShakesIsTheSameBytesFromEveryInstructionSet) {
  const auto script = std::make_shared<const Script>(
      make_script(gym_hour_plan(), PersonOptions{}, RandomStream(7, "person/0/session")).value());
  for (const Worn worn : {Worn::wrist, Worn::pocket}) {
    const auto expected = shaken_by(detail::baseline_motion_kernel(), *script, worn);
    EXPECT_GT(std::count_if(expected.begin(), expected.end(), [](float v) { return v != 0; }),
              static_cast<std::ptrdiff_t>(expected.size() * 9 / 10));
    for (const auto& kernel : {detail::avx2_motion_kernel(), detail::avx512_motion_kernel()}) {
      if (kernel.supported) {
        EXPECT_EQ(shaken_by(kernel, *script, worn), expected) << kernel.name;
      }
    }
  }
}

TEST(MotionKernel, BlocksAreWhatOneInstantAtATimeIs) {
  const auto script = gym_hour(Side::left);
  const auto t = instants(*script, microseconds{73'123});
  Rows all(t.size());
  make_motion(script, Worn::wrist)->evaluate(t, all.force.data(), all.rate.data());
  const Limbs limbs(script->person().body.height_m);
  std::size_t piece = script->trajectory().find(t.front());
  JointState joints;
  for (std::size_t i = 0; i < t.size(); ++i) {
    script->trajectory().evaluate(piece, t[i], joints);
    const InertialState s = wrist_state(joints, limbs, Side::left);
    for (std::size_t k = 0; k < 3; ++k) {
      ASSERT_EQ(all.force[3 * i + k], static_cast<float>(s.specific_force_mps2[k])) << i;
      ASSERT_EQ(all.rate[3 * i + k], static_cast<float>(s.angular_rate_radps[k])) << i;
    }
  }
}

// Of a person who holds still but for the posture, specific force is gravity: up, times g.
TEST(Motion, UpIsWhereAHeldPosesSpecificForcePoints) {
  for (const Side side : {Side::left, Side::right}) {
    PersonOptions person;
    person.dynamics.tremor_mps2 = person.dynamics.sway_deg = 0;
    person.placement.wrist = person.placement.pocket = side;
    const auto script = std::make_shared<const Script>(
        make_script(gym_hour_plan(), person, RandomStream(7, "person/0/session")).value());
    const auto t = instants(*script, microseconds{173'123});
    for (const Worn worn : {Worn::wrist, Worn::pocket}) {
      const auto motion = make_motion(script, worn);
      Rows rows(t.size());
      motion->evaluate(t, rows.force.data(), rows.rate.data());
      motion->see(t, {0, 0, 1}, rows.up.data());
      std::size_t held = 0;
      for (std::size_t i = 0; i < t.size(); ++i) {
        std::size_t piece = script->trajectory().find(t[i]);
        JointState joints;
        script->trajectory().evaluate(piece, t[i], joints);
        double moves = 0;
        for (std::size_t j = 0; j < kTremor; ++j) {
          moves += std::abs(joints.qd[j]) + std::abs(joints.qdd[j]);
        }
        if (moves > 0) continue;
        ++held;
        for (std::size_t k = 0; k < 3; ++k) {
          ASSERT_NEAR(double{rows.up[3 * i + k]} * kStandardGravity_mps2,
                      double{rows.force[3 * i + k]}, 2e-6);  // single precision of 10
        }
      }
      EXPECT_GT(held, t.size() / 4);
    }
  }
}

}  // namespace
}  // namespace gauntlet::sim
