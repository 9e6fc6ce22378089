// Who of a fleet may run how far, and on which thread: the conservative merge. Internal to the
// fleet.
//
// All bookkeeping is under one lock; a thread takes the person who is furthest behind (or the
// services, when somebody waits for them), runs that one alone, and hands in what was sent.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/fleet.h"
#include "scenarios/fleet_member.h"
#include "scenarios/fleet_metrics.h"
#include "scenarios/fleet_services.h"

namespace gauntlet::scenarios {

class FleetConductor {
 public:
  FleetConductor(const ScenarioOptions& options, const SharedParts& parts,
                 const FleetRunOptions& how, FleetServices& services);
  // Until everybody has come and left.
  void run();

  const FleetMetrics& metrics() const { return metrics_; }
  const std::vector<WorldTime>& arrivals() const { return arrivals_; }
  const std::vector<WorldTime>& departures() const { return departures_; }  // by person
  std::uint64_t engine_events() const { return engine_events_; }
  std::uint64_t messages() const { return messages_; }

 private:
  struct Slot {
    std::uint64_t person = 0;
    WorldTime clock;    // everything up to here has happened
    WorldTime promise;  // nothing arrives up to here but what lies in `mail`
    bool running = false;
    bool spoke = false;  // since the services' last promise
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    WorldTime last_sent;
    std::vector<sim::RemoteMessage> mail;
    std::unique_ptr<FleetMember> member;  // from the first run on
  };
  struct Job {
    Slot* slot = nullptr;  // null: the services
    WorldTime until;
  };

  void work();
  std::optional<Job> next_job();
  void admit();
  WorldTime bound_of_services() const;
  WorldTime bound_of(const Slot& slot) const;
  void run_services(WorldTime until, std::unique_lock<std::mutex>& lock);
  void run_person(Slot& slot, WorldTime until, std::unique_lock<std::mutex>& lock);
  void hand_in(Slot& slot, FleetMember::Ran& ran);
  void leave(Slot& slot, WorldTime at, std::unique_lock<std::mutex>& lock);
  void post(const Slot& slot, WorldTime at, FleetLetter letter);
  bool all_done() const { return slots_.empty() && admitted_ == arrivals_.size(); }

  const ScenarioOptions& options_;
  const SharedParts& parts_;
  const FleetRunOptions& how_;
  FleetServices& services_;
  const Duration lookahead_;
  const std::array<std::uint16_t, kServiceKinds.size()> ports_;
  const std::vector<WorldTime> arrivals_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Slot> slots_;  // who is there, or comes next
  std::size_t admitted_ = 0;
  WorldTime services_clock_;
  bool services_running_ = false;
  std::vector<std::pair<LetterOrder, FleetLetter>> services_mail_;
  std::vector<std::uint64_t> letters_;  // posted by each person
  std::vector<WorldTime> departures_;
  FleetMetrics metrics_;
  std::uint64_t engine_events_ = 0;
  std::uint64_t messages_ = 0;
  std::size_t left_ = 0;
  std::exception_ptr failed_;
};

}  // namespace gauntlet::scenarios
