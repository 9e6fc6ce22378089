#include "scenarios/sut_session.h"

#include <algorithm>
#include <bit>
#include <type_traits>

#include "sim/engine/simulation.h"
#include "sim/engine/virtual_context.h"
#include "sim/network/virtual_network.h"

namespace gauntlet::scenarios {
namespace {

// A line of numbers and words; floats by their bits, so that nothing is rounded away.
class Line {
 public:
  explicit Line(std::string& out, const char* kind) : out_(out) { out_ += kind; }
  ~Line() { out_ += '\n'; }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  Line& add(HostTime t) { return add(t.time_since_epoch().count()); }
  Line& add(const std::string& word) {
    out_ += ' ';
    out_ += word.empty() ? "-" : word;
    return *this;
  }
  template <class Integer>
    requires std::is_integral_v<Integer>
  Line& add(Integer n) {
    return add(std::to_string(n));
  }

 private:
  std::string& out_;
};

std::string answers_of(const EventLog& events) {
  std::string out;
  for (const auto& e : events.windows) {
    Line(out, "window")
        .add(e.from)
        .add(e.to)
        .add(e.label)
        .add(e.at)
        .add(std::bit_cast<std::uint32_t>(e.confidence));
  }
  for (const auto& e : events.shown) {
    Line(out, "shown")
        .add(static_cast<int>(e.kind))
        .add(e.exercise)
        .add(e.count)
        .add(e.claimed)
        .add(e.at);
  }
  for (const auto& e : events.aligned) {
    Line line(out, "aligned");
    line.add(e.frame.device).add(e.frame.ordinal).add(e.first).add(e.at);
    for (std::size_t k = 0; k < e.count; ++k) line.add(events.estimated[e.begin + k]);
  }
  for (const auto& e : events.rejected) {
    Line(out, "rejected")
        .add(e.frame.device)
        .add(e.frame.ordinal)
        .add(e.count)
        .add(e.reason)
        .add(e.at);
  }
  return out;
}

std::string labels_of(const EventLog& events) {
  std::string out;
  for (const auto& e : events.windows) Line(out, "window").add(e.from).add(e.to).add(e.label);
  for (const auto& e : events.shown) {
    Line(out, "shown").add(static_cast<int>(e.kind)).add(e.exercise).add(e.count);
  }
  return out;
}

std::optional<double> value_of(const reports::SeedResult& result, std::string_view name) {
  const auto* metric = result.values.find(name);
  return metric ? metric->value : std::nullopt;
}

void fill(SutSession& session, const EventLog& events) {
  session.answers = answers_of(events);
  session.labels = labels_of(events);
}

}  // namespace

bool SutFindings::passed() const {
  return std::none_of(list.begin(), list.end(),
                      [](const SutFinding& f) { return f.verdict == SutFinding::Verdict::failed; });
}

SutSession run_session(const ScenarioOptions& given, std::uint64_t seed, const SharedParts& parts,
                       const WrapSut& wrap) {
  ScenarioOptions options = given;
  // Nobody logs in, so nobody's secret needs to be dear.
  options.services.authz.scrypt.log2_n = 1;
  SutSession session;
  auto peer = greet_external(options.pipeline, session.report);
  if (!peer) {
    session.not_run = peer.error();
    return session;
  }
  ExternalPipeline* pipeline = nullptr;  // the world's
  const auto run = run_seed(
      options, seed, parts,
      [&](Runtime& runtime, const PhoneOptions& phone,
          EventSink& sink) -> std::unique_ptr<SystemUnderTest> {
        auto made = std::make_unique<ExternalPipeline>(runtime, phone, options.pipeline, sink,
                                                       std::move(*peer), session.report);
        pipeline = made.get();
        if (wrap) return wrap(std::move(made));
        return made;
      },
      {},
      [&] {
        if (options.pipeline.time == PipelineTime::real_time) pipeline->play();
      });
  if (!run) {
    session.not_run = run.error();
    return session;
  }
  fill(session, *run->events);
  session.session_s = to_seconds(run->truth->end - run->truth->begin);
  session.macro_f1 = value_of(run->result, "f1.macro");
  session.count_error = value_of(run->result, "reps.mae");
  return session;
}

SutSession run_by_hand(const ScenarioOptions& options, const std::vector<Stimulus>& inputs) {
  SutSession session;
  auto peer = greet_external(options.pipeline, session.report);
  if (!peer) {
    session.not_run = peer.error();
    return session;
  }
  EventLog events;
  sim::Simulation simulation;
  sim::VirtualContext context(simulation);
  sim::VirtualNetwork network(context, {}, sim::RandomStream(0, "network"));
  sim::LinearHostClockOptions clock;
  clock.epoch_s = options.phone_device.clock.origin_unix_s;
  sim::VirtualHost& phone =
      network.add_host("phone", std::make_unique<sim::LinearHostClock>(clock));
  ExternalPipeline pipeline(phone, options.phone, options.pipeline, events, std::move(*peer),
                            session.report);
  double last_s = 0;
  for (const Stimulus& s : inputs) {
    simulation.at(WorldTime{from_seconds(s.at_s)},
                  [&] { context.run_inside([&] { s.give(pipeline, phone.now()); }); });
    last_s = std::max(last_s, s.at_s);
  }
  simulation.at(WorldTime{from_seconds(last_s + 1)},
                [&] { context.run_inside([&] { pipeline.finish(); }); });
  simulation.run();
  fill(session, events);
  return session;
}

}  // namespace gauntlet::scenarios
