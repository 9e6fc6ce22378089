// Simulated people, wearables, radios and phones against services that run: ours or anybody else's.
//
// Each phone is a whole world on a simulation of its own, held to real time (times `speed`); the
// pipeline in it is the one that is always simulated, and only what it asks of the services leaves
// the simulation, over real sockets. An answer comes back at the instant of virtual time that real
// time has reached by then: at speed k a latency is k times as long to the phone, and is measured
// in real time here, from request to answer, connecting included.
//
// All on one thread. When the simulations cannot keep up they fall behind, and that is reported:
// latencies of a generator that was late are not to be trusted (coordinated omission).
//
// Session ids come from the seed: against services that keep their stores, every run needs a seed
// of its own. Leaves out: DNS, proxies, HTTP/2; several requests in flight on one phone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/statistics/intervals.h"
#include "scenarios/live_target.h"
#include "scenarios/runner.h"

namespace gauntlet::scenarios {

struct LiveAccount {
  std::string user, secret;
};
// "user secret" a line. Error "bad_accounts" with the line.
Result<std::vector<LiveAccount>> parse_accounts(std::string_view text);

struct LiveOptions {
  LiveTarget target;
  std::string authorities_pem;        // whom to trust; empty: the system's store
  std::vector<LiveAccount> accounts;  // one a phone
  std::uint64_t seed = 1;
  double speed = 1;   // virtual seconds a real one
  double ramp_s = 5;  // real seconds over which the phones start
  std::function<void(double)> progress = nullptr;
};

struct LiveLatency {
  std::uint64_t requests = 0;
  std::map<int, std::uint64_t> by_status;  // 0: no answer
  // Of those that were answered, in real time. Intervals by a bootstrap over phones: requests of
  // one phone are alike. What stalls all phones at once is not in them.
  struct Quantile {
    double p = 0;
    double ms = 0;
    std::optional<reports::Interval> ci95;
  };
  std::vector<Quantile> quantiles;  // p50, p95, p99; empty when nothing was answered
};

struct LiveReport {
  LiveLatency login, upload;
  std::uint64_t phones = 0;
  std::uint64_t unfinished = 0;  // phones that still had work when time was over
  std::uint64_t confirmed = 0;   // chunks the services said they stored
  std::uint64_t lost = 0;        // of those, what they do not know of at the end
  std::uint64_t unchecked = 0;   // of those, what could not be asked about
  std::uint64_t bytes = 0;       // confirmed
  double real_s = 0;
  double behind_ms_p99 = 0;  // how late the simulations were, at each step
  double behind_ms_max = 0;
};

// Codes: those of World::make and TlsContext::client; "bad_accounts" when there are none,
// "unreachable" when a service does not let us in.
Result<LiveReport> run_live(const ScenarioOptions& options, const SharedParts& parts,
                            const LiveOptions& how);

}  // namespace gauntlet::scenarios
