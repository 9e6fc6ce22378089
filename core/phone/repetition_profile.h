// What a repetition of an exercise looks like at the wrist, learned from repetitions whose times
// are known, and the file that keeps it beside a model (MODEL.repetitions).
//
// A profile is the mean and the spread (over people, sets and repetitions) of the smoothed specific
// force and of its rate of change at equal shares of the time from one completion to the next, so
// it begins and ends where the limb is back where it started; which side of the movement that is
// differs from exercise to exercise and cannot be told from the signal alone. The smoother's delay
// is in it: matched to a signal behind the same smoother it cancels. Who holds the wrist turned
// does so all the time: the force is off by as much at every share, its rate of change is not, so
// the phase is mostly read from that.
//
// Leaves out: how the spread goes together over the shares, grips, the other arm.
//
// Units m/s2 and m/s3 (of a repetition of period_s; a slower one changes as much more slowly), the
// sensor's own frame, seconds. The file is text, a line
//   exercise NAME period_s SECONDS repetitions COUNT
// followed by kShares lines of twelve numbers: mean of the force x y z and of its rate x y z,
// spread of the same.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/phone/repetition_counter.h"

namespace gauntlet {

// Force x y z and its rate of change x y z.
using MotionRow = std::array<double, 6>;

// One sample after the other; the rate is the mean one over the last kRateOver_s.
class MotionRows {
 public:
  explicit MotionRows(double rate_hz);
  MotionRow push(const std::array<float, 3>& specific_force_mps2);

 private:
  MotionSmoother smoother_;
  std::vector<Vector3> last_;  // a ring
  std::size_t pushed_ = 0;
  double rate_hz_;
};

struct RepetitionProfile {
  static constexpr std::size_t kShares = 48;
  std::string exercise;
  double period_s = 0;      // median
  std::size_t learned = 0;  // from so many repetitions
  std::array<MotionRow, kShares> mean{};
  std::array<MotionRow, kShares> spread{};
};

class RepetitionLearner {
 public:
  // One set: its samples, regular at `rate_hz` and some seconds of what was before it with them,
  // when it began and when each repetition was completed.
  void add(const std::string& exercise, std::span<const HostTime> times,
           std::span<const float> specific_force_mps2, double rate_hz, HostTime begin,
           std::span<const HostTime> completed);
  void merge(const RepetitionLearner& other);
  // By name; of exercises with kLeastRepetitions or more.
  std::vector<RepetitionProfile> profiles() const;

 private:
  static constexpr std::size_t kLeastRepetitions = 10;
  struct Example {
    double period_s;
    std::array<MotionRow, RepetitionProfile::kShares> rows;  // rates times the period
  };
  std::map<std::string, std::vector<Example>> examples_;
};

std::string to_text(std::span<const RepetitionProfile> profiles);
// Code "bad_repetitions", with the line.
Result<std::vector<RepetitionProfile>> parse_repetition_profiles(std::string_view text);

}  // namespace gauntlet
