// The services that a fleet shares, on a simulation of their own: the same handlers over the same
// network as one person's, with everybody's phone in another simulation. Internal to the fleet.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/inbox.h"
#include "scenarios/world.h"

namespace gauntlet::scenarios {

struct FleetLetter {
  enum class Kind : std::uint8_t { join, message, leave };
  std::uint64_t person = 0;
  Kind kind = Kind::message;
  std::uint64_t person_seed = 0;  // to join
  sim::RemoteMessage message{};
};

class FleetServices {
 public:
  static Result<std::unique_ptr<FleetServices>> make(const ScenarioOptions& options,
                                                     std::uint64_t seed, const SharedParts& parts);
  ~FleetServices();

  std::array<std::uint16_t, kServiceKinds.size()> ports() const;
  void add(const LetterOrder& order, FleetLetter letter) { inbox_->add(order, std::move(letter)); }
  using Sent = std::vector<std::pair<std::uint64_t, sim::RemoteMessage>>;
  Sent run(WorldTime until);
  // Closes the doors and lets everything end. The failure names who still waits for what.
  Result<void> finish();

  // Of what is known by now, and what a person sends later does not change: when the services may
  // next send something of their own accord. Nothing: never.
  std::optional<WorldTime> next_own() { return simulation_.peek(); }
  // All that the person sent has been dealt with, `messages` being their number.
  bool done_with(std::uint64_t person, std::uint64_t messages) const;

  ServiceSet& services() { return *services_; }
  std::uint64_t engine_events() const { return simulation_.counters().run; }
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  FleetServices(const ScenarioOptions& options, std::uint64_t seed, const SharedParts& parts);
  void receive(FleetLetter letter);
  void join(std::uint64_t person, std::uint64_t person_seed);

  const ScenarioOptions& options_;
  sim::RandomStream entropy_;
  sim::Simulation simulation_;
  sim::VirtualContext context_;
  std::unique_ptr<sim::VirtualNetwork> network_;
  std::unique_ptr<ServiceSet> services_;
  std::unique_ptr<Inbox<FleetLetter>> inbox_;
  std::map<std::uint64_t, std::uint64_t> handled_;  // messages, by person
  Sent sent_;
  std::vector<std::string> failures_;
};

}  // namespace gauntlet::scenarios
