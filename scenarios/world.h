// One person's simulated hour, wired: who, what they do, what they wear, the radio, the phone and
// the services. Internal to the runner.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adversarial/frame_attack.h"
#include "adversarial/open_door.h"
#include "adversarial/token_attack.h"
#include "core/authz/frame_tag.h"
#include "core/ports/system_under_test.h"
#include "core/services/service_set.h"
#include "scenarios/recorded_device.h"
#include "scenarios/runner.h"
#include "sim/body/motion.h"
#include "sim/engine/simulation.h"
#include "sim/engine/virtual_context.h"
#include "sim/link/link.h"
#include "sim/network/seeded_entropy.h"
#include "sim/network/virtual_network.h"

namespace gauntlet::scenarios {

// Services in another simulation: how to reach them.
struct Elsewhere {
  sim::RemoteSend send;
  std::array<std::uint16_t, kServiceKinds.size()> ports;
};

// OpenSSL's draws on this thread come from `stream` while this lives, which goes on where it was.
class EntropyScope {
 public:
  explicit EntropyScope(sim::RandomStream& stream) : stream_(stream), seeded_(stream) {}
  ~EntropyScope() { stream_ = seeded_.stream(); }
  EntropyScope(const EntropyScope&) = delete;
  EntropyScope& operator=(const EntropyScope&) = delete;

 private:
  sim::RandomStream& stream_;
  sim::SeededEntropy seeded_;
};

// Who a seed's person is, by what they do not choose.
TrueIdentity identity_of(const ScenarioOptions& options, std::uint64_t seed);
std::string secret_of(const TrueIdentity& identity);
// The person as the services know them.
Person registered_person(const TrueIdentity& identity, const sim::PersonOptions& who);
sim::PersonOptions person_of(const ScenarioOptions& options, std::uint64_t seed);

class World {
 public:
  // Throws nothing; what cannot be built is in the Result. `truth` and `events` outlive the world.
  static Result<std::unique_ptr<World>> make(const ScenarioOptions& options, std::uint64_t seed,
                                             const SharedParts& parts, const SutFactory& make_sut,
                                             Truth& truth, EventLog& events,
                                             const Elsewhere* elsewhere = nullptr);
  ~World();

  // Until the session is over and everything that was under way has arrived, been stored or been
  // given up. Code "stuck" when somebody still waits then.
  Result<void> run(const RunHooks& hooks);
  // For who runs the simulation in steps: the session ends by itself, and when over() the phone has
  // nothing left to do once nothing is scheduled any more.
  void schedule_end();
  bool over() const { return finished_; }
  sim::Simulation& simulation() { return simulation_; }
  sim::VirtualContext& context() { return context_; }
  sim::VirtualNetwork& network() { return *network_; }
  // For an EntropyScope around what happens in this world.
  sim::RandomStream& entropy() { return entropy_; }
  // Keeps what is read of heart rates, fields and beacons; `out` outlives the run. Before it.
  void tap_readings(std::deque<Readings>& out);
  // What neither truth nor events hold.
  void fill(reports::RunRecord& record);
  std::uint64_t engine_events() const { return simulation_.counters().run; }

 private:
  // A wearable and its connection, or a recording of both. Order matters: the device hands frames
  // to the link.
  struct Worn {
    std::unique_ptr<sim::Link> link;
    std::unique_ptr<sim::Wearable> device;
    std::unique_ptr<RecordedDevice> recorded;
  };

  World(const ScenarioOptions& options, std::uint64_t seed, const SharedParts& parts, Truth& truth,
        EventLog& events, const Elsewhere* elsewhere);
  sim::RandomStream stream(std::string_view path) const { return {seed_, path}; }
  std::string session_path() const;
  Result<void> build(const SutFactory& make_sut);
  Result<void> make_session();
  Result<void> make_substitutes();
  void make_hosts();
  Result<void> make_services();
  void make_phone(const SutFactory& make_sut);
  Result<void> make_wearables();
  void make_wearable(const WornOptions& options, DeviceIndex device, Worn& worn);
  void make_phone_sensors();
  void make_attacks();
  void attack_analog(const adversarial::AttackOptions& attack);
  void attack_services(std::size_t index);
  void call_from_everywhere(std::size_t index, const std::string& name,
                            adversarial::ServiceAttackReport& report);
  // A host with a door for each attack that wants one.
  void open_door(std::size_t index);
  adversarial::ServiceAttackTarget target_of(std::size_t index) const;
  sim::Worn worn_at(const std::string& device) const;
  const sim::Motion& motion_of(const std::string& device, sim::Worn worn) const;
  std::string tag_key(const std::string& device) const;
  // What a device hands its messages to: tags, whoever is on the way, the link.
  sim::MessageSink way_of(const std::string& device, sim::Link& link);
  void schedule_marks();
  bool links_drained() const;
  void end_session();
  Result<void> run_session(const RunHooks& hooks);
  Result<void> run_to(WorldTime t, const RunHooks& hooks);
  Endpoint endpoint(ServiceKind kind) const;

  const ScenarioOptions& options_;
  const std::uint64_t seed_;
  const SharedParts& parts_;
  Truth& truth_;
  EventLog& events_;

  const Elsewhere* const elsewhere_;  // null: the services are here

  sim::RandomStream entropy_;
  sim::Simulation simulation_;
  sim::VirtualContext context_;
  std::shared_ptr<const sim::Script> script_;
  std::unique_ptr<sim::Motion> wrist_, pocket_;
  std::unique_ptr<sim::HostClock> phone_clock_;
  std::unique_ptr<sim::VirtualNetwork> network_;
  std::map<std::string, std::string> wires_;  // bytes by "from-to", for the canaries
  std::unique_ptr<ServiceSet> services_;
  std::unique_ptr<SystemUnderTest> sut_;
  std::map<std::string, std::vector<std::unique_ptr<sim::Motion>>> substitutes_;  // by device
  std::vector<std::unique_ptr<sim::AnalogSource>> sources_;
  sim::PhoneRadio phone_radio_;
  std::vector<std::unique_ptr<adversarial::FrameAttack>> on_the_way_;
  std::vector<std::unique_ptr<adversarial::ServiceAttackReport>> service_attacks_;
  std::vector<std::unique_ptr<adversarial::OpenDoor>> open_doors_;
  std::map<std::size_t, Endpoint> doors_;  // by attack
  std::vector<Worn> worn_;
  std::vector<reports::DeviceAccount> spent_;  // until everything sent had arrived
  std::unique_ptr<sim::LocalSensors> phone_sensors_;
  bool finished_ = false;
  bool paused_ = false;
};

}  // namespace gauntlet::scenarios
