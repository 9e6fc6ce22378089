// A run that never ran: six exercises, rests between, a watch and a phone, plausible errors, and
// books that balance. Deterministic per seed. For the tests of what is made from a record, and for
// working on the report without a simulation.
#pragma once

#include "reports/record.h"

namespace gauntlet::reports {

struct SyntheticOptions {
  std::uint64_t seed = 1;
  std::uint32_t sets = 12;
  double rest_s = 40;
  double drift_ppm = 0;   // of the estimated instants against the true ones
  double offset_ms = 12;  // of the same, constant
  double display_lag_ms = 180;
  double frame_loss = 0.02;
};

struct SyntheticRun {
  Truth truth;
  EventLog events;
  std::vector<LinkAccount> links;
  ServicesAccount services;
  std::vector<SearchedPlace> places;
  std::uint64_t seed = 1;

  RunRecord record() const {
    return {truth,
            events,
            links,
            services,
            places,
            "gym-hour",
            seed,
            truth.end - truth.begin,
            "trained on simulated people 1000-1039, tested on others"};
  }
};

SyntheticRun make_synthetic_run(const SyntheticOptions& options = {});

}  // namespace gauntlet::reports
