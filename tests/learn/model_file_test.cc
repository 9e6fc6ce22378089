#include "core/learn/model_file.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "core/learn/draws.h"
#include "tests/learn/synthetic.h"

namespace gauntlet::learn {
namespace {

const Model& model() {
  static const Model m = [] {
    TrainerOptions o;
    o.features = 168;
    o.two_stage = true;
    return synthetic_trainer(o, 3).train({{"people", "3"}, {"source", "synthetic"}})->model;
  }();
  return m;
}

void seal(std::vector<std::byte>& bytes) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (std::size_t i = 0; i + 8 < bytes.size(); ++i) {
    h = (h ^ static_cast<std::uint64_t>(bytes[i])) * 0x100000001b3ULL;
  }
  std::memcpy(bytes.data() + bytes.size() - 8, &h, 8);
}

TEST(ModelFile, ARoundTripKeepsEveryBitAndEveryAnswer) {
  const std::vector<std::byte> bytes = serialize(model());
  const auto again = parse_model(bytes);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(serialize(dynamic_cast<const Model&>(**again)), bytes);
  EXPECT_EQ((*again)->provenance().at("source"), "synthetic");
  ClassifyScratch a, b;
  for (std::uint64_t n = 0; n < 20; ++n) {
    const std::vector<float> w = synthetic_window(n % 3, 50, n);
    model().classify(w.data(), a);
    (*again)->classify(w.data(), b);
    EXPECT_EQ(a.probabilities, b.probabilities);
  }
}

TEST(ModelFile, EveryTruncationIsRefused) {
  const std::vector<std::byte> bytes = serialize(model());
  for (std::size_t n = 0; n < bytes.size(); n += n < 400 ? 1 : 97) {
    EXPECT_FALSE(parse_model(std::span(bytes).first(n)).ok()) << n;
  }
}

TEST(ModelFile, ReasonsAreNamed) {
  const std::vector<std::byte> good = serialize(model());
  std::vector<std::byte> bytes = good;
  bytes[0] = std::byte{'X'};
  EXPECT_EQ(parse_model(bytes).error().code, "bad_magic");
  bytes = good;
  bytes[8] = std::byte{9};
  EXPECT_EQ(parse_model(bytes).error().code, "bad_version");
  bytes = good;
  bytes[100] ^= std::byte{1};
  EXPECT_EQ(parse_model(bytes).error().code, "bad_checksum");
  bytes = good;
  bytes.insert(bytes.end() - 8, std::byte{0});
  seal(bytes);
  EXPECT_EQ(parse_model(bytes).error().code, "trailing");
  bytes = good;
  bytes[20] = std::byte{4};  // window length 4
  seal(bytes);
  EXPECT_EQ(parse_model(bytes).error().code, "bad_model");
  EXPECT_EQ(load_model("/nonexistent/model").error().code, "unreadable");
}

// With the checksum made right again a damaged file reaches every check behind it.
void damage(const std::vector<std::byte>& good, int rounds, std::uint64_t seed) {
  Draws draws(seed);
  for (int i = 0; i < rounds; ++i) {
    std::vector<std::byte> bytes = good;
    const std::size_t reach =
        i % 2 ? std::min<std::size_t>(1200, bytes.size() - 8) : bytes.size() - 8;
    for (std::size_t n = 1 + draws.below(3); n > 0; --n) {
      bytes[12 + draws.below(reach - 12)] = static_cast<std::byte>(draws.bits());
    }
    if (i % 5 == 0) bytes.resize(20 + draws.below(bytes.size() - 20));
    seal(bytes);
    const auto m = parse_model(bytes);
    if (!m.ok()) continue;
    ClassifyScratch scratch;
    const std::vector<float> w((*m)->length() * (*m)->channels(), 1.0f);
    static_cast<void>((*m)->classify(w.data(), scratch));
  }
}

TEST(ModelFile, SealedMutationsNeverReadPastTheEndAndNeverMakeAModelThatDoes) {
  damage(serialize(model()), 3000, 11);
}

TEST(ModelFile, SavingLeavesAWholeFileOrNone) {
  const auto path =
      std::filesystem::temp_directory_path() /
      ("gauntlet-model-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
       std::to_string(reinterpret_cast<std::uintptr_t>(&model())));
  ASSERT_TRUE(save_model(serialize(model()), path.string()).ok());
  EXPECT_EQ(*read_model_bytes(path.string()), serialize(model()));
  EXPECT_TRUE(load_model(path.string()).ok());
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".partial"));
  std::filesystem::remove(path);
  EXPECT_FALSE(save_model(serialize(model()), "/nonexistent/model").ok());
}

// A small data set of three classes, one of them no exercise.
Dataset small_data() {
  Dataset d;
  d.rate_hz = 50;
  d.length = 100;
  d.channels = 3;
  for (std::uint64_t i = 0; i < 60; ++i) {
    d.add(synthetic_window(i % 3, i / 12, i),
          i % 3 == 0 ? "no exercise" : "e" + std::to_string(i % 3),
          "person " + std::to_string(i / 12), static_cast<std::uint32_t>(i / 12));
  }
  return d;
}

struct Kind {
  const char* name;
  std::int64_t stages;
};

class EveryClassifierInAModelFile : public ::testing::TestWithParam<Kind> {
 protected:
  std::unique_ptr<TrainedServing> trained() const {
    ClassifierOptions o;
    o.kind = classifier_named(GetParam().name).value();
    o.stages = GetParam().stages;
    o.features = 84;
    o.epochs = 1;
    o.trees = 5;
    o.rounds = 3;
    o.components = 16;
    o.members = {"ridge", "knn"};
    auto classifier = make_classifier(o);
    const Dataset d = small_data();
    std::vector<std::uint32_t> rows(d.size());
    std::iota(rows.begin(), rows.end(), 0U);
    classifier->fit(d, rows);
    return serve(std::move(classifier), d, "no exercise", 1.5F, {{"split", "none"}});
  }
};

TEST_P(EveryClassifierInAModelFile, ComesBackWithEveryBitAndEveryAnswer) {
  const auto made = trained();
  const auto bytes = serialize(*made);
  ASSERT_TRUE(bytes.ok()) << bytes.error().message;
  const auto again = parse_model(*bytes);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(*serialize(dynamic_cast<const TrainedServing&>(**again)), *bytes);
  EXPECT_EQ((*again)->classes(), made->classes());
  EXPECT_EQ((*again)->classes().front(), "");
  ClassifyScratch a, b;
  for (std::uint64_t n = 0; n < 20; ++n) {
    const std::vector<float> w = synthetic_window(n % 3, 50, 1000 + n);
    made->classify(w.data(), a);
    (*again)->classify(w.data(), b);
    EXPECT_EQ(a.probabilities, b.probabilities);
    EXPECT_NEAR(std::accumulate(a.probabilities.begin(), a.probabilities.end(), 0.0), 1, 1e-5);
  }
}

TEST_P(EveryClassifierInAModelFile, ADamagedFileNeverMakesAModelThatReadsPastItsEnd) {
  const auto bytes = serialize(*trained());
  ASSERT_TRUE(bytes.ok());
  for (std::size_t n = 0; n < bytes->size(); n += n < 400 ? 7 : bytes->size() / 50 + 1) {
    EXPECT_FALSE(parse_model(std::span(*bytes).first(n)).ok()) << n;
  }
  damage(*bytes, bytes->size() > 100000 ? 60 : 300, 12);
}

INSTANTIATE_TEST_SUITE_P(, EveryClassifierInAModelFile,
                         ::testing::Values(Kind{"minirocket", 1}, Kind{"cnn", 1}, Kind{"lstm", 1},
                                           Kind{"mlp", 1}, Kind{"knn", 1}, Kind{"svm", 1},
                                           Kind{"rbf", 1}, Kind{"forest", 1}, Kind{"ridge", 1},
                                           Kind{"boosted", 1}, Kind{"ensemble", 1},
                                           Kind{"ridge", 2}, Kind{"ensemble", 2}),
                         [](const auto& kind) {
                           return std::string(kind.param.name) +
                                  (kind.param.stages == 2 ? "_in_two_stages" : "");
                         });

}  // namespace
}  // namespace gauntlet::learn
