#include "core/services/authz_service.h"

#include "core/authz/base64url.h"
#include "core/base/check.h"

namespace gauntlet {
namespace {

using std::chrono::seconds;

constexpr std::size_t kBodyBytesMax = 2048;
constexpr std::size_t kSecretBytesMax = 256;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kRefreshBytes = 32;
// The oldest go first: nobody has so many phones, and a used one is kept only to notice its reuse.
constexpr std::int64_t kRefreshPerUserMax = 64;

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS people (
  user TEXT PRIMARY KEY, cluster TEXT NOT NULL, salt BLOB NOT NULL, hash BLOB NOT NULL,
  log2_n INTEGER NOT NULL, r INTEGER NOT NULL, p INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refresh (
  id INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE, family BLOB NOT NULL,
  user TEXT NOT NULL REFERENCES people(user) ON DELETE CASCADE,
  expires_ns INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS refresh_family ON refresh(family);
CREATE INDEX IF NOT EXISTS refresh_user ON refresh(user, id);
CREATE INDEX IF NOT EXISTS refresh_expiry ON refresh(expires_ns);
)";

Database open_store(const std::filesystem::path& store, Durability durability) {
  Database db(store, durability);
  db.execute(kSchema);
  return db;
}

std::int64_t ns_of(HostTime t) { return t.time_since_epoch().count(); }

// The audience asked for; empty when it is none of ours or the members are not as they should be.
std::string_view audience_of(const FlatJson& json,
                             std::initializer_list<std::string_view> required) {
  if (json.members().size() == required.size()) {
    return json.has_exactly(required) ? kAudienceIngest : std::string_view{};
  }
  const std::string* asked = json.text("audience");
  if (!asked || json.members().size() != required.size() + 1) return {};
  for (const auto name : required) {
    if (!json.text(name)) return {};
  }
  for (const auto known : {kAudienceIngest, kAudienceProfile, kAudienceModel}) {
    if (*asked == known) return known;
  }
  return {};
}

// The body, or the answer to one that is none.
Result<FlatJson> read_body(const HttpRequest& request, HttpResponse& otherwise) {
  if (request.body.size() > kBodyBytesMax) {
    otherwise = error_response(413, "body too large");
    return refused(refusal::kTooLong);
  }
  if (!content_type_is(request, "application/json")) {
    otherwise = error_response(415, "body must be application/json");
    return refused(refusal::kMalformed);
  }
  otherwise = error_response(400, "malformed body");
  return parse_flat_json(request.body, {kBodyBytesMax, 4});
}

}  // namespace

void AuthzOptions::describe(OptionVisitor& v) {
  v.integer("scrypt_log2_n", scrypt.log2_n, {1, 20}, "", "scrypt: work and memory, as a power of 2",
            "OWASP Password Storage Cheat Sheet");
  v.integer("scrypt_r", scrypt.r, {1, 32}, "", "scrypt: block size", "RFC 7914");
  v.integer("scrypt_p", scrypt.p, {1, 16}, "", "scrypt: parallelisation", "RFC 7914");
  v.integer("refresh_lifetime_s", refresh_lifetime_s, {60, 31536000}, "s",
            "how long one may go without logging in", "choice");
}

AuthzService::AuthzService(ServiceContext service_context, AuthzOptions options, TokenIssuer issuer,
                           const std::filesystem::path& store, Durability durability)
    : Service("authz", std::move(service_context)),
      options_(options),
      issuer_(std::move(issuer)),
      db_(open_store(store, durability)),
      select_person_(
          db_.prepare("SELECT cluster, salt, hash, log2_n, r, p FROM people WHERE user = ?")),
      upsert_person_(db_.prepare("INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?, ?, ?, ?)")),
      delete_person_(db_.prepare("DELETE FROM people WHERE user = ?")),
      select_refresh_(db_.prepare(
          "SELECT family, user, used FROM refresh WHERE digest = ? AND expires_ns > ?")),
      insert_refresh_(
          db_.prepare("INSERT INTO refresh(digest, family, user, expires_ns) VALUES (?, ?, ?, ?)")),
      use_refresh_(db_.prepare("UPDATE refresh SET used = 1 WHERE digest = ? AND used = 0")),
      revoke_family_(db_.prepare("DELETE FROM refresh WHERE family = ?")),
      revoke_user_(db_.prepare("DELETE FROM refresh WHERE user = ?")),
      purge_refresh_(db_.prepare("DELETE FROM refresh WHERE expires_ns <= ?")),
      cap_refresh_(db_.prepare("DELETE FROM refresh WHERE id IN (SELECT id FROM refresh "
                               "WHERE user = ? ORDER BY id DESC LIMIT -1 OFFSET ?)")) {}

Result<void> AuthzService::register_person(std::string_view user, std::string_view secret,
                                           std::string_view cluster) {
  if (!is_identifier(user)) return Error{"bad_user", "allowed are 1 to 64 of A-Z a-z 0-9 . _ @ -"};
  if (!is_identifier(cluster)) {
    return Error{"bad_cluster", "allowed are 1 to 64 of A-Z a-z 0-9 . _ @ -"};
  }
  if (secret.empty() || secret.size() > kSecretBytesMax) {
    return Error{"bad_secret", "allowed are 1 to 256 bytes"};
  }
  const std::string salt = crypto::random_bytes(kSaltBytes);
  const auto& cost = options_.scrypt;
  const std::string hash = crypto::scrypt(secret, salt, cost);
  upsert_person_.run(user, cluster, Blob{salt}, Blob{hash}, cost.log2_n, cost.r, cost.p);
  return {};
}

bool AuthzService::revoke(std::string_view user) {
  revoke_user_.run(user);
  return db_.changes() > 0;
}

bool AuthzService::remove_person(std::string_view user) {
  delete_person_.run(user);
  return db_.changes() > 0;
}

Service::Answer AuthzService::answer(const HttpRequest& request, HostTime now) {
  struct Route {
    std::string_view target;
    std::string_view name;
  };
  constexpr Route kRoutes[] = {
      {"/v1/login", "login"}, {"/v1/refresh", "refresh"}, {"/v1/logout", "logout"}};
  for (const auto& route : kRoutes) {
    if (request.target != route.target) continue;
    if (request.method != "POST") return {method_not_allowed("POST"), route.name};
    if (route.name == "login") return {login(request, now), route.name};
    if (route.name == "refresh") return {refresh(request, now), route.name};
    return {logout(request), route.name};
  }
  return {error_response(404, "not found"), "other"};
}

HttpResponse AuthzService::login(const HttpRequest& request, HostTime now) {
  HttpResponse otherwise;
  const auto json = read_body(request, otherwise);
  if (!json.ok()) return otherwise;
  const std::string* user = json->text("user");
  const std::string* secret = json->text("secret");
  const std::string_view audience = audience_of(*json, {"user", "secret"});
  if (!user || !secret || audience.empty()) return otherwise;
  if (!secret_fits(*user, *secret)) return refuse("bad_credentials");
  if (const auto wait = quota().issue(*user, now)) return too_many_requests(*wait);
  return issue(*user, audience, crypto::random_bytes(16), now);
}

bool AuthzService::secret_fits(std::string_view user, std::string_view secret) {
  crypto::ScryptCost cost = options_.scrypt;
  std::string salt(kSaltBytes, '\0');
  std::string expected;
  {
    auto rows = select_person_.query(user);
    if (rows.next()) {
      salt = rows.text(1);
      expected = rows.text(2);
      cost = {rows.integer(3), rows.integer(4), rows.integer(5)};
    }
  }
  const std::string_view bounded = secret.substr(0, kSecretBytesMax + 1);
  const std::string hash = crypto::scrypt(bounded, salt, cost);
  return crypto::equal_constant_time(hash, expected);
}

std::string AuthzService::cluster_of(std::string_view user) {
  auto rows = select_person_.query(user);
  CHECK(rows.next());
  return rows.text(0);
}

HttpResponse AuthzService::issue(std::string_view user, std::string_view audience,
                                 std::string_view family, HostTime now) {
  const std::string refresh = base64url_encode(crypto::random_bytes(kRefreshBytes));
  purge_refresh_.run(ns_of(now));
  insert_refresh_.run(Blob{crypto::sha256(refresh)}, Blob{family}, user,
                      ns_of(now + seconds(options_.refresh_lifetime_s)));
  cap_refresh_.run(user, kRefreshPerUserMax);
  const auto issued = issuer_.issue(user, cluster_of(user), audience, now);
  count("authz.issued");
  return json_response(200, FlatJsonWriter()
                                .add("token", issued.token)
                                .add("expires_in_s", issued.expires_in_s)
                                .add("refresh", refresh));
}

HttpResponse AuthzService::refresh(const HttpRequest& request, HostTime now) {
  HttpResponse otherwise;
  const auto json = read_body(request, otherwise);
  if (!json.ok()) return otherwise;
  const std::string* token = json->text("refresh");
  const std::string_view audience = audience_of(*json, {"refresh"});
  if (!token || audience.empty()) return otherwise;
  const std::string digest = crypto::sha256(*token);
  std::string family;
  std::string user;
  bool used = false;
  {
    auto rows = select_refresh_.query(Blob{digest}, ns_of(now));
    if (!rows.next()) return refuse("bad_refresh");
    family = rows.text(0);
    user = rows.text(1);
    used = rows.integer(2) != 0;
  }
  if (used) {
    revoke_family_.run(Blob{family});
    return refuse("refresh_reused");
  }
  if (const auto wait = quota().issue(user, now)) return too_many_requests(*wait);
  Transaction transaction(db_);
  use_refresh_.run(Blob{digest});
  HttpResponse response = issue(user, audience, family, now);
  transaction.commit();
  return response;
}

HttpResponse AuthzService::logout(const HttpRequest& request) {
  HttpResponse otherwise;
  const auto json = read_body(request, otherwise);
  if (!json.ok()) return otherwise;
  const std::string* token = json->text("refresh");
  if (!token || !json->has_exactly({"refresh"})) return otherwise;
  std::string family;
  {
    auto rows = select_refresh_.query(Blob{crypto::sha256(*token)}, std::int64_t{0});
    if (rows.next()) family = rows.text(0);
  }
  if (!family.empty()) revoke_family_.run(Blob{family});
  return {204, {}, ""};
}

HttpResponse AuthzService::refuse(std::string_view reason) {
  count(std::string("authz.refused.").append(reason));
  return error_response(401, "unauthorized");
}

}  // namespace gauntlet
