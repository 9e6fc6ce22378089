#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/learn/boosted.h"
#include "core/learn/cross_validation.h"
#include "core/learn/device_selection.h"
#include "core/learn/feedback.h"
#include "core/learn/habits.h"
#include "core/learn/model_file.h"
#include "core/learn/model_pool.h"
#include "core/learn/network.h"
#include "core/learn/principal_components.h"
#include "core/learn/search.h"
#include "core/learn/serving.h"
#include "core/learn/serving_defects.h"
#include "core/learn/staged.h"
#include "tests/learn/synthetic.h"

namespace gauntlet::learn {
namespace {

Dataset people(std::uint32_t n = 6) {
  Dataset d;
  d.length = 100;
  d.channels = 3;
  const char* names[] = {"no exercise", "lift", "shake"};
  for (std::uint32_t person = 0; person < n; ++person) {
    for (std::size_t kind = 0; kind < 3; ++kind) {
      for (std::uint64_t k = 0; k < 8; ++k) {
        d.add(synthetic_window(kind, person, k), names[kind], "p" + std::to_string(person),
              person * 3 + static_cast<std::uint32_t>(kind));
      }
    }
  }
  return d;
}

std::vector<std::uint32_t> all_rows(const Dataset& d) {
  std::vector<std::uint32_t> rows(d.size());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

HeldOut held_out(const Dataset& d, const ClassifierOptions& o) {
  return cross_validate(d, make_folds(d, Split::leave_one_group_out),
                        [&o] { return make_classifier(o); });
}

TEST(PipelineClassifiers, RidgeKernelAndBoostedTreesLearnPeopleTheyHaveNotSeen) {
  const Dataset d = people();
  for (const auto kind : {ClassifierKind::ridge, ClassifierKind::rbf, ClassifierKind::boosted}) {
    ClassifierOptions o;
    o.kind = kind;
    const HeldOut one = held_out(d, o), two = held_out(d, o);
    EXPECT_GT(one.evaluation.accuracy, 0.95) << static_cast<int>(kind);
    EXPECT_EQ(one.probabilities, two.probabilities) << "the same rows give the same bytes";
  }
}

TEST(RandomFourierFeatures, HaveTheInnerProductsOfTheGaussianKernel) {
  const std::size_t n = 4000;
  const RandomFourier f(3, n, 0.5, 1);
  std::vector<float> a(n), b(n);
  const float x[] = {0.3F, -1, 0.5F}, y[] = {0, -0.2F, 1};
  f.apply(x, a);
  f.apply(y, b);
  double product = 0;
  for (std::size_t i = 0; i < n; ++i) {
    product += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  // The mean of n products of variance below 1: five standard errors.
  EXPECT_NEAR(product, std::exp(-0.5 * (0.09 + 0.64 + 0.25)), 5 / std::sqrt(4000.0));
}

TEST(PrincipalComponents, OfAnEllipseAreItsAxes) {
  // Twice as long along (3, 4) / 5 as across, of mean 0.
  std::vector<float> rows;
  for (int i = 0; i < 360; ++i) {
    const double angle = i * 3.14159265358979 / 180, a = 2 * std::cos(angle), b = std::sin(angle);
    rows.push_back(static_cast<float>(0.6 * a - 0.8 * b));
    rows.push_back(static_cast<float>(0.8 * a + 0.6 * b));
  }
  const PrincipalComponents both(rows, 2, 5);
  ASSERT_EQ(both.kept(), 2u);
  const float expected[] = {0.6F, 0.8F, 0.8F, -0.6F};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(both.directions()[i], expected[i], 1e-5) << i;
  float out[2];
  both.apply(std::span(rows).first(2), out);
  EXPECT_NEAR(out[0], 2, 1e-5);
  EXPECT_NEAR(out[1], 0, 1e-5);
}

TEST(Search, TakesTheCandidateThatIsWorthMostOnGroupsLeftOut) {
  const Dataset d = people(6);
  for (const auto kind : {ClassifierKind::knn, ClassifierKind::svm, ClassifierKind::rbf}) {
    ClassifierOptions o;
    o.kind = kind;
    o.neighbours = 60;
    o.kernel_width = 300;
    o.searched = true;
    SearchedClassifier searched(o);
    searched.fit(d, all_rows(d));
    std::vector<std::uint32_t> inside, outside;
    for (const std::uint32_t i : all_rows(d)) (d.group[i] % 3 == 0 ? outside : inside).push_back(i);
    std::vector<double> worth;
    const auto candidates = candidates_of(o);
    EXPECT_EQ(candidates.size(), 4u);
    std::size_t chosen = candidates.size();
    for (const auto& c : candidates) {
      EXPECT_FALSE(c.searched);
      const bool same = c.neighbours == searched.chosen().neighbours &&
                        c.penalty == searched.chosen().penalty &&
                        c.kernel_width == searched.chosen().kernel_width &&
                        c.reduced == searched.chosen().reduced;
      if (same) chosen = worth.size();
      const auto made = make_classifier(c);
      made->fit(d, inside);
      std::vector<std::uint32_t> truth, answers;
      std::vector<float> p(d.classes.size());
      for (const std::uint32_t i : outside) {
        made->probabilities(d.window(i), p);
        truth.push_back(d.label[i]);
        answers.push_back(likeliest(p, p.size())[0]);
      }
      worth.push_back(evaluate(truth, answers, d.classes.size(), {}).macro_f1);
    }
    ASSERT_LT(chosen, worth.size());
    EXPECT_EQ(worth[chosen], *std::ranges::max_element(worth));
    // What was chosen is what a file holds, principal components and all.
    const auto served = serve(searched.clone(), d, "rest");
    const auto read = parse_model(serialize(*served).value());
    ASSERT_TRUE(read.ok()) << read.error().message;
    ClassifyScratch scratch, other;
    for (std::size_t i = 0; i < d.size(); i += 7) {
      EXPECT_EQ((*read)->classify(d.window(i).data(), scratch).confidence,
                served->classify(d.window(i).data(), other).confidence);
    }
  }
}

TEST(Peers, LearnWhatOursLearnWhereTheyAreBuiltIn) {
  const Dataset d = people(6);
  std::size_t absent = 0;
  for (const char* name : {"xgboost", "libsvm"}) {
    const auto kind = classifier_named(name);
    if (!kind) {
      EXPECT_NE(kind.error().message.find("GAUNTLET_WITH"), std::string::npos);
      ++absent;
      continue;
    }
    ClassifierOptions o;
    o.kind = *kind;
    const auto folds = make_folds(d, Split::leave_one_group_out);
    const auto make = [&o] { return make_classifier(o); };
    const HeldOut one = cross_validate(d, folds, make), two = cross_validate(d, folds, make);
    EXPECT_GT(one.evaluation.accuracy, 0.9) << name;
    EXPECT_EQ(one.probabilities, two.probabilities) << name;
  }
  if (absent == 2) GTEST_SKIP() << "skipped: neither is built in";
}

TEST(BoostedTrees, FitWhatNoSingleSplitCan) {
  std::vector<float> values;
  std::vector<std::uint32_t> labels;
  sim::RandomStream r(1, "xor");
  for (int i = 0; i < 400; ++i) {
    const auto x = static_cast<float>(r.uniform(-1, 1)), y = static_cast<float>(r.uniform(-1, 1));
    values.insert(values.end(), {x, y, x, y});
    labels.push_back((x > 0) != (y > 0) ? 1 : 0);
  }
  const BoostedTrees trees({values, 4, labels, 2}, {.rounds = 60});
  int right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    float score[2];
    trees.scores(std::span(values).subspan(4 * i, 4), score);
    right += (score[1] > score[0]) == (labels[i] == 1) ? 1 : 0;
  }
  EXPECT_GT(right, 380);
}

TEST(Staged, AsksWhichExerciseOnlyWhereThereIsOne) {
  const Dataset d = people();
  ClassifierOptions o;
  o.kind = ClassifierKind::forest;
  o.trees = 30;
  StagedClassifier staged([&o] { return make_classifier(o); });
  staged.fit(d, all_rows(d));
  std::vector<float> p(3);
  int right = 0;
  for (std::size_t i = 0; i < d.size(); ++i) {
    staged.probabilities(d.window(i), p);
    EXPECT_NEAR(p[0] + p[1] + p[2], 1, 1e-5);
    right += likeliest(p, 3)[0] == d.label[i] ? 1 : 0;
  }
  EXPECT_GT(right, static_cast<int>(0.95 * static_cast<double>(d.size())));
  EXPECT_NEAR(staged.reached_second(), 2.0 / 3, 0.05);
  o.stages = 2;
  EXPECT_GT(held_out(d, o).evaluation.accuracy, 0.9);
}

TEST(HarLstm, WithoutBiasesHasThePublishedNumberOfWeights) {
  EXPECT_EQ(count_weights(make_lstm(200, 3, 7, false, 0, 1)), 66'176u);
}

TEST(ServingDefects, ScrambledAxesAndAnotherRateCostWhatNoTrainingTestSees) {
  const Dataset d = people();
  ClassifierOptions o;
  o.kind = ClassifierKind::forest;
  o.trees = 40;
  const auto accuracy = [&](const ServingDefects& defects) {
    return cross_validate(d, make_folds(d, Split::leave_one_group_out),
                          [&] { return serve_defective(make_classifier(o), defects); })
        .evaluation.accuracy;
  };
  EXPECT_GT(accuracy({}), 0.95);
  EXPECT_LT(accuracy({.scrambled_axes = true}), 0.8);
  // What moved at 2.5 Hz moves at 0.5 Hz when served five times as fast: a shake is taken for a
  // lift.
  EXPECT_LT(accuracy({.serve_rate_hz = 250}), 0.9);
  EXPECT_EQ(accuracy({.serve_rate_hz = 50}), accuracy({}));
}

TEST(Serving, NullIsTheFirstClassWhateverTheDataCallsIt) {
  Dataset d = people(3);
  ClassifierOptions o;
  o.kind = ClassifierKind::knn;
  auto knn = make_classifier(o);
  knn->fit(d, all_rows(d));
  const auto serving = serve(std::move(knn), d, "no exercise");
  EXPECT_EQ(serving->classes(), (std::vector<std::string>{"", "lift", "shake"}));
  ClassifyScratch scratch;
  for (std::size_t i = 0; i < d.size(); ++i) {
    EXPECT_EQ(serving->classify(d.window(i).data(), scratch).index, d.label[i]);
  }
}

TEST(Habits, TheLongestSuffixThatWasSeenBeforeDecides) {
  HabitChain chain(4);
  // After 1 usually comes 2; but after 0, 1 it was always 3.
  for (const auto& session : std::vector<std::vector<std::uint32_t>>{
           {1, 2}, {1, 2}, {2, 1, 2}, {1, 2}, {1, 2}, {0, 1, 3}, {0, 1, 3}}) {
    chain.learn(session);
  }
  std::vector<float> p(4);
  const std::uint32_t history[] = {0, 1};
  chain.next(std::span(history).subspan(1), p);
  // P(2 | 1) = 5/7, P(3 | 1) = 2/7, and the empty suffix's shares, whichever is larger.
  EXPECT_GT(p[2], p[3]);
  chain.next(history, p);
  EXPECT_GT(p[3], p[2]);
  EXPECT_NEAR(std::accumulate(p.begin(), p.end(), 0.0), 1, 1e-5);
  // Score of 3: 1 x 2; of 2: 5/7 x 1; of 1: 7/17 x 1; of 0: 2/17 x 1.
  EXPECT_NEAR(p[3], 0.98 * 2 / (2 + 5.0 / 7 + 7.0 / 17 + 2.0 / 17) + 0.005, 1e-5);
  HabitChain nothing(2);
  nothing.next({}, std::span(p).first(2));
  EXPECT_EQ(p[0], 0.5F);
}

TEST(Habits, SuffixesEndAtSixteen) {
  HabitChain chain(2);
  std::vector<std::uint32_t> once(40, 0);
  once.push_back(1);
  chain.learn(once);
  std::vector<float> p(2);
  chain.next(std::span(once).first(40), p);
  // Sixteen zeros were followed by a zero 24 times, by the one once: 24/25 against 1/25 of 16.
  EXPECT_NEAR(p[1], 0.98 / 25 + 0.01, 1e-4);
}

TEST(Pool, KeepsTheTenBestOfThoseItJudgedAgain) {
  ModelPool pool(7);
  ClassifierOptions o;
  for (int i = 0; i < 14; ++i) {
    const double s = 0.1 + 0.05 * i;
    EXPECT_EQ(pool.add(o, {s, s, s, s}), static_cast<std::uint64_t>(i + 1));
  }
  std::vector<std::uint64_t> judged;
  pool.evaluate_again(3, [&judged](const ModelPool::Entry& e) {
    judged.push_back(e.id);
    return PoolScore{};  // the newest were worth nothing after all
  });
  EXPECT_EQ(judged, (std::vector<std::uint64_t>{12, 13, 14}));
  const auto best = pool.best();
  ASSERT_EQ(best.size(), 10u);
  EXPECT_EQ(best.front().id, 11u);
  EXPECT_EQ(best.back().id, 2u);
}

TEST(Pool, TheNextModelIsOneOfTheBestWithSomethingChanged) {
  ClassifierOptions base;
  base.kind = ClassifierKind::svm;
  ModelPool pool(3), same(3);
  EXPECT_EQ(pool.next(base).kind, ClassifierKind::svm);
  pool.add(base, {});
  same.add(base, {});
  int other_epochs = 0, other_rate = 0;
  for (int i = 0; i < 60; ++i) {
    const ClassifierOptions o = pool.next({});
    EXPECT_EQ(o.kind, ClassifierKind::svm);
    EXPECT_NE(o.seed, base.seed);
    EXPECT_EQ(o.seed, same.next({}).seed);
    other_epochs += o.epochs != base.epochs ? 1 : 0;
    other_rate += o.learning_rate != base.learning_rate ? 1 : 0;
  }
  EXPECT_GT(other_epochs, 2);
  EXPECT_GT(other_rate, 2);
}

TEST(Pool, ScoresAreMacroPrecisionAndRecall) {
  const std::uint32_t truth[] = {0, 0, 0, 1}, answers[] = {0, 0, 1, 1};
  const PoolScore s = pool_score(evaluate(truth, answers, 2, {}));
  EXPECT_DOUBLE_EQ(s.accuracy, 0.75);
  EXPECT_DOUBLE_EQ(s.precision, (1 + 0.5) / 2);
  EXPECT_DOUBLE_EQ(s.recall, (2.0 / 3 + 1) / 2);
}

TEST(Subsets, FourSensorsNeedFifteenModelsAndEachSeesItsOwn) {
  const Dataset one = people(3);
  Dataset d;
  d.length = 100;
  d.channels = 12;
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::vector<float> wide;
    for (std::size_t t = 0; t < 100; ++t) {
      // Only the third sensor moves.
      for (std::size_t c = 0; c < 12; ++c)
        wide.push_back(c / 3 == 2 ? one.window(i)[3 * t + c % 3] : 9.8F);
    }
    d.add(wide, one.classes[one.label[i]], one.groups[one.group[i]], one.recording[i]);
  }
  EXPECT_EQ(only_sensors(d, 0b0100).values, one.values);
  ClassifierOptions o;
  o.kind = ClassifierKind::forest;
  o.trees = 10;
  SubsetServing::Models models;
  for (std::uint32_t worn = 1; worn <= 15; ++worn) {
    const Dataset of = only_sensors(d, worn);
    auto classifier = make_classifier(o);
    classifier->fit(of, all_rows(of));
    models.push_back(serve(std::move(classifier), of, "rest"));
  }
  const SubsetServing built(models);
  const auto bytes = serialize(built);
  ASSERT_TRUE(bytes.ok());
  const auto read = parse_model(*bytes);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ((*read)->sensors(), 4u);
  EXPECT_EQ((*read)->channels(), 12u);
  for (std::uint32_t worn = 1; worn <= 15; ++worn) {
    const Dataset of = only_sensors(d, worn);
    std::size_t right = 0;
    ClassifyScratch scratch, other;
    for (std::size_t i = 0; i < of.size(); ++i) {
      const Prediction p = (*read)->of_worn(worn).classify(of.window(i).data(), scratch);
      EXPECT_EQ(p.index, built.of_worn(worn).classify(of.window(i).data(), other).index);
      right += (*read)->classes()[p.index] == of.classes[of.label[i]] ? 1 : 0;
    }
    const double share = static_cast<double>(right) / static_cast<double>(d.size());
    if ((worn & 0b0100) != 0) {
      EXPECT_GT(share, 0.95) << worn;
    } else {
      EXPECT_LT(share, 0.5) << worn << ": a sensor at rest knows nothing";
    }
  }
  for (std::size_t cut = 0; cut < bytes->size(); cut += 997) {
    EXPECT_FALSE(parse_model(std::span(*bytes).first(cut)).ok());
  }
  models.pop_back();
  EXPECT_EQ(SubsetServing::check(models).error().code, "bad_subsets");
  models.push_back(models.front());
  EXPECT_EQ(SubsetServing::check(models).error().code, "bad_subsets");
}

DeviceSelection published() {
  // The costs of seven models on a machine of speed 1, and what their votes are worth.
  return {published_machines(),
          {{"knn", 20, 0.5},
           {"ridge", 4, 0.5},
           {"forest", 30, 0.7},
           {"svm", 5, 0.6},
           {"rbf", 25, 0.6},
           {"mlp", 12, 0.6},
           {"boosted", 40, 0.7}}};
}

TEST(DeviceSelection, BestEffortRunsAllSevenWhereTheyAreDoneFirst) {
  const auto s = published().select(1e9);
  ASSERT_TRUE(s.has_value());
  EXPECT_EQ(s->models.size(), 7u);
  // 136 ms of models: 3 + 544, 14 + 136, 128 + 17, 64 + 34, 84 + 17.
  EXPECT_EQ(published().machines()[s->machine].rtt_ms, 64);
  EXPECT_DOUBLE_EQ(s->latency_ms, 64 + 34);
}

TEST(DeviceSelection, AdmitsOnlyWhatKeepsTheThreshold) {
  const DeviceSelection d = published();
  double worth = 0;
  for (const double threshold : {20.0, 30.0, 50.0, 80.0, 100.0}) {
    const auto s = d.select(threshold);
    ASSERT_TRUE(s.has_value()) << threshold;
    EXPECT_LE(s->latency_ms, threshold);
    EXPECT_GE(s->worth, worth) << "a laxer threshold is never worth less";
    worth = s->worth;
  }
  EXPECT_EQ(d.select(20)->machine, 1u) << "14 ms away, 4 of ridge: the only one with a chance";
  EXPECT_FALSE(d.select(10).has_value()) << "3 ms away, but 16 for the fastest model";
}

TEST(DeviceSelection, FollowsWhatItObserves) {
  DeviceSelection d = published();
  EXPECT_EQ(d.machines()[d.select(1e9)->machine].name, "near cloud");
  for (int i = 0; i < 40; ++i) d.observe_rtt(3, 300);
  EXPECT_EQ(d.machines()[d.select(1e9)->machine].name, "cloud");
}

TEST(TwoStages, ThePublishedMeansSayThatHalfTheWindowsReachTheSecond) {
  // 65 = s + q 105 with a first stage between 10 and 15 ms.
  EXPECT_NEAR(share_reaching_second(65, 12.5, 105), 0.5, 1e-12);
  EXPECT_NEAR(two_stage_latency_ms(12.5, 105, 0.5), 65, 1e-12);
}

// Answers the same class to everything.
class Stubborn final : public WindowClassifier {
 public:
  explicit Stubborn(std::size_t answer) : answer_(answer) {}
  void fit(const Dataset&, std::span<const std::uint32_t>) override {}
  void probabilities(std::span<const float>, std::span<float> out) override {
    std::fill(out.begin(), out.end(), 0.0F);
    out[answer_] = 1;
  }
  std::unique_ptr<WindowClassifier> clone() const override {
    return std::make_unique<Stubborn>(*this);
  }
  bool write(ByteWriter&) const override { return false; }

 private:
  std::size_t answer_;
};

TEST(Feedback, FollowsADriftAndTrainsOnlyWhenAskedAgain) {
  const Dataset d = people(2);
  FeedbackOptions o;
  o.retrain_after = 30;
  FeedbackEnsemble e(
      {[] { return std::make_unique<Stubborn>(1); }, [] { return std::make_unique<Stubborn>(2); }},
      o);
  e.fit(d, all_rows(d));
  EXPECT_EQ(e.trainings(), 0u) << "nobody has asked yet";
  std::vector<float> p(3);
  e.probabilities(d.window(0), p);
  EXPECT_EQ(e.trainings(), 1u);
  EXPECT_FLOAT_EQ(p[1], 0.5F);
  for (int i = 0; i < 20; ++i) e.correct(d.window(0), 1);
  e.probabilities(d.window(0), p);
  EXPECT_GT(p[1], 0.9F);
  EXPECT_EQ(e.trainings(), 1u);
  // The world changes. The loser kept at least its part of what is dealt out anew.
  int until = 0;
  for (; until < 20 && e.weights()[1] < 0.5; ++until) e.correct(d.window(0), 2);
  EXPECT_LE(until, 8);
  for (int i = 0; i < 10; ++i) e.correct(d.window(0), 2);
  EXPECT_EQ(e.trainings(), 1u);
  e.probabilities(d.window(0), p);
  EXPECT_EQ(e.trainings(), 2u);
  EXPECT_GT(p[2], 0.9F);
}

TEST(Feedback, LearnsWhatItIsTold) {
  Dataset d = people(2);
  FeedbackOptions o;
  o.retrain_after = 8;
  o.corrections_max = 16;
  ClassifierOptions knn;
  knn.kind = ClassifierKind::knn;
  knn.neighbours = 1;
  FeedbackEnsemble e({[&knn] { return make_classifier(knn); }}, o);
  std::vector<std::uint32_t> rows;
  for (const std::uint32_t i : all_rows(d)) {
    if (d.label[i] != 2) rows.push_back(i);
  }
  e.fit(d, rows);
  std::vector<float> p(3);
  const auto shake = synthetic_window(2, 0, 3);
  e.probabilities(shake, p);
  EXPECT_LT(p[2], 0.5F);
  for (std::uint64_t n = 10; n < 50; ++n) e.correct(synthetic_window(2, 0, n), 2);
  e.probabilities(shake, p);
  EXPECT_GT(p[2], 0.5F);
}

}  // namespace
}  // namespace gauntlet::learn
