#include "sim/body/marks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/body/exercises.h"

namespace gauntlet::sim {
namespace {

Script gym_hour(std::uint64_t seed) {
  return make_script(gym_hour_plan(), PersonOptions{}, RandomStream(seed, "s")).value();
}

LabelErrorOptions no_errors() {
  LabelErrorOptions o;
  o.forgotten = o.early_start = o.late_start = o.early_end = o.late_end = 0;
  o.delay_s = o.wrong_exercise = o.wrong_count = 0;
  return o;
}

// What became of the marks of forty sessions' sets; only sound where order survives.
struct Tally {
  double sets = 0, starts = 0, ends = 0;
  double early_starts = 0, late_starts = 0, early_ends = 0, late_ends = 0;
  double wrong_names = 0, wrong_groups = 0, wrong_counts = 0, counts_off = 0;
};

Tally tally(const LabelErrorOptions& o) {
  Tally t;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Script s = gym_hour(seed);
    const auto marks = user_marks(s, o, RandomStream(seed, "marks"));
    EXPECT_EQ(marks.front().kind, UserMark::Kind::session_start);
    EXPECT_EQ(marks.back().kind, UserMark::Kind::session_end);
    EXPECT_TRUE(std::is_sorted(marks.begin(), marks.end(),
                               [](const auto& a, const auto& b) { return a.at < b.at; }));
    t.sets += static_cast<double>(s.sets().size());
    for (const TimedMark& m : marks) {
      if (m.kind != UserMark::Kind::set_start && m.kind != UserMark::Kind::set_end) continue;
      const bool start = m.kind == UserMark::Kind::set_start;
      (start ? t.starts : t.ends) += 1;
      const TrueSet& nearest = *std::min_element(
          s.sets().begin(), s.sets().end(), [&](const TrueSet& a, const TrueSet& b) {
            const auto off = [&](const TrueSet& x) {
              return std::abs(to_seconds((start ? x.begin : x.end) - m.at));
            };
            return off(a) < off(b);
          });
      const double off_s = to_seconds(m.at - (start ? nearest.begin : nearest.end));
      (start ? t.early_starts : t.early_ends) += off_s < 0;
      (start ? t.late_starts : t.late_ends) += off_s > 0;
      if (m.exercise != nearest.exercise && start) {
        ++t.wrong_names;
        const Exercise *named = find_exercise(m.exercise), *right = find_exercise(nearest.exercise);
        if (!named || named->group != right->group) ++t.wrong_groups;
      }
      const auto right = static_cast<std::int64_t>(nearest.repetitions.size());
      if (!start && m.repetitions != right) {
        ++t.wrong_counts;
        t.counts_off += std::abs(static_cast<double>(m.repetitions - right));
      }
      if (start) {
        EXPECT_EQ(m.repetitions, 0);
      } else {
        EXPECT_GE(m.repetitions, 1);
      }
    }
  }
  return t;
}

// Within four standard errors of a binomial share.
void expect_share(double count, double n, double p, const char* what) {
  EXPECT_NEAR(count / n, p, 4 * std::sqrt(p * (1 - p) / n)) << what;
}

TEST(Marks, WithoutMistakesEverySetIsMarkedAsItWas) {
  const Script s = gym_hour(5);
  const auto marks = user_marks(s, no_errors(), RandomStream(5, "marks"));
  ASSERT_EQ(marks.size(), 2 + 2 * s.sets().size());
  for (std::size_t i = 0; i < s.sets().size(); ++i) {
    const TrueSet& set = s.sets()[i];
    EXPECT_EQ(marks[1 + 2 * i].at, set.begin);
    EXPECT_EQ(marks[1 + 2 * i].exercise, set.exercise);
    EXPECT_EQ(marks[2 + 2 * i].at, set.end);
    EXPECT_EQ(marks[2 + 2 * i].repetitions, static_cast<std::int64_t>(set.repetitions.size()));
  }
}

TEST(Marks, EachKindOfMistakeComesAtItsOwnRateAndBringsNoOther) {
  const Tally right = tally(no_errors());
  EXPECT_EQ(right.starts, right.sets);
  EXPECT_EQ(right.early_starts + right.late_starts + right.early_ends + right.late_ends, 0);
  EXPECT_EQ(right.wrong_names + right.wrong_counts, 0);

  LabelErrorOptions o = no_errors();
  o.forgotten = 0.3;
  Tally t = tally(o);
  expect_share(t.starts + t.ends, 2 * t.sets, 0.7, "forgotten");
  EXPECT_EQ(t.early_starts + t.late_starts + t.wrong_names + t.wrong_counts, 0);

  o = no_errors();
  o.late_start = 0.25;
  t = tally(o);
  expect_share(t.late_starts, t.sets, 0.25, "late start");
  EXPECT_EQ(t.early_starts + t.early_ends + t.late_ends, 0);

  o = no_errors();
  o.early_start = 0.25;
  t = tally(o);
  expect_share(t.early_starts, t.sets, 0.25, "early start");
  EXPECT_EQ(t.late_starts + t.early_ends + t.late_ends, 0);

  o = no_errors();
  o.early_end = 0.2;
  o.late_end = 0.1;
  t = tally(o);
  expect_share(t.early_ends, t.sets, 0.2, "early end");
  expect_share(t.late_ends, t.sets, 0.1, "late end");
  EXPECT_EQ(t.early_starts + t.late_starts, 0);

  o = no_errors();
  o.wrong_exercise = 0.2;
  t = tally(o);
  expect_share(t.wrong_names, t.sets, 0.2, "wrong exercise");
  EXPECT_EQ(t.wrong_groups, 0);

  o = no_errors();
  o.wrong_count = 0.3;
  o.count_off = 2;
  t = tally(o);
  expect_share(t.wrong_counts, t.sets, 0.3, "wrong count");
  // Geometric from 1 with mean 2: sd sqrt(2).
  EXPECT_NEAR(t.counts_off / t.wrong_counts, 2, 4 * std::sqrt(2 / t.wrong_counts));
}

TEST(Marks, NobodyWithoutSetsMarksAnyButTheSession) {
  const Script s = make_script(resting_plan(30), PersonOptions{}, RandomStream(1, "s")).value();
  EXPECT_EQ(user_marks(s, {}, RandomStream(1, "m")).size(), 2u);
}

}  // namespace
}  // namespace gauntlet::sim
