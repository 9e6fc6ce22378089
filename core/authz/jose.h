// The two compact serialisations, each in one fixed profile:
//   JWS (RFC 7515)  HS256 or ES256, pinned by the verifier's key ring; header exactly alg, kid, typ
//   JWE (RFC 7516)  RSA-OAEP-256 + A256GCM; header exactly alg, enc, kid, typ
// Anything else in a header (zip, crit, jku, jwk, x5u, x5c, p2c, epk, …), any other algorithm, and
// any second spelling of the same bytes is refused. No key ever comes from a token, and no name in
// a token reaches a file, a query or the network.
//
// Order of checks: size, shape, header, key, signature, and only then the payload (RFC 8725).
// The reasons below are for counters and logs; outward there is one answer, "unauthorized".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/authz/private_key_provider.h"
#include "core/authz/signing.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace gauntlet {

// Reasons for a refusal, as counted: authz.refused.<reason>.
namespace refusal {
inline constexpr std::string_view kMissing = "missing";  // no bearer token came
inline constexpr std::string_view kTooLong = "too_long";
inline constexpr std::string_view kMalformed = "malformed";         // parts, base64url, JSON
inline constexpr std::string_view kBadAlgorithm = "bad_algorithm";  // not the pinned one
inline constexpr std::string_view kBadHeader = "bad_header";        // a member too many or too few
inline constexpr std::string_view kBadType = "bad_type";            // typ of another kind of token
inline constexpr std::string_view kUnknownKey = "unknown_key";
inline constexpr std::string_view kBadSignature = "bad_signature";
inline constexpr std::string_view kBadClaims = "bad_claims";  // missing, unknown, wrong type
inline constexpr std::string_view kWrongIssuer = "wrong_issuer";
inline constexpr std::string_view kWrongAudience = "wrong_audience";
inline constexpr std::string_view kExpired = "expired";
inline constexpr std::string_view kNotYetValid = "not_yet_valid";  // nbf or iat in the future
inline constexpr std::string_view kTooLongLived = "too_long_lived";
inline constexpr std::string_view kReplayed = "replayed";
inline constexpr std::string_view kReplayCacheFull = "replay_cache_full";
inline constexpr std::string_view kUndecryptable = "undecryptable";
inline constexpr std::string_view kSplice = "splice";  // inner belongs to another outer
}  // namespace refusal

inline Error refused(std::string_view reason) { return {std::string(reason), "unauthorized"}; }

inline constexpr std::size_t kJwsBytesMax = 4096;
inline constexpr std::size_t kJweBytesMax = 2048;

std::string jws_sign(const SigningKey& key, std::string_view type, std::string_view payload);
// The payload, or the reason of refusal. `kid`, when given: whose key it was.
Result<std::string> jws_open(std::string_view compact, const KeyRing& keys, std::string_view type,
                             HostTime now, std::string* kid = nullptr);

// A fresh content key and nonce each time.
std::string jwe_seal(const RsaPublicKey& key, std::string_view type, std::string_view plaintext);
// A wrong key, a bad padding, a changed nonce, ciphertext or tag: all are "undecryptable" and take
// the same way through the code (RFC 7516 section 11.5).
Result<std::string> jwe_open(std::string_view compact, const PrivateKeyProvider& keys,
                             std::string_view type, HostTime now);

}  // namespace gauntlet
