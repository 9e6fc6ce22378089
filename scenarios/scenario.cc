#include "scenarios/scenario.h"

#include <set>

#include "scenarios/pipeline_preset.h"

namespace gauntlet::scenarios {

void WornOptions::describe(OptionVisitor& v) {
  device.describe(v);
  v.table("link", link, "its connection to the phone");
  v.text("recording", recording,
         "a file of packets as a phone received them: they come, at the instants at which they "
         "came, instead of a simulated device's; of the device only the name counts then");
}

void WhoOptions::describe(OptionVisitor& v) {
  v.integer("number", number, {0, 1e9}, "1", "which person of the population: part of every stream",
            "the scenario's choice");
  v.integer("session", session, {0, 1e9}, "1",
            "which of this person's sessions: the same body, style and devices on another day",
            "the scenario's choice");
  v.table("population", population, "means and spreads that people are drawn from");
  v.flag("drawn", drawn,
         "from the population; if not, this person is who body, dynamics and placement say");
  given.describe(v);
  v.text("from_recording", from_recording,
         "a file or folder of recordings whose motion drives the devices, in place of the plan "
         "(docs/recording-format.md); empty: none");
  v.text("recording", recording, "which session of it; empty: the first");
}

void PhoneDeviceOptions::describe(OptionVisitor& v) {
  v.flag("sensors_on", sensors_on, "whether the phone's own sensors take part");
  v.table("sensors", sensors, "the phone's own sensors");
  v.table("clock", clock, "the phone's clock against the world's");
}

void FleetOptions::describe(OptionVisitor& v) {
  v.integer("people", people, {0, 1e7}, "people", "that may come; 0: the scenario is one person's",
            "the scenario's choice");
  v.number("arrivals_per_h", arrivals_per_h, {1e-3, 1e6}, "1/h",
           "rate at which they come (Poisson)", "the scenario's choice");
  v.number("length_h", length_h, {1e-3, 24 * 366}, "h", "who would come later stays away",
           "the scenario's choice");
}

namespace {

// A preset sets the phone's options and the model too; they are visited later, so what the file
// says of them wins.
struct PipelineChoice {
  ScenarioOptions& whole;
  void describe(OptionVisitor& v) {
    const auto names = pipeline_preset_names();
    v.preset({names.begin(), names.end()}, "one of the pipelines that ship",
             [this](std::string_view name) {
               const PipelinePreset preset = load_pipeline_preset(name).value();
               whole.pipeline = preset.pipeline;
               whole.phone = preset.phone;
               if (!preset.model.empty()) whole.model = preset.model;
             });
    whole.pipeline.describe(v);
  }
};

}  // namespace

void ScenarioOptions::describe(OptionVisitor& v) {
  v.text("name", name, "names the experiment; results of other names are not compared");
  v.text("about", about, "what it is for, in a sentence");
  v.integer("seed", seed, {0, 9e15}, "", "root of every random stream", "the scenario's choice");
  v.table("person", person, "who trains");
  v.table("plan", plan, "what the person does");
  v.table("labels", labels, "how the person marks sets on the phone");
  v.list("wearable", wearables, "a device worn, with its link to the phone");
  v.table("phone_device", phone_device, "the telephone: sensors and clock");
  PipelineChoice choice{*this};
  v.table("pipeline", choice, "which pipeline is measured: the built-in one or another process");
  v.text("model", model, "the classifier's file; a pipeline's preset names its own");
  v.table("phone", phone, "the pipeline under test");
  v.table("network", network, "between the phone and the services");
  v.table("services", services, "authz, profile, ingest and model");
  v.table("service_time", service_time, "how long the services' machines take for a request");
  v.list("attack", attacks, "an attacker");
  v.table("defences", defences, "on the devices; what ships with the phone is in phone");
  v.table("fleet", fleet, "many people, each as described here, who share the services");
  v.table("privacy", privacy, "the population in which `gauntlet privacy` looks for leaks");
}

namespace {

// What no single field can know.
void check_whole(const ScenarioOptions& options, const std::string& file,
                 std::vector<Diagnostic>& problems) {
  const auto complain = [&](const std::string& message) {
    problems.push_back({file, 0, 0, message});
  };
  const auto require = [&complain](const std::string& where, const Result<void>& valid) {
    if (!valid) complain(where + ": " + valid.error().message);
  };
  if (options.name.empty()) complain("name is missing");
  if (options.wearables.empty()) complain("there is no [[wearable]]");
  std::set<std::string> names{options.phone_device.sensors.name};
  if (options.phone_device.sensors_on) {
    require("phone_device.sensors", options.phone_device.sensors.validate());
  }
  require("network", options.network.check({"phone", "authz", "profile", "ingest", "model"}));
  if (options.fleet.people > 0 && options.network.latency_ms_min() <= 0) {
    complain("network: a fleet needs a latency_ms_min above 0 ms on every path");
  }
  require("pipeline", options.pipeline.validate());
  require("services.tokens", options.services.tokens.validate());
  for (const auto& worn : options.wearables) {
    require("wearable \"" + worn.device.name + "\"", worn.device.validate());
    require("link of \"" + worn.device.name + "\"", worn.link.validate());
    if (!names.insert(worn.device.name).second) {
      complain("two devices are called \"" + worn.device.name + "\"; names key random streams");
    }
  }
  for (const auto& attack : options.attacks) {
    require("attack", attack.validate());
    for (const auto& worn : options.wearables) {
      if (worn.device.name == attack.device && !worn.recording.empty()) {
        complain("attack.device = \"" + attack.device + "\" is a recording: nothing can reach it");
      }
    }
    if (!adversarial::on_services(attack.kind) && !names.contains(attack.device)) {
      complain("attack.device = \"" + attack.device + "\" is no device of this scenario");
    }
  }
}

}  // namespace

bool load_scenario(const std::string& path, const std::vector<Override>& overrides,
                   Scenario& scenario, std::vector<Diagnostic>& problems) {
  if (!load_options(
          path, overrides, [&](OptionVisitor& v) { scenario.options.describe(v); }, scenario.source,
          problems)) {
    return false;
  }
  check_whole(scenario.options, path, problems);
  return problems.empty();
}

bool load_scenario_text(const std::string& name, const std::string& text, Scenario& scenario,
                        std::vector<Diagnostic>& problems) {
  if (!load_options_text(
          name, text, {}, [&](OptionVisitor& v) { scenario.options.describe(v); }, scenario.source,
          problems)) {
    return false;
  }
  check_whole(scenario.options, name, problems);
  return problems.empty();
}

}  // namespace gauntlet::scenarios
