#include "tests/authz/bad_tokens.h"

namespace gauntlet::forge {
namespace {

using namespace std::string_literals;

SigningKey hmac_key(std::string_view secret) {
  std::string padded(secret);
  if (padded.size() < 32) padded.resize(32, '\0');  // HMAC pads a short key with zeros itself
  return SigningKey::hs256("es-1", padded).value();
}

void add_j1(const House& house, std::vector<BadToken>& bad) {
  const std::string good = house.token();
  const std::string payload = payload_of(good);
  const std::string header = header_of(good);
  const auto with_alg = [&](std::string_view alg) { return replace(header, "ES256", alg); };
  for (const char* none : {"none", "None", "NONE", "nOnE"}) {
    bad.push_back({"J1", "alg "s + none + " without signature",
                   jws_with_signature(with_alg(none), payload, ""), refusal::kBadAlgorithm, true});
  }
  bad.push_back({"J1", "alg none and nothing else",
                 jws_with_signature(R"({"alg":"none"})", payload, ""), refusal::kBadAlgorithm,
                 true});
  bad.push_back({"J1", "HMAC keyed with the public key's PEM",
                 jws(with_alg("HS256"), payload, hmac_key(house.key.verify_key().public_pem())),
                 refusal::kBadAlgorithm, true});
  bad.push_back({"J1", "weak secret", jws(with_alg("HS256"), payload, hmac_key("secret")),
                 refusal::kBadAlgorithm, true});
  for (const char* alg : {"HS512", "RS256", "PS256", "ES384", "ES256K", "EdDSA", "es256", ""}) {
    bad.push_back(
        {"J1", "alg "s + alg, jws(with_alg(alg), payload, house.key), refusal::kBadAlgorithm});
  }
  bad.push_back({"J1", "alg is an integer",
                 jws(replace(header, "\"ES256\"", "256"), payload, house.key),
                 refusal::kBadAlgorithm});
  bad.push_back({"J1", "signature stripped", jws_with_signature(header, payload, ""),
                 refusal::kBadSignature});
  bad.push_back({"J1", "signature and its dot stripped", good.substr(0, good.rfind('.')),
                 refusal::kMalformed});
  bad.push_back({"J1", "null signature (CVE-2022-21449)",
                 jws_with_signature(header, payload, std::string(64, '\0')),
                 refusal::kBadSignature});
  const std::string signature = base64url_decode(part(good, 2)).value();
  bad.push_back({"J1", "short signature",
                 jws_with_signature(header, payload, signature.substr(0, 63)),
                 refusal::kBadSignature});
  bad.push_back({"J1", "long signature", jws_with_signature(header, payload, signature + "\0"s),
                 refusal::kBadSignature});
  bad.push_back({"J1", "another payload under a good signature",
                 jws_with_signature(header, replace(payload, "\"c7\"", "\"c8\""), signature),
                 refusal::kBadSignature});
  bad.push_back({"J1", "another key under the same kid",
                 jws(header, payload, SigningKey::generate(SignatureAlgorithm::es256, "es-1")),
                 refusal::kBadSignature});
  bad.push_back({"J1", "padded base64", good + "=", refusal::kMalformed});
  bad.push_back({"J1", "a dot too many", good + ".", refusal::kMalformed});
  bad.push_back({"J1", "nothing", "", refusal::kMalformed});
  bad.push_back({"J1", "only dots", "..", refusal::kMalformed});
  bad.push_back({"J1", "too long", good + std::string(kJwsBytesMax, 'A'), refusal::kTooLong});
}

void add_j2(const House& house, std::vector<BadToken>& bad) {
  const std::string good = house.token();
  const std::string payload = payload_of(good);
  const std::string header = header_of(good);
  const auto add = [&](std::string name, std::string_view h, std::string_view reason,
                       bool fools = false) {
    bad.push_back({"J2", std::move(name), jws(h, payload, house.key), reason, fools});
  };
  const auto with_kid = [&](std::string_view kid) { return replace(header, "es-1", kid); };
  const auto with = [&](std::string_view member) {
    return replace(header, "{", "{"s.append(member).append(","));
  };
  for (const char* kid : {"", "es-2", "ES-1", "es-1 ", "../../../dev/null", "/dev/null",
                          "es-1' OR '1'='1", "es-1\\u0000", "http://evil.example/key"}) {
    add("kid "s + kid, with_kid(kid), refusal::kUnknownKey, true);
  }
  add("kid is an integer", replace(header, "\"es-1\"", "1"), refusal::kBadHeader, true);
  add("kid is missing", R"({"alg":"ES256","typ":"gauntlet-token+jwt"})", refusal::kBadHeader, true);
  for (const char* member :
       {R"("jku":"https://evil.example/keys")", R"("x5u":"https://evil.example/chain")",
        R"("x5t":"AAAA")", R"("zip":"DEF")", R"("cty":"JWT")", R"("b64":"false")", R"("foo":"bar")",
        R"("p2c":1000000)"}) {
    add("header member "s + member, with(member), refusal::kBadHeader, true);
  }
  for (const char* member :
       {R"("jwk":{"kty":"EC"})", R"("x5c":["MII"])", R"("crit":["exp"])", R"("b64":false)",
        R"("alg":"ES256")", R"("\u0061lg":"none")", R"("kid":"es-1")"}) {
    add("header member "s + member, with(member), refusal::kMalformed);
  }
  add("header is no object", R"("ES256")", refusal::kMalformed);
  add("header with a byte order mark", "\xef\xbb\xbf" + header, refusal::kMalformed);
  add("bytes after the header", header + "\0x"s, refusal::kMalformed);
  add("huge header", with("\"pad\":\"" + std::string(600, 'x') + "\""), refusal::kTooLong);
}

void add_j3(const House& house, std::vector<BadToken>& bad) {
  const std::string good = house.token();
  const std::string header = header_of(good);
  const std::string payload = payload_of(good);
  const auto add = [&](std::string name, std::string_view p, std::string_view reason,
                       bool fools = false) {
    bad.push_back({"J3", std::move(name), jws(header, p, house.key), reason, fools});
  };
  const auto change = [&](std::string_view from, std::string_view to) {
    return replace(payload, from, to);
  };
  const std::string now = "1700000000";
  add("expired", change("\"exp\":1700003600", "\"exp\":1699999990"), refusal::kExpired, true);
  add("not yet valid", change("\"nbf\":" + now, "\"nbf\":1700000011"), refusal::kNotYetValid, true);
  add("issued in the future", change("\"iat\":" + now, "\"iat\":1700000011"), refusal::kNotYetValid,
      true);
  add("lives for ever", change("\"exp\":1700003600", "\"exp\":8000000000"), refusal::kTooLongLived,
      true);
  add("wrong issuer", change("\"iss\":\"gauntlet\"", "\"iss\":\"mallory\""), refusal::kWrongIssuer,
      true);
  add("made out to another service", change("\"aud\":\"ingest\"", "\"aud\":\"profile\""),
      refusal::kWrongAudience, true);
  add("empty audience", change("\"aud\":\"ingest\"", "\"aud\":\"\""), refusal::kWrongAudience,
      true);
  add("audience is a list", change("\"aud\":\"ingest\"", "\"aud\":[\"ingest\"]"),
      refusal::kMalformed);
  add("exp is text", change("\"exp\":1700003600", "\"exp\":\"1700003600\""), refusal::kBadClaims,
      true);
  add("exp is negative", change("\"exp\":1700003600", "\"exp\":-1"), refusal::kBadClaims, true);
  add("exp overflows nanoseconds", change("\"exp\":1700003600", "\"exp\":9007199254740992"),
      refusal::kBadClaims, true);
  add("exp has a fraction", change("\"exp\":1700003600", "\"exp\":1700003600.5"),
      refusal::kMalformed);
  add("exp twice", change("\"exp\":1700003600", "\"exp\":1,\"exp\":1700003600"),
      refusal::kMalformed);
  add("unknown claim", change("{", "{\"admin\":1,"), refusal::kBadClaims, true);
  add("cluster is no identifier", change("\"c7\"", "\"c7'; DROP TABLE sessions\""),
      refusal::kBadClaims, true);
  add("empty cluster", change("\"c7\"", "\"\""), refusal::kBadClaims, true);
  for (const char* claim : {"iss", "aud", "iat", "nbf", "exp", "jti", "cid", "inner"}) {
    add("without "s + claim, change("\""s + claim + "\"", "\"was\""), refusal::kBadClaims);
  }
  add("payload is no JSON", "hello", refusal::kMalformed);
  bad.push_back({"J3", "typ of the inner token",
                 jws(replace(header, kOuterType, kInnerType), payload, house.key),
                 refusal::kBadType, true});
  bad.push_back({"J3", "typ JWT", jws(replace(header, kOuterType, "JWT"), payload, house.key),
                 refusal::kBadType, true});
  bad.push_back({"J3", "token for profile", house.token("profile"), refusal::kWrongAudience, true});
  bad.push_back({"J4", "the inner token alone", inner_of(good), refusal::kMalformed});
}

}  // namespace

std::vector<BadToken> bad_outer_tokens(const House& house) {
  std::vector<BadToken> bad;
  add_j1(house, bad);
  add_j2(house, bad);
  add_j3(house, bad);
  return bad;
}

std::vector<BadToken> bad_inner_tokens(const House& house) {
  std::vector<BadToken> bad;
  const RsaPublicKey key = rsa().public_key();
  const std::string good = house.token("profile");
  const std::string inner = inner_of(good);
  const std::string header = header_of(inner);
  const std::string plaintext = jwe_open(inner, LocalKeyProvider(rsa()), kInnerType, kNow).value();
  const auto add = [&](std::string row, std::string name, std::string_view replacement,
                       std::string_view reason, bool fools = false) {
    bad.push_back(
        {std::move(row), std::move(name), with_inner(good, replacement, house.key), reason, fools});
  };
  const auto with_header = [&](std::string_view from, std::string_view to) {
    return jwe(replace(header, from, to), plaintext, key);
  };
  const auto with_plaintext = [&](std::string_view from, std::string_view to) {
    return jwe(header, replace(plaintext, from, to), key);
  };
  const auto flipped = [&](int index) {
    std::string changed = part(inner, index);
    changed[3] = changed[3] == 'A' ? 'B' : 'A';
    return replace(inner, part(inner, index), changed);
  };

  for (const char* alg : {"RSA1_5", "RSA-OAEP", "dir", "ECDH-ES", "PBES2-HS256+A128KW", "none"}) {
    add("J4", "alg "s + alg, with_header("RSA-OAEP-256", alg), refusal::kBadAlgorithm, true);
  }
  for (const char* enc : {"A128CBC-HS256", "A128GCM", "none"}) {
    add("J4", "enc "s + enc, with_header("A256GCM", enc), refusal::kBadAlgorithm, true);
  }
  for (const char* member : {"\"zip\":\"DEF\"", "\"p2c\":2147483647", "\"p2s\":\"AAAA\"",
                             "\"cty\":\"JWT\"", "\"jku\":\"https://evil.example\""}) {
    add("J4", "header member "s + member, with_header("{", "{"s + member + ","),
        refusal::kBadHeader, true);
  }
  add("J4", "ephemeral key of an invalid curve",
      with_header("{", "{\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\"},"),
      refusal::kMalformed);
  add("J4", "typ of the outer token", with_header(kInnerType, kOuterType), refusal::kBadType, true);
  add("J4", "unknown kid", with_header("rsa-1", "rsa-2"), refusal::kUnknownKey, true);
  add("J4", "a signed token instead of a sealed one", house.token(), refusal::kMalformed);
  add("J4", "plaintext instead of a sealed one", base64url_encode(plaintext), refusal::kMalformed);
  add("J4", "sealed to another key under the same kid",
      jwe(header, plaintext, RsaPrivateKey::generate("rsa-1").public_key()),
      refusal::kUndecryptable);
  add("J4", "changed encrypted key", flipped(1), refusal::kUndecryptable);
  add("J4", "changed nonce", flipped(2), refusal::kUndecryptable);
  add("J4", "changed ciphertext", flipped(3), refusal::kUndecryptable);
  add("J4", "changed tag", flipped(4), refusal::kUndecryptable);
  add("J4", "short tag", replace(inner, part(inner, 4), part(inner, 4).substr(0, 16)),
      refusal::kUndecryptable);
  add("J4", "no tag", replace(inner, "."s.append(part(inner, 4)), "."), refusal::kUndecryptable);
  add("J4", "no encrypted key", replace(inner, part(inner, 1), ""), refusal::kUndecryptable);
  add("J4", "content key of 16 bytes",
      replace(inner, part(inner, 1), base64url_encode(key.encrypt(std::string(16, 'k')))),
      refusal::kUndecryptable);
  add("J4", "long inner token", inner + std::string(kJweBytesMax - inner.size() + 1, 'A'),
      refusal::kTooLong);

  add("J5", "another person's inner token", inner_of(house.token("profile", "bob")),
      refusal::kSplice, true);
  add("J5", "the same person's earlier inner token", inner_of(house.token("profile")),
      refusal::kSplice, true);
  add("J5", "another cluster inside", with_plaintext("\"c7\"", "\"c8\""), refusal::kSplice, true);
  add("J5", "another service inside", with_plaintext("\"profile\"", "\"ingest\""), refusal::kSplice,
      true);
  add("J5", "nobody inside", with_plaintext("\"alice\"", "\"\""), refusal::kBadClaims, true);
  add("J5", "a claim too many inside", with_plaintext("{", "{\"role\":\"admin\","),
      refusal::kBadClaims, true);
  add("J5", "no JSON inside", jwe(header, "alice", key), refusal::kMalformed);
  // A compromised ingest holds tokens and, were the outer signature HS256, could sign: it wraps
  // what it was sent anew, made out to profile.
  const std::string sent_to_ingest = house.token("ingest");
  bad.push_back(
      {"J6", "a token ingest was sent, wrapped anew for profile",
       jws(header_of(sent_to_ingest),
           replace(payload_of(sent_to_ingest), "\"aud\":\"ingest\"", "\"aud\":\"profile\""),
           house.key),
       refusal::kSplice, true});
  return bad;
}

}  // namespace gauntlet::forge
