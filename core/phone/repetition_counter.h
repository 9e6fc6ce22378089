// Counts the repetitions of one set from an accelerometer, while it runs or afterwards.
//
// How: a causal low-pass and a decimation to about 12.5 Hz. Every half second the two latest
// stretches of equal length are compared for every length in question; where they are alike, that
// length is a local period. The set's period is the median of the local ones, weighted by how much
// moved; its axis is the direction of largest variance where it was periodic. A repetition is one
// excursion along that axis, there and back, large enough against the set's own range and at least
// a share of the period after the last. Nothing is learned and nothing depends on the exercise;
// there is no least time between repetitions but the shortest period of the options.
// After the idea of Morris, Saponas, Guillory, Kelner, "RecoFit", CHI 2014, section 4.3
// (principal axis, autocorrelation, peaks), made causal.
//
// Counting while the set runs is the same over the set so far, again with every row: a better idea
// of the set is applied to all of it, and what was shown stays, so that the screen shows the most
// that was ever counted.
//
// Measured on the public gym captures: docs/repetitions.md.
//
// Leaves out: other sensors; the question whether there is a set at all, which whoever pushes
// samples has decided; limbs that take turns (a wrist sees its own repetitions only, a person
// counts both).
//
// Units m/s2, specific force in the sensor's own frame. Samples are regular at the rate given in
// the options; `t` is only handed through. Memory is bounded by the history of the options.
// Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/options.h"
#include "core/base/time.h"
#include "core/phone/periodicity.h"

namespace gauntlet {

struct RepetitionCounterOptions {
  double rate_hz = 50;
  double min_period_s = 0.4;
  double max_period_s = 8;
  double history_s = 120;
  double cutoff_hz = 3;
  double min_similarity = 0.6;
  double min_movement_mps2 = 0.2;
  double max_fast_ratio = 4;
  double min_excursion = 0.5;
  double min_spacing = 0.7;
  double confirm_drop = 0.025;
  std::int64_t least_looks = 8;
  double flat = 0.0125;
  void describe(OptionVisitor& v);
};

// `completed` is the host time of the sample at which the limb turned, corrected for the delay of
// the counter's own filter; at which end of the movement is not known from the signal alone.
struct Repetition {
  HostTime completed;
};

// Second-order Butterworth low-pass, three axes; begins as if its first input had stood for ever.
class MotionSmoother {
 public:
  MotionSmoother(double cutoff_hz, double rate_hz);
  std::array<double, 3> push(const std::array<float, 3>& sample);
  // Mean square of what was taken away since the last call, three axes together, (m/s2)^2.
  double take_fast();
  Duration delay() const { return delay_; }  // of slow signals

 private:
  std::array<double, 3> b_{}, a_{};
  std::array<std::array<double, 2>, 3> state_{};  // per axis
  bool primed_ = false;
  double fast_ = 0;
  std::size_t since_taken_ = 0;
  Duration delay_;
};

// One limb's set, as it runs. A period must have been seen at `least_looks` looks before anything
// is shown; the repetitions before that are shown together then, later ones within a quarter of a
// second of their turning point.
class RepetitionCounter {
 public:
  explicit RepetitionCounter(const RepetitionCounterOptions& options);
  void push(HostTime t, const std::array<float, 3>& specific_force_mps2);
  // Those found since the last call; valid until the next call of any other member.
  std::span<const Repetition> take_new();
  // Forgets everything: a new set begins.
  void reset();

 private:
  struct Row {
    HostTime t;
    Vector3 value;
    double fast;  // MotionSmoother::take_fast()
  };
  void keep(const Row& row);
  void forget();
  void recount();

  RepetitionCounterOptions options_;
  std::size_t decimation_;
  double row_rate_hz_;
  std::size_t capacity_;
  std::size_t hop_;
  MotionSmoother smoother_;
  std::size_t phase_ = 0;
  // The set so far, row by row.
  std::vector<Vector3> rows_;
  std::vector<double> fast_;
  std::vector<HostTime> times_;
  std::size_t since_analysed_ = 0;
  std::vector<LocalPeriod> periods_;
  std::optional<SetShape> shape_;
  std::vector<std::size_t> found_;  // rows, by the latest idea of the set
  std::size_t before_ = 0;          // counted in what is forgotten
  std::size_t shown_ = 0;
  std::vector<Repetition> fresh_;
  std::vector<Repetition> taken_;
};

// The same with the whole set in view: for each repetition the index of the sample at its turning
// point, in order. The turning points are those of the side that has more of them.
std::vector<std::size_t> find_repetitions(
    const RepetitionCounterOptions& options,
    std::span<const std::array<float, 3>> specific_force_mps2);

}  // namespace gauntlet
