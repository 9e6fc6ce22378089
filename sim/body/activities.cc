// What people do in a gym between sets.
#include <cmath>
#include <numbers>

#include "core/base/check.h"
#include "sim/body/script_builder.h"
#include "sim/body/trig.h"

namespace gauntlet::sim {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

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
  return 1.15 * std::sqrt(person.body.height_m / 1.75) * (0.8 + 0.2 * person.dynamics.tempo);
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

// Gait: arms against legs, the pelvis rises and falls twice a stride. Amplitudes: Winter, The
// Biomechanics and Motor Control of Human Gait (thigh +-20 degrees, vertical excursion 4 to 5 cm).
Rhythm ScriptBuilder::gait() {
  const PersonOptions& person = script_.person_;
  const double style = random_.uniform(0.85, 1.15);
  // Shorter legs step faster (as the square root: a pendulum).
  const double stride_hz = 0.93 * std::sqrt(1.75 / person.body.height_m) *
                           (0.8 + 0.2 * person.dynamics.tempo) * random_.uniform(0.95, 1.05);
  Rhythm r = rhythm_of(stride_hz, random_);
  const double deg = kRadiansPerDegree * style;
  // The arm swings with the leg of the other side.
  const double leg = person.placement.pocket == person.placement.wrist ? -1 : 1;
  r.cosine[0][kShoulderFlexion] = 17 * deg;
  r.cosine[0][kElbow] = 7 * deg;
  r.sine[0][kElbow] = 5 * deg;
  r.cosine[0][kPronation] = 4 * deg;
  r.cosine[1][kShoulderFlexion] = 1.5 * deg;
  r.cosine[0][kThigh] = leg * 20 * deg;
  r.sine[1][kThigh] = 4 * deg;
  r.cosine[2][kThigh] = leg * 1.5 * deg;
  r.cosine[0][kHeading] = 4 * deg;
  const double size = style * person.body.height_m / 1.75;
  r.sine[0][kPelvisY] = 0.02 * size;
  r.cosine[1][kPelvisZ] = 0.02 * size;
  r.sine[3][kPelvisZ] = 0.0025 * size;  // heel strike
  r.cosine[3][kPelvisX] = 0.0015 * size;
  r.sine[1][kPelvisX] = 0.012 * size;
  return r;
}

// Turns while setting off, then straight on.
void ScriptBuilder::walk_to(double x_m, double y_m) {
  move(nudged(pose({5, -2, 6, 0, 24, 14, 0}, Support::feet), 2));
  const TruePosition here = script_.path_.back();
  if (here.at < now_) script_.path_.push_back({now_, here.x_m, here.y_m});
  const double seconds = seconds_to(x_m, y_m);
  const double turn =
      std::remainder(direction_rad(x_m - here.x_m, y_m - here.y_m) - heading_, kTwoPi);
  heading_ += turn;
  Rhythm r = gait();
  sway_along(r, seconds, std::min(0.6 * seconds, 0.4 + 0.8 * std::abs(turn)));
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

}  // namespace gauntlet::sim
