#include "core/learn/trainer.h"

#include <gtest/gtest.h>

#include "core/learn/model_file.h"
#include "core/learn/ridge.h"
#include "tests/learn/synthetic.h"

namespace gauntlet::learn {
namespace {

TrainerOptions small() {
  TrainerOptions o;
  o.features = 336;
  return o;
}

TEST(Trainer, GeneralisesToPeopleItHasNotSeen) {
  for (const bool two_stage : {false, true}) {
    TrainerOptions o = small();
    o.two_stage = two_stage;
    const Result<Training> t = synthetic_trainer(o).train();
    ASSERT_TRUE(t.ok());
    EXPECT_GT(t->held_out.accuracy, 0.97);
    EXPECT_EQ(t->held_out.windows, 216u);
    EXPECT_EQ(t->held_out.split, "5 folds of people");
    ClassifyScratch scratch;
    int right = 0;
    for (std::uint64_t person = 100; person < 120; ++person) {
      for (std::size_t kind = 0; kind < 3; ++kind) {
        const Prediction p = t->model.classify(synthetic_window(kind, person, 1).data(), scratch);
        right += p.index == kind ? 1 : 0;
        EXPECT_GT(p.confidence, 1.0f / 3);
        EXPECT_LE(p.confidence, 1.0f);
        float sum = 0;
        for (const float q : scratch.probabilities) sum += q;
        EXPECT_NEAR(sum, 1, 1e-5);
      }
    }
    EXPECT_GE(right, 58) << two_stage;
  }
}

TEST(Trainer, TheSameBytesWhateverTheThreads) {
  TrainerOptions one = small();
  TrainerOptions three = small();
  three.threads = 3;
  const auto a = serialize(synthetic_trainer(one).train()->model);
  const auto b = serialize(synthetic_trainer(three).train()->model);
  EXPECT_EQ(a, b);
  one.seed = 2;
  EXPECT_NE(a, serialize(synthetic_trainer(one).train()->model));
}

TEST(Trainer, SaysWhatIsMissing) {
  Trainer only_lift(small(), 50, 100, 3);
  only_lift.add(synthetic_window(1, 1, 1), "lift", 1);
  EXPECT_EQ(only_lift.train().error().code, "bad_classes");
  Trainer nothing(small(), 50, 100, 3);
  EXPECT_EQ(nothing.train().error().code, "bad_classes");
}

TEST(Trainer, OnePersonCannotBeHeldOut) {
  const Result<Training> t = synthetic_trainer(small(), 1).train();
  ASSERT_TRUE(t.ok());
  EXPECT_EQ(t->held_out.windows, 0u);
}

TEST(Evaluation, AgreesWithFiguresByHand) {
  // Class 0: 2 of 3 right; class 1: 1 of 1; class 2 neither occurs nor is called.
  const std::vector<std::uint32_t> truth{0, 0, 0, 1}, answers{0, 0, 1, 1}, groups{1, 1, 2, 2};
  const Evaluation e = evaluate(truth, answers, 3, groups);
  EXPECT_DOUBLE_EQ(e.accuracy, 0.75);
  EXPECT_DOUBLE_EQ(e.macro_f1, (0.8 + 2.0 / 3) / 2);
  EXPECT_DOUBLE_EQ(e.macro_f1_no_null, 2.0 / 3);
  EXPECT_DOUBLE_EQ(e.worst_group_accuracy, 0.5);
}

}  // namespace
}  // namespace gauntlet::learn
