#include "scenarios/privacy_population.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>

#include "core/learn/plain_features.h"
#include "core/ports/built_in_pipeline.h"
#include "reports/statistics/intervals.h"
#include "scenarios/privacy_views.h"
#include "scenarios/world.h"

namespace gauntlet::scenarios {
namespace {

ScenarioOptions session_of(const ScenarioOptions& options, std::uint64_t seed, std::size_t person,
                           std::size_t session) {
  ScenarioOptions out = options;
  out.person.number = static_cast<std::int64_t>(person);
  out.person.session = static_cast<std::int64_t>(session);
  out.person.drawn = true;
  out.person.given = person_of(out, seed);
  out.person.drawn = false;
  out.plan.length_s = session_length_s(options);
  return out;
}

std::uint64_t session_seed(std::uint64_t seed, std::size_t person, std::size_t session) {
  const std::string path =
      "privacy/person/" + std::to_string(person) + "/session/" + std::to_string(session);
  return sim::RandomStream(seed, path).bits() >> 12;
}

Result<SessionView> run_session(const ScenarioOptions& options, std::uint64_t seed,
                                const SharedParts& parts, PopulationRun* control) {
  TrafficLog radio;
  NetworkLog network;
  RunHooks hooks;
  InformationFlow flow;
  hooks.wire = [&](const sim::WireBytes& wire) {
    network.add(wire);
    flow.add(wire);
  };
  auto run = run_seed(
      options, seed, parts,
      [&](Runtime& runtime, const PhoneOptions& phone, EventSink& sink) {
        return std::make_unique<RadioObserver>(
            std::make_unique<BuiltInPipeline>(runtime, phone, *parts.model, sink), radio);
      },
      hooks);
  if (!run) return run.error();
  SessionView view;
  auto stored = stored_view(*run->events, *run->truth, options.privacy.stored_noise_mps2,
                            sim::RandomStream(seed, "privacy/noise"));
  view.stored = std::move(stored.features);
  view.windows = std::move(stored.windows);
  const Truth& truth = *run->truth;
  shift(radio, seconds_since_origin(truth.host_clock.to_host(truth.begin)));
  const double more_bytes = pad(radio, options.privacy.pad_bytes);
  const double later_s =
      hold_back(radio, options.privacy.hold_s_max, sim::RandomStream(seed, "privacy/hold"));
  view.radio = traffic_view(radio);
  view.radio_windows = traffic_windows(radio, truth);
  view.network = network.view();
  shift(network.up, seconds_since_origin(truth.begin));
  view.network_windows = traffic_windows(network.up, truth);
  view.issued_s = network.issued_s;
  view.first_seen_s = network.first_seen_s;
  if (!run->record->devices.empty()) {
    const double extra_uj = more_bytes * static_cast<double>(radio.bytes.size()) *
                            options.wearables.front().device.energy.radio_uj_per_byte;
    view.radio_mj = run->record->devices.front().radio_mj + extra_uj * 1e-3;
  }
  const auto* lag = run->result.values.find("lag.display_ms.p50");
  if (lag && lag->value) view.lag_ms = *lag->value + 1e3 * later_s;
  view.radio_log = std::move(radio);
  view.network_log = std::move(network.up);
  view.canaries = run->result.canaries;
  view.flow = flow.trace(truth, options.privacy.hops);
  if (control) plant_identifiers(*run->record, control->planted, control->planted_found);
  return view;
}

}  // namespace

std::vector<std::size_t> clusters_of(const std::vector<sim::PersonOptions>& who,
                                     std::size_t clusters) {
  std::vector<double> skill;
  for (const auto& p : who) skill.push_back(p.dynamics.proficiency);
  const double median = reports::quantile_in_place(skill, 0.5);
  std::vector<std::size_t> order(who.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    return std::tuple(who[i].body.sex, who[i].dynamics.proficiency > median, who[i].body.age_years,
                      i);
  };
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  std::vector<std::size_t> cluster(who.size());
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    cluster[order[rank]] = rank * std::min(clusters, who.size()) / who.size();
  }
  return cluster;
}

std::vector<double> session_features(std::span<const float> values, double rate_hz) {
  const auto length = static_cast<std::size_t>(std::lround(2 * rate_hz));
  const std::size_t windows = length > 0 ? values.size() / (3 * length) : 0;
  if (windows < 4) return {};
  const std::size_t features = learn::plain_feature_count(3);
  std::vector<float> all(windows * features);
  std::vector<std::pair<float, std::size_t>> liveliness;
  for (std::size_t w = 0; w < windows; ++w) {
    const auto out = std::span(all).subspan(w * features, features);
    const auto window = values.subspan(w * length * 3, length * 3);
    learn::plain_features(window, 3, rate_hz, out);
    float moved = 0;
    for (std::size_t i = 3; i < window.size(); ++i) moved += std::abs(window[i] - window[i - 3]);
    liveliness.push_back({-moved, w});
  }
  std::sort(liveliness.begin(), liveliness.end());
  const std::size_t used = windows / 2;
  const double n = static_cast<double>(used);
  std::vector<double> out(2 * features);
  for (std::size_t f = 0; f < features; ++f) {
    double mean = 0, squares = 0;
    for (std::size_t i = 0; i < used; ++i) {
      mean += static_cast<double>(all[liveliness[i].second * features + f]) / n;
    }
    for (std::size_t i = 0; i < used; ++i) {
      const double d = static_cast<double>(all[liveliness[i].second * features + f]) - mean;
      squares += d * d;
    }
    out[f] = mean;
    out[features + f] = std::sqrt(squares / n);
  }
  return out;
}

double session_length_s(const ScenarioOptions& options) {
  return options.privacy.session_s > 0 ? options.privacy.session_s : options.plan.length_s;
}

Result<PopulationRun> run_population(const ScenarioOptions& options, std::uint64_t seed,
                                     const SharedParts& parts, int threads,
                                     const std::function<void(double)>& progress) {
  namespace tbb = oneapi::tbb;
  if (options.pipeline.kind == PipelineKind::external) {
    return Error{"bad_pipeline", "what leaks is measured around the built-in pipeline"};
  }
  if (session_length_s(options) <= 0) {
    return Error{"no_length", "give privacy.session_s: the plan has no length_s"};
  }
  if (parts.recorded) {
    return Error{"bad_person", "a population is drawn; person.from_recording is one person"};
  }
  CHECK(parts.model);
  const auto people = static_cast<std::size_t>(options.privacy.people);
  const auto each = static_cast<std::size_t>(options.privacy.sessions);
  PopulationRun out;
  for (std::size_t p = 0; p < people; ++p) {
    out.who.push_back(session_of(options, seed, p, 0).person.given);
  }
  out.cluster = clusters_of(out.who, static_cast<std::size_t>(options.privacy.clusters));
  out.sessions.resize(people * each);
  std::vector<std::optional<Error>> failed(out.sessions.size());
  std::mutex mutex;
  std::size_t done = 0;
  std::optional<tbb::global_control> limit;
  if (threads > 0) {
    limit.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
  }
  tbb::parallel_for(std::size_t{0}, out.sessions.size(), [&](std::size_t i) {
    const std::size_t person = i / each, session = i % each;
    auto view = run_session(session_of(options, seed, person, session),
                            session_seed(seed, person, session), parts, i == 0 ? &out : nullptr);
    if (view) {
      out.sessions[i] = std::move(*view);
      out.sessions[i].person = person;
      out.sessions[i].session = session;
    } else {
      failed[i] = view.error();
    }
    const std::scoped_lock lock(mutex);
    ++done;
    if (progress) progress(static_cast<double>(done) / static_cast<double>(failed.size()));
  });
  for (std::size_t i = 0; i < failed.size(); ++i) {
    if (!failed[i]) continue;
    return Error{failed[i]->code, "person " + std::to_string(i / each) + ", session " +
                                      std::to_string(i % each) + ": " + failed[i]->message};
  }
  for (const SessionView& s : out.sessions) {
    if (s.stored.size() == out.sessions.front().stored.size() && !s.stored.empty()) continue;
    return Error{"no_data", "person " + std::to_string(s.person) + ", session " +
                                std::to_string(s.session) +
                                ": too little of a stream reached the phone to compare it"};
  }
  return out;
}

}  // namespace gauntlet::scenarios
