#include "sim/body/motion.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "core/base/units.h"
#include "sim/body/exercises.h"
#include "sim/body/skeleton.h"
#include "sim/body/trig.h"

namespace gauntlet::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

PersonOptions still_person() {
  PersonOptions p;
  p.dynamics.tremor_mps2 = 0;
  p.dynamics.sway_deg = 0;
  return p;
}

std::shared_ptr<const Script> script_of(const PlanOptions& plan, const PersonOptions& person,
                                        std::uint64_t seed = 1) {
  auto script = make_script(plan, person, RandomStream(seed, "person/0/session"));
  EXPECT_TRUE(script.ok());
  return std::make_shared<const Script>(std::move(script).value());
}

PlanOptions one_set(const std::string& exercise) {
  PlanOptions plan;
  plan.lead_in_s = 3;
  plan.exercises = {{exercise, 1, 3, 3, 8}};
  return plan;
}

std::vector<WorldTime> grid(WorldTime begin, WorldTime end, Duration step) {
  std::vector<WorldTime> t;
  for (WorldTime at = begin; at <= end; at += step) t.push_back(at);
  return t;
}

TEST(Trig, SineAndCosineAgreeWithLibmOverAnHourOfTremor) {
  for (double x = -4e5; x < 4e5; x += 17.1234567) {
    const SinCos r = sincos(x);
    ASSERT_NEAR(r.sin, std::sin(x), 1e-10) << x;
    ASSERT_NEAR(r.cos, std::cos(x), 1e-10) << x;
  }
  for (double x = -4; x < 4; x += 0.000123) {
    ASSERT_NEAR(sincos(x).sin, std::sin(x), 4e-16);
    ASSERT_NEAR(sincos(x).cos, std::cos(x), 4e-16);
  }
}

TEST(Skeleton, KnownPosesPointTheWatchWhereTheyShould) {
  const Limbs limbs(1.75);
  const double g = kStandardGravity_mps2, right = std::numbers::pi / 2;
  struct Case {
    const char* what;
    std::size_t joint;
    double angle, joint2_elbow, pronation;
    Vec3 left;
  };
  // Specific force points up: what is up in the watch's frame is what it reads.
  const Case cases[] = {
      {"hanging: the hand is down, so x, which points to it, reads -g",
       kElbow,
       0,
       0,
       0,
       {-g, 0, 0}},
      {"forearm forward, palm down: the screen is up", kElbow, right, right, right, {0, 0, g}},
      {"forearm forward, palm up: the screen is down", kElbow, right, right, -right, {0, 0, -g}},
      {"forearm forward, thumb up: little finger down", kElbow, right, right, 0, {0, -g, 0}},
      {"arm to the side, thumb forward: the screen is up",
       kShoulderAbduction,
       right,
       0,
       0,
       {0, 0, g}},
      {"arm overhead: the hand is up", kShoulderFlexion, 2 * right, 0, 0, {g, 0, 0}},
      {"lying on the back: thumb up", kTrunkPitch, -right, 0, 0, {0, -g, 0}},
  };
  for (const Case& c : cases) {
    JointState s;
    s.q[c.joint] = c.angle;
    if (c.joint2_elbow != 0) s.q[kElbow] = c.joint2_elbow;
    s.q[kPronation] = c.pronation;
    const InertialState left = wrist_state(s, limbs, Side::left);
    const InertialState right_side = wrist_state(s, limbs, Side::right);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(left.specific_force_mps2[i], c.left[i], 1e-9) << c.what << " axis " << i;
      const double mirrored = i == 0 ? -c.left[i] : c.left[i];
      EXPECT_NEAR(right_side.specific_force_mps2[i], mirrored, 1e-9) << c.what << " right " << i;
    }
  }
}

TEST(Skeleton, ThePocketMountIsARotation) {
  PlacementOptions p;
  p.pocket_roll_deg = 31;
  p.pocket_pitch_deg = -17;
  p.pocket_yaw_deg = 73;
  const Mount m = pocket_mount(p);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      double dot = 0;
      for (std::size_t k = 0; k < 3; ++k) dot += m[i][k] * m[j][k];
      EXPECT_NEAR(dot, i == j ? 1 : 0, 1e-12);
    }
  }
  const double det = m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
                     m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
                     m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
  EXPECT_NEAR(det, 1, 1e-12);
}

TEST(Motion, AtRestTheNormIsGravityAndNothingTurns) {
  const auto script = script_of(resting_plan(20), still_person());
  for (const Worn worn : {Worn::wrist, Worn::pocket}) {
    const auto motion = make_motion(script, worn);
    const std::vector<WorldTime> t{script->end() - seconds{1}, script->end() + seconds{5}};
    float f[6], w[6];
    motion->evaluate(t, f, w);
    for (int i = 0; i < 2; ++i) {
      const double norm =
          std::sqrt(double{f[3 * i]} * f[3 * i] + double{f[3 * i + 1]} * f[3 * i + 1] +
                    double{f[3 * i + 2]} * f[3 * i + 2]);
      EXPECT_NEAR(norm, kStandardGravity_mps2, 2e-6);  // single precision of 10
      for (int k = 0; k < 3; ++k) EXPECT_EQ(w[3 * i + k], 0.0F);
    }
  }
}

// Row-major rotation from the sensor to the world.
using Matrix = std::array<Vec3, 3>;

Vec3 times(const Matrix& m, const Vec3& v) {
  Vec3 r{};
  for (std::size_t i = 0; i < 3; ++i) r[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
  return r;
}

// R exp([w] dt), Rodrigues.
Matrix turned(const Matrix& m, const Vec3& w, double dt) {
  const double rate = std::sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]);
  if (rate == 0) return m;
  const double a = rate * dt, c = std::cos(a), s = std::sin(a);
  const Vec3 n{w[0] / rate, w[1] / rate, w[2] / rate};
  const Matrix e{{{c + n[0] * n[0] * (1 - c), n[0] * n[1] * (1 - c) - n[2] * s,
                   n[0] * n[2] * (1 - c) + n[1] * s},
                  {n[1] * n[0] * (1 - c) + n[2] * s, c + n[1] * n[1] * (1 - c),
                   n[1] * n[2] * (1 - c) - n[0] * s},
                  {n[2] * n[0] * (1 - c) - n[1] * s, n[2] * n[1] * (1 - c) + n[0] * s,
                   c + n[2] * n[2] * (1 - c)}}};
  Matrix r{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t k = 0; k < 3; ++k) r[i][j] += m[i][k] * e[k][j];
    }
  }
  return r;
}

Matrix level(const Vec3& up) {
  const double n = std::sqrt(up[0] * up[0] + up[1] * up[1] + up[2] * up[2]);
  const Vec3 z{up[0] / n, up[1] / n, up[2] / n};
  const Vec3 any = std::abs(z[0]) < 0.7 ? Vec3{1, 0, 0} : Vec3{0, 1, 0};
  Vec3 x{any[1] * z[2] - any[2] * z[1], any[2] * z[0] - any[0] * z[2],
         any[0] * z[1] - any[1] * z[0]};
  const double nx = std::sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
  for (double& v : x) v /= nx;
  return {x, {z[1] * x[2] - z[2] * x[1], z[2] * x[0] - z[0] * x[2], z[0] * x[1] - z[1] * x[0]}, z};
}

// From a pose held still to a pose held still: integrate the gyroscope to an attitude, turn the
// specific force into the world with it, take gravity away. If the two sensors agree, what is left
// integrates to a wrist that stands still again and reads gravity along its own z.
TEST(Motion, GyroscopeAndAccelerometerAgreeThroughEveryExercise) {
  PersonOptions person = still_person();
  for (const Exercise& e : exercises()) {
    for (const Worn worn : {Worn::wrist, Worn::pocket}) {
      for (const Side side : {Side::left, Side::right}) {
        person.placement.wrist = side;
        person.placement.pocket = side;
        const auto script = script_of(one_set(std::string(e.name)), person);
        const auto motion = make_motion(script, worn);
        const Duration step = microseconds{500};
        const auto t = grid(script->begin(), script->end() + seconds{1}, step);
        std::vector<float> f(3 * t.size()), w(3 * t.size());
        motion->evaluate(t, f.data(), w.data());
        const auto row = [](const std::vector<float>& v, std::size_t i) {
          return Vec3{v[3 * i], v[3 * i + 1], v[3 * i + 2]};
        };
        Matrix attitude = level(row(f, 0));
        Vec3 velocity{}, peak{};
        const double dt = to_seconds(step);
        for (std::size_t i = 0; i + 1 < t.size(); ++i) {
          const Vec3 a = row(w, i), b = row(w, i + 1);
          const Vec3 force = times(attitude, row(f, i));
          for (std::size_t k = 0; k < 3; ++k) {
            velocity[k] += dt * (force[k] - (k == 2 ? kStandardGravity_mps2 : 0));
            peak[k] = std::max(peak[k], std::abs(velocity[k]));
          }
          attitude =
              turned(attitude, {(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2}, dt);
        }
        const Vec3 final_force = times(attitude, row(f, t.size() - 1));
        const char* name = e.name.data();
        // Midpoint rule: attitude error about rate''/24 dt^2 T < 1e-5 rad over 30 s at these rates,
        // times g times 30 s < 3e-3 m/s; the single precision of f (5e-7 a sample) adds less.
        EXPECT_NEAR(final_force[0], 0, 3e-3) << name;
        EXPECT_NEAR(final_force[1], 0, 3e-3) << name;
        EXPECT_NEAR(final_force[2], kStandardGravity_mps2, 1e-4) << name;
        for (const double v : velocity) EXPECT_NEAR(v, 0, 0.01) << name;
        if (worn == Worn::wrist) {
          EXPECT_GT(peak[0] + peak[1] + peak[2], e.support == Support::hands ? 0.05 : 0.3) << name;
        }
      }
    }
  }
}

// The same accelerations as the positions say, differentiated numerically.
TEST(Motion, SpecificForceIsTheSecondDerivativeOfPosition) {
  const auto script = script_of(gym_hour_plan(), PersonOptions{});
  const Trajectory& trajectory = script->trajectory();
  const Limbs limbs(script->person().body.height_m);
  const Duration h = microseconds{1000};
  const double h_s = to_seconds(h);
  std::size_t moving = 0;
  for (WorldTime t = script->begin() + seconds{1}; t < script->end(); t += milliseconds{997}) {
    std::size_t piece = trajectory.find(t - 2 * h);
    std::array<Vec3, 5> p;
    JointState s, middle;
    for (int k = 0; k < 5; ++k) {
      trajectory.evaluate(piece, t + (k - 2) * h, s);
      if (k == 2) middle = s;
      p[static_cast<std::size_t>(k)] = wrist_position_m(s.q, limbs);
    }
    double expected2 = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      double a =
          (-p[0][k] + 16 * p[1][k] - 30 * p[2][k] + 16 * p[3][k] - p[4][k]) / (12 * h_s * h_s);
      if (k == 2) a += kStandardGravity_mps2;
      expected2 += a * a;
    }
    const Vec3 f = wrist_state(middle, limbs, Side::left).specific_force_mps2;
    const double norm = std::sqrt(f[0] * f[0] + f[1] * f[1] + f[2] * f[2]);
    // Differences across a key pose, where the third derivative jumps, are off by jerk * h.
    EXPECT_NEAR(norm, std::sqrt(expected2), 0.05) << to_seconds(t.time_since_epoch());
    moving += std::abs(norm - kStandardGravity_mps2) > 0.5;
  }
  EXPECT_GT(moving, 100u);
}

TEST(Motion, WalkingShakesThePocketAtTheStepRate) {
  PlanOptions plan;
  plan.lead_in_s = 2;
  plan.exercises = {{"squat", 1, 1, 1, 0}};
  plan.floor = {60, 10, 5, 5, {{"rack", 55, 5, {"squat"}}}, {}};
  const auto script = script_of(plan, still_person());
  const auto walk = std::find_if(script->activities().begin(), script->activities().end(),
                                 [](const TrueActivity& a) { return a.name == "walking"; });
  ASSERT_NE(walk, script->activities().end());
  const auto t = grid(walk->begin + seconds{4}, walk->begin + seconds{20}, milliseconds{10});
  std::vector<float> f(3 * t.size());
  make_motion(script, Worn::pocket)->evaluate(t, f.data(), nullptr);
  int rises = 0;
  bool high = false;
  double sum2 = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double norm = std::hypot(f[3 * i], f[3 * i + 1], f[3 * i + 2]) - kStandardGravity_mps2;
    sum2 += norm * norm;
    if (!high && norm > 1) ++rises;
    high = norm > (high ? -1 : 1);
  }
  const double rms = std::sqrt(sum2 / static_cast<double>(t.size()));
  EXPECT_GT(rms, 1);  // people walking: 1 to 4 m/s2 at the thigh
  EXPECT_LT(rms, 5);
  EXPECT_NEAR(rises, 16 * 1.86, 7);
}

TEST(Motion, BatchesOfAnySizeGiveTheSameBytes) {
  const auto script = script_of(one_set("biceps-curl"), PersonOptions{});
  const auto motion = make_motion(script, Worn::wrist);
  const auto t = grid(script->begin(), script->end(), milliseconds{7});
  std::vector<float> whole(3 * t.size()), parts(3 * t.size());
  motion->evaluate(t, whole.data(), nullptr);
  for (std::size_t i = 0; i < t.size(); i += 13) {
    const std::size_t n = std::min<std::size_t>(13, t.size() - i);
    motion->evaluate(std::span(t).subspan(i, n), parts.data() + 3 * i, nullptr);
  }
  EXPECT_EQ(whole, parts);
}

TEST(Motion, AnHourOfWatchAndPhoneIsFast) {
  PlanOptions plan = gym_hour_plan();
  plan.length_s = 3600;
  const auto wall = std::chrono::steady_clock::now();
  const auto script = script_of(plan, PersonOptions{});
  const auto built = std::chrono::steady_clock::now();
  double total_s = to_seconds(built - wall), sum = 0;
  for (const auto& [worn, step] : {std::pair{Worn::wrist, 20}, std::pair{Worn::pocket, 10}}) {
    const auto motion = make_motion(script, worn);
    const auto t = grid(script->begin(), script->end(), milliseconds{step});
    std::vector<float> f(3 * t.size()), w(3 * t.size());
    const auto from = std::chrono::steady_clock::now();
    motion->evaluate(t, f.data(), w.data());
    const double s = to_seconds(std::chrono::steady_clock::now() - from);
    std::printf("%s: %.0f ns a sample of both sensors\n", worn == Worn::wrist ? "wrist" : "pocket",
                s * 1e9 / static_cast<double>(t.size()));
    sum += double{f[30]} + double{w[30]};
    total_s += s;
  }
  EXPECT_NE(sum, 0);
  // 0.06 s on a 2020s core; the bound leaves room for sanitizers and a busy machine.
  EXPECT_LT(total_s, 5);
}

}  // namespace
}  // namespace gauntlet::sim
