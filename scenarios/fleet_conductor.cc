#include "scenarios/fleet_conductor.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace gauntlet::scenarios {
namespace {

constexpr Duration kInstant{1};
// The services catch up at least this often while everybody runs free.
constexpr Duration kServicesStep = std::chrono::milliseconds{50};

}  // namespace

FleetConductor::FleetConductor(const ScenarioOptions& options, const SharedParts& parts,
                               const FleetRunOptions& how, FleetServices& services)
    : options_(options),
      parts_(parts),
      how_(how),
      services_(services),
      lookahead_(from_ms(options.network.latency_ms_min())),
      ports_(services.ports()),
      arrivals_(fleet_arrivals(options.fleet, how.seed)),
      services_clock_(-kInstant),
      letters_(arrivals_.size()),
      departures_(arrivals_.size()),
      metrics_(arrivals_.size()) {
  CHECK(lookahead_ > Duration{0}, lookahead_.count());
  CHECK(how.ahead >= 2 * lookahead_ && how.stretch > Duration{0}, how.ahead.count());
}

void FleetConductor::run() {
  std::size_t threads = how_.threads > 0 ? static_cast<std::size_t>(how_.threads)
                                         : std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::jthread> others;
  for (; threads > 1; --threads) others.emplace_back([this] { work(); });
  work();
  others.clear();
  if (failed_) std::rethrow_exception(failed_);
  CHECK(all_done(), slots_.size(), admitted_);
}

void FleetConductor::work() {
  std::unique_lock lock(mutex_);
  while (!failed_ && !all_done()) {
    admit();
    const auto job = next_job();
    if (!job) {
      changed_.wait(lock);
      continue;
    }
    try {
      job->slot ? run_person(*job->slot, job->until, lock) : run_services(job->until, lock);
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      failed_ = std::current_exception();
    }
    changed_.notify_all();
  }
  changed_.notify_all();
}

// Who comes while the others may already be there has to be known to the services in time.
void FleetConductor::admit() {
  while (admitted_ < arrivals_.size() && arrivals_[admitted_] <= services_clock_ + how_.ahead) {
    const std::uint64_t person = admitted_++;
    const WorldTime arrival = arrivals_[person];
    Slot& slot = slots_[person];
    slot.person = person;
    slot.clock = slot.promise = slot.last_sent = arrival - kInstant;
    FleetLetter letter{person, FleetLetter::Kind::join, fleet_person_seed(how_.seed, person)};
    post(slot, arrival, std::move(letter));
  }
}

void FleetConductor::post(const Slot& slot, WorldTime at, FleetLetter letter) {
  services_mail_.emplace_back(LetterOrder{at, slot.person, letters_[slot.person]++},
                              std::move(letter));
}

// Whatever anybody sends after their clock arrives later than that by the lookahead.
WorldTime FleetConductor::bound_of_services() const {
  WorldTime bound = WorldTime::max();
  for (const auto& [person, slot] : slots_) bound = std::min(bound, slot.clock + lookahead_);
  if (admitted_ < arrivals_.size()) bound = std::min(bound, arrivals_[admitted_] - kInstant);
  return bound;
}

WorldTime FleetConductor::bound_of(const Slot& slot) const {
  return std::min(std::max(services_clock_ + lookahead_, slot.promise),
                  services_clock_ + how_.ahead);
}

std::optional<FleetConductor::Job> FleetConductor::next_job() {
  Slot* behind = nullptr;  // of all that are not running
  Slot* free = nullptr;    // of those that may run
  for (auto& [person, slot] : slots_) {
    if (slot.running) continue;
    if (!behind || slot.clock < behind->clock) behind = &slot;
    if (bound_of(slot) > slot.clock && (!free || slot.clock < free->clock)) free = &slot;
  }
  if (!services_running_) {
    const WorldTime bound = bound_of_services();
    const bool waited_for = !free || (behind && behind != free);
    const Duration step = waited_for ? Duration{0} : kServicesStep;
    // While nobody is there, up to where the next one can be admitted.
    if (bound != WorldTime::max() && bound > services_clock_ + step) return Job{nullptr, bound};
  }
  if (!free) return std::nullopt;
  return Job{free, std::min(bound_of(*free), free->clock + how_.stretch)};
}

// ---- running, without the lock -----------------------------------------------------------------

void FleetConductor::run_services(WorldTime until, std::unique_lock<std::mutex>& lock) {
  services_running_ = true;
  auto mail = std::exchange(services_mail_, {});
  lock.unlock();
  for (auto& [order, letter] : mail) services_.add(order, std::move(letter));
  auto sent = services_.run(until);
  const auto own = services_.next_own();
  lock.lock();
  messages_ += sent.size();
  for (auto& [person, message] : sent) {
    const auto to = slots_.find(person);
    if (to != slots_.end()) to->second.mail.push_back(std::move(message));
  }
  const WorldTime promise = own ? *own + lookahead_ - kInstant : WorldTime::max();
  for (auto& [person, slot] : slots_) {
    const bool stale = slot.spoke || slot.promise <= slot.clock;
    if (!how_.promises || !stale || !services_.done_with(person, slot.sent)) continue;
    slot.promise = std::max(slot.promise, promise);
    slot.spoke = false;
  }
  services_clock_ = until;
  services_running_ = false;
}

void FleetConductor::run_person(Slot& slot, WorldTime until, std::unique_lock<std::mutex>& lock) {
  slot.running = true;
  auto mail = std::exchange(slot.mail, {});
  std::uint64_t number = std::exchange(slot.received, slot.received + mail.size());
  lock.unlock();
  std::string failure;
  if (!slot.member) {
    auto made = FleetMember::make({options_, parts_, fleet_person_seed(how_.seed, slot.person),
                                   arrivals_[slot.person], lookahead_, ports_});
    if (made) {
      slot.member = std::move(*made);
    } else {
      failure = made.error().message;
    }
  }
  FleetMember::Ran ran;
  if (slot.member) {
    for (auto& message : mail) slot.member->add(std::move(message), number++);
    ran = slot.member->run(until);
  }
  lock.lock();
  slot.running = false;
  if (!failure.empty()) {
    metrics_.fail(slot.person, failure);
    return leave(slot, arrivals_[slot.person], lock);
  }
  hand_in(slot, ran);
  if (ran.left) leave(slot, ran.left_at, lock);
}

void FleetConductor::hand_in(Slot& slot, FleetMember::Ran& ran) {
  slot.clock = ran.reached;
  messages_ += ran.sent.size();
  if (ran.sent.empty()) return;
  slot.spoke = true;
  slot.sent += ran.sent.size();
  for (auto& message : ran.sent) {
    slot.promise = std::min(slot.promise, message.at + lookahead_ - kInstant);
    slot.last_sent = std::max(slot.last_sent, message.at);
    const WorldTime at = message.at;
    post(slot, at, {slot.person, FleetLetter::Kind::message, 0, std::move(message)});
  }
}

void FleetConductor::leave(Slot& slot, WorldTime at, std::unique_lock<std::mutex>& lock) {
  // Behind everything that is still under way to the services.
  post(slot, std::max(at + lookahead_, slot.last_sent), {slot.person, FleetLetter::Kind::leave});
  departures_[slot.person] = at;
  const std::uint64_t person = slot.person;
  const auto member = std::move(slot.member);
  slots_.erase(person);
  if (member) {
    lock.unlock();
    auto measured = member->measure();
    lock.lock();
    engine_events_ += member->engine_events();
    if (measured) {
      metrics_.add(person, *measured);
    } else {
      metrics_.fail(person, measured.error().message);
    }
  }
  ++left_;
  if (how_.progress) {
    how_.progress(static_cast<double>(left_) / static_cast<double>(arrivals_.size()));
  }
}

}  // namespace gauntlet::scenarios
