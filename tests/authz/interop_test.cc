// Our tokens read by librhonabwy, and its tokens read by us: two implementations that share no code
// agree on every byte of the profile.
#include <gtest/gtest.h>
#include <rhonabwy.h>

#include <memory>
#include <string>

#include "tests/authz/forge.h"

namespace gauntlet {
namespace {

using namespace forge;

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Jwk = std::unique_ptr<jwk_t, Deleter<r_jwk_free>>;
using Jws = std::unique_ptr<jws_t, Deleter<r_jws_free>>;
using Jwe = std::unique_ptr<jwe_t, Deleter<r_jwe_free>>;
struct Text {
  explicit Text(char* text) : p(text) {}
  ~Text() { r_free(p); }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;
  char* p;
};

Jwk jwk_from_pem(int type, std::string_view pem) {
  jwk_t* key = nullptr;
  EXPECT_EQ(r_jwk_init(&key), RHN_OK);
  EXPECT_EQ(
      r_jwk_import_from_pem_der(key, type, R_FORMAT_PEM,
                                reinterpret_cast<const unsigned char*>(pem.data()), pem.size()),
      RHN_OK);
  return Jwk(key);
}

Jwk jwk_from_json(const std::string& json) {
  jwk_t* key = nullptr;
  EXPECT_EQ(r_jwk_init(&key), RHN_OK);
  EXPECT_EQ(r_jwk_import_from_json_str(key, json.c_str()), RHN_OK);
  return Jwk(key);
}

Jwk ec_private() {
  return jwk_from_json(R"({"kty":"EC","crv":"P-256","x":")" + std::string(test_keys::kEcX) +
                       R"(","y":")" + std::string(test_keys::kEcY) + R"(","d":")" +
                       std::string(test_keys::kEcD) + R"("})");
}
Jwk hmac_secret() {
  return jwk_from_json(R"({"kty":"oct","k":")" + std::string(test_keys::kHmac) + R"("})");
}

std::string rhonabwy_reads_jws(const std::string& compact, jwk_t* key) {
  jws_t* raw = nullptr;
  EXPECT_EQ(r_jws_init(&raw), RHN_OK);
  const Jws jws(raw);
  EXPECT_EQ(r_jws_parse(raw, compact.c_str(), 0), RHN_OK);
  EXPECT_EQ(r_jws_verify_signature(raw, key, 0), RHN_OK);
  std::size_t size = 0;
  const unsigned char* payload = r_jws_get_payload(raw, &size);
  return std::string(reinterpret_cast<const char*>(payload), size);
}

std::string rhonabwy_writes_jws(const std::string& payload, jwa_alg alg, const char* kid,
                                jwk_t* key) {
  jws_t* raw = nullptr;
  EXPECT_EQ(r_jws_init(&raw), RHN_OK);
  const Jws jws(raw);
  EXPECT_EQ(r_jws_set_alg(raw, alg), RHN_OK);
  EXPECT_EQ(r_jws_set_header_str_value(raw, "kid", kid), RHN_OK);
  EXPECT_EQ(r_jws_set_header_str_value(raw, "typ", "gauntlet-token+jwt"), RHN_OK);
  EXPECT_EQ(r_jws_set_payload(raw, reinterpret_cast<const unsigned char*>(payload.data()),
                              payload.size()),
            RHN_OK);
  const Text text(r_jws_serialize(raw, key, 0));
  return text.p ? text.p : "";
}

TEST(Interop, RhonabwyVerifiesOurOuterTokens) {
  const House es;
  const std::string a = es.token();
  EXPECT_EQ(rhonabwy_reads_jws(a, ec_private().get()), payload_of(a));
  const House hs(hs256());
  const std::string b = hs.token();
  EXPECT_EQ(rhonabwy_reads_jws(b, hmac_secret().get()), payload_of(b));
}

TEST(Interop, WeVerifyRhonabwysOuterTokens) {
  const House es;
  const std::string a =
      rhonabwy_writes_jws(payload_of(es.token()), R_JWA_ALG_ES256, "es-1", ec_private().get());
  EXPECT_EQ(es.refusal(a), "") << a;
  const House hs(hs256());
  const std::string b =
      rhonabwy_writes_jws(payload_of(hs.token()), R_JWA_ALG_HS256, "hs-1", hmac_secret().get());
  EXPECT_EQ(hs.refusal(b), "") << b;
}

TEST(Interop, RhonabwyOpensOurInnerTokens) {
  const House house;
  const std::string inner = inner_of(house.token());
  jwe_t* raw = nullptr;
  ASSERT_EQ(r_jwe_init(&raw), RHN_OK);
  const Jwe jwe(raw);
  const Jwk key = jwk_from_pem(R_X509_TYPE_PRIVKEY, test_keys::kRsaPem);
  ASSERT_EQ(r_jwe_parse(raw, inner.c_str(), 0), RHN_OK);
  ASSERT_EQ(r_jwe_decrypt(raw, key.get(), 0), RHN_OK);
  std::size_t size = 0;
  const unsigned char* payload = r_jwe_get_payload(raw, &size);
  const std::string text(reinterpret_cast<const char*>(payload), size);
  EXPECT_NE(text.find(R"("sub":"alice","aud":"ingest","cid":"c7")"), std::string::npos) << text;
}

TEST(Interop, WeOpenRhonabwysInnerTokens) {
  jwe_t* raw = nullptr;
  ASSERT_EQ(r_jwe_init(&raw), RHN_OK);
  const Jwe jwe(raw);
  const std::string text = R"({"hello":"world"})";
  ASSERT_EQ(r_jwe_set_alg(raw, R_JWA_ALG_RSA_OAEP_256), RHN_OK);
  ASSERT_EQ(r_jwe_set_enc(raw, R_JWA_ENC_A256GCM), RHN_OK);
  ASSERT_EQ(r_jwe_set_header_str_value(raw, "kid", "rsa-1"), RHN_OK);
  ASSERT_EQ(r_jwe_set_header_str_value(raw, "typ", "gauntlet-identity+jwe"), RHN_OK);
  ASSERT_EQ(
      r_jwe_set_payload(raw, reinterpret_cast<const unsigned char*>(text.data()), text.size()),
      RHN_OK);
  const Jwk key = jwk_from_pem(R_X509_TYPE_PUBKEY, rsa().public_key().pem());
  const Text compact(r_jwe_serialize(raw, key.get(), 0));
  ASSERT_NE(compact.p, nullptr);
  const auto opened = jwe_open(compact.p, LocalKeyProvider(rsa()), kInnerType, kNow);
  ASSERT_TRUE(opened.ok()) << opened.error().code << " " << compact.p;
  EXPECT_EQ(*opened, text);
}

}  // namespace
}  // namespace gauntlet
