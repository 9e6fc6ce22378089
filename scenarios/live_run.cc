#include "scenarios/live_run.h"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <numeric>

#include "core/events/no_events.h"
#include "core/ports/built_in_pipeline.h"
#include "core/runtime/realtime_runtime.h"
#include "core/runtime/spawn.h"
#include "reports/statistics/paired.h"
#include "scenarios/fleet.h"
#include "scenarios/live_phone.h"
#include "scenarios/world.h"

namespace gauntlet::scenarios {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Duration kStep = std::chrono::milliseconds{10};  // of real time
// Virtual time after a session in which its phone may still try to get rid of what it has.
constexpr Duration kAftermath = std::chrono::hours{1};
constexpr double kLevels[] = {0.5, 0.95, 0.99};
constexpr std::uint32_t kResamples = 1000;

struct Member {
  ScenarioOptions options;
  Truth truth;
  EventLog events;
  Elsewhere elsewhere;
  std::shared_ptr<LivePhone> phone;
  std::unique_ptr<World> world;  // goes first
  Duration start{};              // real time after the beginning
  bool done = false;
};

class LiveRun {
 public:
  LiveRun(const ScenarioOptions& options, const SharedParts& parts, const LiveOptions& how,
          std::optional<TlsContext> tls)
      : options_(options), parts_(parts), how_(how), outside_(runtime_, std::move(tls)) {}

  Result<void> build();
  // Whether both services let us in at all.
  Result<void> knock();
  LiveReport run();

 private:
  Result<void> add(std::size_t index);
  asio::awaitable<void> knock(Result<void>& answer);
  asio::awaitable<void> drive();
  void advance(Member& member, Duration elapsed);
  LiveReport report() const;
  LiveLatency latency(LiveRequests LivePhone::* which) const;

  const ScenarioOptions& options_;
  const SharedParts& parts_;
  const LiveOptions& how_;
  RealtimeRuntime runtime_;
  TlsRuntime outside_;
  NoEvents nobody_;  // thousands of event logs would be the larger part of the memory
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<double> behind_ms_;
  double real_s_ = 0;
};

Result<void> LiveRun::add(std::size_t index) {
  auto member = std::make_unique<Member>();
  Member& m = *member;
  m.options = options_;
  m.start = from_seconds(how_.ramp_s * static_cast<double>(index) /
                         static_cast<double>(how_.accounts.size()));
  m.phone = std::make_shared<LivePhone>(outside_, how_.target);
  m.elsewhere.send = [](sim::RemoteMessage) { CHECK(false); };
  m.elsewhere.ports = {1, 1, 1, 1};
  const SutFactory pipeline = [&](Runtime& inside, const PhoneOptions& given, EventSink&) {
    PhoneOptions phone = given;
    phone.upload.user = how_.accounts[index].user;
    phone.upload.secret = how_.accounts[index].secret;
    return std::make_unique<BuiltInPipeline>(inside, phone, *parts_.model, nobody_,
                                             m.phone->cloud(inside));
  };
  auto world = World::make(m.options, fleet_person_seed(how_.seed, index), parts_, pipeline,
                           m.truth, m.events, &m.elsewhere);
  if (!world) return world.error();
  m.world = std::move(*world);
  m.world->schedule_end();
  members_.push_back(std::move(member));
  return {};
}

Result<void> LiveRun::build() {
  for (std::size_t i = 0; i < how_.accounts.size(); ++i) {
    if (auto added = add(i); !added) return added;
  }
  return {};
}

asio::awaitable<void> LiveRun::knock(Result<void>& answer) {
  for (const Endpoint* at : {&how_.target.authz, &how_.target.ingest}) {
    try {
      const auto stream = co_await outside_.connect(*at);
    } catch (const boost::system::system_error& error) {
      answer =
          Error{"unreachable", at->host + ":" + std::to_string(at->port) + ": " + error.what()};
    }
  }
}

Result<void> LiveRun::knock() {
  Result<void> answer;
  spawn(runtime_.executor(), knock(answer));
  runtime_.run();
  return answer;
}

// The seeded entropy must not reach real sockets: it lives while the simulation runs, and that only
// starts requests, which go on later.
void LiveRun::advance(Member& m, Duration elapsed) {
  if (m.done || elapsed < m.start) return;
  const auto virtual_ns = static_cast<double>((elapsed - m.start).count()) * how_.speed;
  const WorldTime until = m.truth.begin + Duration{static_cast<std::int64_t>(virtual_ns)};
  const EntropyScope entropy(m.world->entropy());
  sim::Simulation& simulation = m.world->simulation();
  simulation.run(until);
  const bool idle = simulation.pending_count() == 0 && m.world->context().waiting().empty();
  m.done = m.world->over() && idle;
}

asio::awaitable<void> LiveRun::drive() {
  const auto begin = Clock::now();
  const auto elapsed = [begin] {
    return std::chrono::duration_cast<Duration>(Clock::now() - begin);
  };
  const Duration session = members_[0]->truth.end - members_[0]->truth.begin;
  const Duration latest = from_seconds(how_.ramp_s + to_seconds(session + kAftermath) / how_.speed);
  for (Duration due{}; due < latest; due += kStep) {
    behind_ms_.push_back(std::max(0.0, to_seconds(elapsed() - due) * 1e3));
    for (auto& member : members_) advance(*member, due);
    const auto done =
        std::count_if(members_.begin(), members_.end(), [](const auto& m) { return m->done; });
    if (done == std::ssize(members_)) break;
    if (how_.progress) {
      how_.progress(static_cast<double>(done) / static_cast<double>(members_.size()));
    }
    // At least one turn for the sockets, however late it is.
    const Duration left = due + kStep - elapsed();
    co_await runtime_.sleep_for(std::max(left, Duration{1}));
  }
  real_s_ = to_seconds(elapsed());
  for (auto& member : members_) co_await member->phone->audit();
}

LiveReport LiveRun::run() {
  spawn(runtime_.executor(), drive());
  runtime_.run();
  return report();
}

LiveLatency LiveRun::latency(LiveRequests LivePhone::* which) const {
  LiveLatency out;
  std::vector<std::pair<float, std::size_t>> all;  // sorted, with whose it was
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const LiveRequests& r = (*members_[i]->phone).*which;
    for (const auto& [status, n] : r.by_status) {
      out.by_status[status] += n;
      out.requests += n;
    }
    for (const float ms : r.answered_ms) all.emplace_back(ms, i);
  }
  if (all.empty()) return out;
  std::sort(all.begin(), all.end());
  for (const double p : kLevels) {
    // The smallest value with a share of at least p at or below it, phones weighted by how often
    // they were drawn.
    std::vector<std::uint32_t> weight(members_.size());
    const auto figure = [&](std::span<const std::size_t> drawn) {
      std::fill(weight.begin(), weight.end(), 0u);
      for (const auto i : drawn) ++weight[i];
      std::uint64_t total = 0;
      for (const auto& [ms, i] : all) total += weight[i];
      const double wanted = p * static_cast<double>(total);
      std::uint64_t below = 0;
      for (const auto& [ms, i] : all) {
        below += weight[i];
        if (weight[i] > 0 && static_cast<double>(below) >= wanted) return static_cast<double>(ms);
      }
      return 0.0;  // only phones without a request were drawn
    };
    std::vector<std::size_t> once(members_.size());
    std::iota(once.begin(), once.end(), std::size_t{0});
    out.quantiles.push_back(
        {p, figure(once), reports::bootstrap_interval(members_.size(), figure, 0.95, kResamples)});
  }
  return out;
}

LiveReport LiveRun::report() const {
  LiveReport out;
  out.login = latency(&LivePhone::login);
  out.upload = latency(&LivePhone::upload);
  out.phones = members_.size();
  out.real_s = real_s_;
  for (const auto& member : members_) {
    const LivePhone& phone = *member->phone;
    for (const auto& [session, sequences] : phone.confirmed) out.confirmed += sequences.size();
    out.lost += phone.lost;
    out.unchecked += phone.unchecked;
    out.bytes += phone.bytes;
    out.unfinished += member->done ? 0 : 1;
  }
  std::vector<double> behind = behind_ms_;
  out.behind_ms_max = *std::max_element(behind.begin(), behind.end());
  out.behind_ms_p99 = reports::quantile_in_place(behind, 0.99);
  return out;
}

}  // namespace

Result<std::vector<LiveAccount>> parse_accounts(std::string_view text) {
  std::vector<LiveAccount> accounts;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const auto end = text.find('\n');
    const std::string_view one = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (one.empty()) continue;
    const auto space = one.find(' ');
    if (space == 0 || space == std::string_view::npos || space + 1 == one.size()) {
      return Error{"bad_accounts", "accounts, line " + std::to_string(line) + ": not USER SECRET"};
    }
    accounts.push_back({std::string(one.substr(0, space)), std::string(one.substr(space + 1))});
  }
  return accounts;
}

Result<LiveReport> run_live(const ScenarioOptions& options, const SharedParts& parts,
                            const LiveOptions& how) {
  if (how.accounts.empty()) return Error{"bad_accounts", "there is no account to log in with"};
  if (!parts.model) return Error{"no_model", "a live run drives the built-in pipeline"};
  std::optional<TlsContext> tls;
  if (how.target.tls) {
    TlsOptions trust;
    trust.authorities_pem = how.authorities_pem;
    auto made = TlsContext::client(trust);
    if (!made) return made.error();
    tls = *std::move(made);
  }
  LiveRun run(options, parts, how, std::move(tls));
  if (auto open = run.knock(); !open) return open.error();
  if (auto built = run.build(); !built) return built.error();
  return run.run();
}

}  // namespace gauntlet::scenarios
