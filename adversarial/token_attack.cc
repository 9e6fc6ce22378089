#include "adversarial/token_attack.h"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <utility>

#include "core/authz/flat_json.h"
#include "core/runtime/http.h"

namespace gauntlet::adversarial {
namespace {

constexpr int kUnauthorized = 401, kForbidden = 403, kTooMany = 429, kNoAnswer = 0;

asio::awaitable<HttpResponse> answered(HttpClient& client, HttpRequest request) {
  HttpResponse response;
  try {
    response = co_await client.request(std::move(request));
  } catch (const boost::system::system_error&) {
    response.status = kNoAnswer;
  }
  co_return response;
}

asio::awaitable<std::string> login(HttpClient& authz, const ServiceAttackTarget& target,
                                   std::string audience) {
  HttpRequest request;
  request.method = "POST";
  request.target = "/v1/login";
  request.headers["content-type"] = "application/json";
  request.body = FlatJsonWriter()
                     .add("user", target.user)
                     .add("secret", target.secret)
                     .add("audience", audience)
                     .str();
  const HttpResponse response = co_await answered(authz, std::move(request));
  const auto json = parse_flat_json(response.body);
  const std::string* token = json.ok() ? json->text("token") : nullptr;
  co_return token ? *token : std::string{};
}

HttpRequest bearing(std::string method, std::string target, const std::string& token) {
  HttpRequest request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers["authorization"] = "Bearer " + token;
  return request;
}

void count(ServiceAttackReport& report, std::string_view row, const std::string& name, int status,
           bool accepted, HostTime now) {
  auto& r = report.rows[std::string(row)];
  ++r.tried;
  r.unanswered += status == kNoAnswer;
  r.over_quota += status == kTooMany;
  const bool refused = status == kUnauthorized || status == kForbidden || status == kTooMany;
  r.refused += refused;
  if (refused && !report.refused_at) report.refused_at = now;
  if (!accepted) return;
  ++r.accepted;
  if (std::find(report.accepted.begin(), report.accepted.end(), name) == report.accepted.end()) {
    report.accepted.push_back(name);
  }
}

// One request, most with the attacker's own token, that asks for what is not his, or for too much.
enum class Door : std::uint8_t { ingest, profile, authz };
struct Trespass {
  ApiAct act;
  std::string name;
  Door door;
  HttpRequest request;
};

HttpRequest guess(const ServiceAttackTarget& target) {
  HttpRequest request("POST", "/v1/login");
  request.headers["content-type"] = "application/json";
  request.body = FlatJsonWriter().add("user", target.user).add("secret", "a guess").str();
  return request;
}

std::vector<Trespass> trespasses(const ServiceAttackTarget& t, const std::string& ingest,
                                 const std::string& profile) {
  std::vector<Trespass> out;
  const std::string session = "/v1/sessions/" + t.victim_session;
  const auto add = [&out](ApiAct act, std::string name, Door door, HttpRequest request) {
    out.push_back({act, std::move(name), door, std::move(request)});
  };
  add(ApiAct::foreign_objects, "a foreign session read", Door::ingest,
      bearing("GET", session, ingest));
  HttpRequest put = bearing("PUT", session + "/chunks/0", ingest);
  put.headers["content-type"] = "application/x-protobuf";
  add(ApiAct::foreign_objects, "a foreign session written", Door::ingest, put);
  for (const char* query : {"?user=victim", "?user_id=victim&admin=1"}) {
    add(ApiAct::mass_assignment, std::string("a profile with ") + query, Door::profile,
        bearing("GET", std::string("/v1/profile") + query, profile));
  }
  for (const char* path :
       {"/v1/sessions/../profile", "/v1/sessions/%2e%2e/%2e%2e/etc/passwd", "//v1/profile",
        "/v1/sessions/'%20OR%20'1'='1", "http://169.254.169.254/latest"}) {
    add(ApiAct::traversal, path, Door::ingest, bearing("GET", path, ingest));
  }
  add(ApiAct::flood, "an unknown session, again and again", Door::ingest,
      bearing("GET", "/v1/sessions/" + std::string(32, 'f'), ingest));
  add(ApiAct::token_flood, "a worthless token, again and again", Door::ingest,
      bearing("GET", session, "a.b.c"));
  add(ApiAct::login_flood, "a guess at a secret, again and again", Door::authz, guess(t));
  return out;
}

}  // namespace

std::uint64_t ServiceAttackReport::tried() const {
  std::uint64_t n = 0;
  for (const auto& [name, row] : rows) n += row.tried;
  return n;
}
std::uint64_t ServiceAttackReport::accepted_total() const {
  std::uint64_t n = 0;
  for (const auto& [name, row] : rows) n += row.accepted;
  return n;
}

std::uint64_t ServiceAttackReport::refused() const {
  std::uint64_t n = 0;
  for (const auto& [name, row] : rows) n += row.refused;
  return n;
}
std::uint64_t ServiceAttackReport::over_quota() const {
  std::uint64_t n = 0;
  for (const auto& [name, row] : rows) n += row.over_quota;
  return n;
}

asio::awaitable<void> run_token_attack(Runtime& runtime, ServiceAttackTarget target,
                                       TokenAttackOptions options, ServiceAttackReport& report) {
  HttpClient authz(runtime, target.authz), ingest(runtime, target.ingest),
      profile(runtime, target.profile);
  ForgeMaterial material;
  material.own = co_await login(authz, target, "ingest");
  material.own_for_profile = co_await login(authz, target, "profile");
  material.seen = target.seen.empty() ? material.own : target.seen;
  material.public_pem = target.public_pem;
  material.held_by_ingest = target.held_by_ingest;
  const std::vector<ForgedToken> forged = forge_tokens(material, options.family);
  const Duration pause = from_seconds(1 / options.per_s);
  if (!report.begun) report.begun = runtime.now();
  const std::string session = "/v1/sessions/" + std::string(32, '0');
  for (std::int64_t i = 0; i < options.requests; ++i) {
    const ForgedToken& f = forged[static_cast<std::size_t>(i) % forged.size()];
    const bool at_profile = f.audience == "profile";
    HttpRequest request = bearing("GET", at_profile ? "/v1/profile" : session, f.token);
    const HttpResponse r = co_await answered(at_profile ? profile : ingest, std::move(request));
    // A malformed header field may be answered 400 before anybody looks at the token.
    const bool accepted = r.status != kUnauthorized && r.status != kNoAnswer && r.status != 400 &&
                          r.status != kTooMany;
    count(report, f.row, f.name, r.status, accepted, runtime.now());
    co_await runtime.sleep_for(pause);
  }
  authz.close();
  ingest.close();
  profile.close();
}

asio::awaitable<void> run_api_attack(Runtime& runtime, ServiceAttackTarget target,
                                     ApiAttackOptions options, ServiceAttackReport& report) {
  HttpClient authz(runtime, target.authz), ingest(runtime, target.ingest),
      profile(runtime, target.profile);
  const std::string own = co_await login(authz, target, "ingest");
  const std::string own_for_profile = co_await login(authz, target, "profile");
  std::vector<Trespass> all = trespasses(target, own, own_for_profile);
  std::erase_if(all, [&options](const Trespass& t) {
    const bool by_itself = t.act == ApiAct::token_flood || t.act == ApiAct::login_flood;
    return options.act == ApiAct::all ? by_itself : options.act != t.act;
  });
  const Duration pause = from_seconds(1 / options.per_s);
  if (!report.begun) report.begun = runtime.now();
  for (std::int64_t i = 0; i < options.requests; ++i) {
    const Trespass& t = all[static_cast<std::size_t>(i) % all.size()];
    HttpRequest request = t.request;
    HttpClient& client = t.door == Door::profile ? profile : t.door == Door::authz ? authz : ingest;
    const HttpResponse r = co_await answered(client, std::move(request));
    const bool accepted = r.status >= 200 && r.status < 300;
    count(report, "A1", t.name, r.status, accepted, runtime.now());
    co_await runtime.sleep_for(pause);
  }
  authz.close();
  ingest.close();
  profile.close();
}

}  // namespace gauntlet::adversarial
