#include "scenarios/fleet_services.h"

namespace gauntlet::scenarios {
namespace {

std::string host_of(std::uint64_t person) { return "phone/" + std::to_string(person); }

}  // namespace

FleetServices::FleetServices(const ScenarioOptions& options, std::uint64_t seed,
                             const SharedParts& parts)
    : options_(options), entropy_(seed, "fleet/entropy"), context_(simulation_) {
  const EntropyScope entropy(entropy_);
  network_ = std::make_unique<sim::VirtualNetwork>(context_, options.network,
                                                   sim::RandomStream(seed, "fleet/network"));
  sim::LinearHostClockOptions server;
  server.epoch_s = options.phone_device.clock.origin_unix_s;
  for (const ServiceKind kind : kServiceKinds) {
    network_->add_host(std::string(to_string(kind)),
                       std::make_unique<sim::LinearHostClock>(server));
  }
  const ServiceRuntimes hosts{network_->host("authz"), network_->host("profile"),
                              network_->host("ingest"), network_->host("model")};
  ServiceSetOptions set = options.services;
  set.durability = Durability::memory;
  set.before = [this](ServiceKind kind, HttpHandler next) {
    return sim::on_processor(options_.service_time, network_->host(std::string(to_string(kind))),
                             std::move(next));
  };
  services_ = std::make_unique<ServiceSet>(hosts, "", set, parts.keys);
  inbox_ = std::make_unique<Inbox<FleetLetter>>(
      simulation_, [this](FleetLetter letter) { receive(std::move(letter)); });
}

FleetServices::~FleetServices() = default;

Result<std::unique_ptr<FleetServices>> FleetServices::make(const ScenarioOptions& options,
                                                           std::uint64_t seed,
                                                           const SharedParts& parts) {
  std::unique_ptr<FleetServices> made(new FleetServices(options, seed, parts));
  if (!parts.model_bytes.empty()) {
    if (auto r = made->services_->model().put("gym", parts.model_bytes); !r) return r.error();
  }
  made->services_->serve();
  return made;
}

std::array<std::uint16_t, kServiceKinds.size()> FleetServices::ports() const {
  std::array<std::uint16_t, kServiceKinds.size()> all{};
  for (const ServiceKind kind : kServiceKinds) {
    all[static_cast<std::size_t>(kind)] = services_->endpoint(kind).port;
  }
  return all;
}

void FleetServices::join(std::uint64_t person, std::uint64_t person_seed) {
  const TrueIdentity identity = identity_of(options_, person_seed);
  const auto registered =
      services_->register_person(registered_person(identity, person_of(options_, person_seed)),
                                 secret_of(identity), identity.cluster_id);
  if (!registered) {
    failures_.push_back("person " + std::to_string(person) + ": " + registered.error().message);
  }
  network_->add_remote(
      host_of(person),
      [this, person](sim::RemoteMessage message) {
        message.to = "phone";
        sent_.emplace_back(person, std::move(message));
      },
      "phone");
  handled_.emplace(person, 0);
}

void FleetServices::receive(FleetLetter letter) {
  switch (letter.kind) {
    case FleetLetter::Kind::join:
      return join(letter.person, letter.person_seed);
    case FleetLetter::Kind::leave:
      network_->forget_remote(host_of(letter.person));
      handled_.erase(letter.person);
      return;
    case FleetLetter::Kind::message:
      ++handled_.at(letter.person);
      letter.message.from = host_of(letter.person);
      network_->deliver(std::move(letter.message));
      return;
  }
}

FleetServices::Sent FleetServices::run(WorldTime until) {
  const EntropyScope entropy(entropy_);
  inbox_->open(until);
  simulation_.run(until);
  inbox_->close();
  return std::exchange(sent_, {});
}

bool FleetServices::done_with(std::uint64_t person, std::uint64_t messages) const {
  const auto it = handled_.find(person);
  return it != handled_.end() && it->second == messages && network_->quiet(host_of(person));
}

Result<void> FleetServices::finish() {
  const EntropyScope entropy(entropy_);
  services_->stop();
  simulation_.run();
  const auto waiting = context_.waiting();
  if (waiting.empty()) return {};
  std::string who;
  for (const auto& w : waiting) who += (who.empty() ? "" : "; ") + w;
  return Error{"stuck", "the services are closed, yet these wait: " + who};
}

}  // namespace gauntlet::scenarios
