// Counts the repetitions of one set from an accelerometer, while it runs or afterwards.
//
// How: a causal low-pass, a decimation, the projection on the principal axis of the recent past
// (the direction in which gravity and effort move most), the period from the autocorrelation of
// that projection, and one repetition for each return to the side on which the set began. Nothing
// is learned and nothing depends on the exercise; there is no least time between repetitions but
// the shortest period of the options.
// After the idea of Morris, Saponas, Guillory, Kelner, "RecoFit", CHI 2014, section 4.3, made
// causal.
//
// Leaves out: sensor fusion (accelerometer alone), exercises in which two limbs take turns, and
// the question whether there is a set at all: whoever pushes samples has decided that.
//
// Units m/s2, specific force in the sensor's own frame. Samples are regular at the rate given in
// the options; `t` is only handed through. Memory is bounded by the history of the options.
// Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/options.h"
#include "core/base/time.h"

namespace gauntlet {

struct RepetitionCounterOptions {
  double rate_hz = 50;
  double min_period_s = 0.4;
  double max_period_s = 8;
  double history_s = 24;
  double cutoff_hz = 3;
  double min_correlation = 0.3;
  double min_prominence = 0.3;
  double confirm_drop = 0.025;
  void describe(OptionVisitor& v);
};

// `completed` is the host time of the sample at which the limb was back where it had started,
// corrected for the delay of the counter's own filter.
struct Repetition {
  HostTime completed;
};

// One limb's set. The period is known after about two repetitions; those before it are reported
// together at that moment, later ones within a quarter of a second of their completion.
class RepetitionCounter {
 public:
  explicit RepetitionCounter(const RepetitionCounterOptions& options);
  void push(HostTime t, const std::array<float, 3>& specific_force_mps2);
  // Those found since the last call; valid until the next call of any other member.
  std::span<const Repetition> take_new();
  // Forgets everything: a new set begins.
  void reset();
  // 0 while unknown.
  double period_s() const { return period_s_; }

 private:
  struct Row {
    HostTime t;
    std::array<double, 3> value;
  };
  void keep(HostTime t, const std::array<double, 3>& smooth);
  void analyse();
  void emit();

  RepetitionCounterOptions options_;
  std::size_t decimation_;
  std::size_t capacity_;
  std::size_t hop_;
  Duration filter_delay_;
  std::array<double, 3> b_{}, a_{};                      // biquad coefficients
  std::array<std::array<double, 2>, 3> filter_state_{};  // per axis
  bool primed_ = false;
  std::size_t phase_ = 0;
  std::size_t since_analysis_ = 0;
  std::vector<Row> rows_;  // oldest first
  std::array<double, 3> axis_{};
  double period_s_ = 0;
  HostTime last_completed_;
  bool any_completed_ = false;
  std::vector<Repetition> fresh_;
  std::vector<Repetition> taken_;
};

// The same over a whole set at once, with the whole set in view: the indices of the samples at
// which each repetition was complete, in order.
std::vector<std::size_t> find_repetitions(
    const RepetitionCounterOptions& options,
    std::span<const std::array<float, 3>> specific_force_mps2);

}  // namespace gauntlet
