// What every engine is asked to run, ours and the peers, from the same numbers: delays are drawn
// beforehand into a table, so that the engines are compared and not their random numbers.
//
//   hold    n pending events; each schedules its successor after a delay from the table
//   timers  n periodic timers of 50 Hz, each with its own phase and a drift within +-50 ppm
//   rearm   n devices tick like timers, and each tick re-arms the device's time-out of 1 s
//   cancel  each event schedules its successor and nine others, which the successor cancels
//
// An event is one run of a handler; what is cancelled or re-armed is not counted. The order hash is
// over (time, id) of every event, in order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gauntlet::bench {

struct Workload {
  std::string kind = "hold";
  std::string load = "exponential";
  std::uint32_t n = 1000;
  std::uint64_t events = 1'000'000;
};

inline constexpr std::uint32_t kTable = 1u << 14;
inline constexpr std::uint32_t kDecoys = 9;
inline constexpr std::int64_t kTimeout_ns = 1'000'000'000;
inline constexpr std::string_view kLoads[] = {"exponential", "uniform", "bimodal",
                                              "camel",       "pareto",  "ties"};

// Exits with a message when `load` is none of kLoads.
std::vector<std::int64_t> delay_table(std::string_view load);

// The model: which delays, and what was seen.
class Model {
 public:
  explicit Model(const Workload& w);
  std::int64_t first(std::uint32_t id) {
    if (timers_) return phase(id) % 20'000'000;
    return ties_ ? draw() : draw() + id;  // no ties but where they are asked for
  }
  // Notes the event; the delay to its successor, -1 when enough was seen (the engine stops). Delays
  // are drawn in the order of execution, so one event out of order changes all that follow.
  std::int64_t next(std::int64_t now_ns, std::uint32_t id) {
    hash_ = (hash_ ^ (static_cast<std::uint64_t>(now_ns) + id * 0x9e3779b97f4a7c15u)) *
            0xbf58476d1ce4e5b9u;
    if (++seen_ == mark_ && pass_mark()) return -1;
    return timers_ ? 19'999'000 + phase(id) % 2001 : draw();
  }
  std::uint32_t n() const { return n_; }
  std::uint64_t timed_events() const { return events_; }
  std::uint64_t hash() const { return hash_; }

  double begin_s() const { return begin_s_; }

 private:
  // The first 2 n events warm the engine up and are not timed.
  bool pass_mark();
  std::int64_t draw() { return table_[++draws_ % kTable]; }
  static std::int64_t phase(std::uint32_t id) { return (id * 2654435761u) >> 4; }

  bool timers_;
  bool ties_;
  std::uint32_t n_;
  std::uint64_t events_;
  std::uint64_t mark_;
  std::uint64_t seen_ = 0;
  double begin_s_ = 0;
  std::uint64_t hash_ = 1;
  std::uint32_t draws_ = 0;
  std::vector<std::int64_t> table_;
};

struct Outcome {
  std::uint64_t events = 0;
  double cpu_s = 0;
  std::uint64_t hash = 0;
};

double cpu_seconds();

// {"engine": ..., ...} on one line of standard output.
void print_outcome(std::string_view engine, const Workload& w, const Outcome& o);
// <kind> <load> <n> <events> from `argv`; exits with a message when they make no sense.
Workload parse_workload(int argc, char** argv, int first);

// Runs `loop` and times all of it but the warm-up.
template <class Loop>
Outcome timed(Model& model, Loop loop) {
  loop();
  return {model.timed_events(), cpu_seconds() - model.begin_s(), model.hash()};
}

}  // namespace gauntlet::bench
