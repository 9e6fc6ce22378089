// The processor of a simulated host that answers requests: one at a time, first come, first served,
// each for as long as its kind takes. What comes faster than that waits, for longer and longer:
// this is what a flood does to everybody else.
//
// Models: a single server (M/D/1 for Poisson arrivals: mean wait rho s / (2 (1 - rho))) that spends
// `request_ms` on what it answers, `login_ms` on POST /v1/login instead, where stretching a secret
// is most of it, and `refused_ms` on what it answers 429. Leaves out: several cores, time slices,
// the requests' sizes. A request is judged when it comes and answered when the processor has come
// to it. 0: no time, and no event of the simulation either.
#pragma once

#include "core/base/options.h"
#include "core/runtime/http.h"

namespace gauntlet::sim {

struct ProcessorOptions {
  double request_ms = 0;
  double login_ms = 0;
  double refused_ms = 0;

  bool on() const { return request_ms > 0 || login_ms > 0 || refused_ms > 0; }
  void describe(OptionVisitor& v);
};

// `next`, on a processor of its own. The runtime outlives what is returned.
HttpHandler on_processor(const ProcessorOptions& options, Runtime& runtime, HttpHandler next);

}  // namespace gauntlet::sim
