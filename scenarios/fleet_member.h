// One person of a fleet while they are there: a world of their own without services, on a
// simulation of its own, between whose runs messages are exchanged. Internal to the fleet.
//
// Clock domain: all times here are the fleet's; the person's own world begins at 0 when they come.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "scenarios/inbox.h"
#include "scenarios/world.h"

namespace gauntlet::scenarios {

struct MemberPlan {
  const ScenarioOptions& options;
  const SharedParts& parts;
  std::uint64_t seed;  // the person's own
  WorldTime arrival;
  Duration lookahead;
  std::array<std::uint16_t, kServiceKinds.size()> ports;
};

class FleetMember {
 public:
  static Result<std::unique_ptr<FleetMember>> make(const MemberPlan& plan);

  void add(sim::RemoteMessage message, std::uint64_t number);
  struct Ran {
    WorldTime reached;  // every event up to here has run
    std::vector<sim::RemoteMessage> sent;
    bool left = false;
    WorldTime left_at;
  };
  // To `until`, or to the instant before the earliest possible answer to what was sent meanwhile.
  Ran run(WorldTime until);

  // Once left. The failure names who still waits for what.
  Result<reports::SeedResult> measure();
  std::uint64_t engine_events() const;

 private:
  explicit FleetMember(const MemberPlan& plan);
  WorldTime local(WorldTime t) const { return t - offset_; }
  bool idle() const;
  void run_out(Ran& ran);

  ScenarioOptions options_;
  const SharedParts& parts_;
  const std::uint64_t seed_;
  const Duration offset_;
  const Duration lookahead_;
  Elsewhere elsewhere_;
  Truth truth_;
  EventLog events_;
  WorldTime limit_;
  bool stopped_ = false;
  bool stuck_ = false;
  std::vector<sim::RemoteMessage> sent_;  // outlives the world, whose end still sends
  std::unique_ptr<World> world_;
  std::unique_ptr<Inbox<sim::RemoteMessage>> inbox_;
};

}  // namespace gauntlet::scenarios
