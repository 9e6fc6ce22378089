// The authorisation service: knows people's secrets and clusters, issues tokens, and never hears of
// a session, a sample or a name.
//
//   POST /v1/login    {"user": "...", "secret": "..."}  and optionally "audience": ingest
//   (default),
//                     profile or model
//                     -> 200 {"token": "...", "expires_in_s": N, "refresh": "..."}
//   POST /v1/refresh  {"refresh": "..."} (audience as above) -> the same, with a new refresh token
//   POST /v1/logout   {"refresh": "..."} -> 204, whatever it was
//   401 {"error": "unauthorized"} for whatever does not fit; 400, 413, 415 for no request at all
//
// A token is made out to one service, because whoever receives a token can use it: one that served
// ingest and profile alike would let a curious ingest read the profile.
//
// A refresh token is good once. A second use means that two parties hold it: the whole family is
// revoked (RFC 9700 section 4.14.2) and the person logs in again; so it does when an answer is
// lost.
//
// Secrets are salted and stretched with scrypt; an unknown user costs the same work as a wrong
// secret. The rate of guesses is limited by address (quota.h), not by user: who guesses from many
// addresses is held up by the work of scrypt alone, but nobody locks out somebody else.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/authz/crypto.h"
#include "core/authz/token.h"
#include "core/base/options.h"
#include "core/services/service.h"
#include "core/services/sqlite.h"

namespace gauntlet {

struct AuthzOptions {
  crypto::ScryptCost scrypt;
  std::int64_t refresh_lifetime_s = 30 * 86400;

  void describe(OptionVisitor& v);
};

inline constexpr std::string_view kAudienceIngest = "ingest";
inline constexpr std::string_view kAudienceProfile = "profile";
inline constexpr std::string_view kAudienceModel = "model";

class AuthzService : public Service {
 public:
  AuthzService(ServiceContext context, AuthzOptions options, TokenIssuer issuer,
               const std::filesystem::path& store, Durability durability);

  // Anew for a person known already: the secret and the cluster are replaced. Errors: "bad_user",
  // "bad_cluster" (not identifiers), "bad_secret" (not 1 to 256 bytes).
  Result<void> register_person(std::string_view user, std::string_view secret,
                               std::string_view cluster);
  // No further refresh; access tokens live out their lives. False when there was nothing to revoke.
  bool revoke(std::string_view user);
  bool remove_person(std::string_view user);

  TokenIssuer& issuer() { return issuer_; }
  std::string store_bytes() const override { return db_.bytes(); }

 private:
  Answer answer(const HttpRequest& request, HostTime now) override;
  void probe_store() const override { db_.probe(); }
  HttpResponse login(const HttpRequest& request, HostTime now);
  HttpResponse refresh(const HttpRequest& request, HostTime now);
  HttpResponse logout(const HttpRequest& request);
  bool secret_fits(std::string_view user, std::string_view secret);
  std::string cluster_of(std::string_view user);
  HttpResponse issue(std::string_view user, std::string_view audience, std::string_view family,
                     HostTime now);
  HttpResponse refuse(std::string_view reason);

  AuthzOptions options_;
  TokenIssuer issuer_;
  Database db_;
  Statement select_person_;
  Statement upsert_person_;
  Statement delete_person_;
  Statement select_refresh_;
  Statement insert_refresh_;
  Statement use_refresh_;
  Statement revoke_family_;
  Statement revoke_user_;
  Statement purge_refresh_;
  Statement cap_refresh_;
};

}  // namespace gauntlet
