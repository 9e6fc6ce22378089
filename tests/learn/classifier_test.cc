#include "core/learn/classifier.h"

#include <gtest/gtest.h>

#include <set>

#include "core/learn/classic.h"
#include "core/learn/cross_validation.h"
#include "core/learn/plain_features.h"
#include "core/learn/upright.h"
#include "tests/learn/synthetic.h"

namespace gauntlet::learn {
namespace {

Dataset people(std::uint32_t count) {
  Dataset d;
  d.length = 100;
  d.channels = 3;
  for (std::uint32_t person = 0; person < count; ++person) {
    for (std::size_t kind = 0; kind < 3; ++kind) {
      for (std::uint64_t n = 0; n < 6; ++n) {
        d.add(synthetic_window(kind, person, n), "kind " + std::to_string(kind),
              "person " + std::to_string(person), person);
      }
    }
  }
  return d;
}

ClassifierOptions small(ClassifierKind kind) {
  ClassifierOptions o;
  o.kind = kind;
  o.features = 168;
  o.trees = 30;
  o.epochs = kind == ClassifierKind::lstm ? 4 : 8;
  o.batch = 8;
  o.learning_rate = 3e-3;
  return o;
}

class EachKind : public testing::TestWithParam<std::string_view> {};

TEST_P(EachKind, LearnsPeopleItHasNotSeenAndDoesSoTheSameWhateverTheThreads) {
  const Dataset d = people(5);
  const Folds folds = make_folds(d, Split::leave_one_group_out);
  std::vector<HeldOut> made;
  for (const unsigned threads : {1u, 2u}) {
    ClassifierOptions o = small(classifier_named(GetParam()).value());
    o.threads = threads;
    made.push_back(cross_validate(d, folds, [&o] { return make_classifier(o); }, threads));
  }
  EXPECT_EQ(made[0].probabilities, made[1].probabilities);
  EXPECT_GE(made[0].evaluation.accuracy, 0.9);
  EXPECT_EQ(made[0].evaluation.split, "leave-one-group-out");
  for (std::size_t i = 0; i < d.size(); ++i) {
    float sum = 0;
    for (std::size_t c = 0; c < 3; ++c) sum += made[0].probabilities[3 * i + c];
    EXPECT_NEAR(sum, 1, 1e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EachKind,
                         testing::Values("minirocket", "cnn", "lstm", "mlp", "knn", "svm", "forest",
                                         "ensemble"));

TEST(Classifier, UnknownNamesAreRefusedWithTheKnownOnes) {
  const auto r = classifier_named("oracle");
  ASSERT_FALSE(r.ok());
  EXPECT_NE(r.error().message.find("minirocket, cnn"), std::string::npos);
  EXPECT_FALSE(split_named("lucky").ok());
}

TEST(Folds, ByGroupNeverPutAPersonOnBothSides) {
  const Dataset d = people(4);
  const Folds folds = make_folds(d, Split::leave_one_group_out);
  EXPECT_EQ(folds.count, 4u);
  for (std::size_t i = 0; i < d.size(); ++i) EXPECT_EQ(folds.fold[i], d.group[i]);
  const Folds random = make_folds(d, Split::random, 3, 7);
  EXPECT_EQ(random.fold, make_folds(d, Split::random, 3, 7).fold);
  std::vector<std::set<std::uint32_t>> seen(4);
  std::vector<int> sizes(3);
  for (std::size_t i = 0; i < d.size(); ++i) {
    seen[d.group[i]].insert(random.fold[i]);
    ++sizes[random.fold[i]];
  }
  for (const auto& s : seen) EXPECT_EQ(s.size(), 3u) << "leakage is the point of this split";
  EXPECT_EQ(sizes, (std::vector<int>{24, 24, 24}));
}

// A classifier that remembers: with its own windows held out it must know nothing of them.
TEST(CrossValidation, NeverAsksAboutWhatItTrainedOn) {
  class Memory final : public WindowClassifier {
   public:
    void fit(const Dataset& data, std::span<const std::uint32_t> rows) override {
      for (const std::uint32_t i : rows) known_.insert(data.window(i)[0]);
    }
    void probabilities(std::span<const float> window, std::span<float> out) override {
      EXPECT_FALSE(known_.contains(window[0]));
      out[0] = 1;
    }
    std::unique_ptr<WindowClassifier> clone() const override {
      return std::make_unique<Memory>(*this);
    }
    bool write(ByteWriter&) const override { return false; }

   private:
    std::set<float> known_;
  };
  const Dataset d = people(4);
  for (const Split split : {Split::leave_one_group_out, Split::random}) {
    cross_validate(d, make_folds(d, split), [] { return std::make_unique<Memory>(); });
  }
}

// Two classes that always last ten windows; single windows are told wrongly three times in ten.
TEST(ClassOrder, CorrectsWindowsThatTheirNeighboursContradict) {
  Dataset d;
  d.length = 1;
  d.channels = 3;
  const std::vector<float> w(3);
  HeldOut told;
  for (std::uint32_t recording = 0; recording < 12; ++recording) {
    for (int i = 0; i < 40; ++i) {
      const bool second = i / 10 % 2 == 1;
      d.add(w, second ? "b" : "a", "group " + std::to_string(recording % 3), recording);
      const bool wrong = (i * 7 + static_cast<int>(recording)) % 10 < 3;
      const float p = second != wrong ? 0.3F : 0.7F;
      told.probabilities.insert(told.probabilities.end(), {p, 1 - p});
    }
  }
  const Folds folds = make_folds(d, Split::leave_one_group_out);
  const HeldOut ordered = with_class_order(d, folds, told);
  EXPECT_GT(ordered.evaluation.accuracy, 0.75) << "0.7 without";
}

// Three points on a line, two classes: by hand.
TEST(NearestNeighbours, VoteByOneOverTheirDistance) {
  const std::vector<float> x{0, 1, 4};
  const std::vector<std::uint32_t> y{0, 1, 1};
  const NearestNeighbours n({x, 1, y, 2}, 2);
  std::vector<float> p(2);
  const std::vector<float> at{0.25F};
  n.probabilities(at, p);
  EXPECT_NEAR(p[0], (1 / 0.25) / (1 / 0.25 + 1 / 0.75), 1e-4);
}

// Separable by x0 = 0 with the nearest points at +-1: the widest margin is x0 itself.
TEST(LinearSvm, FindsTheWidestMargin) {
  const std::vector<std::uint32_t> y{1, 1, 1, 0, 0};
  const std::vector<float> rows{1, 3, 2, -1, 1, 0, -1, 2, -2, -3};
  const LinearSvm svm({rows, 2, y, 2}, 1e-4, 0, 1);
  std::vector<float> s(2);
  for (const auto& [a, b, margin] :
       {std::tuple{1.F, 0.F, 1.F}, {-1.F, 0.F, -1.F}, {2.F, 0.F, 2.F}}) {
    const std::vector<float> at{a, b};
    svm.scores(at, s);
    EXPECT_NEAR(s[1], margin, 0.1);
    EXPECT_NEAR(s[0], -margin, 0.1);
  }
}

TEST(RandomForest, LearnsWhatNoSingleLineCan) {
  std::vector<float> x;
  std::vector<std::uint32_t> y;
  for (int i = 0; i < 400; ++i) {
    const float a = static_cast<float>(i % 20) - 9.5F, b = static_cast<float>(i / 20) - 9.5F;
    x.insert(x.end(), {a, b});
    y.push_back(a * b > 0 ? 1 : 0);
  }
  const RandomForest forest({x, 2, y, 2}, 50, 2, 1, 2);
  int right = 0;
  std::vector<float> p(2);
  for (std::size_t i = 0; i < 400; ++i) {
    forest.probabilities(std::span(x).subspan(2 * i, 2), p);
    right += (p[1] > 0.5F) == (y[i] == 1) ? 1 : 0;
  }
  EXPECT_GE(right, 390);
}

std::vector<float> turned(const std::vector<float>& window) {
  // A turn about z by 90 degrees, then about x by 90 degrees: (x, y, z) to (-y, -z, x).
  std::vector<float> out;
  for (std::size_t i = 0; i < window.size(); i += 3) {
    out.insert(out.end(), {-window[i + 1], -window[i + 2], window[i]});
  }
  return out;
}

TEST(Upright, IsTheSameHoweverTheDeviceLies) {
  const auto window = synthetic_window(1, 3, 5);
  std::vector<float> a(200), b(200);
  upright(window, 3, a);
  upright(turned(window), 3, b);
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_NEAR(a[i], b[i], 2e-3) << i;
    largest = std::max(largest, std::abs(a[i]));
  }
  EXPECT_GT(largest, 5);
}

TEST(PlainFeatures, OfAConstantAreItsMeanAndNothingElse) {
  std::vector<float> window;
  for (int i = 0; i < 100; ++i) window.insert(window.end(), {0, 3, 4});
  std::vector<float> f(plain_feature_count(3));
  plain_features(window, 3, 50, f);
  EXPECT_EQ(f[0], 0);
  EXPECT_EQ(f[6], 3);
  EXPECT_EQ(f[12], 4);
  EXPECT_NEAR(f[18], 5, 1e-6);  // the length
  EXPECT_EQ(f[19], 0);
  for (std::size_t i = f.size() - 3; i < f.size(); ++i) EXPECT_NEAR(f[i], 1, 1e-6) << "no turn";
}

}  // namespace
}  // namespace gauntlet::learn
