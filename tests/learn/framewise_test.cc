#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/learn/cross_validation.h"
#include "sim/engine/random.h"

namespace gauntlet::learn {
namespace {

constexpr std::uint32_t kLength = 100;

// Windows of people who begin to shake somewhere within it, each row with its label.
Dataset borders(bool rows_named) {
  Dataset d;
  d.length = kLength;
  d.channels = 3;
  d.hop = kLength;
  for (std::uint32_t person = 0; person < 5; ++person) {
    for (std::uint32_t k = 0; k < 20; ++k) {
      sim::RandomStream r(person * 100 + k, "border");
      const auto at = static_cast<std::uint32_t>(r.uniform(0, kLength));
      std::vector<float> w;
      for (std::uint32_t t = 0; t < kLength; ++t) {
        const double s = t < at ? 0 : 4 * std::sin(2 * M_PI * 2.5 * t / 50);
        w.push_back(static_cast<float>(s + 0.2 * r.normal()));
        w.push_back(static_cast<float>(0.2 * r.normal()));
        w.push_back(static_cast<float>(9.8 + 0.2 * r.normal()));
      }
      if (d.classes.empty()) d.classes = {"still", "shaking"};
      d.add(w, 2 * at > kLength ? "still" : "shaking", "p" + std::to_string(person),
            person * 20 + k);
      for (std::uint32_t t = 0; t < kLength && rows_named; ++t) {
        d.row_label.push_back(t < at ? 0 : 1);
      }
    }
  }
  return d;
}

HeldOut held_out(const Dataset& d) {
  ClassifierOptions o;
  o.kind = ClassifierKind::framewise;
  o.rounds = 10;
  return cross_validate(d, make_folds(d, Split::leave_one_group_out),
                        [&o] { return make_classifier(o); });
}

double error_of_share(const Dataset& d, const HeldOut& h, const Dataset& named) {
  double error = 0;
  for (std::size_t i = 0; i < d.size(); ++i) {
    const auto first = named.row_label.begin() + static_cast<std::ptrdiff_t>(i * kLength);
    const double share = static_cast<double>(std::accumulate(first, first + kLength, 0U)) / kLength;
    error += std::abs(static_cast<double>(h.probabilities[2 * i + 1]) - share);
  }
  return error / static_cast<double>(d.size());
}

// Two instants are a tenth of a second apart and see one and two seconds: a fifth of a second is
// what a border may be off by.
TEST(Framewise, TellsTheShareOfAWindowThatIsAClass) {
  const Dataset d = borders(true);
  const HeldOut h = held_out(d);
  EXPECT_LT(error_of_share(d, h, d), 0.1);
  EXPECT_GT(h.evaluation.accuracy, 0.9);
  EXPECT_EQ(h.probabilities, held_out(d).probabilities) << "the same rows give the same bytes";
}

TEST(Framewise, LearnsBordersFromRowsThatCarryTheirOwnLabels) {
  const Dataset rows = borders(true), windows = borders(false);
  const double with = error_of_share(rows, held_out(rows), rows);
  const double without = error_of_share(windows, held_out(windows), rows);
  EXPECT_LT(2 * with, without);
}

TEST(Framewise, LearnsNothingFromRowsOfClassesThatAreNotThere) {
  Dataset d = borders(true);
  for (std::size_t i = 0; i < d.size(); ++i) {
    for (std::size_t t = 0; t < 20; ++t) d.row_label[i * kLength + t] = Dataset::kNoLabel;
  }
  EXPECT_GT(held_out(d).evaluation.accuracy, 0.85);
}

TEST(Framewise, IsKeptInNoFile) {
  Dataset d = borders(true);
  ClassifierOptions o;
  o.kind = ClassifierKind::framewise;
  o.rounds = 2;
  const auto classifier = make_classifier(o);
  std::vector<std::uint32_t> all(d.size());
  std::iota(all.begin(), all.end(), 0U);
  classifier->fit(d, all);
  ByteWriter w;
  EXPECT_FALSE(classifier->write(w));
}

}  // namespace
}  // namespace gauntlet::learn
