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
constexpr double kShankPerThigh = 0.36;  // the shank leans back as the thigh rises

double seconds_between(const Pose& a, const Pose& b) {
  double s = 0.5;
  for (std::size_t j = 0; j < kTremor; ++j) {
    const double speed = j <= kPelvisZ ? kFastestPelvis_mps : kFastestJoint_radps;
    s = std::max(s, 1.875 * std::abs(b[j] - a[j]) / speed);  // 1.875: peak over mean, minimum jerk
  }
  return s;
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
  for (std::size_t j = kTrunkPitch; j <= kPronation; ++j) {
    offsets_[j] = style.normal(0, person.dynamics.posture_deg * kRadiansPerDegree);
  }
  offsets_[kTrunkPitch] *= 0.5;
  strap_rad_ = person.placement.strap_rotation_deg * kRadiansPerDegree;
  add_wobbles(stream.child("wobble"));
  script_.trajectory_.start(begin, standing());
  script_.path_.push_back({begin, floor.entrance_x_m, floor.entrance_y_m});
}

void ScriptBuilder::add_wobbles(const RandomStream& stream) {
  const DynamicsOptions& d = script_.person_.dynamics;
  RandomStream r = stream;
  constexpr int kTremors = 3;
  for (int i = 0; i < kTremors; ++i) {
    Wobble w;
    w.tremor = true;
    const double hz = d.tremor_hz + d.tremor_width_hz * r.uniform(-1, 1);
    w.omega_radps = 2 * std::numbers::pi * hz;
    w.phase_rad = r.uniform(0, 2 * std::numbers::pi);
    // An angle a at the elbow moves the wrist by a * forearm.
    const double rms = d.tremor_mps2 / std::sqrt(static_cast<double>(kTremors));
    const double angle =
        std::numbers::sqrt2 * rms / (limbs_.forearm_m * w.omega_radps * w.omega_radps);
    w.weight[kElbow] = angle * r.uniform(0.6, 1);
    w.weight[kShoulderAbduction] = angle * r.uniform(-0.5, 0.5);
    w.weight[kPronation] = 2 * angle * r.uniform(-1, 1);
    script_.trajectory_.add_wobble(w);
  }
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
  q[kHeading] = heading_;
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

void ScriptBuilder::sway_along(Rhythm rhythm, double seconds, double turn_s) {
  rhythm.begin = now_;
  rhythm.end = now_ + from_seconds(std::max(seconds, 2.2 * rhythm.ramp_s));
  for (std::size_t k = 0; k < Rhythm::kHarmonics; ++k) {
    turn_pelvis(rhythm.cosine[k]);
    turn_pelvis(rhythm.sine[k]);
  }
  const auto index = script_.trajectory_.add_rhythm(rhythm);
  if (turn_s > 0) {
    Pose turned = script_.trajectory_.last_pose();
    turned[kHeading] = heading_;
    script_.trajectory_.move_to(now_ + from_seconds(turn_s), turned, {}, index);
  }
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

void ScriptBuilder::set(const PlanItem& item, std::int64_t repetitions) {
  const Exercise& e = *find_exercise(item.exercise);
  const PersonOptions& person = script_.person_;
  strap_rad_ =
      (person.placement.strap_rotation_deg + random_.normal(0, person.placement.slip_deg)) *
      kRadiansPerDegree;
  Pose start = pose(e.start, e.support), end = pose(e.end, e.support);
  start[kTremor] = 2;  // a loaded arm trembles more, an exhausted one more still
  if (e.support == Support::hands) {
    const Vec3 a = wrist_position_m(start, limbs_), b = wrist_position_m(end, limbs_);
    end[kPelvisX] = start[kPelvisX] + a[0] - b[0];
    end[kPelvisY] = start[kPelvisY] + a[1] - b[1];
    end[kPelvisZ] = start[kPelvisZ] + a[2] - b[2];
  }
  move(nudged(start, 1));
  hold(random_.uniform(0.3, 1.2));
  // "resting" before a set only if nothing has been going on that getting ready belongs to.
  close_activity(script_.activities_.empty() ? "resting" : script_.activities_.back().name);

  TrueSet truth{std::string(e.name), now_, now_, {}};
  const Movement m{e, start, end, 1 + item.weight_kg / person.body.weight_kg};
  const double last = static_cast<double>(std::max<std::int64_t>(repetitions - 1, 1));
  for (std::int64_t i = 0; i < repetitions; ++i) {
    if (i > 0) hold(e.rest_s * m.load / person.dynamics.tempo * random_.uniform(0.4, 1.8));
    repeat(m, static_cast<double>(i) / last);
    truth.repetitions.push_back(now_);
  }
  truth.end = now_;
  const double tempo = person.dynamics.tempo;
  work(truth.begin, lifting_met(item.weight_kg, tempo, 0, person.body),
       lifting_met(item.weight_kg, tempo, 1, person.body));
  script_.sets_.push_back(std::move(truth));
  activity_begin_ = now_;
}

void ScriptBuilder::repeat(const Movement& m, double done) {
  const Exercise& e = m.exercise;
  const DynamicsOptions& d = script_.person_.dynamics;
  const double slow = m.load * (1 + d.fatigue * done * done) / d.tempo *
                      portable::exp(random_.normal(0, d.tempo_variation));
  const double range =
      d.range * (1 - 0.15 * d.fatigue * done) * std::max(0.5, random_.normal(1, d.range_variation));
  const double out_s = e.out_s * slow * portable::exp(random_.normal(0, 0.5 * d.tempo_variation));
  const double back_s = e.back_s * slow * portable::exp(random_.normal(0, 0.5 * d.tempo_variation));
  const double hold_s = e.hold_s * slow * random_.uniform(0.5, 1.6);

  const Pose home = script_.trajectory_.last_pose();
  Pose top = home;
  for (std::size_t j = 0; j < kTremor; ++j) top[j] = home[j] + range * (m.end[j] - m.start[j]);
  top[kElbow] = std::max(0.0, top[kElbow]);
  top[kTremor] = 3 + 4 * d.fatigue * done;
  Pose back = nudged(m.start, 1);
  back[kTremor] = 2 + 2 * d.fatigue * done;
  if (hold_s > 0.12) {
    move(top, out_s);
    hold(hold_s);
    move(back, back_s);
    return;
  }
  // Turn as a cosine would: without stopping.
  const double half_s = 0.5 * (out_s + back_s) + hold_s;
  const double k = -0.5 * std::numbers::pi * std::numbers::pi / (half_s * half_s);
  Pose turn{};
  for (std::size_t j = 0; j < kTremor; ++j) turn[j] = k * (top[j] - home[j]);
  move(top, out_s + 0.5 * hold_s, turn);
  move(back, back_s + 0.5 * hold_s);
}

void ScriptBuilder::rest_until(WorldTime end) {
  if (end > now_) {
    script_.trajectory_.move_to(end, script_.trajectory_.last_pose());
    now_ = end;
  }
  close_activity("resting");
}

Script ScriptBuilder::finish() { return std::move(script_); }

}  // namespace gauntlet::sim
