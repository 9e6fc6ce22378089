// One issuer, one verifier, one opener with published keys, and an attacker's workbench: tokens out
// of any header and payload, signed or sealed with anything.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/authz/base64url.h"
#include "core/authz/crypto.h"
#include "core/authz/flat_json.h"
#include "core/authz/token.h"
#include "tests/authz/test_keys.h"

namespace gauntlet::forge {

inline const HostTime kNow{std::chrono::seconds{1'700'000'000}};

inline SigningKey es256(std::string kid = "es-1") {
  return SigningKey::es256(std::move(kid), base64url_decode(test_keys::kEcD).value()).value();
}
inline SigningKey hs256(std::string kid = "hs-1") {
  return SigningKey::hs256(std::move(kid), base64url_decode(test_keys::kHmac).value()).value();
}
inline RsaPrivateKey rsa(std::string kid = "rsa-1") {
  return RsaPrivateKey::from_pem(std::move(kid), test_keys::kRsaPem).value();
}
inline KeyRing ring_of(const SigningKey& key) {
  KeyRing ring(key.algorithm());
  static_cast<void>(ring.add(key.verify_key(), kNow));
  return ring;
}

struct House {
  explicit House(SigningKey signing = es256(), TokenOptions o = {})
      : key(std::move(signing)),
        options(std::move(o)),
        issuer(options, key, rsa().public_key()),
        ingest(options, "ingest", ring_of(key)),
        profile(options, "profile", ring_of(key)),
        opener(std::make_shared<LocalKeyProvider>(rsa())) {}

  std::string token(std::string_view audience = "ingest", std::string_view user = "alice",
                    std::string_view cluster = "c7") const {
    return issuer.issue(user, cluster, audience, kNow).token;
  }
  // "" when accepted, else the reason.
  std::string refusal(std::string_view compact, HostTime now = kNow) const {
    const auto claims = ingest.verify(compact, now);
    return claims.ok() ? "" : claims.error().code;
  }
  // Through the profile service's two steps.
  std::string profile_refusal(std::string_view compact, HostTime now = kNow) const {
    const auto claims = profile.verify(compact, now);
    if (!claims.ok()) return claims.error().code;
    const auto user = opener.open(*claims, now);
    return user.ok() ? "" : user.error().code;
  }

  SigningKey key;
  TokenOptions options;
  TokenIssuer issuer;
  TokenVerifier ingest;
  TokenVerifier profile;
  InnerTokenOpener opener;
};

inline std::string part(std::string_view compact, int index) {
  for (; index > 0; --index) compact.remove_prefix(compact.find('.') + 1);
  return std::string(compact.substr(0, compact.find('.')));
}
inline std::string header_of(std::string_view compact) {
  return base64url_decode(part(compact, 0)).value();
}
inline std::string payload_of(std::string_view compact) {
  return base64url_decode(part(compact, 1)).value();
}

inline std::string replace(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  CHECK(at != std::string::npos, text, from);
  return text.replace(at, from.size(), to);
}

inline std::string jws(std::string_view header, std::string_view payload, const SigningKey& key) {
  const std::string input = base64url_encode(header) + "." + base64url_encode(payload);
  return input + "." + base64url_encode(key.sign(input));
}
inline std::string jws_with_signature(std::string_view header, std::string_view payload,
                                      std::string_view signature) {
  return base64url_encode(header) + "." + base64url_encode(payload) + "." +
         base64url_encode(signature);
}

inline std::string jwe(std::string_view header, std::string_view plaintext,
                       const RsaPublicKey& key) {
  const std::string aad = base64url_encode(header);
  const std::string content_key = crypto::random_bytes(32);
  const std::string nonce = crypto::random_bytes(12);
  const auto sealed = crypto::aes256gcm_seal(content_key, nonce, aad, plaintext);
  return aad + "." + base64url_encode(key.encrypt(content_key)) + "." + base64url_encode(nonce) +
         "." + base64url_encode(sealed.ciphertext) + "." + base64url_encode(sealed.tag);
}

// The same outer token around another inner one, signed anew.
inline std::string with_inner(std::string_view compact, std::string_view inner,
                              const SigningKey& key) {
  const auto json = parse_flat_json(payload_of(compact), {kJwsBytesMax, 8});
  return jws(header_of(compact), replace(payload_of(compact), *json->text("inner"), inner), key);
}
inline std::string inner_of(std::string_view compact) {
  return *parse_flat_json(payload_of(compact), {kJwsBytesMax, 8})->text("inner");
}

}  // namespace gauntlet::forge
