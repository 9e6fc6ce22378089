#include "scenarios/world.h"

#include <algorithm>
#include <utility>

#include "scenarios/recorded_person.h"

namespace gauntlet::scenarios {
namespace {

// The phone may go on for this long after the session: links drain, uploads are tried again.
constexpr Duration kAftermath = std::chrono::hours{1};
// A session is watched for drained links this often once the wearables have stopped.
constexpr Duration kDrainStep = std::chrono::milliseconds{500};

std::string hex(sim::RandomStream& random, int digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (int i = 0; i < digits; ++i) text += kDigits[random.below(16)];
  return text;
}

// The phone's drifting clock, as its Runtime sees it.
class PhoneClock final : public sim::HostClockModel {
 public:
  explicit PhoneClock(const sim::HostClock& clock) : clock_(clock) {}
  HostTime to_host(WorldTime t) const override { return clock_.to_host(t); }
  WorldTime to_world(HostTime t) const override { return clock_.to_world(t); }

 private:
  const sim::HostClock& clock_;
};

reports::DeviceAccount spent(const sim::WearableOptions& options,
                             const sim::EnergyAccount& firmware, const sim::RadioAccount& radio,
                             double run_s) {
  constexpr std::uint64_t kPollBytes = 20;  // two empty packets
  const std::uint64_t air_bytes = radio.bytes + radio.framing_bytes + kPollBytes * radio.polls;
  const sim::Energy energy =
      sim::energy_of(firmware, {air_bytes, radio.events + radio.polls}, options.energy, run_s);
  reports::DeviceAccount out;
  out.name = options.name;
  out.energy_mj = energy.total_mj();
  out.radio_mj = energy.radio_mj;
  out.wake_ups = static_cast<double>(firmware.wake_ups);
  out.reads = static_cast<double>(firmware.reads);
  out.awake_ms = firmware.awake_ms;
  out.radio_ms = radio.airtime_ms + radio.poll_airtime_ms;
  out.air_bytes = static_cast<double>(air_bytes);
  out.payload_bytes = radio.payload_bytes;
  out.header_bytes = radio.header_bytes;
  out.repeated_bytes = radio.repeated_bytes;
  out.framing_bytes = radio.framing_bytes;
  out.events_skipped = radio.events_skipped;
  out.events_cut = radio.events_cut;
  out.connections_lost = radio.connections_lost;
  out.outbox_refusals = firmware.outbox_busy;
  return out;
}

// Which identifiers may be where: the policy of the two-part token. A cluster is known outside, a
// person only inside; sessions never meet people.
std::vector<std::string> allowed_in(std::string_view place) {
  const auto mentions = [place](std::string_view name) {
    return place.find(name) != std::string_view::npos;
  };
  if (place.starts_with("log.")) return {};
  if (mentions("authz")) return {"user_id", "cluster_id"};
  if (mentions("ingest")) return {"session_id", "cluster_id"};
  if (mentions("profile")) return {"user_id", "name", "email", "cluster_id"};
  return {};
}

// The unit that this person has.
sim::WearableOptions as_built(sim::WearableOptions device, const sim::HardwareOptions& unit) {
  for (sim::SensorOptions& s : device.sensors) {
    const double limit = s.oscillator.error_limit_ppm;
    s.oscillator.error_ppm = std::clamp(s.oscillator.error_ppm + unit.rate_ppm, -limit, limit);
    s.turn_on_bias_sd *= unit.bias;
    for (sim::AxisNoiseOptions* axis : {&s.noise_x, &s.noise_y, &s.noise_z}) {
      axis->density *= unit.noise;
      axis->coloured_sd *= unit.noise;
    }
  }
  return device;
}

// With what the scenario's [defences] switch on.
sim::WearableOptions defended(sim::WearableOptions device,
                              const adversarial::DefenceOptions& defences) {
  for (sim::SensorOptions& s : device.sensors) {
    if (defences.dark_slots) s.heart.dark_slots = true;
    if (defences.saturation_flag && is_inertial(s.kind)) s.saturation_flag = true;
    if (defences.sampling == sim::Sampling::plain || !is_inertial(s.kind)) continue;
    s.sampling = defences.sampling;
    s.sampling_count = defences.sampling_count;
  }
  return device;
}

}  // namespace

TrueIdentity identity_of(const ScenarioOptions& options, std::uint64_t seed) {
  sim::RandomStream random(seed, "person/" + std::to_string(options.person.number) + "/identity");
  TrueIdentity identity;
  identity.user_id = "u-" + hex(random, 32);
  identity.name = "Name-" + hex(random, 32);
  identity.email = hex(random, 32) + "@mail.invalid";
  identity.cluster_id = "cluster-" + hex(random, 16);
  return identity;
}

std::string secret_of(const TrueIdentity& identity) { return "secret-" + identity.user_id; }

sim::PersonOptions person_of(const ScenarioOptions& options, std::uint64_t seed) {
  const WhoOptions& o = options.person;
  if (!o.drawn) return o.given;
  const sim::RandomStream stream(seed, "person/" + std::to_string(o.number));
  return sim::Population(o.population).draw(stream, o.session);
}

Person registered_person(const TrueIdentity& identity, const sim::PersonOptions& who) {
  Person person;
  person.user_id = identity.user_id;
  person.name = identity.name;
  person.email = identity.email;
  person.age_years = static_cast<std::int64_t>(who.body.age_years);
  person.sex = who.body.sex == sim::Sex::female ? "female" : "male";
  person.height_cm = static_cast<std::int64_t>(who.body.height_m * 100);
  person.weight_kg = static_cast<std::int64_t>(who.body.weight_kg);
  return person;
}

World::World(const ScenarioOptions& options, std::uint64_t seed, const SharedParts& parts,
             Truth& truth, EventLog& events, const Elsewhere* elsewhere)
    : options_(options),
      seed_(seed),
      parts_(parts),
      truth_(truth),
      events_(events),
      elsewhere_(elsewhere),
      entropy_(seed, "entropy"),
      context_(simulation_) {}

World::~World() = default;

Result<std::unique_ptr<World>> World::make(const ScenarioOptions& options, std::uint64_t seed,
                                           const SharedParts& parts, const SutFactory& make_sut,
                                           Truth& truth, EventLog& events,
                                           const Elsewhere* elsewhere) {
  std::unique_ptr<World> world(new World(options, seed, parts, truth, events, elsewhere));
  const EntropyScope entropy(world->entropy_);
  if (auto built = world->build(make_sut); !built) return built.error();
  return world;
}

Result<void> World::build(const SutFactory& make_sut) {
  truth_.identity = identity_of(options_, seed_);
  if (auto made = make_session(); !made) return made;
  if (auto made = make_substitutes(); !made) return made;
  make_hosts();
  if (!elsewhere_) {
    if (auto made = make_services(); !made) return made;
  }
  make_phone(make_sut);
  if (auto made = make_wearables(); !made) return made;
  make_phone_sensors();
  make_attacks();
  for (Worn& worn : worn_) {
    if (worn.device) worn.device->start();
  }
  if (phone_sensors_) phone_sensors_->start();
  schedule_marks();
  return {};
}

std::string World::session_path() const {
  const WhoOptions& who = options_.person;
  return "person/" + std::to_string(who.number) + "/session/" + std::to_string(who.session);
}

Result<void> World::make_session() {
  sim::PersonOptions who = person_of(options_, seed_);
  const RecordedPerson* const recorded = parts_.recorded.get();
  if (recorded) who = recorded->who(who);
  auto script = sim::make_script(recorded ? sim::resting_plan(recorded->length_s) : options_.plan,
                                 who, stream(session_path()));
  if (!script) return script.error();
  script_ = std::make_shared<const sim::Script>(std::move(*script));
  wrist_ = sim::make_motion(script_, sim::Worn::wrist);
  pocket_ = sim::make_motion(script_, sim::Worn::pocket);
  truth_.sets = script_->sets();
  truth_.activities = script_->activities();
  truth_.path = script_->path();
  truth_.begin = script_->begin();
  truth_.end = script_->end();
  if (recorded) {
    recorded->fill(truth_);
    for (const sim::Worn worn : {sim::Worn::wrist, sim::Worn::pocket}) {
      auto motion = recorded->motion(worn, bandwidth_of(options_, worn));
      if (motion) (worn == sim::Worn::wrist ? wrist_ : pocket_) = std::move(motion);
    }
  }
  phone_clock_ = std::make_unique<sim::HostClock>(
      options_.phone_device.clock, stream("phone/clock"), truth_.begin, truth_.end + kAftermath);
  truth_.host_clock = phone_clock_->truth();
  return {};
}

void World::make_hosts() {
  network_ = std::make_unique<sim::VirtualNetwork>(context_, options_.network, stream("network"));
  network_->add_host("phone", std::make_unique<PhoneClock>(*phone_clock_));
  if (elsewhere_) {
    for (const ServiceKind kind : kServiceKinds) {
      network_->add_remote(std::string(to_string(kind)), elsewhere_->send);
    }
    return;
  }
  // Servers keep the time that the phone's origin names, without drift: they have NTP.
  sim::LinearHostClockOptions server;
  server.epoch_s = options_.phone_device.clock.origin_unix_s;
  for (const ServiceKind kind : kServiceKinds) {
    network_->add_host(std::string(to_string(kind)),
                       std::make_unique<sim::LinearHostClock>(server));
  }
  network_->add_tap([this](const sim::WireBytes& wire) {
    wires_["wire." + wire.from + "-" + wire.to].append(
        reinterpret_cast<const char*>(wire.bytes.data()), wire.bytes.size());
  });
}

Result<void> World::make_services() {
  const ServiceRuntimes hosts{network_->host("authz"), network_->host("profile"),
                              network_->host("ingest"), network_->host("model")};
  ServiceSetOptions options = options_.services;
  options.durability = Durability::memory;
  options.before = [this](ServiceKind kind, HttpHandler next) {
    return sim::on_processor(options_.service_time, network_->host(std::string(to_string(kind))),
                             std::move(next));
  };
  services_ = std::make_unique<ServiceSet>(hosts, "", options, parts_.keys);
  if (auto r = services_->register_person(registered_person(truth_.identity, script_->person()),
                                          secret_of(truth_.identity), truth_.identity.cluster_id);
      !r) {
    return r;
  }
  if (!parts_.model_bytes.empty()) {
    if (auto r = services_->model().put("gym", parts_.model_bytes); !r) return r;
  }
  services_->serve();
  return {};
}

Endpoint World::endpoint(ServiceKind kind) const {
  const std::string host(to_string(kind));
  if (elsewhere_) return {host, elsewhere_->ports[static_cast<std::size_t>(kind)]};
  return {host, services_->endpoint(kind).port};
}

void World::make_phone(const SutFactory& make_sut) {
  PhoneOptions options = options_.phone;
  options.upload.user = truth_.identity.user_id;
  options.upload.secret = secret_of(truth_.identity);
  options.upload.authz = endpoint(ServiceKind::authz);
  for (const WornOptions& worn : options_.wearables) {
    if (options_.defences.frame_tag) options.frame_keys.push_back(tag_key(worn.device.name));
  }
  options.upload.ingest = endpoint(ServiceKind::ingest);
  options.profiles = parts_.repetitions;
  sut_ = make_sut(network_->host("phone"), options, events_);
}

Result<void> World::make_wearables() {
  // Sized once: devices keep references to their truth.
  truth_.devices.resize(options_.wearables.size() + (options_.phone_device.sensors_on ? 1 : 0));
  worn_.resize(options_.wearables.size());
  for (std::size_t i = 0; i < worn_.size(); ++i) {
    const WornOptions& o = options_.wearables[i];
    const auto device = static_cast<DeviceIndex>(i);
    truth_.devices[i].name = o.device.name;
    if (o.recording.empty()) {
      make_wearable(o, device, worn_[i]);
      continue;
    }
    auto recorded =
        RecordedDevice::make(o.recording, device, simulation_, truth_.begin, truth_.end,
                             truth_.devices[i], [this, device](std::span<const std::byte> bytes) {
                               sut_->on_frame(device, bytes, network_->host("phone").now());
                             });
    if (!recorded) return recorded.error();
    worn_[i].recorded = std::move(*recorded);
  }
  return {};
}

void World::make_wearable(const WornOptions& o, DeviceIndex device, Worn& worn) {
  TrueDevice& truth = truth_.devices[device];
  worn.link = std::make_unique<sim::Link>(
      simulation_, o.link, stream("link/" + o.device.name), truth, truth_.dropped,
      [this, device](const sim::Delivery& delivery) {
        sut_->on_frame(device, delivery.bytes, network_->host("phone").now());
      },
      &phone_radio_);
  worn.device = std::make_unique<sim::Wearable>(
      simulation_, defended(as_built(o.device, script_->person().hardware), options_.defences),
      device, stream("wearable/" + o.device.name), motion_of(o.device.name, o.device.worn),
      truth_.begin, truth_.end, truth, truth_.dropped, way_of(o.device.name, *worn.link),
      [link = worn.link.get()] { return link->busy(); });
}

void World::make_phone_sensors() {
  if (!options_.phone_device.sensors_on) return;
  const std::size_t index = truth_.devices.size() - 1;
  truth_.devices[index].name = options_.phone_device.sensors.name;
  phone_sensors_ = std::make_unique<sim::LocalSensors>(
      simulation_, options_.phone_device.sensors, static_cast<DeviceIndex>(index), stream("phone"),
      motion_of(options_.phone_device.sensors.name, sim::Worn::pocket), *phone_clock_, truth_.begin,
      truth_.end, truth_.devices[index], [this](const sim::LocalDelivery& delivery) {
        sut_->on_local({delivery.stream, delivery.stamps, delivery.values},
                       network_->host("phone").now());
      });
}

void World::schedule_marks() {
  for (const sim::TimedMark& mark :
       sim::user_marks(*script_, options_.labels, stream(session_path() + "/marks"))) {
    const auto press = [this, mark] {
      sut_->on_mark({mark.kind, mark.exercise, network_->host("phone").now(), mark.repetitions});
    };
    simulation_.at(mark.at, press, sim::kDefaultPriority, simulation_.tag("person: marks"));
  }
}

bool World::links_drained() const {
  return std::all_of(worn_.begin(), worn_.end(), [](const Worn& worn) {
    return worn.recorded || (worn.link->drained() && worn.device->drained());
  });
}

void World::schedule_end() {
  simulation_.at(truth_.end + kDrainStep, [this] { end_session(); });
}

void World::end_session() {
  if (!links_drained() && simulation_.now() < truth_.end + kAftermath) {
    simulation_.after(kDrainStep, [this] { end_session(); });
    return;
  }
  for (Worn& worn : worn_) worn.link->stop();
  sut_->finish();
  finished_ = true;
  simulation_.stop();  // from here on the caller looks after every event
}

Result<void> World::run(const RunHooks& hooks) {
  const EntropyScope entropy(entropy_);
  if (hooks.wire) network_->add_tap(hooks.wire);
  simulation_.trace_to(hooks.trace);
  auto ran = run_session(hooks);
  simulation_.trace_to(nullptr);
  if (hooks.finished) hooks.finished(simulation_);
  return ran;
}

Result<void> World::run_to(WorldTime t, const RunHooks& hooks) {
  if (hooks.pause_at && *hooks.pause_at <= t && !std::exchange(paused_, true)) {
    simulation_.run(std::max(*hooks.pause_at, simulation_.now()));
    if (auto go_on = hooks.paused(); !go_on) return go_on;
  }
  simulation_.run(t);
  return {};
}

Result<void> World::run_session(const RunHooks& hooks) {
  const Duration length = truth_.end - truth_.begin;
  constexpr int kSteps = 100;
  for (int i = 1; i <= kSteps; ++i) {
    if (auto ran = run_to(truth_.begin + length * i / kSteps, hooks); !ran) return ran;
    if (hooks.progress) hooks.progress(static_cast<double>(i) / kSteps);
  }
  // The wearables have stopped; what they sent is still under way.
  const WorldTime latest = truth_.end + kAftermath;
  do {
    if (auto ran = run_to(simulation_.now() + kDrainStep, hooks); !ran) return ran;
  } while (!links_drained() && simulation_.now() < latest);
  for (std::size_t i = 0; i < worn_.size(); ++i) {
    if (!worn_[i].device) continue;
    truth_.devices[i].refusals = worn_[i].device->refusals();
    const auto sensors = defended(options_.wearables[i].device, options_.defences).sensors;
    truth_.devices[i].watches = std::any_of(sensors.begin(), sensors.end(), [](const auto& s) {
      return s.saturation_flag || (s.heart.dark_slots && s.kind == SensorKind::heart_rate);
    });
    spent_.push_back(spent(options_.wearables[i].device, worn_[i].device->energy(),
                           worn_[i].link->account().radio, to_seconds(length)));
    worn_[i].link->stop();
  }
  sut_->finish();
  if (auto ran = run_to(latest, hooks); !ran) return ran;
  services_->stop();
  for (const auto& door : open_doors_) door->close();
  simulation_.run();
  for (const auto& way : on_the_way_) {
    for (TrueDevice& device : truth_.devices) {
      if (device.name != way->device()) continue;
      device.refusals.insert(device.refusals.end(), way->refusals().begin(), way->refusals().end());
    }
  }
  if (!events_.uploads.empty()) truth_.identity.session_id = events_.uploads.front().session_id;
  const auto waiting = context_.waiting();
  if (waiting.empty()) return {};
  std::string who;
  for (const auto& w : waiting) who += (who.empty() ? "" : "; ") + w;
  return Error{"stuck", "nothing is left to happen, yet these wait: " + who};
}

void World::fill(reports::RunRecord& record) {
  record.devices = spent_;
  for (const Worn& worn : worn_) {
    reports::LinkAccount& out = record.links.emplace_back();
    out.seconds = to_seconds(truth_.end - truth_.begin);
    if (worn.recorded) {
      out.bytes = worn.recorded->delivered_bytes();
      continue;
    }
    const sim::LinkAccount& account = worn.link->account();
    out.bytes = account.delivered_bytes;
    out.backlog_max_ms = account.backlog_ms_max;
    out.backlog_max_bytes = account.backlog_bytes_max;
    // The session's seconds; what came after is the same nothing for an hour.
    const auto seconds = static_cast<std::size_t>(out.seconds) + 1;
    for (std::size_t s = 0; s < std::min(seconds, account.backlog.size()); ++s) {
      out.backlog_ms.push_back(static_cast<float>(account.backlog[s].age_ms));
    }
  }
  if (phone_sensors_) record.links.emplace_back().radio = false;

  for (const ServiceKind kind : kServiceKinds) {
    if (!services_) break;
    const std::string name(to_string(kind));
    for (const auto& [counter, n] : services_->counters(kind).all()) {
      constexpr std::string_view kRefused = "authz.refused.";
      if (counter == "authz.accepted") record.services.accepted += n;
      if (counter.starts_with(kRefused)) {
        record.services.refused.add(counter.substr(kRefused.size()), n);
      }
      constexpr std::string_view kOverQuota = "quota_exceeded.";
      if (counter.starts_with(kOverQuota)) {
        record.services.over_quota.add(counter.substr(kOverQuota.size()), n);
      }
    }
    record.places.push_back(
        {name + ".sqlite", services_->store_bytes(kind), allowed_in(name + ".sqlite"), false});
    record.places.push_back({"log." + name, services_->log_text(kind), allowed_in("log."), false});
  }
  for (const auto& report : service_attacks_) {
    record.services.attack_requests += report->tried();
    record.services.attack_accepted += report->accepted_total();
    record.services.attack_refused += report->refused();
    record.services.attack_over_quota += report->over_quota();
    if (report->begun && report->refused_at && !record.services.refused_after_s) {
      record.services.refused_after_s = to_seconds(*report->refused_at - *report->begun);
    }
  }
  for (const adversarial::AttackOptions& attack : options_.attacks) {
    record.services.flooded |= attack.kind == adversarial::AttackKind::api && attack.api.is_flood();
  }
  for (auto& [name, bytes] : wires_) {
    record.places.push_back({name, std::move(bytes), allowed_in(name), false});
  }
}

}  // namespace gauntlet::scenarios
