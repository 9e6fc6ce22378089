// One attack of a scenario: a block [[attack]] with a kind.
#pragma once

#include <string>
#include <string_view>

#include "adversarial/physics_options.h"
#include "adversarial/radio_options.h"
#include "adversarial/service_options.h"
#include "core/base/options.h"
#include "core/base/result.h"
#include "core/base/sensor.h"
#include "core/base/time.h"

namespace gauntlet::adversarial {

enum class AttackKind : std::uint8_t {
  acoustic,
  electromagnetic,
  light,
  magnet,
  pendulum,
  impostor,
  beacon_clone,
  frame,
  jamming,
  token,
  api
};
std::string_view to_string(AttackKind kind);
// Acts on services, not on a device.
inline bool on_services(AttackKind kind) {
  return kind == AttackKind::token || kind == AttackKind::api;
}

// What the attacker knows of the device: its data sheet alone; its design and the defences that are
// switched on; these, and its clocks as they run.
enum class Knowledge : std::uint8_t { none, white_box, drift_tracking };

struct AttackOptions {
  AttackKind kind = AttackKind::acoustic;
  std::string device = "watch";
  SensorKind sensor = SensorKind::accelerometer;
  Knowledge knowledge = Knowledge::white_box;
  double start_s = 0;
  double stop_s = 0;  // 0: never
  AcousticOptions acoustic;
  ElectromagneticOptions electromagnetic;
  LightOptions light;
  MagnetOptions magnet;
  PendulumOptions pendulum;
  ImpostorOptions impostor;
  BeaconCloneOptions beacon_clone;
  FrameOptions frame;
  JammingOptions jamming;
  TokenAttackOptions token;
  ApiAttackOptions api;

  void describe(OptionVisitor& v);
  // What ranges cannot say ("bad_attack"); the attacks' constructors insist on it.
  Result<void> validate() const;
};

// When an attack is on, as the world's clock says.
struct AttackSpan {
  explicit AttackSpan(const AttackOptions& o);
  bool contains(WorldTime t) const { return t >= start && t < stop; }
  WorldTime start, stop;
};

// The row of the catalogue: "P2", "R3", ...
std::string_view catalogue_row(const AttackOptions& o);
// Where the catalogue expects it to be stopped (TrueAttack::stage).
std::string_view expected_stage(const AttackOptions& o);

}  // namespace gauntlet::adversarial
