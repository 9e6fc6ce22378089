#include "scenarios/fleet.h"

#include <algorithm>
#include <map>

#include "scenarios/fleet_conductor.h"

namespace gauntlet::scenarios {
namespace {

// The most people that were there at once.
std::uint64_t most_at_once(const std::vector<WorldTime>& came, const std::vector<WorldTime>& left) {
  std::map<WorldTime, std::int64_t> change;
  for (const WorldTime t : came) ++change[t];
  for (const WorldTime t : left) --change[t];
  std::int64_t here = 0, most = 0;
  for (const auto& [t, by] : change) most = std::max(most, here += by);
  return static_cast<std::uint64_t>(most);
}

void add_services(reports::ResultFile& result, ServiceSet& services, reports::Table& table) {
  std::uint64_t accepted = 0, refused = 0;
  for (const ServiceKind kind : kServiceKinds) {
    for (const auto& [counter, n] : services.counters(kind).all()) {
      if (counter == "authz.accepted") accepted += n;
      if (counter.starts_with("authz.refused.")) refused += n;
      table.rows.push_back({std::string(to_string(kind)) + ": " + counter, static_cast<double>(n)});
    }
  }
  reports::add_metric(result, "authz.accepted", static_cast<double>(accepted), accepted);
  reports::add_metric(result, "authz.refused", static_cast<double>(refused), refused);
  reports::add_metric(result, "privacy.m0.violations", {}, 0, {},
                      "the stores of a fleet are not searched");
}

}  // namespace

std::vector<WorldTime> fleet_arrivals(const FleetOptions& options, std::uint64_t seed) {
  sim::RandomStream random(seed, "fleet/arrivals");
  const double gap_s = 3600 / options.arrivals_per_h;
  std::vector<WorldTime> all;
  double t = 0;
  for (std::int64_t i = 0; i < options.people; ++i) {
    t += random.exponential(gap_s);
    if (t > options.length_h * 3600) break;
    // Whole milliseconds: exact in every unit that they are added to.
    all.push_back(WorldTime{std::chrono::milliseconds{static_cast<std::int64_t>(t * 1000)}});
  }
  return all;
}

std::uint64_t fleet_person_seed(std::uint64_t seed, std::uint64_t person) {
  // 52 bits: a seed that a scenario file can hold.
  return sim::RandomStream(seed, "fleet/person/" + std::to_string(person)).bits() >> 12;
}

Result<FleetRun> run_fleet(const ScenarioOptions& options, const SharedParts& parts,
                           const reports::Provenance& about, const FleetRunOptions& how) {
  CHECK(parts.model && options.fleet.people > 0);
  auto services = FleetServices::make(options, how.seed, parts);
  if (!services) return services.error();
  FleetConductor conductor(options, parts, how, **services);
  conductor.run();
  if (auto ended = (*services)->finish(); !ended) return ended.error();

  FleetRun out;
  out.came = conductor.arrivals().size();
  out.engine_events = conductor.engine_events() + (*services)->engine_events();
  WorldTime last;
  for (std::size_t i = 0; i < out.came; ++i) {
    out.person_seconds += to_seconds(conductor.departures()[i] - conductor.arrivals()[i]);
    last = std::max(last, conductor.departures()[i]);
  }
  out.result.provenance = about;
  out.result.provenance.seeds = {how.seed};
  out.result.provenance.duration_s = seconds_since_origin(last);
  const auto& provenance = parts.model->provenance();
  if (const auto it = provenance.find("split"); it != provenance.end()) {
    out.result.provenance.split = it->second;
  }
  conductor.metrics().write(out.result);
  for (const auto& failure : (*services)->failures()) out.result.failures.push_back(failure);
  reports::Table& table = out.result.tables["fleet"];
  table.columns = {"what", "count"};
  const auto row = [&table](const char* what, double n) {
    table.rows.push_back({std::string(what), n});
  };
  row("people", static_cast<double>(options.fleet.people));
  row("people who came", static_cast<double>(out.came));
  row("people at once, at most",
      static_cast<double>(most_at_once(conductor.arrivals(), conductor.departures())));
  row("person-seconds", out.person_seconds);
  row("engine events", static_cast<double>(out.engine_events));
  row("messages between simulations", static_cast<double>(conductor.messages()));
  add_services(out.result, (*services)->services(), table);
  return out;
}

}  // namespace gauntlet::scenarios
