// A fleet: the same bytes from any number of threads and any way of running ahead, and memory that
// follows those who are there.

#include "scenarios/fleet.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>

#include "scenarios/fleet_conductor.h"

namespace gauntlet::scenarios {
namespace {

using namespace std::chrono_literals;

Scenario load(const std::vector<Override>& more) {
  std::vector<Override> overrides{{"plan.length_s", "120"},
                                  {"fleet.people", "8"},
                                  {"fleet.arrivals_per_h", "200"},
                                  {"services.authz.scrypt_log2_n", "1"}};
  overrides.insert(overrides.end(), more.begin(), more.end());
  Scenario scenario;
  std::vector<Diagnostic> problems;
  EXPECT_TRUE(load_scenario("scenarios/catalog/fleet.toml", overrides, scenario, problems))
      << to_string(problems);
  return scenario;
}

const SharedParts& parts() {
  static const SharedParts made = [] {
    const Scenario scenario = load({});
    auto all = make_shared_parts(scenario.options, scenario.options.model);
    EXPECT_TRUE(all.ok());
    return std::move(*all);
  }();
  return made;
}

FleetRun run(const Scenario& scenario, const FleetRunOptions& how = {}) {
  auto ran = run_fleet(scenario.options, parts(), {}, how);
  EXPECT_TRUE(ran.ok()) << ran.error().message;
  for (const auto& failure : ran->result.failures) ADD_FAILURE() << failure;
  return std::move(*ran);
}

FleetRunOptions threads(int n) {
  FleetRunOptions how;
  how.threads = n;
  return how;
}

double count(const FleetRun& fleet, const std::string& what) {
  for (const auto& row : fleet.result.tables.at("fleet").rows) {
    if (std::get<std::string>(row[0]) == what) return std::get<double>(row[1]);
  }
  ADD_FAILURE() << what;
  return 0;
}

TEST(Fleet, OneToFourThreadsGiveTheSameBytes) {
  const Scenario scenario = load({});
  const std::string one = reports::to_json(run(scenario, threads(1)).result);
  for (const int n : {2, 3, 4}) {
    EXPECT_EQ(reports::to_json(run(scenario, threads(n)).result), one) << n;
  }
}

// Promises widen what the lookahead alone allows: were one broken, a letter would come from the
// past; were one to matter, the bytes would differ.
TEST(Fleet, HoweverFarAnybodyRunsAheadTheBytesAreTheSame) {
  const Scenario scenario = load({{"fleet.people", "4"}});
  const std::string usual = reports::to_json(run(scenario).result);
  FleetRunOptions bare;
  bare.promises = false;
  bare.threads = 2;
  EXPECT_EQ(reports::to_json(run(scenario, bare).result), usual) << "lookahead alone";
  FleetRunOptions narrow;
  narrow.ahead = 20ms;
  narrow.stretch = 3ms;
  EXPECT_EQ(reports::to_json(run(scenario, narrow).result), usual) << "two lookaheads ahead";
  FleetRunOptions wide;
  wide.ahead = 1h;
  wide.stretch = 1h;
  wide.threads = 3;
  EXPECT_EQ(reports::to_json(run(scenario, wide).result), usual) << "an hour ahead";
}

TEST(Fleet, ABadNetworkGivesTheSameBytesToo) {
  const Scenario scenario =
      load({{"network.path.loss", "0.05"},
            {"network.path.bandwidth_bytes_per_s", "20000"},
            {"network.partitions", "[{a = \"phone\", from_s = 60, to_s = 70}]"},
            {"network.cuts",
             "[{at_s = 80, kind = \"reset\"}, {at_s = 110, kind = \"half_open\"}, {at_s = 1}]"}});
  const auto one = run(scenario, threads(1));
  EXPECT_EQ(reports::to_json(run(scenario, threads(3)).result), reports::to_json(one.result));
  EXPECT_GT(count(one, "ingest: http.connections"), 8) << "the cuts were felt";
}

TEST(Fleet, EverybodyLogsInOnceAndTheSharedServicesKeepWhatTheyUpload) {
  const auto fleet = run(load({}));
  EXPECT_EQ(fleet.came, 8u);
  EXPECT_EQ(count(fleet, "authz: authz.issued"), 8);
  EXPECT_EQ(count(fleet, "ingest: http.status.201"), count(fleet, "ingest: ingest.chunks"));
  // A chunk every 10 s of 120 s, a last one and one in which the session began, within one each.
  EXPECT_NEAR(count(fleet, "ingest: ingest.chunks"), 8 * 13, 8);
  EXPECT_EQ(*fleet.result.metrics.at("authz.refused").value, 0);
  EXPECT_GE(fleet.person_seconds, 8 * 120.0);
}

// The world of a person is that of their seed; only the services are elsewhere.
TEST(Fleet, APersonIsWhoTheirSeedMakes) {
  const Scenario scenario = load({{"fleet.people", "1"}});
  const auto fleet = run(scenario);
  ScenarioOptions alone = scenario.options;
  alone.fleet.people = 0;
  // They come when their phone shows the hour of the fleet.
  alone.phone_device.clock.origin_unix_s +=
      seconds_since_origin(fleet_arrivals(scenario.options.fleet, 1).front());
  const auto one = run_seed(alone, fleet_person_seed(1, 0), parts());
  ASSERT_TRUE(one.ok());
  for (const char* name : {"samples.produced", "samples.delivered", "reps.mae", "f1.macro",
                           "link.bytes_per_s", "sets.detected_share"}) {
    const auto* there = one->result.values.find(name);
    ASSERT_NE(there, nullptr) << name;
    EXPECT_EQ(fleet.result.metrics.at(name).value, there->value) << name;
  }
}

TEST(Fleet, OneMorePersonChangesNobodysArrival) {
  FleetOptions few, many;
  few.people = 10;
  many.people = 11;
  const auto a = fleet_arrivals(few, 1);
  auto b = fleet_arrivals(many, 1);
  ASSERT_EQ(b.size(), 11u);
  b.pop_back();
  EXPECT_EQ(a, b);
  many.length_h = 0.1;
  EXPECT_LT(fleet_arrivals(many, 1).size(), 11u) << "who comes too late stays away";
}

// Gaps of a Poisson process are exponential: their mean over n is within 4 standard errors.
TEST(Fleet, ArrivalsAreAPoissonProcess) {
  FleetOptions options;
  options.people = 10'000;
  options.length_h = 1000;
  const auto all = fleet_arrivals(options, 1);
  ASSERT_EQ(all.size(), 10'000u);
  EXPECT_NEAR(seconds_since_origin(all.back()) / 10'000, 60, 4 * 60 / 100.0);
}

TEST(Fleet, AnHourWithoutLatencyHasNoLookaheadAndIsRefused) {
  Scenario scenario;
  std::vector<Diagnostic> problems;
  EXPECT_FALSE(load_scenario("scenarios/catalog/fleet.toml", {{"network.path.latency_ms_min", "0"}},
                             scenario, problems));
  EXPECT_NE(to_string(problems).find("latency_ms_min above 0"), std::string::npos);
}

// ---- memory ------------------------------------------------------------------------------------

// Everything that malloc has handed out on this thread's arena, SQLite's and OpenSSL's included.
double bytes_in_use() {
  const auto info = ::mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

bool malloc_is_counted() {
  const double before = bytes_in_use();
  void* volatile some = std::malloc(100'000);  // volatile: or it would be left out
  const bool counted = bytes_in_use() - before >= 100'000;
  std::free(some);
  return counted;
}

constexpr double kPeople = 10'000;
constexpr double kIdleBytesMax = 2048;

// Before they come, and after they have left: what services and metrics keep of them.
TEST(FleetMemory, AnIdlePersonTakesLessThanTwoKilobytes) {
  if (!malloc_is_counted()) GTEST_SKIP() << "skipped: another allocator";
  const Scenario scenario = load({{"fleet.people", "10000"}, {"fleet.length_h", "1000"}});
  auto person = run_seed(load({{"fleet.people", "0"}}).options, 1, parts());
  ASSERT_TRUE(person.ok());
  const reports::SeedResult result = person->result;
  person = Error{"", ""};
  auto services = FleetServices::make(scenario.options, 1, parts());
  ASSERT_TRUE(services.ok());
  const FleetRunOptions how;

  const double empty = bytes_in_use();
  FleetConductor conductor(scenario.options, parts(), how, **services);
  ASSERT_EQ(conductor.arrivals().size(), 10'000u);
  const double waiting = (bytes_in_use() - empty) / kPeople;
  EXPECT_LE(waiting, kIdleBytesMax);

  FleetMetrics metrics(10'000);
  for (std::uint64_t p = 0; p < 10'000; ++p) {
    const WorldTime at{std::chrono::milliseconds{p}};
    (*services)->add({at, p, 0}, {p, FleetLetter::Kind::join, fleet_person_seed(1, p)});
    (*services)->add({at + 1s, p, 1}, {p, FleetLetter::Kind::leave});
    metrics.add(p, result);
  }
  (*services)->run(WorldTime{1h});
  const double left = (bytes_in_use() - empty) / kPeople;
  EXPECT_GT(left, waiting);
  EXPECT_LE(left, kIdleBytesMax);
  RecordProperty("bytes_waiting", std::to_string(waiting));
  RecordProperty("bytes_left", std::to_string(left));
  std::printf("bytes a person: %.0f before coming, %.0f after leaving\n", waiting, left);
}

double bytes_of(const TrueDevice& device) {
  double all = static_cast<double>(device.frames.capacity() * sizeof(TrueFrame));
  for (const auto& s : device.streams) {
    all += static_cast<double>(s.sampled_at.capacity() * sizeof(WorldTime) +
                               s.signal.capacity() * sizeof(float));
  }
  return all;
}

// A wearable at work with its link, without the truth that is recorded of it: that grows with the
// session and is what the metrics of the session are made from.
TEST(FleetMemory, AnActiveWearableTakesLessThanSixteenKilobytes) {
  if (!malloc_is_counted()) GTEST_SKIP() << "skipped: another allocator";
  const Scenario scenario = load({});
  const auto& worn = scenario.options.wearables.at(0);
  auto script = sim::make_script(scenario.options.plan, person_of(scenario.options, 1),
                                 sim::RandomStream(1, "session"));
  ASSERT_TRUE(script.ok());
  const auto motion =
      sim::make_motion(std::make_shared<const sim::Script>(std::move(*script)), sim::Worn::wrist);
  constexpr std::size_t kWearables = 200;
  struct Active {
    TrueDevice truth;
    Counters dropped;
    std::unique_ptr<sim::Link> link;
    std::unique_ptr<sim::Wearable> device;
  };
  sim::Simulation simulation;
  std::uint64_t heard = 0;
  std::vector<Active> all(kWearables);
  const double empty = bytes_in_use();
  for (std::size_t i = 0; i < kWearables; ++i) {
    Active& a = all[i];
    a.link =
        std::make_unique<sim::Link>(simulation, worn.link, sim::RandomStream(i, "link"), a.truth,
                                    a.dropped, [&heard](const sim::Delivery&) { ++heard; });
    a.device = std::make_unique<sim::Wearable>(
        simulation, worn.device, DeviceIndex{0}, sim::RandomStream(i, "wearable"), *motion,
        WorldTime{}, WorldTime{120s}, a.truth, a.dropped, a.link->sink());
    a.device->start();
  }
  for (const auto until : {30s, 60s}) {
    simulation.run(WorldTime{until});
    double truth = 0;
    for (const Active& a : all) truth += bytes_of(a.truth);
    const double each = (bytes_in_use() - empty - truth) / kWearables;
    EXPECT_LE(each, 16 * 1024);
    EXPECT_GT(each, sizeof(sim::Wearable)) << "something was measured";
    std::printf("bytes a wearable after %d s: %.0f, and %.0f of truth\n",
                static_cast<int>(until.count()), each, truth / kWearables);
  }
  EXPECT_GT(heard, kWearables * 20);
}

}  // namespace
}  // namespace gauntlet::scenarios
