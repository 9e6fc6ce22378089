#include <gtest/gtest.h>

#include <string>

#include "core/authz/base64url.h"
#include "core/authz/crypto.h"
#include "core/authz/jose.h"
#include "core/authz/private_key_provider.h"
#include "core/authz/signing.h"
#include "tests/authz/test_keys.h"

namespace gauntlet {
namespace {

std::string unhex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  }
  return bytes;
}

std::string unbase64(std::string_view text) { return base64url_decode(text).value(); }

constexpr std::string_view kClaims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q";

TEST(KnownAnswer, Rfc7515A1Hs256) {
  const std::string input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + std::string(kClaims);
  const std::string signature = unbase64("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  const auto key = SigningKey::hs256("a1", unbase64(test_keys::kHmac)).value();
  EXPECT_EQ(key.sign(input), signature);
  EXPECT_TRUE(key.verify_key().verify(input, signature));
  EXPECT_FALSE(key.verify_key().verify(input + "x", signature));
}

TEST(KnownAnswer, Rfc7515A3Es256) {
  const std::string input = "eyJhbGciOiJFUzI1NiJ9." + std::string(kClaims);
  const std::string signature = unbase64(
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  const std::string point =
      std::string("\x04") + unbase64(test_keys::kEcX) + unbase64(test_keys::kEcY);
  const auto published = VerifyKey::es256("a3", point).value();
  EXPECT_TRUE(published.verify(input, signature));
  // The public half computed from the private scalar is the published one.
  const auto key = SigningKey::es256("a3", unbase64(test_keys::kEcD)).value();
  EXPECT_EQ(key.verify_key().public_pem(), published.public_pem());
  EXPECT_TRUE(published.verify(input, key.sign(input)));
  EXPECT_FALSE(published.verify(input + "x", signature));
}

TEST(KnownAnswer, Rfc7516A1ContentEncryption) {
  // The content key, nonce and header of A.1 (its RSA-OAEP step is SHA-1, outside our profile).
  const unsigned char key[] = {177, 161, 244, 128, 84,  143, 225, 115, 63, 180, 3,
                               255, 107, 154, 212, 246, 138, 7,   110, 91, 112, 46,
                               34,  105, 47,  130, 203, 46,  122, 234, 64, 252};
  const std::string content_key(reinterpret_cast<const char*>(key), sizeof key);
  const std::string nonce = unbase64("48V1_ALb6US04U3b");
  const std::string aad = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ";
  const std::string text = "The true sign of intelligence is not knowledge but imagination.";
  const auto sealed = crypto::aes256gcm_seal(content_key, nonce, aad, text);
  EXPECT_EQ(base64url_encode(sealed.ciphertext),
            "5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A");
  EXPECT_EQ(base64url_encode(sealed.tag), "XFBoMYUZodetZdvTiFvSkQ");
  EXPECT_EQ(crypto::aes256gcm_open(content_key, nonce, aad, sealed.ciphertext, sealed.tag), text);
  EXPECT_FALSE(
      crypto::aes256gcm_open(content_key, nonce, aad + "Q", sealed.ciphertext, sealed.tag));
}

// Wycheproof rsa_oaep_2048_sha256_mgf1sha256_test.json, tcId 3, 7 and 8.
constexpr std::string_view kOaepTest =
    "5eab3f0741e63986ed647d53e1cd71df041986900803d0f99c68355d249a15a47dc5b4f70a191477654299e5a2731f"
    "3b"
    "4eec76dea18262fc696ac794e5f66cbfcddac4472c578e246c26707598055584540b839836b1404c5611ae558a984c"
    "ee"
    "8fd036cea924e0be2474a940f61e0acc14fcae95ebdc59942a9ce9af9a9c81999f7f6815f057ffdc2533cb15d6391d"
    "1e"
    "2d95f16f9c04209c889a4c359c7d2926d28a66e2b030a416b928d2825627998e5191fb4983a6e65024262d94fc0918"
    "7a"
    "2d78162122433251d1bfcc8e507d06eba2d229c10031261da32ab8ccd15f1c5f9fbf07ed158483d736a110af4b44d6"
    "a4"
    "da60d6cb519b4454213cf9f0dc560f2b";
constexpr std::string_view kOaep32Bytes =
    "096958786ee7972050d67a9e4b69d6c6af7db7cc674386df725770dd29129b826e39552330104c8d71e6cc3a3014dd"
    "2f"
    "61b54153af51b0438d447ee939f9e3c13bb8b00a37dea6a068f6c9d27e848b1be7a1eeeb3ee50b78036fba95ae4694"
    "8c"
    "a5b13f356ea24db10f60dc09e4b8bad8f766b668ef72524432080a0ce00ed676d6d5e354984b107852041252584815"
    "6d"
    "06f0652469f95791baa3d9a798ae537094f76f976faecd5c9ce0c930a75910c63dacf63485cb4b5e7bdbcf4d80e740"
    "37"
    "eaa1a8fe4b52930bec6be99cf6ac88cf5878dbf6859d456a95dbc34654eec425de84ca2a535d517403a9aada827e7d"
    "00"
    "93ecfc97ed056a7652825e9a45cb2dcb";
constexpr std::string_view kOaepWithLabel =
    "6583e2f176aa7e7f655d2c53497349c156c8851fb23325589e85fb83bfa857346caba222cdaa3234e71564154298c2"
    "4d"
    "bb85e18822a1d5e7faa47863a64d76874a3cbc70f4d9f137426a344c473fac1dd7008a9973765e9f66c5b492535a64"
    "7c"
    "273c4f78ceb5aa7ba963a2142f2ce4a81f804c002b9b2eabb3c75e80a3c6ceafe5384a544c672a5d28d32bb87115f4"
    "3e"
    "b79775fd9b3f4a2f6e6a89368bdd95ef1d014877b60afdb1234acd57653a65459f01b2fbe381f22a739504b4897a7e"
    "6c"
    "33b6349b276db6083abad9c169405859b800c812237634b503de6ada43013c1d86697a135be78a9784576d796d62aa"
    "78"
    "19e2ea0e2d902ffdd9cfdd1ae66212ee";

TEST(KnownAnswer, WycheproofRsaOaepSha256) {
  const auto key = RsaPrivateKey::from_pem("w", test_keys::kRsaPem).value();
  EXPECT_EQ(key.decrypt(unhex(kOaepTest)), "Test");
  EXPECT_EQ(key.decrypt(unhex(kOaep32Bytes)),
            unhex("e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"));
  EXPECT_FALSE(key.decrypt(unhex(kOaepWithLabel))) << "our profile has no label";
  EXPECT_FALSE(key.decrypt(unhex(kOaepTest).substr(1)));
  EXPECT_FALSE(key.decrypt(std::string(256, '\xff'))) << "not below the modulus";
}

// A whole JWE of our profile out of published parts: tcId 7's message is just the size of a content
// key, and its ciphertext the encrypted key.
TEST(KnownAnswer, JweOpensWithAPublishedEncryptedKey) {
  const std::string header = base64url_encode(
      R"({"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"w","typ":"gauntlet-identity+jwe"})");
  const std::string nonce(12, '\0');
  const auto sealed = crypto::aes256gcm_seal(
      unhex("e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), nonce, header,
      "hello");
  const std::string compact = header + "." + base64url_encode(unhex(kOaep32Bytes)) + "." +
                              base64url_encode(nonce) + "." + base64url_encode(sealed.ciphertext) +
                              "." + base64url_encode(sealed.tag);
  const LocalKeyProvider keys(RsaPrivateKey::from_pem("w", test_keys::kRsaPem).value());
  EXPECT_EQ(jwe_open(compact, keys, "gauntlet-identity+jwe", HostTime{}).value(), "hello");
}

TEST(KnownAnswer, Rfc7914Scrypt) {
  EXPECT_EQ(crypto::scrypt("", "", {4, 1, 1}, 64),
            unhex("77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                  "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"));
  EXPECT_EQ(crypto::scrypt("password", "NaCl", {10, 8, 16}, 64),
            unhex("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                  "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"));
}

TEST(KnownAnswer, Rfc4231HmacCase2AndRfc6234Sha256) {
  EXPECT_EQ(crypto::hmac_sha256("Jefe", "what do ya want for nothing?"),
            unhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
  EXPECT_EQ(crypto::sha256("abc"),
            unhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

TEST(Keys, WeakOrForeignKeyMaterialIsRefused) {
  EXPECT_EQ(VerifyKey::hs256("k", "secret").error().code, "weak_secret");
  EXPECT_EQ(VerifyKey::hs256("k", std::string(31, 'x')).error().code, "weak_secret");
  EXPECT_EQ(VerifyKey::hs256("../k", std::string(32, 'x')).error().code, "bad_kid");
  EXPECT_EQ(SigningKey::es256("k", std::string(32, '\0')).error().code, "bad_scalar");
  EXPECT_EQ(SigningKey::es256("k", std::string(32, '\xff')).error().code, "bad_scalar");
  // (1, 1) is not on the curve.
  std::string off_curve(65, '\0');
  off_curve[0] = 4;
  off_curve[32] = off_curve[64] = 1;
  EXPECT_EQ(VerifyKey::es256("k", off_curve).error().code, "bad_point");
  EXPECT_EQ(VerifyKey::es256("k", std::string(1, '\0')).error().code, "bad_point");
  EXPECT_EQ(VerifyKey::es256_from_pem("k", test_keys::kRsaPem).error().code, "bad_pem");
  EXPECT_EQ(RsaPrivateKey::from_pem("k", "-----BEGIN NOTHING-----").error().code, "bad_pem");
  const auto es256 = SigningKey::generate(SignatureAlgorithm::es256, "k").verify_key();
  EXPECT_EQ(RsaPublicKey::from_pem("k", es256.public_pem()).error().code, "bad_pem");
}

}  // namespace
}  // namespace gauntlet
