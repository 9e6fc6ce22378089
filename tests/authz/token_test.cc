#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/authz/bad_tokens.h"
#include "tests/authz/forge.h"
#include "tests/authz/weak_verifier.h"

namespace gauntlet {
namespace {

using namespace forge;
using std::chrono::seconds;

TEST(Token, ComesBackAsIssuedWithEitherAlgorithm) {
  for (const auto& key : {es256(), hs256()}) {
    const House house(key);
    const auto issued = house.issuer.issue("alice@example.org", "c7", "profile", kNow);
    EXPECT_EQ(issued.expires_in_s, 3600);
    const auto claims = house.profile.verify(issued.token, kNow);
    ASSERT_TRUE(claims.ok()) << claims.error().code;
    EXPECT_EQ(claims->cluster_id, "c7");
    EXPECT_EQ(claims->audience, "profile");
    EXPECT_EQ(claims->issued, kNow);
    EXPECT_EQ(claims->expires, kNow + seconds(3600));
    EXPECT_EQ(house.opener.open(*claims, kNow).value(), "alice@example.org");
  }
}

TEST(Token, CarriesNoUserIdOutsideTheSealedPart) {
  const House house;
  const std::string token = house.token("ingest", "canary-4711");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(base64url_decode(part(token, i))->find("canary"), std::string::npos);
  }
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(base64url_decode(part(inner_of(token), i))->find("canary"), std::string::npos);
  }
}

TEST(Token, TwoOfTheSamePersonShareNoBytesButTheirForm) {
  const House house;
  const std::string a = house.token();
  const std::string b = house.token();
  for (int i = 1; i < 5; ++i) EXPECT_NE(part(inner_of(a), i), part(inner_of(b), i));
  EXPECT_NE(house.ingest.verify(a, kNow)->token_id, house.ingest.verify(b, kNow)->token_id);
}

// Lengths leak too: two people's tokens of the same id length have the same size.
TEST(Token, SizeDependsOnLengthsOnly) {
  const House house;
  EXPECT_EQ(house.token("ingest", "alice").size(), house.token("ingest", "oscar").size());
  EXPECT_LE(house.token().size(), 1300u);
  EXPECT_LE(inner_of(house.token()).size(), 640u);
}

TEST(Token, HoldsForItsLifetimeGiveOrTakeTheLeeway) {
  const House house;
  const std::string token = house.token();
  EXPECT_EQ(house.refusal(token, kNow - seconds(11)), refusal::kNotYetValid);
  EXPECT_EQ(house.refusal(token, kNow - seconds(10)), "");
  EXPECT_EQ(house.refusal(token, kNow + seconds(3609)), "");
  EXPECT_EQ(house.refusal(token, kNow + seconds(3610)), refusal::kExpired);
}

// What is remembered is that a signature was good, and nothing else.
TEST(RememberedToken, StillExpiresAndStillNeedsItsKey) {
  const House house;
  const std::string token = house.token();
  KeyRing ring(house.key.algorithm());
  ASSERT_TRUE(ring.add(house.key.verify_key(), kNow).ok());
  TokenVerifier verifier({}, "ingest", ring);
  ASSERT_TRUE(verifier.verify(token, kNow).ok());
  const auto again = verifier.verify(token, kNow);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->cluster_id, house.ingest.verify(token, kNow)->cluster_id);
  EXPECT_EQ(verifier.verify(token, kNow + seconds(3610)).error().code, refusal::kExpired);
  for (std::size_t i = 0; i < token.size(); i += 37) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verifier.verify(changed, kNow).ok()) << i;
  }
  verifier.keys().retire(house.key.kid(), kNow + seconds(5));
  EXPECT_TRUE(verifier.verify(token, kNow + seconds(4)).ok());
  EXPECT_EQ(verifier.verify(token, kNow + seconds(5)).error().code, refusal::kUnknownKey);
}

TEST(RememberedToken, TheOldestIsForgottenFirst) {
  VerifiedTokens<int> remembered(2);
  for (const char* token : {"a", "b", "b", "c"}) remembered.remember(token, {1, "k"});
  EXPECT_EQ(remembered.size(), 2u);
  EXPECT_EQ(remembered.find("a"), nullptr);
  EXPECT_NE(remembered.find("b"), nullptr);
  EXPECT_NE(remembered.find("c"), nullptr);
  VerifiedTokens<int> copy = remembered;
  EXPECT_EQ(copy.size(), 0u);
  copy = std::move(remembered);
  EXPECT_NE(copy.find("c"), nullptr);
}

TEST(BadTokens, EveryOuterOneIsRefusedForTheExpectedReason) {
  const House house;
  ASSERT_EQ(house.refusal(house.token()), "");
  for (const auto& bad : bad_outer_tokens(house)) {
    EXPECT_EQ(house.refusal(bad.token), bad.reason) << bad.row << ": " << bad.name;
  }
}

TEST(BadTokens, EveryInnerOneIsRefusedForTheExpectedReason) {
  const House house;
  ASSERT_EQ(house.profile_refusal(house.token("profile")), "");
  for (const auto& bad : bad_inner_tokens(house)) {
    ASSERT_TRUE(house.profile.verify(bad.token, kNow).ok()) << bad.name << ": outer must be good";
    EXPECT_EQ(house.profile_refusal(bad.token), bad.reason) << bad.row << ": " << bad.name;
  }
}

TEST(BadTokens, RefusalsLookTheSameFromOutside) {
  const House house;
  for (const auto& bad : bad_outer_tokens(house)) {
    EXPECT_EQ(house.ingest.verify(bad.token, kNow).error().message, "unauthorized") << bad.name;
  }
}

// The table has teeth: a verifier with the usual mistakes accepts what it says it would.
TEST(BadTokens, AWeakVerifierIsCaughtByTheTable) {
  const House house;
  const WeakVerifier weak(house.key, rsa());
  std::set<std::string> caught;
  const auto try_all = [&](const std::vector<BadToken>& table, bool inner) {
    for (const auto& bad : table) {
      const bool accepted = inner ? weak.accepts_inner(bad.token) : weak.accepts(bad.token);
      EXPECT_TRUE(accepted || !bad.fools_the_weak) << bad.row << ": " << bad.name;
      if (accepted) caught.insert(bad.row);
    }
  };
  ASSERT_TRUE(weak.accepts(house.token()));
  ASSERT_TRUE(weak.accepts_inner(house.token("profile")));
  try_all(bad_outer_tokens(house), false);
  try_all(bad_inner_tokens(house), true);
  EXPECT_EQ(caught, (std::set<std::string>{"J1", "J2", "J3", "J4", "J5", "J6"}));
}

TEST(TokenOptions, WhatDoesNotFitTogetherIsNamed) {
  EXPECT_TRUE(TokenOptions{}.validate().ok());
  EXPECT_EQ((TokenOptions{"", 60, 10, 60}.validate().error().code), "bad_issuer");
  EXPECT_EQ((TokenOptions{"a b", 60, 10, 60}.validate().error().code), "bad_issuer");
  EXPECT_EQ((TokenOptions{"a", 61, 10, 60}.validate().error().code), "bad_lifetime");
  EXPECT_EQ((TokenOptions{"a", 0, 10, 60}.validate().error().code), "bad_lifetime");
}

// J6: who verifies HS256 can mint any cluster; who verifies ES256 holds nothing to sign with. Even
// with HS256 the profile stays shut, because the inner token names the service it is for.
TEST(J6, ACompromisedIngestMintsClustersWithHs256ButOpensNoProfile) {
  const House house(hs256());
  const std::string sent = house.token("ingest");
  const std::string minted =
      jws(header_of(sent), replace(payload_of(sent), "\"c7\"", "\"c9\""), house.key);
  EXPECT_EQ(house.refusal(minted), "") << "the known weakness of the essay's choice";
  const std::string wrapped =
      jws(header_of(sent), replace(payload_of(sent), "\"aud\":\"ingest\"", "\"aud\":\"profile\""),
          house.key);
  EXPECT_EQ(house.profile_refusal(wrapped), refusal::kSplice);
}

TEST(J3, ASingleUseTokenIsRefusedTheSecondTime) {
  const House house;
  ReplayCache replays(2);
  const TokenVerifier once({}, "ingest", ring_of(house.key), &replays);
  const std::string a = house.token();
  EXPECT_TRUE(once.verify(a, kNow).ok());
  EXPECT_EQ(once.verify(a, kNow).error().code, refusal::kReplayed);
  EXPECT_EQ(once.verify(a, kNow + seconds(3609)).error().code, refusal::kReplayed);
  EXPECT_TRUE(once.verify(house.token(), kNow).ok());
  EXPECT_EQ(once.verify(house.token(), kNow).error().code, refusal::kReplayCacheFull)
      << "full: refuse the new rather than forget the old";
  EXPECT_TRUE(once.verify(house.issuer.issue("a", "c", "ingest", kNow + seconds(3610)).token,
                          kNow + seconds(3610))
                  .ok())
      << "the expired make room";
}

TEST(Rotation, OldKeysServeUntilTheirOverlapEnds) {
  House house;
  const std::string old_token = house.token();
  const SigningKey next = SigningKey::generate(SignatureAlgorithm::es256, "es-2");
  ASSERT_TRUE(house.ingest.keys().add(next.verify_key(), kNow).ok());
  ASSERT_TRUE(house.ingest.keys().retire("es-1", kNow + seconds(60)));
  house.issuer.sign_with(next);
  const std::string new_token = house.token();
  EXPECT_EQ(house.refusal(old_token, kNow + seconds(59)), "");
  EXPECT_EQ(house.refusal(old_token, kNow + seconds(60)), refusal::kUnknownKey);
  EXPECT_EQ(house.refusal(new_token, kNow + seconds(60)), "");
}

TEST(Rotation, ARingIsBoundedAndOfOneAlgorithm) {
  KeyRing ring(SignatureAlgorithm::es256);
  EXPECT_EQ(ring.add(hs256().verify_key(), kNow).error().code, "wrong_algorithm");
  for (std::size_t i = 0; i < KeyRing::kKeysMax; ++i) {
    ASSERT_TRUE(
        ring.add(es256(std::string("k").append(std::to_string(i))).verify_key(), kNow).ok());
  }
  EXPECT_EQ(ring.add(es256("k0").verify_key(), kNow).error().code, "duplicate_kid");
  EXPECT_EQ(ring.add(es256("k9").verify_key(), kNow).error().code, "full");
  EXPECT_TRUE(ring.retire("k0", kNow));
  EXPECT_FALSE(ring.retire("nobody", kNow));
  EXPECT_TRUE(ring.add(es256("k9").verify_key(), kNow).ok());
}

TEST(Rotation, InnerTokensOpenUntilTheOverlapEnds) {
  LocalKeyProvider keys(rsa("rsa-1"));
  const std::string sealed = jwe_seal(keys.public_key(), kInnerType, "x");
  ASSERT_TRUE(keys.rotate(RsaPrivateKey::generate("rsa-2"), kNow, seconds(60)).ok());
  EXPECT_EQ(keys.rotate(rsa("rsa-2"), kNow, seconds(60)).error().code, "duplicate_kid");
  EXPECT_EQ(keys.public_key().kid(), "rsa-2");
  EXPECT_TRUE(jwe_open(sealed, keys, kInnerType, kNow + seconds(59)).ok());
  EXPECT_EQ(jwe_open(sealed, keys, kInnerType, kNow + seconds(60)).error().code,
            refusal::kUnknownKey);
  EXPECT_TRUE(jwe_open(jwe_seal(keys.public_key(), kInnerType, "x"), keys, kInnerType, kNow).ok());
}

// The public key that is given out decrypts nothing: it is rebuilt from its own PEM.
TEST(PrivateKeyProvider, GivesOutThePublicHalfOnly) {
  const auto given = LocalKeyProvider(rsa()).public_key().pem();
  EXPECT_NE(given.find("BEGIN PUBLIC KEY"), std::string::npos);
  EXPECT_EQ(given.find("PRIVATE"), std::string::npos);
  EXPECT_EQ(RsaPrivateKey::from_pem("k", given).error().code, "bad_pem");
}

}  // namespace
}  // namespace gauntlet
