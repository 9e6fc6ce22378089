// What people do in a gym between sets.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "core/base/check.h"
#include "sim/body/script_builder.h"
#include "sim/body/trig.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::sim {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;
constexpr double kStrike_mps2 = 2.6;  // sp-sw-har: pockets at 3 to 20 Hz when walking

Rhythm rhythm_of(double hz, RandomStream& random) {
  Rhythm r;
  r.omega_radps = kTwoPi * hz;
  r.phase_rad = random.uniform(0, kTwoPi);
  r.wander_rad = random.uniform(0.1, 0.5);
  r.wander_omega_radps = kTwoPi * random.uniform(0.05, 0.15);
  return r;
}

// atan2 without libm. From the middle of the quadrant, a <- a + sin(true - a): the error e becomes
// e - sin e, so four steps from pi/4 end below 1e-15.
double direction_rad(double x, double y) {
  const double length = std::sqrt(x * x + y * y);
  if (length == 0) return 0;
  double a = std::numbers::pi / 4 * (y >= 0 ? (x >= 0 ? 1 : 3) : (x >= 0 ? -1 : -3));
  for (int i = 0; i < 4; ++i) {
    const SinCos at = sincos(a);
    a += (y * at.cos - x * at.sin) / length;
  }
  return a;
}

}  // namespace

void ScriptBuilder::activity(std::string_view name, double seconds) {
  CHECK(seconds >= 0, seconds);
  if (name == "resting") {
    rest(seconds);
  } else if (name == "walking") {
    stroll(seconds);
  } else if (name == "drinking") {
    drink(seconds);
  } else if (name == "dragging_bench") {
    drag_bench(seconds);
  } else if (name == "adjusting_machine") {
    adjust_machine(seconds);
  } else if (name == "phone_use") {
    use_phone(seconds);
  } else if (name == "stairs") {
    climb(seconds);
  } else if (name == "towel") {
    wipe(seconds);
  } else if (name == "stretching") {
    stretch(seconds);
  } else {
    CHECK(false, name);
  }
  close_activity(name);
}

// Standing or sitting, with a shift of posture every ten seconds or so.
void ScriptBuilder::rest(double seconds) {
  const WorldTime end = now_ + from_seconds(seconds);
  const bool sits = random_.chance(0.4) && seconds > 15;
  const Pose base = sits ? pose({12, 22, 8, 15, 62, 40, 84}, Support::feet) : standing();
  move(nudged(base, 3));
  while (now_ < end) {
    const double left = to_seconds(end - now_);
    hold(std::min(left, random_.uniform(4, 16)));
    if (now_ + std::chrono::seconds{3} < end) move(nudged(base, 4));
  }
}

// An unhurried pace indoors; faster with longer legs, at the same Froude number (Alexander 1989).
double ScriptBuilder::walking_speed_mps() const {
  const PersonOptions& person = script_.person_;
  return 1.15 * std::sqrt(person.body.height_m / 1.75) * person.dynamics.pace;
}

double ScriptBuilder::seconds_to(double x_m, double y_m) const {
  const TruePosition& here = script_.path_.back();
  const double dx = x_m - here.x_m, dy = y_m - here.y_m;
  return std::sqrt(dx * dx + dy * dy) / walking_speed_mps();
}

void ScriptBuilder::go_to(double x_m, double y_m) {
  constexpr double kStep_s = 1.5;
  if (seconds_to(x_m, y_m) < kStep_s) return;
  walk_to(x_m, y_m);
  close_activity("walking");
}

// To and fro about the hall for about this long.
void ScriptBuilder::stroll(double seconds) {
  const WorldTime end = now_ + from_seconds(seconds);
  const double margin = std::min({1.0, floor_.width_m / 4, floor_.depth_m / 4});
  do {
    const TruePosition here = script_.path_.back();
    double x = random_.uniform(margin, floor_.width_m - margin);
    double y = random_.uniform(margin, floor_.depth_m - margin);
    const double leg_s = std::min(seconds_to(x, y), std::max(2.0, to_seconds(end - now_)));
    const double share = leg_s / std::max(seconds_to(x, y), 1e-9);
    x = here.x_m + share * (x - here.x_m);
    y = here.y_m + share * (y - here.y_m);
    walk_to(x, y);
  } while (end - now_ > std::chrono::seconds{2});
}

namespace {

// Acceleration of the trunk as it reaches the wrist, by harmonic of the stride: cosine and sine of
// its phase, mean of all people, and sd (of cosine and sine together) between people and between a
// person's walks. Up, forward, left; m/s2 at 0.85 strides a second. Up to the fourth, much is
// the joints' own below, and here only what varies beyond them.
struct TrunkAxis {
  double cosine, sine, between, within;
};
// Of 346 walks of 18 people (sp-sw-har): sums of ten harmonics fitted to each, phases from the
// vertical second one.
constexpr TrunkAxis kTrunk[Rhythm::kHarmonics][3] = {
    {{0, 0, 0, 0}, {0, 0, 0.4, 0.5}, {0, 0, 0.6, 0.7}},
    {{0, 0, 0.45, 0.35}, {0, 0, 0.25, 0.25}, {0, 0, 0.25, 0.3}},
    {{-0.04, -0.12, 0.4, 0.68}, {-0.05, -0.03, 0.2, 0.3}, {0.03, -0.06, 0.16, 0.25}},
    {{0.2, -0.16, 0.48, 0.44}, {0.1, 0.11, 0.25, 0.27}, {0.02, 0.1, 0.15, 0.22}},
    {{-0.02, 0.04, 0.18, 0.38}, {-0.03, 0.02, 0.1, 0.29}, {-0.02, 0.01, 0.11, 0.25}},
    {{-0.07, 0.15, 0.46, 0.42}, {-0.01, -0.1, 0.25, 0.29}, {0, -0.06, 0.18, 0.22}},
    {{0, -0.01, 0.09, 0.29}, {0, 0.01, 0.08, 0.22}, {0, 0.01, 0.09, 0.19}},
    {{0.03, -0.03, 0.27, 0.32}, {-0.02, 0.02, 0.12, 0.2}, {-0.01, 0.01, 0.11, 0.16}},
};
constexpr double kTrunkStride_hz = 0.85;

}  // namespace

// Adds them to the pelvis, `size` times.
void ScriptBuilder::shake_trunk(Rhythm& r, double size) {
  constexpr std::size_t kAxes[]{kPelvisZ, kPelvisX, kPelvisY};
  constexpr double kEach = 0.70710678;  // of cosine and of sine: a half of the variance
  for (std::size_t h = 0; h < Rhythm::kHarmonics; ++h) {
    // Displacement of a harmonic from its acceleration: faster strides are harder ones.
    const double omega = static_cast<double>(h + 1) * kTwoPi * kTrunkStride_hz;
    for (std::size_t k = 0; k < 3; ++k) {
      const TrunkAxis& axis = kTrunk[h][k];
      const double mean[]{axis.cosine, axis.sine};
      Pose* const to[]{&r.cosine[h], &r.sine[h]};
      for (std::size_t part = 0; part < 2; ++part) {
        const double mps2 = mean[part] + kEach * (axis.between * gait_style_[h][k][part] +
                                                  axis.within * random_.normal());
        (*to[part])[kAxes[k]] -= size * mps2 / (omega * omega);
      }
    }
  }
}

// Gait: arms against legs, the pelvis rises and falls twice a stride. Swings of thigh and arm:
// Winter, The Biomechanics and Motor Control of Human Gait; the pelvis moves half as much as there,
// which is what trunk and shoulder let through to a wrist (sp-sw-har: 2 m/s2 rms at 1 to 3 Hz).
Rhythm ScriptBuilder::gait() {
  const PersonOptions& person = script_.person_;
  const DynamicsOptions& d = person.dynamics;
  const double pace = d.pace * random_.uniform(0.95, 1.05);
  // Shorter legs step faster (as the square root: a pendulum), faster walkers too (Grieve and Gear
  // 1966: cadence rises with speed to the power of 0.58).
  const double stride_hz = 0.9 * std::sqrt(1.75 / person.body.height_m) * d.cadence *
                           portable::exp(0.58 * portable::log(pace));
  Rhythm r = rhythm_of(stride_hz, random_);
  const double deg = kRadiansPerDegree * random_.uniform(0.95, 1.05);
  const double arm = deg * d.arm_swing * portable::exp(random_.normal(0, 0.25));
  // The arm swings with the leg of the other side.
  const double leg = person.placement.pocket == person.placement.wrist ? -1 : 1;
  r.cosine[0][kShoulderFlexion] = 11 * arm;
  r.cosine[0][kElbow] = 8 * arm;
  r.sine[0][kElbow] = 5 * arm;
  r.cosine[0][kPronation] = 18 * arm;
  r.cosine[1][kShoulderFlexion] = 0.5 * arm;
  r.cosine[0][kThigh] = leg * 20 * deg;
  r.sine[1][kThigh] = 5.5 * deg;
  r.cosine[2][kThigh] = leg * 2.5 * deg;
  // Heel strikes, as the thigh feels them; trunk and arm have damped them by the time they arrive.
  r.cosine[3][kThigh] = 2.4 * deg;
  r.cosine[0][kHeading] = 5 * deg;
  const double size = d.gait_size * person.body.height_m / 1.75;
  r.sine[0][kPelvisY] = 0.028 * size;
  r.cosine[1][kPelvisZ] = 0.025 * size;
  r.sine[0][kPelvisZ] = 0.005 * size;  // one leg is not the other
  r.sine[1][kPelvisX] = 0.002 * size;
  shake_trunk(r, size);
  r.strike_mps2 = kStrike_mps2 * size * pace;
  return r;
}

// Turns while setting off, then straight on.
void ScriptBuilder::walk_to(double x_m, double y_m) {
  move(nudged(pose({5, -2, 6, 0, 26, 4, 0}, Support::feet), 2));
  const TruePosition here = script_.path_.back();
  if (here.at < now_) script_.path_.push_back({now_, here.x_m, here.y_m});
  const double seconds = seconds_to(x_m, y_m);
  const double turn =
      std::remainder(direction_rad(x_m - here.x_m, y_m - here.y_m) - heading_, kTwoPi);
  heading_ += turn;
  Rhythm r = gait();
  // A step or two takes its time, and so does turning for them.
  const double least_s = std::max(seconds, 2.2 * r.ramp_s);
  sway_along(r, least_s, std::min(0.6 * least_s, 0.4 + 0.8 * std::abs(turn)));
  script_.path_.push_back({now_, x_m, y_m});
}

void ScriptBuilder::drink(double seconds) {
  const WorldTime end = now_ + from_seconds(seconds);
  const Pose low = nudged(standing(), 3);
  const Pose reach = nudged(pose({18, 48, 10, 10, 40, 30, 4}, Support::feet), 4);
  move(reach);
  hold(random_.uniform(0.4, 0.9));
  do {
    const Pose mouth = nudged(pose({0, 52, 18, 28, 128, -18, 0}, Support::feet), 4);
    Pose tilt = mouth;
    tilt[kPronation] += 24 * kRadiansPerDegree;
    tilt[kShoulderAbduction] += 14 * kRadiansPerDegree;
    move(mouth);
    move(tilt);
    hold(random_.uniform(1, 2.5));
    move(nudged(pose({2, 14, 8, 10, 84, 0, 0}, Support::feet), 4));
    hold(random_.uniform(0.8, 2.5));
  } while (now_ < end);
  move(low);
}

void ScriptBuilder::drag_bench(double seconds) {
  move(nudged(pose({46, 58, 8, 10, 24, 50, 30}, Support::feet), 4));
  Rhythm r = rhythm_of(random_.uniform(0.7, 1.1), random_);
  const double strength = random_.uniform(0.7, 1.3);
  r.cosine[0][kPelvisX] = 0.05 * strength;
  r.sine[1][kPelvisX] = 0.015 * strength;
  r.cosine[1][kPelvisZ] = 0.012 * strength;
  r.sine[2][kPelvisX] = 0.004 * strength;
  r.sine[3][kPelvisX] = 0.0015 * strength;  // the bench sticks and slips
  r.cosine[0][kElbow] = 9 * kRadiansPerDegree * strength;
  r.sine[0][kShoulderFlexion] = 6 * kRadiansPerDegree * strength;
  r.cosine[0][kThigh] = 12 * kRadiansPerDegree * strength;
  sway_along(r, seconds);
  move(nudged(standing(), 3));
}

// Reaching for pins, pulling them, turning knobs.
void ScriptBuilder::adjust_machine(double seconds) {
  const WorldTime end = now_ + from_seconds(seconds);
  do {
    const double reach_deg = random_.uniform(20, 105), bend_deg = random_.uniform(0, 35);
    move(nudged(pose({bend_deg, reach_deg, random_.uniform(2, 25), random_.uniform(-20, 30),
                      random_.uniform(15, 80), random_.uniform(-40, 70), 0.4 * bend_deg},
                     Support::feet),
                5));
    if (random_.chance(0.5)) {
      Rhythm r = rhythm_of(random_.uniform(1.2, 2.2), random_);
      r.cosine[0][kPronation] = random_.uniform(10, 28) * kRadiansPerDegree;
      r.sine[0][kElbow] = random_.uniform(1, 5) * kRadiansPerDegree;
      sway_along(r, random_.uniform(1.5, 3.5));
    } else {
      hold(random_.uniform(0.3, 1.2));
      Pose pull = script_.trajectory_.last_pose();
      pull[kElbow] += random_.uniform(8, 30) * kRadiansPerDegree;
      move(pull, random_.uniform(0.35, 0.7));
      hold(random_.uniform(0.2, 1));
    }
  } while (now_ < end);
  move(nudged(standing(), 3));
}

// Looking at a phone in the other hand, or holding and tapping one. (The simulated phone stays in
// its pocket all the same.)
void ScriptBuilder::use_phone(double seconds) {
  move(nudged(pose({8, 26, 6, 22, 96, 30, 0}, Support::feet), 4));
  const WorldTime end = now_ + from_seconds(seconds);
  while (now_ < end) {
    const Pose here = script_.trajectory_.last_pose();
    hold(random_.uniform(0.3, 2.5));
    Pose tap = here;
    tap[kElbow] += random_.normal(0, 1.5) * kRadiansPerDegree;
    tap[kPronation] += random_.normal(0, 4) * kRadiansPerDegree;
    move(tap, random_.uniform(0.12, 0.3));
    move(here, random_.uniform(0.15, 0.4));
  }
}

// Up a flight and down again, where one is: the floor plan has one level. Knees twice as high as in
// walking, steps slower and harder (Riener et al. 2002), one hand now and then on the rail.
void ScriptBuilder::climb(double seconds) {
  move(nudged(pose({12, 4, 8, 0, 34, 16, 6}, Support::feet), 2));
  const WorldTime end = now_ + from_seconds(seconds);
  bool up = true;
  do {
    Rhythm r = gait();
    r.omega_radps *= up ? 0.8 : 0.95;
    for (std::size_t k = 0; k < Rhythm::kHarmonics; ++k) {
      for (Pose* q : {&r.cosine[k], &r.sine[k]}) {
        (*q)[kThigh] *= up ? 1.7 : 1.2;
        (*q)[kPelvisZ] *= up ? 1.6 : 2.2;
        (*q)[kShoulderFlexion] *= 0.6;
      }
    }
    sway_along(r, std::clamp(to_seconds(end - now_), 2.0, random_.uniform(6, 10)));
    up = !up;
  } while (end - now_ > std::chrono::seconds{2});
  move(nudged(standing(), 3));
}

// Face, neck, the other arm.
void ScriptBuilder::wipe(double seconds) {
  const WorldTime end = now_ + from_seconds(seconds);
  do {
    move(nudged(pose({4, random_.uniform(45, 80), random_.uniform(5, 30), random_.uniform(10, 50),
                      random_.uniform(105, 132), random_.uniform(-30, 40), 0},
                     Support::feet),
                4));
    Rhythm r = rhythm_of(random_.uniform(1, 2), random_);
    r.cosine[0][kElbow] = random_.uniform(4, 12) * kRadiansPerDegree;
    r.sine[0][kShoulderAbduction] = random_.uniform(3, 9) * kRadiansPerDegree;
    r.cosine[1][kPronation] = random_.uniform(2, 8) * kRadiansPerDegree;
    sway_along(r, random_.uniform(1.5, 3.5));
  } while (now_ < end);
  move(nudged(standing(), 3));
}

// Into a position and out of it again, slowly, held for a few breaths.
void ScriptBuilder::stretch(double seconds) {
  constexpr std::array<PoseDegrees, 4> kPositions{{{2, 172, 12, 0, 12, 0, 0},
                                                   {72, 84, 6, 0, 8, 40, 8},
                                                   {4, 84, -24, 20, 24, 30, 0},
                                                   {0, -38, 24, 0, 10, 20, 0}}};
  const WorldTime end = now_ + from_seconds(seconds);
  do {
    const Pose to = nudged(pose(kPositions[random_.below(kPositions.size())], Support::feet), 6);
    move(to, random_.uniform(1.8, 3));
    Rhythm breath = rhythm_of(random_.uniform(0.18, 0.3), random_);
    breath.cosine[0][kTrunkPitch] = random_.uniform(0.5, 2) * kRadiansPerDegree;
    breath.sine[0][kShoulderFlexion] = random_.uniform(0.5, 2) * kRadiansPerDegree;
    sway_along(breath, std::clamp(to_seconds(end - now_), 4.0, random_.uniform(8, 15)));
    move(nudged(standing(), 3), random_.uniform(1.5, 2.5));
  } while (now_ < end);
}

}  // namespace gauntlet::sim
