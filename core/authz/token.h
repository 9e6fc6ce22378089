// The token: an outer JWS that says which cluster, around an inner JWE that says who.
//
//   outer  signed by authz; read by every service: iss, aud, iat, nbf, exp, jti, cid, inner
//   inner  opened by the profile service alone: sub (user id), and aud, cid, jti once more
//
// The repetition binds the two: an inner token moved into another outer one (splice, attack J5), or
// wrapped anew for another service by whoever can mint (J6), is refused. A service accepts only
// tokens made out to it (`aud`), so what ingest receives opens nothing at profile.
//
// Model and limits: the inner token is a stable pseudonym while it lives, so a service that keeps
// tokens can link the sessions of one lifetime without opening them; keep lifetime_s short.
// A token may be used any number of times until it expires: that is its purpose (many uploads).
// What must not be used twice (a refresh token) is guarded where it is stored, and a verifier of
// single-use tokens takes a ReplayCache.
//
// Times are the verifying host's clock, whole seconds in the token; leeway_s forgives clocks that
// disagree. Source: RFC 7519, RFC 8725; essay: two-part token.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/authz/jose.h"
#include "core/authz/private_key_provider.h"
#include "core/authz/replay_cache.h"
#include "core/authz/signing.h"
#include "core/authz/verified_tokens.h"
#include "core/base/options.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace gauntlet {

struct TokenOptions {
  std::string issuer = "gauntlet";
  std::int64_t lifetime_s = 3600;
  std::int64_t leeway_s = 10;
  std::int64_t lifetime_max_s = 86400;
  std::int64_t remembered = 1024;

  void describe(OptionVisitor& v);
  // What describe() cannot say: the issuer is an identifier, lifetime_s no longer than allowed.
  Result<void> validate() const;
};

struct OuterClaims {
  std::string audience;
  std::string token_id;    // jti: 16 random bytes, base64url
  std::string cluster_id;  // cid
  std::string inner;       // JWE compact, opaque to all but profile
  HostTime issued;
  HostTime not_before;
  HostTime expires;
};

// User and cluster ids: 1 to 64 of A-Z a-z 0-9 . _ @ -
bool is_identifier(std::string_view id);

class TokenIssuer {
 public:
  TokenIssuer(TokenOptions options, SigningKey signing_key, RsaPublicKey profile_key);

  struct Issued {
    std::string token;
    std::int64_t expires_in_s = 0;
  };
  Issued issue(std::string_view user_id, std::string_view cluster_id, std::string_view audience,
               HostTime now) const;
  // Rotation; the verifiers and the profile service must know the new key before.
  void sign_with(SigningKey key) { signing_key_ = std::move(key); }
  void seal_to(RsaPublicKey key) { profile_key_ = std::move(key); }
  const SigningKey& signing_key() const { return signing_key_; }

 private:
  TokenOptions options_;
  SigningKey signing_key_;
  RsaPublicKey profile_key_;
};

// Checks the outer token. Does not and cannot open the inner one. A signature that was found good
// is remembered; key and times are checked at every use. Not thread-safe.
class TokenVerifier {
 public:
  // `replays`: for tokens that are good once only; not owned.
  TokenVerifier(TokenOptions options, std::string audience, KeyRing keys,
                ReplayCache* replays = nullptr);

  Result<OuterClaims> verify(std::string_view token, HostTime now) const;
  KeyRing& keys() { return keys_; }

 private:
  Result<OuterClaims> authenticate(std::string_view token, HostTime now) const;
  Result<OuterClaims> read_claims(std::string_view payload) const;
  Result<void> check_times(const OuterClaims& claims, HostTime now) const;
  TokenOptions options_;
  std::string audience_;
  KeyRing keys_;
  ReplayCache* replays_;
  mutable VerifiedTokens<OuterClaims> remembered_;
};

class InnerTokenOpener {
 public:
  explicit InnerTokenOpener(std::shared_ptr<const PrivateKeyProvider> keys);
  // The user id, if the inner token belongs to these verified claims.
  Result<std::string> open(const OuterClaims& claims, HostTime now) const;

 private:
  std::shared_ptr<const PrivateKeyProvider> keys_;
};

inline constexpr std::string_view kOuterType = "gauntlet-token+jwt";
inline constexpr std::string_view kInnerType = "gauntlet-identity+jwe";

}  // namespace gauntlet
