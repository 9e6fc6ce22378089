#include "core/authz/token.h"

#include <algorithm>

#include "core/authz/base64url.h"
#include "core/authz/crypto.h"
#include "core/authz/flat_json.h"
#include "core/base/check.h"

namespace gauntlet {
namespace {

using std::chrono::seconds;

constexpr std::size_t kTokenIdBytes = 16;
// 2^33 s is the year 2242; the bound keeps nanoseconds within int64.
constexpr std::int64_t kSecondsMax = std::int64_t{1} << 33;

std::int64_t whole_seconds(HostTime t) {
  return std::chrono::floor<seconds>(t.time_since_epoch()).count();
}

const std::string* identifier(const FlatJson& json, std::string_view name) {
  const std::string* text = json.text(name);
  return text && is_identifier(*text) ? text : nullptr;
}

bool read_time(const FlatJson& json, std::string_view name, HostTime& out) {
  const std::int64_t* s = json.integer(name);
  if (!s || *s < 0 || *s > kSecondsMax) return false;
  out = HostTime(seconds(*s));
  return true;
}

}  // namespace

void TokenOptions::describe(OptionVisitor& v) {
  v.text("issuer", issuer, "who signs: the claim iss, and the only one accepted");
  v.integer("lifetime_s", lifetime_s, {1, 86400}, "s",
            "how long a token lives; longer is more linkable", "choice; swept in the catalog");
  v.integer("leeway_s", leeway_s, {0, 300}, "s", "how far the hosts' clocks may disagree",
            "RFC 7519 4.1.4: no more than a few minutes");
  v.integer("lifetime_max_s", lifetime_max_s, {1, 604800}, "s",
            "a token that claims to live longer is refused", "choice");
  v.integer("remembered", remembered, {0, 1000000}, "",
            "tokens of which a service remembers that their signature is good; 0: none", "choice");
}

Result<void> TokenOptions::validate() const {
  if (!is_identifier(issuer)) {
    return Error{"bad_issuer",
                 "issuer \"" + issuer + "\": allowed are 1 to 64 of A-Z a-z 0-9 . _ @ -"};
  }
  if (lifetime_s < 1 || lifetime_s > lifetime_max_s) {
    return Error{"bad_lifetime", "lifetime_s " + std::to_string(lifetime_s) +
                                     ": allowed are 1 to lifetime_max_s, " +
                                     std::to_string(lifetime_max_s)};
  }
  return {};
}

bool is_identifier(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '@' || c == '-';
  });
}

TokenIssuer::TokenIssuer(TokenOptions options, SigningKey signing_key, RsaPublicKey profile_key)
    : options_(std::move(options)),
      signing_key_(std::move(signing_key)),
      profile_key_(std::move(profile_key)) {
  CHECK(options_.validate().ok(), options_.issuer, options_.lifetime_s, options_.lifetime_max_s);
}

TokenIssuer::Issued TokenIssuer::issue(std::string_view user_id, std::string_view cluster_id,
                                       std::string_view audience, HostTime now) const {
  CHECK(is_identifier(user_id) && is_identifier(cluster_id) && is_identifier(audience));
  const std::string token_id = base64url_encode(crypto::random_bytes(kTokenIdBytes));
  const std::string inner = jwe_seal(profile_key_, kInnerType,
                                     FlatJsonWriter()
                                         .add("sub", user_id)
                                         .add("aud", audience)
                                         .add("cid", cluster_id)
                                         .add("jti", token_id)
                                         .str());
  const std::int64_t issued_s = whole_seconds(now);
  const std::string payload = FlatJsonWriter()
                                  .add("iss", options_.issuer)
                                  .add("aud", audience)
                                  .add("iat", issued_s)
                                  .add("nbf", issued_s)
                                  .add("exp", issued_s + options_.lifetime_s)
                                  .add("jti", token_id)
                                  .add("cid", cluster_id)
                                  .add("inner", inner)
                                  .str();
  return {jws_sign(signing_key_, kOuterType, payload), options_.lifetime_s};
}

TokenVerifier::TokenVerifier(TokenOptions options, std::string audience, KeyRing keys,
                             ReplayCache* replays)
    : options_(std::move(options)),
      audience_(std::move(audience)),
      keys_(std::move(keys)),
      replays_(replays),
      remembered_(static_cast<std::size_t>(options_.remembered)) {}

Result<OuterClaims> TokenVerifier::authenticate(std::string_view token, HostTime now) const {
  const auto* known = remembered_.find(token);
  if (known && keys_.find(known->kid, now)) return known->claims;
  std::string kid;
  const auto payload = jws_open(token, keys_, kOuterType, now, &kid);
  if (!payload.ok()) return payload.error();
  auto claims = read_claims(*payload);
  if (claims.ok()) remembered_.remember(token, {*claims, std::move(kid)});
  return claims;
}

Result<OuterClaims> TokenVerifier::verify(std::string_view token, HostTime now) const {
  auto claims = authenticate(token, now);
  if (!claims.ok()) return claims;
  if (const auto in_time = check_times(*claims, now); !in_time.ok()) return in_time.error();
  if (replays_) {
    const HostTime until = claims->expires + seconds(options_.leeway_s);
    switch (replays_->use(claims->token_id, until, now)) {
      case ReplayCache::Use::first:
        break;
      case ReplayCache::Use::again:
        return refused(refusal::kReplayed);
      case ReplayCache::Use::full:
        return refused(refusal::kReplayCacheFull);
    }
  }
  return claims;
}

Result<OuterClaims> TokenVerifier::read_claims(std::string_view payload) const {
  const auto json = parse_flat_json(payload, {kJwsBytesMax, 16});
  if (!json.ok()) return refused(json.error().code);
  if (!json->has_exactly({"iss", "aud", "iat", "nbf", "exp", "jti", "cid", "inner"})) {
    return refused(refusal::kBadClaims);
  }
  OuterClaims claims;
  const std::string* issuer = json->text("iss");
  const std::string* audience = json->text("aud");
  const std::string* token_id = identifier(*json, "jti");
  const std::string* cluster_id = identifier(*json, "cid");
  const std::string* inner = json->text("inner");
  if (!issuer || !audience || !token_id || !cluster_id || !inner ||
      !read_time(*json, "iat", claims.issued) || !read_time(*json, "nbf", claims.not_before) ||
      !read_time(*json, "exp", claims.expires)) {
    return refused(refusal::kBadClaims);
  }
  if (*issuer != options_.issuer) return refused(refusal::kWrongIssuer);
  if (*audience != audience_) return refused(refusal::kWrongAudience);
  claims.audience = *audience;
  claims.token_id = *token_id;
  claims.cluster_id = *cluster_id;
  claims.inner = *inner;
  return claims;
}

Result<void> TokenVerifier::check_times(const OuterClaims& claims, HostTime now) const {
  const seconds leeway(options_.leeway_s);
  if (claims.not_before - leeway > now || claims.issued - leeway > now) {
    return refused(refusal::kNotYetValid);
  }
  if (claims.expires + leeway <= now) return refused(refusal::kExpired);
  if (claims.expires - claims.issued > seconds(options_.lifetime_max_s)) {
    return refused(refusal::kTooLongLived);
  }
  return {};
}

InnerTokenOpener::InnerTokenOpener(std::shared_ptr<const PrivateKeyProvider> keys)
    : keys_(std::move(keys)) {
  CHECK(keys_ != nullptr);
}

Result<std::string> InnerTokenOpener::open(const OuterClaims& claims, HostTime now) const {
  const auto plaintext = jwe_open(claims.inner, *keys_, kInnerType, now);
  if (!plaintext.ok()) return plaintext.error();
  const auto json = parse_flat_json(*plaintext, {1024, 8});
  if (!json.ok()) return refused(json.error().code);
  const std::string* user_id = identifier(*json, "sub");
  const std::string* audience = json->text("aud");
  const std::string* cluster_id = json->text("cid");
  const std::string* token_id = json->text("jti");
  if (!json->has_exactly({"sub", "aud", "cid", "jti"}) || !user_id || !audience || !cluster_id ||
      !token_id) {
    return refused(refusal::kBadClaims);
  }
  const bool bound = crypto::equal_constant_time(*audience, claims.audience) &&
                     crypto::equal_constant_time(*cluster_id, claims.cluster_id) &&
                     crypto::equal_constant_time(*token_id, claims.token_id);
  if (!bound) return refused(refusal::kSplice);
  return *user_id;
}

}  // namespace gauntlet
