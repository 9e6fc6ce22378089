#include "sim/body/script_builder.h"
#include "sim/engine/portable_math.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/body/trig.h"

namespace gauntlet::sim {
namespace {

constexpr double kFastestJoint_radps = 2.2;  // of an unhurried movement into place
constexpr double kFastestPelvis_mps = 0.5;
constexpr double kCreepPerRepetition = 0.316;  // square root of a tenth
constexpr double kShankPerThigh = 0.36;        // the shank leans back as the thigh rises

double seconds_between(const Pose& a, const Pose& b) {
  double s = 0.5;
  for (std::size_t j = 0; j < kTremor; ++j) {
    const double speed = j <= kPelvisZ ? kFastestPelvis_mps : kFastestJoint_radps;
    s = std::max(s, 1.875 * std::abs(b[j] - a[j]) / speed);  // 1.875: peak over mean, minimum jerk
  }
  return s;
}

// Accelerations with which a movement turns from `to` towards `back` without stopping. Of the two
// quintics that meet there, with end acceleration -A d / T^2: A = pi^2 / 2 is about a cosine, more
// turns more sharply; 0 is a joint that has arrived, 20 the latest that does not overshoot.
Pose turning(const Pose& to, const Pose& back, double seconds, const PoseDegrees& lag) {
  constexpr double kInStep = 5, kLate = 15;
  Pose late{};
  late[kPelvisX] = late[kPelvisY] = lag.forward_m;
  late[kPelvisZ] = lag.thigh;
  late[kThigh] = lag.thigh;
  late[kTrunkPitch] = lag.trunk_pitch;
  late[kShoulderFlexion] = lag.flexion;
  late[kShoulderAbduction] = lag.abduction;
  late[kHumeralRotation] = lag.rotation;
  late[kElbow] = lag.elbow;
  late[kPronation] = lag.pronation;
  Pose turn{};
  for (std::size_t j = 0; j < kTremor; ++j) {
    const double sharp = late[j] < 0 ? kInStep * (1 + late[j]) : kInStep + kLate * late[j];
    turn[j] = sharp * (back[j] - to[j]) / (seconds * seconds);
  }
  return turn;
}

}  // namespace

ScriptBuilder::ScriptBuilder(const PersonOptions& person, const FloorPlanOptions& floor,
                             const RandomStream& stream, WorldTime begin)
    : floor_(floor),
      limbs_(person.body.height_m),
      random_(stream.child("script")),
      now_(begin),
      activity_begin_(begin) {
  script_.person_ = person;
  RandomStream style(static_cast<std::uint64_t>(person.dynamics.style), "person/style");
  RandomStream day(static_cast<std::uint64_t>(person.dynamics.day), "person/day");
  const double lasting = std::sqrt(person.dynamics.style_share);
  const double passing = std::sqrt(1 - person.dynamics.style_share);
  for (std::size_t j = kTrunkPitch; j <= kPronation; ++j) {
    const double sds = lasting * style.normal() + passing * day.normal();
    offsets_[j] = sds * person.dynamics.posture_deg * kRadiansPerDegree;
  }
  offsets_[kTrunkPitch] *= 0.5;
  for (auto& harmonic : gait_style_) {
    for (auto& axis : harmonic) {
      for (double& sds : axis) sds = lasting * style.normal() + passing * day.normal();
    }
  }
  strap_rad_ = person.placement.strap_rotation_deg * kRadiansPerDegree;
  add_wobbles(stream.child("wobble"));
  script_.trajectory_.start(begin, standing());
  script_.path_.push_back({begin, floor.entrance_x_m, floor.entrance_y_m});
}

void ScriptBuilder::add_wobbles(const RandomStream& stream) {
  const DynamicsOptions& d = script_.person_.dynamics;
  // Whose relaxed wrist is quiet shakes under load like anybody else's.
  constexpr double kUsual_mps2 = DynamicsOptions{}.tremor_mps2;
  script_.shaking_ =
      Shaking({d.tremor_mps2, kUsual_mps2, d.tremor_hz, limbs_.forearm_m}, stream.child("shaking"));
  RandomStream r = stream;
  constexpr int kSways = 2;
  for (int i = 0; i < kSways; ++i) {
    Wobble w;
    // One is breathing, the other slow drift of posture.
    w.omega_radps = 2 * std::numbers::pi * (i == 0 ? r.uniform(0.2, 0.33) : r.uniform(0.05, 0.12));
    w.phase_rad = r.uniform(0, 2 * std::numbers::pi);
    for (std::size_t j = kTrunkPitch; j <= kPronation; ++j) {
      w.weight[j] = d.sway_deg * kRadiansPerDegree * r.uniform(-1, 1);
    }
    script_.trajectory_.add_wobble(w);
  }
}

void ScriptBuilder::place_feet(Pose& q) const {
  const double shank = kShankPerThigh * q[kThigh];
  const SinCos t = sincos(q[kThigh]), s = sincos(shank);
  q[kPelvisZ] = -limbs_.thigh_m * (1 - t.cos) - limbs_.shank_m * (1 - s.cos);
  q[kPelvisX] = -limbs_.thigh_m * t.sin + limbs_.shank_m * s.sin;
}

// From forward and left of the person to the world's x and y.
void ScriptBuilder::turn_pelvis(Pose& q) const {
  const SinCos h = sincos(heading_);
  const double x = q[kPelvisX], y = q[kPelvisY];
  q[kPelvisX] = h.cos * x - h.sin * y;
  q[kPelvisY] = h.sin * x + h.cos * y;
}

Pose ScriptBuilder::pose(const PoseDegrees& d, Support support) const {
  Pose q = offsets_;
  q[kTrunkPitch] += d.trunk_pitch * kRadiansPerDegree;
  q[kShoulderFlexion] += d.flexion * kRadiansPerDegree;
  q[kShoulderAbduction] += d.abduction * kRadiansPerDegree;
  q[kHumeralRotation] += d.rotation * kRadiansPerDegree;
  q[kElbow] = std::max(0.0, q[kElbow] + d.elbow * kRadiansPerDegree);
  // The strap turns about the forearm's axis, as pronation does.
  q[kPronation] += d.pronation * kRadiansPerDegree + strap_rad_;
  q[kThigh] = d.thigh * kRadiansPerDegree;
  q[kTremor] = 1;
  if (support == Support::feet) place_feet(q);
  if (support == Support::bench) q[kPelvisZ] = -0.45;
  q[kPelvisX] += d.forward_m;
  q[kPelvisY] += d.left_m;
  q[kPelvisZ] += d.up_m;
  q[kHeading] = heading_ + d.turn * kRadiansPerDegree;
  turn_pelvis(q);
  return q;
}

Pose ScriptBuilder::standing() const { return pose({2, 2, 7, 5, 16, 12, 0}, Support::feet); }

void ScriptBuilder::move(const Pose& to) {
  move(to, seconds_between(script_.trajectory_.last_pose(), to) * random_.uniform(0.9, 1.4));
}

void ScriptBuilder::move(const Pose& to, double seconds, const Pose& acceleration) {
  now_ += from_seconds(seconds);
  script_.trajectory_.move_to(now_, to, acceleration);
}

void ScriptBuilder::hold(double seconds) {
  if (seconds > 0) move(script_.trajectory_.last_pose(), seconds);
}

void ScriptBuilder::sway_along(const Rhythm& rhythm, double seconds, double turn_s) {
  Pose turned = script_.trajectory_.last_pose();
  turned[kHeading] = heading_;
  sway_into(rhythm, seconds, turned, turn_s);
}

void ScriptBuilder::sway_into(Rhythm rhythm, double seconds, const Pose& to, double within_s) {
  rhythm.begin = now_;
  rhythm.end = now_ + from_seconds(std::max(seconds, 2.2 * rhythm.ramp_s));
  for (std::size_t k = 0; k < Rhythm::kHarmonics; ++k) {
    turn_pelvis(rhythm.cosine[k]);
    turn_pelvis(rhythm.sine[k]);
  }
  const auto index = script_.trajectory_.add_rhythm(rhythm);
  if (within_s > 0) script_.trajectory_.move_to(now_ + from_seconds(within_s), to, {}, index);
  now_ = rhythm.end;
  script_.trajectory_.move_to(now_, script_.trajectory_.last_pose(), {}, index);
}

Pose ScriptBuilder::nudged(Pose q, double degrees) {
  for (std::size_t j = kTrunkPitch; j <= kPronation; ++j) {
    const double share = j == kTrunkPitch ? 0.3 : 1;
    q[j] += random_.normal(0, share * degrees * kRadiansPerDegree);
  }
  q[kElbow] = std::max(0.0, q[kElbow]);
  return q;
}

// What has been done since `begin` took this much.
void ScriptBuilder::work(WorldTime begin, double from_met, double to_met) {
  if (now_ <= begin) return;
  const BodyOptions& body = script_.person_.body;
  script_.efforts_.push_back({begin, static_cast<float>(effort_of_met(from_met, body))});
  script_.efforts_.push_back({now_, static_cast<float>(effort_of_met(to_met, body))});
}

void ScriptBuilder::close_activity(std::string_view name) {
  if (now_ > activity_begin_) {
    const double met = activity_met(name, walking_speed_mps());
    work(activity_begin_, met, met);
    auto& all = script_.activities_;
    if (!all.empty() && all.back().name == name && all.back().end == activity_begin_) {
      all.back().end = now_;
    } else {
      all.push_back({std::string(name), activity_begin_, now_});
    }
  }
  activity_begin_ = now_;
}

ScriptBuilder::Movement ScriptBuilder::movement(const PlanItem& item) {
  const Exercise& e = *find_exercise(item.exercise);
  const PersonOptions& person = script_.person_;
  const double usual_kg = e.weight_kg * person.body.weight_kg / 74;
  const double heavy = usual_kg > 0 ? item.weight_kg / usual_kg : 1;
  const DynamicsOptions& d = person.dynamics;
  if (e.name != set_up_for_) {
    set_up_for_ = e.name;
    for (std::size_t j = kTrunkPitch; j <= kPronation; ++j) {
      const double share = j == kTrunkPitch ? 0.3 : 1;
      setup_[j] = random_.normal(0, share * d.setup_deg * kRadiansPerDegree);
    }
  }
  const auto as_set_up = [&](const PoseDegrees& degrees) {
    Pose q = pose(degrees, e.support);
    for (std::size_t j = kTrunkPitch; j <= kPronation; ++j) q[j] += setup_[j];
    q[kElbow] = std::max(0.0, q[kElbow]);
    return q;
  };
  Movement m{e, as_set_up(e.start), {}, 0, 0, 0};
  m.slow = std::clamp(0.75 + 0.25 * heavy, 0.8, 1.6) / d.tempo *
           portable::exp(random_.normal(0, d.set_tempo_sd));
  m.range = d.range * std::max(0.5, random_.normal(1, d.set_range_sd));
  // A loaded arm trembles more, the more so the heavier the load.
  m.tremor = e.shake * d.load_tremor * std::clamp(0.6 + 0.4 * heavy, 0.6, 1.8);
  m.start[kTremor] = 0.6 * m.tremor;
  const Vec3 hands = wrist_position_m(m.start, limbs_);
  for (std::size_t k = 0; k < Exercise::kPhases; ++k) {
    Pose& q = m.phases[k] = as_set_up(e.phases[k].pose);
    q[kTremor] = m.tremor;
    if (e.support != Support::hands) continue;
    const Vec3 there = wrist_position_m(q, limbs_);
    for (std::size_t axis = 0; axis < 3; ++axis) q[kPelvisX + axis] += hands[axis] - there[axis];
  }
  return m;
}

void ScriptBuilder::set(const PlanItem& item, std::int64_t repetitions) {
  const PersonOptions& person = script_.person_;
  // The strap slips, and is now and then pulled back to where it belongs.
  constexpr double kStays = 0.8;
  const double home_rad = person.placement.strap_rotation_deg * kRadiansPerDegree;
  strap_rad_ = home_rad + kStays * (strap_rad_ - home_rad) +
               random_.normal(0, person.placement.slip_deg) * kRadiansPerDegree;
  creep_rad_ = 0;
  const Movement m = movement(item);
  move(nudged(m.start, 1));
  hold(random_.uniform(0.3, 1.2));
  // "resting" before a set only if nothing has been going on that getting ready belongs to.
  close_activity(script_.activities_.empty() ? "resting" : script_.activities_.back().name);

  TrueSet truth{std::string(m.exercise.name), now_, now_, {}};
  const double tempo = person.dynamics.tempo;
  const double last = static_cast<double>(std::max<std::int64_t>(repetitions - 1, 1));
  double before_s = 0;
  for (std::int64_t i = 0; i < repetitions; ++i) {
    double after_s = 0;
    if (i + 1 < repetitions) {
      after_s = m.exercise.rest_s * m.slow * random_.uniform(0.4, 1.8);
      if (m.exercise.sides == Sides::alternating) {
        after_s += (m.exercise.phases[0].move_s + m.exercise.back_s) * m.slow;
      }
    }
    repeat(m, static_cast<double>(i) / last, before_s, after_s);
    before_s = after_s;
    truth.repetitions.push_back(now_);
  }
  truth.end = now_;
  strap_rad_ += creep_rad_;
  work(truth.begin, lifting_met(m.exercise.group, item.weight_kg, tempo, 0, person.body),
       lifting_met(m.exercise.group, item.weight_kg, tempo, 1, person.body));
  script_.sets_.push_back(std::move(truth));
  activity_begin_ = now_;
}

ScriptBuilder::Repetition ScriptBuilder::draw_repetition(const Movement& m, double done) {
  const DynamicsOptions& d = script_.person_.dynamics;
  // Beginners vary more and err more often; everybody errs more when tired.
  const double unsteady = 1.5 - d.proficiency;
  const double errs = 2 * (1 - d.proficiency) * (0.5 + done);
  Repetition r{};
  const double slow = m.slow * (1 + d.fatigue * done * done) *
                      portable::exp(random_.normal(0, unsteady * d.tempo_variation));
  const double part = 0.5 * unsteady * d.tempo_variation;
  r.out = slow * portable::exp(random_.normal(-0.5 * d.asymmetry, part));
  r.back = slow * portable::exp(random_.normal(0.5 * d.asymmetry, part));
  r.hold = slow * random_.uniform(0.5, 1.6);
  r.range = m.range * (1 - 0.15 * d.fatigue * done) *
            std::max(0.5, random_.normal(1, unsteady * d.range_variation));
  if (random_.chance(d.partial * errs)) r.range *= random_.uniform(0.5, 0.8);
  const double help = (0.4 + 0.9 * done) * random_.uniform(0.5, 1.5) * kRadiansPerDegree;
  r.swing_rad = d.swing_deg * help * (1.5 - d.proficiency);
  r.drift_rad = d.drift_deg * random_.normal(0.5, 0.5) * kRadiansPerDegree;
  const bool pauses = random_.chance(d.pause * errs);
  r.pause_s = random_.uniform(0.2, 0.8) * (pauses ? 1 : 0);
  r.bounces = random_.chance(d.bounce * errs);
  return r;
}

Pose ScriptBuilder::reached(const Movement& m, std::size_t phase, const Repetition& r,
                            const Pose& home) const {
  Pose to = home;
  for (std::size_t j = 0; j < kTremor; ++j) {
    to[j] = home[j] + r.range * (m.phases[phase][j] - m.start[j]);
  }
  // Whoever stands helps with the trunk and lets the upper arm go; machines and floors do not let.
  if (m.exercise.support == Support::feet) to[kTrunkPitch] -= r.swing_rad;
  if (m.exercise.support != Support::hands) to[kShoulderFlexion] += r.drift_rad;
  to[kElbow] = std::max(0.0, to[kElbow]);
  to[kTremor] = m.phases[phase][kTremor];
  return to;
}

void ScriptBuilder::repeat(const Movement& m, double done, double before_s, double after_s) {
  // Cables and hanging weights are not set down for a moment's rest: the movement turns and takes
  // the rest's time.
  constexpr double kFlows_s = 0.15;
  const bool flows = m.exercise.rest_s < kFlows_s && m.exercise.sides != Sides::alternating;
  const Exercise& e = m.exercise;
  const DynamicsOptions& d = script_.person_.dynamics;
  const Repetition r = draw_repetition(m, done);
  const double tired = 1 + d.fatigue * done;
  Pose back = nudged(m.start, d.settle_deg);
  back[kTremor] *= tired;
  const double creep_deg = script_.person_.placement.creep_deg;
  creep_rad_ += random_.normal(0, creep_deg) * kCreepPerRepetition * kRadiansPerDegree;
  back[kPronation] += creep_rad_;
  const Pose home = script_.trajectory_.last_pose();
  Pose to = home;
  Pose turn{};
  if (!flows) hold(before_s);
  double back_s = e.back_s * r.back;
  for (std::size_t k = 0; k < Exercise::kPhases && e.phases[k].move_s > 0; ++k) {
    const Phase& phase = e.phases[k];
    const bool last = k + 1 == Exercise::kPhases || e.phases[k + 1].move_s == 0;
    const Pose from = to;
    to = reached(m, k, r, home);
    to[kTremor] *= tired;
    double out_s = phase.move_s * r.out;
    if (k == 0 && flows) out_s += 0.5 * before_s;
    if (k == 0 && r.pause_s > 0) {
      Pose stuck = to;
      for (std::size_t j = 0; j < kTremor; ++j) stuck[j] = from[j] + 0.55 * (to[j] - from[j]);
      move(stuck, 0.7 * out_s);
      hold(r.pause_s);
      out_s *= 0.6;
    }
    const double hold_s = phase.hold_s * r.hold;
    const bool turns = last && hold_s < 0.12 && !r.bounces;
    if (turns) {
      turn = turning(to, back, 0.5 * (out_s + back_s) + hold_s, e.lag);
      back_s += 0.5 * hold_s;
    }
    move(to, out_s + (turns ? 0.5 * hold_s : 0), turn);
    if (!turns) hold(hold_s);
  }
  if (r.bounces) {
    Pose dip = to;
    for (std::size_t j = 0; j < kTremor; ++j) dip[j] = to[j] + 0.2 * (home[j] - to[j]);
    move(dip, 0.35 * back_s);
    move(to, 0.3 * back_s);
  }
  // The next repetition's way out is not drawn yet; this one's is as good.
  const bool turns = flows && after_s > 0;
  if (flows) back_s += 0.5 * after_s;
  const double seconds = 0.5 * (back_s + e.phases[0].move_s * r.out + 0.5 * after_s);
  move(back, back_s, turns ? turning(back, m.phases[0], seconds, e.lag) : Pose{});
}

void ScriptBuilder::rest_until(WorldTime end) {
  if (end > now_) {
    script_.trajectory_.move_to(end, script_.trajectory_.last_pose());
    now_ = end;
  }
  close_activity("resting");
}

Script ScriptBuilder::finish() {
  script_.trajectory_.finish();
  script_.efforts_.shrink_to_fit();
  script_.path_.shrink_to_fit();
  return std::move(script_);
}

}  // namespace gauntlet::sim
