// Phones that travel, tokens that expire on the way, services that restart and a network that loses
// and cuts: whatever happens, what was confirmed to a phone is stored, and nothing is stored twice.
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/events/event_log.h"
#include "core/phone/uploader.h"
#include "core/runtime/spawn.h"
#include "core/services/service_set.h"
#include "core/services/sqlite.h"
#include "sim/network/seeded_entropy.h"
#include "sim/network/virtual_network.h"
#include "tests/authz/forge.h"
// Last: it undefines what others define.
#include "tests/catch.h"

namespace gauntlet {
namespace {

constexpr int kPhones = 4;
constexpr double kLength_s = 600;
constexpr Duration kSecond = std::chrono::seconds{1};

struct Phone {
  Counters counters;
  EventLog events;
  UploadOptions options;
  std::unique_ptr<Uploader> uploader;
  std::vector<std::string> sessions;
};

// One world of one seed. `reopened`: the services are destroyed and opened anew from their stores,
// as another process would; otherwise they go down and come back by themselves.
class Journey {
 public:
  Journey(std::uint64_t seed, bool reopened)
      : random_(seed, "journey"),
        entropy_(sim::RandomStream(seed, "entropy")),
        reopened_(reopened),
        directory_(std::filesystem::temp_directory_path() /
                   ("gauntlet_travel_" + std::to_string(seed) + (reopened ? "r" : ""))),
        context_(simulation_),
        network_(context_, network_options(), sim::RandomStream(seed, "network")) {
    std::filesystem::remove_all(directory_);
    network_.add_host("server");
    sim::LinearHostClockOptions ahead;
    ahead.offset_ms = 6000;
    network_.add_host("ingest", std::make_unique<sim::LinearHostClock>(ahead));
    open();
    for (int i = 0; i < kPhones; ++i) add_phone(i);
    plan_restarts();
  }
  ~Journey() {
    services_.reset();
    std::filesystem::remove_all(directory_);
  }

  void run() {
    simulation_.run(WorldTime{from_seconds(kLength_s + 7200)});
    services_->stop();
    simulation_.run();
    books_.merge(services_->counters(ServiceKind::ingest));
  }

  ServiceSet& services() { return *services_; }
  std::vector<std::unique_ptr<Phone>>& phones() { return phones_; }
  // Of ingest, all its lives together.
  const Counters& ingest() const { return books_; }
  Counters phone_counters() const {
    Counters all;
    for (const auto& phone : phones_) all.merge(phone->counters);
    return all;
  }

 private:
  sim::NetworkOptions network_options() {
    sim::NetworkOptions o;
    o.path.loss = random_.uniform(0, 0.2);
    o.path.rto_s_max = 4;
    o.path.retries = 4;  // a connection that loses this often in a row is given up
    for (int i = 0; i < kPhones; ++i) {
      for (int k = 0; k < 3; ++k) {
        const double from = random_.uniform(0, kLength_s);
        o.offline.push_back({name(i), from, from + random_.exponential(60)});
        o.cuts.push_back(
            {name(i), "*", random_.uniform(0, kLength_s),
             k % 2 == 0 ? sim::CutOptions::Kind::reset : sim::CutOptions::Kind::half_open});
      }
    }
    return o;
  }
  static std::string name(int i) { return "phone" + std::to_string(i); }

  ServiceSetOptions service_options() {
    ServiceSetOptions o;
    o.durability = Durability::process;
    o.authz.scrypt = {1, 8, 1};
    // Ingest's clock is ahead by more than the leeway forgives, and tokens are short: many expire
    // before their phone thinks so.
    o.tokens.lifetime_s = 8;
    o.tokens.leeway_s = 1;
    for (const auto kind : kServiceKinds) {
      o.endpoints[static_cast<std::size_t>(kind)].port = 8000 + static_cast<int>(kind);
    }
    if (reopened_) return o;
    o.rotations = {{random_.uniform(0, kLength_s / 2)},
                   {random_.uniform(kLength_s / 2, kLength_s)}};
    for (int k = 0; k < 6; ++k) {
      o.restarts.push_back({k % 2 == 0 ? ServiceKind::ingest : ServiceKind::authz,
                            random_.uniform(0, kLength_s), random_.exponential(20)});
    }
    return o;
  }

  void open() {
    auto& host = network_.host("server");
    const ServiceSetOptions options = service_options();
    ServiceKeys keys{forge::es256("s1"), forge::rsa("p1"), std::string(32, 'k')};
    services_ =
        std::make_unique<ServiceSet>(ServiceRuntimes{host, host, network_.host("ingest"), host},
                                     directory_, options, std::move(keys));
    for (int i = 0; i < kPhones; ++i) {
      REQUIRE(services_->authz().register_person(name(i), "secret", i % 2 ? "c1" : "c0").ok());
    }
    services_->serve();
  }

  void plan_restarts() {
    if (!reopened_) return;
    for (int k = 0; k < 4; ++k) {
      const double at = random_.uniform(k * kLength_s / 4, (k + 1) * kLength_s / 4 - 40);
      simulation_.at(WorldTime{from_seconds(at)}, [this] {
        books_.merge(services_->counters(ServiceKind::ingest));
        services_.reset();
      });
      simulation_.at(WorldTime{from_seconds(at + random_.uniform(1, 30))}, [this] { open(); });
    }
  }

  void add_phone(int i) {
    auto& host = network_.add_host(name(i));
    auto& p = *phones_.emplace_back(std::make_unique<Phone>());
    p.options.authz = {"server", 8000};
    p.options.ingest = {"ingest", 8000 + static_cast<int>(ServiceKind::ingest)};
    p.options.user = name(i);
    p.options.secret = "secret";
    p.options.period_s = 1;
    p.options.finish_timeout_s = 3600;
    p.options.retry_max_s = 20;
    p.uploader = std::make_unique<Uploader>(
        host, p.options, make_http_cloud(host, p.options.authz, p.options.ingest), p.events,
        p.counters);
    spawn(host.executor(), p.uploader->run());
    spawn(host.executor(), walk(host, p));
  }

  // Three sessions, a chunk each second.
  static asio::awaitable<void> walk(sim::VirtualHost& host, Phone& p) {
    GridRows rows;
    rows.values.assign(150, 1.0f);
    rows.filled.assign(50, 0);
    for (int session = 0; session < 3; ++session) {
      p.uploader->begin_session();
      p.sessions.push_back(p.uploader->session_id());
      for (int second = 0; second < static_cast<int>(kLength_s) / 3; ++second) {
        co_await host.sleep_for(kSecond);
        rows.runs.assign(1, {host.now() - kSecond, 0, 50, false});
        p.uploader->add({0, SensorKind::accelerometer}, rows, kSecond / 50);
        p.uploader->tick(host.now());
      }
      p.uploader->end_session();
    }
    p.uploader->finish();
  }

  sim::RandomStream random_;
  sim::SeededEntropy entropy_;
  bool reopened_;
  std::filesystem::path directory_;
  sim::Simulation simulation_;
  sim::VirtualContext context_;
  sim::VirtualNetwork network_;
  Counters books_;
  std::unique_ptr<ServiceSet> services_;
  std::vector<std::unique_ptr<Phone>> phones_;
};

using Key = std::pair<std::string, std::uint64_t>;

std::map<Key, std::int64_t> stored_in(const std::filesystem::path& file) {
  Database db(file, Durability::process);
  auto select = db.prepare(
      "SELECT s.session, j.sequence, count(*) FROM journal j JOIN sessions s ON s.id = j.session "
      "GROUP BY s.session, j.sequence");
  std::map<Key, std::int64_t> stored;
  for (auto rows = select.query(); rows.next();) {
    stored[{rows.text(0), static_cast<std::uint64_t>(rows.integer(1))}] = rows.integer(2);
  }
  return stored;
}

void check(std::uint64_t seed, bool reopened, Counters& seen) {
  INFO("seed " << seed << (reopened ? ", reopened" : ", restarted"));
  Journey journey(seed, reopened);
  journey.run();
  const auto stored = stored_in(journey.services().store_path(ServiceKind::ingest));
  std::size_t confirmed = 0;
  for (const auto& phone : journey.phones()) {
    std::set<Key> told;
    for (const auto& upload : phone->events.uploads) {
      if (upload.status == 200 || upload.status == 201) {
        told.insert({upload.session_id, upload.sequence});
      }
    }
    for (const auto& key : told) CHECK(stored.contains(key));
    confirmed += told.size();
    // The books: whatever was sealed came to one end.
    const Counters& c = phone->counters;
    CHECK(c.get("phone.chunks") == c.get("phone.chunks_delivered") + c.get("phone.chunks_refused") +
                                       c.get("phone.chunks_overflow") +
                                       c.get("phone.chunks_abandoned"));
    CHECK(c.get("phone.chunks_refused") == 0);
    CHECK(c.get("phone.chunks_delivered") == told.size());
  }
  for (const auto& [key, times] : stored) CHECK(times == 1);
  // Stored and never confirmed is possible (the answer was lost, then the phone gave up); what is
  // there is what ingest says it created, once each.
  CHECK(stored.size() >= confirmed);
  CHECK(journey.ingest().get("ingest.chunks") == stored.size());
  seen.merge(journey.ingest());
  seen.merge(journey.services().counters(ServiceKind::authz));
  seen.merge(journey.phone_counters());
}

TEST_CASE("Nothing confirmed is lost and nothing is stored twice, whatever happens") {
  Counters seen;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) check(seed, seed % 2 == 0, seen);
  // What the seeds were to bring about did happen.
  for (const char* event :
       {"ingest.duplicates", "authz.refused.expired", "phone.uploads_failed.0",
        "phone.uploads_failed.401", "phone.logins_failed.0", "service.restarts"}) {
    INFO(event);
    CHECK(seen.get(event) > 0);
  }
  // Keys were rotated under way, and nobody was refused for it.
  CHECK(seen.get("service.rotations") == 12);
  CHECK(seen.get("authz.refused.unknown_key") == 0);
}

}  // namespace
}  // namespace gauntlet
