#include "adversarial/attack_options.h"

#include <utility>

namespace gauntlet::adversarial {
namespace {

bool no_direction(double x, double y, double z) { return x == 0 && y == 0 && z == 0; }

}  // namespace

std::string_view to_string(AttackKind kind) {
  switch (kind) {
    case AttackKind::acoustic:
      return "acoustic";
    case AttackKind::electromagnetic:
      return "electromagnetic";
    case AttackKind::light:
      return "light";
    case AttackKind::magnet:
      return "magnet";
    case AttackKind::pendulum:
      return "pendulum";
    case AttackKind::impostor:
      return "impostor";
    case AttackKind::beacon_clone:
      return "beacon_clone";
    case AttackKind::frame:
      return "frame";
    case AttackKind::jamming:
      return "jamming";
    case AttackKind::token:
      return "token";
    case AttackKind::api:
      return "api";
  }
  return "unknown";
}

AttackSpan::AttackSpan(const AttackOptions& o)
    : start(time_from_seconds<WorldTime>(o.start_s)),
      stop(o.stop_s > 0 ? time_from_seconds<WorldTime>(o.stop_s) : WorldTime::max()) {}

Result<void> AttackOptions::validate() const {
  const auto directed = [](const auto& o) { return !no_direction(o.axis_x, o.axis_y, o.axis_z); };
  if (!directed(acoustic) || !directed(electromagnetic)) {
    return Error{"bad_attack", "axis_x, _y and _z are all 0: a force needs a direction"};
  }
  if (stop_s > 0 && stop_s <= start_s) {
    return Error{"bad_attack", "stop_s (" + std::to_string(stop_s) + ") must be after start_s (" +
                                   std::to_string(start_s) + "), or 0 for never"};
  }
  if (acoustic.drive_hz > 0 && (acoustic.clip_high_mps2 > 0 || acoustic.clip_low_mps2 > 0)) {
    return Error{"bad_attack", "acoustic.drive_hz and clipping: what clips comes after the drive"};
  }
  const std::pair<AttackKind, SensorKind> only[] = {{AttackKind::light, SensorKind::heart_rate},
                                                    {AttackKind::magnet, SensorKind::magnetometer},
                                                    {AttackKind::beacon_clone, SensorKind::beacon}};
  for (const auto& [of, needed] : only) {
    if (kind != of || sensor == needed) continue;
    return Error{"bad_attack", std::string(to_string(kind)) + " acts on sensor = \"" +
                                   std::string(gauntlet::to_string(needed)) + "\", not \"" +
                                   std::string(gauntlet::to_string(sensor)) + "\""};
  }
  const bool body_sensor = sensor == SensorKind::heart_rate || sensor == SensorKind::beacon;
  if (body_sensor && (kind == AttackKind::acoustic || kind == AttackKind::electromagnetic)) {
    return Error{"bad_attack", std::string(to_string(kind)) + " cannot act on sensor = \"" +
                                   std::string(gauntlet::to_string(sensor)) + "\""};
  }
  if (kind == AttackKind::frame && frame.act == FrameAct::replay &&
      start_s < frame.record_s + frame.length_s) {
    return Error{"bad_attack", "start_s (" + std::to_string(start_s) +
                                   ") must not be before the recording's end, record_s + length_s"};
  }
  return {};
}

void AttackOptions::describe(OptionVisitor& v) {
  v.choice("kind", kind,
           {{"acoustic", AttackKind::acoustic},
            {"electromagnetic", AttackKind::electromagnetic},
            {"light", AttackKind::light},
            {"magnet", AttackKind::magnet},
            {"pendulum", AttackKind::pendulum},
            {"impostor", AttackKind::impostor},
            {"beacon_clone", AttackKind::beacon_clone},
            {"frame", AttackKind::frame},
            {"jamming", AttackKind::jamming},
            {"token", AttackKind::token},
            {"api", AttackKind::api}},
           "what kind of attack");
  v.text("device", device, "name of the device under attack; token and api: of no meaning");
  v.choice("sensor", sensor,
           {{"accelerometer", SensorKind::accelerometer},
            {"gyroscope", SensorKind::gyroscope},
            {"heart_rate", SensorKind::heart_rate},
            {"magnetometer", SensorKind::magnetometer},
            {"strain", SensorKind::strain},
            {"beacon", SensorKind::beacon}},
           "which of its sensors");
  v.choice("knowledge", knowledge,
           {{"none", Knowledge::none},
            {"white_box", Knowledge::white_box},
            {"drift_tracking", Knowledge::drift_tracking}},
           "the data sheet; the design and its defences; these and the clocks as they run");
  v.number("start_s", start_s, {0, 1e6}, "s", "when it begins");
  v.number("stop_s", stop_s, {0, 1e6}, "s", "when it ends; 0: never");
  v.table("acoustic", acoustic, "sound on a proof mass");
  v.table("electromagnetic", electromagnetic, "radio waves rectified by an amplifier");
  v.table("light", light, "pulsing light on an optical heart-rate sensor");
  v.table("magnet", magnet, "a dipole near a magnetometer");
  v.table("pendulum", pendulum, "the device swings by itself");
  v.table("impostor", impostor, "somebody else wears the device");
  v.table("beacon_clone", beacon_clone, "a beacon's identifier sent from elsewhere");
  v.table("frame", frame, "messages changed on their way");
  v.table("jamming", jamming, "noise on the radio");
  v.table("token", token, "forged tokens");
  v.table("api", api, "requests with a token of the attacker's own");
}

std::string_view catalogue_row(const AttackOptions& o) {
  switch (o.kind) {
    case AttackKind::acoustic:
      switch (o.acoustic.control) {
        case AcousticControl::tone:
          return o.acoustic.clip_high_mps2 != o.acoustic.clip_low_mps2 ? "P1" : "P2";
        case AcousticControl::output:
          return "P2";
        case AcousticControl::side_swing:
        case AcousticControl::switching:
        case AcousticControl::phase_pacing:
          return "P3";
        case AcousticControl::dual_tone:
          return "P4";
        case AcousticControl::denial:
          return "P5";
      }
      return "P2";
    case AttackKind::electromagnetic:
      return "P6";
    case AttackKind::light:
      return "P7";
    case AttackKind::magnet:
      return "P8";
    case AttackKind::pendulum:
      return "P9";
    case AttackKind::impostor:
      return "P10";
    case AttackKind::beacon_clone:
      return "R1";
    case AttackKind::frame:
      break;
    case AttackKind::jamming:
      return "R5";
    case AttackKind::token: {
      constexpr std::string_view kRows[] = {"J1", "J2", "J3", "J4", "J5", "J6", "J1-J6"};
      return kRows[static_cast<std::size_t>(o.token.family)];
    }
    case AttackKind::api:
      return "A1";
  }
  if (o.frame.key_bytes > 0) return "R4";
  switch (o.frame.act) {
    case FrameAct::relay:
      return "R2";
    case FrameAct::delay:
      return "T1";
    case FrameAct::stamps:
      return "T2";
    case FrameAct::malformed:
      return "F1";
    case FrameAct::replay:
    case FrameAct::inject:
    case FrameAct::modify:
      break;
  }
  return "R3";
}

std::string_view expected_stage(const AttackOptions& o) {
  switch (o.kind) {
    case AttackKind::acoustic: {
      using enum AcousticControl;
      const bool seen_at_the_sampler = o.acoustic.control == tone || o.acoustic.control == output;
      return seen_at_the_sampler ? "sensor" : "guard";
    }
    case AttackKind::electromagnetic:
    case AttackKind::magnet:
    case AttackKind::impostor:
      return "guard";
    case AttackKind::light:
    case AttackKind::beacon_clone:
      return "sensor";
    case AttackKind::pendulum:
      return "classifier";
    case AttackKind::frame:
      if (o.frame.act == FrameAct::relay) return "link";
      return o.frame.act == FrameAct::delay ? "guard" : "intake";
    case AttackKind::jamming:
      return "classifier";  // which abstains where too much was filled in
    case AttackKind::token:
    case AttackKind::api:
      return "services";
  }
  return "guard";
}

}  // namespace gauntlet::adversarial
