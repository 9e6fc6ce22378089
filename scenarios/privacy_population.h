// A population's sessions as the adversaries see them: every person trains several times, each
// session in a world of its own, and of each run is kept what the radio, the network, ingest and
// authz show, never the signals.
//
// A person is the same in all sessions (body, style, unit); strap, radio, network, clock and the
// day's mood are each session's own. The seed of the population decides everything.
//
// Views and what they leave out:
//   stored   what ingest keeps: the fused rows of a session, rounded as uploaded, with the
//   scenario's
//            noise; per stream mean and spread of the features of core/learn/plain_features over
//            the more lively half of the 2 s windows
//   radio    sizes and arrival times of the first wearable's messages, as the phone's radio gives
//            them: not the packets on the air, whose sizes follow from them; padded and held back
//            as the options say, each at its own cost of energy and lag
//   network  sizes and times of the phone's writes to its connections
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "reports/metrics/canaries.h"
#include "scenarios/information_flow.h"
#include "scenarios/runner.h"
#include "sim/body/person.h"

namespace gauntlet::scenarios {

// What a person does most of a window; what is neither is rest.
enum class Doing : std::uint8_t { resting, walking, exercising };
inline constexpr std::size_t kDoings = 3;

// Messages on a wire or on the air, in order; seconds of the session.
struct TrafficLog {
  std::vector<double> at_s, bytes;
};
// Six seconds of such a log.
struct TrafficWindow {
  Doing doing = Doing::resting;
  std::vector<double> seen;  // mean size of messages in bytes, how many
};

// Two seconds of the first stream that ingest keeps: learn::plain_features of three channels.
struct StoredWindow {
  Doing doing = Doing::resting;
  std::vector<float> seen;
};

struct SessionView {
  std::size_t person = 0, session = 0;
  std::vector<double> stored, radio, network;
  TrafficLog radio_log, network_log;  // the latter: phone to ingest
  std::vector<TrafficWindow> radio_windows, network_windows;
  std::vector<StoredWindow> windows;  // at most 64, evenly
  double issued_s = 0;                // when authz first answered
  double first_seen_s = 0;            // when ingest first heard of the session
  double radio_mj = 0;                // of the first wearable, padding included
  std::optional<double> lag_ms;       // repetition to display, median, holding back included
  reports::CanarySearch canaries;
  std::vector<FlowHit> flow;  // labels that rode along with messages
};

struct PopulationRun {
  std::vector<sim::PersonOptions> who;  // on their first day
  std::vector<std::size_t> cluster;     // of each person
  std::vector<SessionView> sessions;    // person by person, in order
  std::uint64_t planted = 0;            // identifiers hidden in a run's places, one per encoding
  std::uint64_t planted_found = 0;
};

// How long a session is: privacy.session_s, or the plan's length.
double session_length_s(const ScenarioOptions& options);

// Codes: "no_length" when neither says how long a session is; run_seed's, naming person and
// session; "bad_pipeline" when it is external, "no_data" when a session has too few rows,
// "bad_person" when the scenario's is a recorded one.
Result<PopulationRun> run_population(const ScenarioOptions& options, std::uint64_t seed,
                                     const SharedParts& parts, int threads = 0,
                                     const std::function<void(double)>& progress = {});

// Equally large groups of people who are alike: in order of sex, proficiency (above or below the
// median), age.
std::vector<std::size_t> clusters_of(const std::vector<sim::PersonOptions>& who,
                                     std::size_t clusters);

// Of one regular stream, N x 3: mean and standard deviation of each feature. Empty when it is
// shorter than four windows.
std::vector<double> session_features(std::span<const float> values, double rate_hz);

}  // namespace gauntlet::scenarios
