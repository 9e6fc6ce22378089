#include "core/learn/model_file.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

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
  const Result<Model> again = parse_model(bytes);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(serialize(*again), bytes);
  EXPECT_EQ(again->parts().provenance.at("source"), "synthetic");
  ClassifyScratch a, b;
  for (std::uint64_t n = 0; n < 20; ++n) {
    const std::vector<float> w = synthetic_window(n % 3, 50, n);
    model().classify(w.data(), a);
    again->classify(w.data(), b);
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
  EXPECT_EQ(parse_model(bytes).error().code, "bad_features");
  EXPECT_EQ(load_model("/nonexistent/model").error().code, "unreadable");
}

// With the checksum made right again a damaged file reaches every check behind it.
TEST(ModelFile, SealedMutationsNeverReadPastTheEndAndNeverMakeAModelThatDoes) {
  const std::vector<std::byte> good = serialize(model());
  Draws draws(11);
  ClassifyScratch scratch;
  for (int i = 0; i < 3000; ++i) {
    std::vector<std::byte> bytes = good;
    const std::size_t reach = i % 2 ? 1200 : bytes.size() - 8;
    for (std::size_t n = 1 + draws.below(3); n > 0; --n) {
      bytes[12 + draws.below(reach - 12)] = static_cast<std::byte>(draws.bits());
    }
    if (i % 5 == 0) bytes.resize(20 + draws.below(bytes.size() - 20));
    seal(bytes);
    const Result<Model> m = parse_model(bytes);
    if (!m.ok()) continue;
    const std::vector<float> w(m->length() * m->channels(), 1.0f);
    static_cast<void>(m->classify(w.data(), scratch));
  }
}

TEST(ModelFile, SavingLeavesAWholeFileOrNone) {
  const auto path =
      std::filesystem::temp_directory_path() /
      ("gauntlet-model-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
       std::to_string(reinterpret_cast<std::uintptr_t>(&model())));
  ASSERT_TRUE(save_model(model(), path.string()).ok());
  EXPECT_EQ(serialize(*load_model(path.string())), serialize(model()));
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".partial"));
  std::filesystem::remove(path);
  EXPECT_FALSE(save_model(model(), "/nonexistent/model").ok());
}

}  // namespace
}  // namespace gauntlet::learn
