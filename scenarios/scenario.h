// A scenario: everything that a simulated hour consists of, as one TOML file says it.
//
// The same file and seed give the same run, bit for bit. What the file leaves out has the defaults
// of the models; `gauntlet scenario reference` prints them all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adversarial/attack_options.h"
#include "adversarial/defence_options.h"
#include "core/base/options.h"
#include "core/phone/phone_options.h"
#include "core/ports/pipeline_options.h"
#include "core/services/service_set.h"
#include "scenarios/options_toml.h"
#include "scenarios/privacy_options.h"
#include "sim/body/marks.h"
#include "sim/body/person.h"
#include "sim/body/script.h"
#include "sim/link/link.h"
#include "sim/network/network_options.h"
#include "sim/network/processor.h"
#include "sim/wearable/host_clock.h"
#include "sim/wearable/local_sensors.h"
#include "sim/wearable/wearable.h"

namespace gauntlet::scenarios {

// A device on the body and its own connection to the phone.
struct WornOptions {
  sim::WearableOptions device;
  sim::LinkOptions link;
  std::string recording;
  void describe(OptionVisitor& v);
};

// Who trains. Drawn from the population by (seed, number), so that person 3 of a seed is the same
// in every scenario; or, when not drawn, the person given (as `gauntlet identify` prints it); or
// whoever was recorded, whose devices then feel what the recorded ones felt.
struct WhoOptions {
  std::int64_t number = 0;
  std::int64_t session = 0;  // the same person on another day
  sim::PopulationOptions population;
  bool drawn = true;
  sim::PersonOptions given;
  std::string from_recording;
  std::string recording;
  void describe(OptionVisitor& v);
};

struct PhoneDeviceOptions {
  bool sensors_on = true;
  sim::LocalSensorsOptions sensors;
  sim::HostClockOptions clock;
  void describe(OptionVisitor& v);
};

// Many independent people who share the services. They come to train one after the other, in a
// Poisson process, and leave when their session is over and uploaded.
struct FleetOptions {
  std::int64_t people = 0;  // 0: no fleet, the scenario is one person's
  double arrivals_per_h = 60;
  double length_h = 24;  // who would come later stays away
  void describe(OptionVisitor& v);
};

struct ScenarioOptions {
  // Stretching secrets takes as long as a simulated hour and no virtual time: little of it here.
  ScenarioOptions() { services.authz.scrypt = {4, 8, 1}; }
  std::string name;
  std::string about;
  std::int64_t seed = 1;
  std::string model = "scenarios/models/gym.model";
  WhoOptions person;
  sim::PlanOptions plan;
  sim::LabelErrorOptions labels;
  std::vector<WornOptions> wearables;
  PhoneDeviceOptions phone_device;
  PipelineOptions pipeline;
  PhoneOptions phone;
  sim::NetworkOptions network;
  ServiceSetOptions services;
  sim::ProcessorOptions service_time;
  std::vector<adversarial::AttackOptions> attacks;
  adversarial::DefenceOptions defences;
  FleetOptions fleet;
  PrivacyOptions privacy;
  void describe(OptionVisitor& v);
};

struct Scenario {
  ScenarioOptions options;
  LoadedText source;
};

// False when `problems` is not empty.
bool load_scenario(const std::string& path, const std::vector<Override>& overrides,
                   Scenario& scenario, std::vector<Diagnostic>& problems);
// The same from text in memory, without overrides.
bool load_scenario_text(const std::string& name, const std::string& text, Scenario& scenario,
                        std::vector<Diagnostic>& problems);

}  // namespace gauntlet::scenarios
