#include "core/authz/frame_tag.h"

#include <gtest/gtest.h>

#include "core/authz/crypto.h"

namespace gauntlet {
namespace {

using Bytes = std::vector<std::byte>;
const std::string kKey(32, 'k');
const Bytes kFrame(20, std::byte{0xad});

Bytes tagged(FrameTagger& tagger) {
  Bytes out;
  tagger.tag(kFrame, out);
  return out;
}

std::string verdict(FrameTagChecker& checker, const Bytes& bytes) {
  const auto r = checker.check(bytes);
  return r.ok() ? "" : r.error().code;
}

TEST(FrameTag, IsTheFirst48BitsOfTheHmacOfCounterAndFrame) {
  FrameTagger tagger(kKey, 0x010203);
  const Bytes out = tagged(tagger);
  ASSERT_EQ(out.size(), 28u);
  EXPECT_EQ(out[20], std::byte{0x03});
  EXPECT_EQ(out[21], std::byte{0x02});
  const std::string text = std::string("\x03\x02\x01\0\0\0\0\0", 8) + std::string(20, '\xad');
  const std::string mac = crypto::hmac_sha256(kKey, text);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(static_cast<char>(out[22 + i]), mac[i]);
}

TEST(FrameTag, AcceptsEachFrameOnceInAnyOrderOfTheWindow) {
  FrameTagger tagger(kKey);
  FrameTagChecker checker(kKey);
  std::vector<Bytes> sent;
  for (int i = 0; i < 100; ++i) sent.push_back(tagged(tagger));
  for (std::size_t i = 10; i-- > 0;) EXPECT_EQ(verdict(checker, sent[i]), "") << i;
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(verdict(checker, sent[i]), "tag_replayed") << i;
  EXPECT_EQ(verdict(checker, sent[99]), "");
  EXPECT_EQ(verdict(checker, sent[36]), "") << "63 behind";
  EXPECT_EQ(verdict(checker, sent[35]), "tag_replayed") << "64 behind";
}

TEST(FrameTag, SurvivesTheLossOf32767FramesAndTheCountersRollOver) {
  FrameTagger tagger(kKey);
  FrameTagChecker checker(kKey);
  Bytes first = tagged(tagger);
  EXPECT_EQ(verdict(checker, first), "");
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 32767; ++i) tagged(tagger);
    EXPECT_EQ(verdict(checker, tagged(tagger)), "") << round;
  }
  EXPECT_NE(verdict(checker, first), "");
}

TEST(FrameTag, RefusesEveryChangedByteAndEveryOtherKey) {
  FrameTagger tagger(kKey);
  const Bytes good = tagged(tagger);
  for (std::size_t i = 0; i < good.size(); ++i) {
    FrameTagChecker checker(kKey);
    Bytes bad = good;
    bad[i] ^= std::byte{1};
    EXPECT_NE(verdict(checker, bad), "") << i;
  }
  FrameTagChecker other(std::string(32, 'o'));
  EXPECT_EQ(verdict(other, good), "tag_wrong");
  for (std::size_t n = 0; n < good.size(); ++n) {
    FrameTagChecker checker(kKey);
    EXPECT_EQ(verdict(checker, Bytes(good.begin(), good.begin() + static_cast<long>(n))),
              n < kFrameTagBytes ? "tag_missing" : "tag_wrong");
  }
}

}  // namespace
}  // namespace gauntlet
