#include "core/phone/display.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "core/base/units.h"

namespace gauntlet {
namespace {

constexpr Duration kPeriod = std::chrono::milliseconds{20};
constexpr double kRate_hz = 50;

HostTime at(std::size_t row) { return HostTime{} + kPeriod * static_cast<std::int64_t>(row); }

// Seconds of stillness, then `count` swings of 2 s by `degrees`, then stillness.
struct Motion {
  std::vector<float> values;
  std::vector<HostTime> completed;
  std::size_t rows() const { return values.size() / 3; }
  void add(double angle) {
    const double g = kStandardGravity_mps2;
    for (const double v : {g * std::sin(angle), 0.3, g * std::cos(angle)}) {
      values.push_back(static_cast<float>(v));
    }
  }
};

Motion swings(int count, double degrees) {
  Motion m;
  for (int i = 0; i < 3 * 50; ++i) m.add(0);
  for (int k = 0; k < count; ++k) {
    for (int i = 0; i < 100; ++i) {
      const double phase = 2 * std::numbers::pi * i / 100;
      m.add(degrees * std::numbers::pi / 180 * (0.5 - 0.5 * std::cos(phase)));
    }
    m.completed.push_back(at(m.rows()));
  }
  for (int i = 0; i < 4 * 50; ++i) m.add(0);
  return m;
}

std::vector<RepetitionProfile> profiles() {
  RepetitionLearner learner;
  for (const auto& [name, degrees] : {std::pair{"away", -80.0}, std::pair{"up", 80.0}}) {
    const Motion m = swings(12, degrees);
    std::vector<HostTime> times;
    for (std::size_t i = 0; i < m.rows(); ++i) times.push_back(at(i));
    learner.add(name, times, m.values, kRate_hz, at(150), m.completed);
  }
  return learner.profiles();
}

// Windows of a second every 100 ms; from the set's begin on the first `wrong` of them are called
// "away", the others "up".
std::vector<HostTime> shown(const Motion& m, int wrong) {
  PhoneOptions options;
  options.profiles = profiles();
  Display display(options, kPeriod);
  std::vector<HostTime> out;
  std::size_t given = 0;
  for (std::size_t end = 50; end <= m.rows(); end += 5) {
    GridRows rows;
    rows.runs.push_back({at(given), 0, end - given, given > 0});
    rows.values.assign(m.values.begin() + static_cast<std::ptrdiff_t>(3 * given),
                       m.values.begin() + static_cast<std::ptrdiff_t>(3 * end));
    given = end;
    display.append(rows);
    const HostTime middle = at(end - 25);
    std::string label;
    if (middle >= at(150) && middle <= m.completed.back()) label = wrong-- > 0 ? "away" : "up";
    display.on_window(at(end - 50), at(end), label);
    for (const Shown& s : display.take_shown()) {
      if (s.kind == Shown::Kind::repetition) out.push_back(at(end));
    }
  }
  return out;
}

// A second of windows is wrong, and the votes turn a second later.
TEST(Display, ASetFirstTakenForAnotherExerciseIsFollowedByItsOwnProfileFromTheFirstRepetition) {
  const Motion m = swings(6, 80);
  for (const int wrong : {0, 12, 30}) {
    const auto when = shown(m, wrong);
    ASSERT_EQ(when.size(), m.completed.size()) << wrong;
    for (std::size_t i = 0; i < when.size(); ++i) {
      EXPECT_LE(std::abs(to_ms(when[i] - m.completed[i])), 400) << wrong << ", " << i;
    }
  }
}

}  // namespace
}  // namespace gauntlet
