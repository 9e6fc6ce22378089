// A world's attackers: in whose place a device feels, what is added to sensors, who stands between
// device and phone, who calls on the services.
#include <algorithm>

#include "adversarial/acoustic.h"
#include "adversarial/beacon_clone.h"
#include "adversarial/electromagnetic.h"
#include "adversarial/jamming.h"
#include "adversarial/light.h"
#include "adversarial/magnet.h"
#include "adversarial/substitute_motion.h"
#include "core/authz/token.h"
#include "core/base/check.h"
#include "core/runtime/spawn.h"
#include "scenarios/world.h"

namespace gauntlet::scenarios {

Result<void> World::make_substitutes() {
  using adversarial::AttackKind;
  for (std::size_t i = 0; i < options_.attacks.size(); ++i) {
    const adversarial::AttackOptions& attack = options_.attacks[i];
    const adversarial::AttackSpan span(attack);
    std::unique_ptr<sim::Motion> instead;
    if (attack.kind == AttackKind::pendulum) {
      instead = adversarial::pendulum_motion(attack.pendulum, span.start);
    } else if (attack.kind == AttackKind::impostor) {
      const adversarial::ImpostorOptions& o = attack.impostor;
      const std::string other = "person/" + std::to_string(o.number);
      const sim::PersonOptions who =
          sim::Population(options_.person.population).draw(stream(other), o.session);
      auto script =
          sim::make_script(options_.plan, who,
                           stream(other + "/session/" + std::to_string(o.session)), truth_.begin);
      if (!script) return script.error();
      instead = adversarial::warped_motion(
          sim::make_motion(std::make_shared<const sim::Script>(std::move(*script)),
                           worn_at(attack.device)),
          o.time_warp, span.start);
    } else {
      continue;
    }
    const sim::Motion& worn = motion_of(attack.device, worn_at(attack.device));
    substitutes_[attack.device].push_back(
        adversarial::substitute_motion(worn, std::move(instead), span));
  }
  return {};
}

sim::Worn World::worn_at(const std::string& device) const {
  for (const WornOptions& o : options_.wearables) {
    if (o.device.name == device) return o.device.worn;
  }
  return sim::Worn::pocket;
}

const sim::Motion& World::motion_of(const std::string& device, sim::Worn worn) const {
  const auto it = substitutes_.find(device);
  if (it != substitutes_.end()) return *it->second.back();
  return worn == sim::Worn::wrist ? *wrist_ : *pocket_;
}

std::string World::tag_key(const std::string& device) const {
  if (!options_.defences.frame_tag) return {};
  sim::RandomStream random = stream("wearable/" + device + "/tag_key");
  std::string key;
  for (int i = 0; i < 32; ++i) key += static_cast<char>(random.below(256));
  return key;
}

sim::MessageSink World::way_of(const std::string& device, sim::Link& link) {
  sim::MessageSink next = link.sink();
  // The last one in the file is nearest to the phone.
  for (std::size_t i = options_.attacks.size(); i-- > 0;) {
    const adversarial::AttackOptions& attack = options_.attacks[i];
    if (attack.kind != adversarial::AttackKind::frame || attack.device != device) continue;
    on_the_way_.push_back(std::make_unique<adversarial::FrameAttack>(
        simulation_, attack, stream("attack/" + std::to_string(i)), tag_key(device),
        options_.defences.round_trip_ms, truth_.dropped, std::move(next)));
    next = on_the_way_.back()->sink();
  }
  if (!options_.defences.frame_tag) return next;
  return [tagger = FrameTagger(tag_key(device)), tagged = std::vector<std::byte>(),
          next = std::move(next)](const sim::Message& message) mutable {
    tagger.tag(message.bytes, tagged);
    sim::Message sent = message;
    sent.bytes = tagged;
    next(sent);
  };
}

void World::make_attacks() {
  using adversarial::AttackKind;
  for (std::size_t n = 0; n < options_.attacks.size(); ++n) {
    const adversarial::AttackOptions& attack = options_.attacks[n];
    const adversarial::AttackSpan span(attack);
    truth_.attacks.push_back({std::string(catalogue_row(attack)),
                              adversarial::on_services(attack.kind) ? "" : attack.device,
                              std::string(expected_stage(attack)), span.start,
                              std::min(span.stop, truth_.end)});
    attack_analog(attack);
    // In a fleet the services are elsewhere: nobody attacks them from here.
    if (adversarial::on_services(attack.kind) && services_) attack_services(n);
    if (attack.kind != AttackKind::jamming) continue;
    for (std::size_t i = 0; i < worn_.size(); ++i) {
      if (!worn_[i].link || attack.device != options_.wearables[i].device.name) continue;
      worn_[i].link->add_interference(
          [jammer = adversarial::Jammer(attack)](WorldTime from, WorldTime to) {
            return jammer.spoils(from, to);
          });
    }
  }
}

adversarial::ServiceAttackTarget World::target_of(std::size_t index) const {
  adversarial::ServiceAttackTarget target;
  target.authz = endpoint(ServiceKind::authz);
  target.ingest = endpoint(ServiceKind::ingest);
  target.profile = endpoint(ServiceKind::profile);
  target.user = "attacker-" + std::to_string(index);
  target.secret = "secret-" + target.user;
  target.victim_session =
      events_.uploads.empty() ? std::string(32, '0') : events_.uploads.front().session_id;
  // What ingest, once compromised, has seen of the wearer.
  const TokenIssuer issuer(options_.services.tokens, parts_.keys.signing,
                           parts_.keys.identity.public_key());
  target.seen = issuer
                    .issue(truth_.identity.user_id, truth_.identity.cluster_id, "ingest",
                           network_->host("authz").now())
                    .token;
  if (const auto door = doors_.find(index); door != doors_.end()) {
    target.ingest = target.profile = door->second;
  }
  // Symmetric keys have no public half.
  if (options_.services.algorithm == SignatureAlgorithm::es256) {
    target.public_pem = parts_.keys.signing.verify_key().public_pem();
  } else {
    target.held_by_ingest = parts_.keys.signing;
  }
  return target;
}

void World::tap_readings(std::deque<Readings>& out) {
  constexpr SensorKind kTapped[] = {SensorKind::heart_rate, SensorKind::magnetometer,
                                    SensorKind::beacon};
  for (std::size_t i = 0; i < worn_.size(); ++i) {
    if (!worn_[i].device) continue;
    for (const SensorKind kind : kTapped) {
      Readings& readings = out.emplace_back();
      readings.id = {static_cast<DeviceIndex>(i), kind};
      sources_.push_back(std::make_unique<ReadingTap>(readings));
      worn_[i].device->add_source(kind, *sources_.back());
    }
  }
  if (!phone_sensors_) return;
  for (const SensorKind kind : kTapped) {
    Readings& readings = out.emplace_back();
    readings.id = {static_cast<DeviceIndex>(worn_.size()), kind};
    sources_.push_back(std::make_unique<ReadingTap>(readings));
    phone_sensors_->add_source(kind, *sources_.back());
  }
}

void World::open_door(std::size_t index) {
  const std::string name = "open-door-" + std::to_string(index);
  network_->add_host(name);
  sim::VirtualHost& host = network_->host(name);
  adversarial::OpenDoor& door =
      *open_doors_.emplace_back(std::make_unique<adversarial::OpenDoor>(host, name));
  spawn(host.executor(), door.serve());
  doors_.emplace(index, door.endpoint());
}

void World::attack_services(std::size_t index) {
  const std::string name = "attacker-" + std::to_string(index);
  network_->add_host(name);
  Person person;
  person.user_id = name;
  person.name = name;
  person.email = name + "@mail.invalid";
  const auto enrolled = services_->register_person(person, "secret-" + name, "cluster-" + name);
  CHECK(enrolled.ok(), enrolled.error().message);
  service_attacks_.push_back(std::make_unique<adversarial::ServiceAttackReport>());
  adversarial::ServiceAttackReport& report = *service_attacks_.back();
  const adversarial::AttackOptions& attack = options_.attacks[index];
  const bool token = attack.kind == adversarial::AttackKind::token;
  if (token ? attack.token.open_door : attack.api.open_door) open_door(index);
  simulation_.at(adversarial::AttackSpan(attack).start, [this, index, name, &attack, &report] {
    sim::VirtualHost& host = network_->host(name);
    if (attack.kind == adversarial::AttackKind::token) {
      spawn(host.executor(),
            adversarial::run_token_attack(host, target_of(index), attack.token, report));
    } else {
      call_from_everywhere(index, name, report);
    }
  });
}

void World::call_from_everywhere(std::size_t index, const std::string& name,
                                 adversarial::ServiceAttackReport& report) {
  adversarial::ApiAttackOptions share = options_.attacks[index].api;
  const std::int64_t ways = share.addresses * share.connections;
  share.requests = (share.requests + ways - 1) / ways;
  share.per_s /= static_cast<double>(ways);
  for (std::int64_t a = 0; a < share.addresses; ++a) {
    const std::string from = a == 0 ? name : name + "-" + std::to_string(a);
    if (a > 0) network_->add_host(from);
    sim::VirtualHost& host = network_->host(from);
    for (std::int64_t c = 0; c < share.connections; ++c) {
      spawn(host.executor(), adversarial::run_api_attack(host, target_of(index), share, report));
    }
  }
}

void World::attack_analog(const adversarial::AttackOptions& attack) {
  using adversarial::AttackKind;
  const sim::Motion& motion = motion_of(attack.device, worn_at(attack.device));
  std::unique_ptr<sim::AnalogSource> source;
  switch (attack.kind) {
    case AttackKind::acoustic:
      source = std::make_unique<adversarial::AcousticAttack>(attack, options_.defences.damping_db);
      break;
    case AttackKind::electromagnetic:
      source = std::make_unique<adversarial::ElectromagneticAttack>(attack);
      break;
    case AttackKind::light:
      source = std::make_unique<adversarial::LightAttack>(attack);
      break;
    case AttackKind::magnet:
      source = std::make_unique<adversarial::MagnetAttack>(attack, motion);
      break;
    case AttackKind::beacon_clone:
      source = std::make_unique<adversarial::BeaconClone>(attack, motion,
                                                          options_.defences.beacon_rotation_s);
      break;
    case AttackKind::pendulum:
    case AttackKind::impostor:
    case AttackKind::frame:
    case AttackKind::jamming:
    case AttackKind::token:
    case AttackKind::api:
      return;
  }
  for (std::size_t i = 0; i < worn_.size(); ++i) {
    if (worn_[i].device && attack.device == options_.wearables[i].device.name) {
      worn_[i].device->add_source(attack.sensor, *source);
    }
  }
  if (phone_sensors_ && attack.device == options_.phone_device.sensors.name) {
    phone_sensors_->add_source(attack.sensor, *source);
  }
  sources_.push_back(std::move(source));
}

}  // namespace gauntlet::scenarios
