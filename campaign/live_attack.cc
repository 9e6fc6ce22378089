#include "campaign/live_attack.h"

#include <boost/system/system_error.hpp>
#include <optional>

#include "core/authz/flat_json.h"
#include "core/runtime/http.h"
#include "core/runtime/realtime_runtime.h"
#include "core/runtime/spawn.h"
#include "scenarios/live_phone.h"

namespace gauntlet::campaign {
namespace {

using adversarial::ServiceAttackReport;
using adversarial::ServiceAttackTarget;

// Whether there is anybody to attack, and the attacker may begin with a token of his own.
asio::awaitable<void> knock(Runtime& runtime, const ServiceAttackTarget& target,
                            Result<void>& answer) {
  HttpClient authz(runtime, target.authz);
  HttpRequest request;
  request.method = "POST";
  request.target = "/v1/login";
  request.headers["content-type"] = "application/json";
  request.body = FlatJsonWriter()
                     .add("user", target.user)
                     .add("secret", target.secret)
                     .add("audience", std::string("ingest"))
                     .str();
  try {
    const HttpResponse response = co_await authz.request(std::move(request));
    if (response.status != 200) {
      answer = Error{"refused", "the account " + target.user + " does not log in: status " +
                                    std::to_string(response.status)};
    }
  } catch (const boost::system::system_error& e) {
    answer = Error{"unreachable",
                   target.authz.host + ":" + std::to_string(target.authz.port) + ": " + e.what()};
  }
  authz.close();
}

asio::awaitable<void> attack_all(Runtime& runtime, const adversarial::AttackOptions& attack,
                                 const ServiceAttackTarget& target, std::int64_t requests,
                                 ServiceAttackReport& report, Result<void>& answer) {
  co_await knock(runtime, target, answer);
  if (!answer) co_return;
  if (attack.kind == adversarial::AttackKind::token) {
    adversarial::TokenAttackOptions token = attack.token;
    token.requests = requests;
    co_await adversarial::run_token_attack(runtime, target, token, report);
  } else {
    adversarial::ApiAttackOptions api = attack.api;
    api.requests = requests;
    co_await adversarial::run_api_attack(runtime, target, api, report);
  }
}

}  // namespace

Result<ServiceAttackReport> run_live_attack(const adversarial::AttackOptions& attack,
                                            const LiveAttackOptions& options) {
  if (attack.kind != adversarial::AttackKind::token &&
      attack.kind != adversarial::AttackKind::api) {
    return Error{"bad_attack", std::string(adversarial::to_string(attack.kind)) +
                                   " acts on a simulated world; only token and api reach services"};
  }
  std::optional<TlsContext> tls;
  if (options.target.tls) {
    TlsOptions trust;
    trust.authorities_pem = options.authorities_pem;
    auto made = TlsContext::client(trust);
    if (!made) return made.error();
    tls = *std::move(made);
  }
  RealtimeRuntime sockets;
  scenarios::TlsRuntime runtime(sockets, std::move(tls));
  ServiceAttackTarget target;
  target.authz = options.target.authz;
  target.ingest = options.target.ingest;
  target.profile = options.profile;
  target.user = options.user;
  target.secret = options.secret;
  target.victim_session = std::string(32, '0');
  ServiceAttackReport report;
  Result<void> answer;
  spawn(sockets.executor(), attack_all(runtime, attack, target, options.requests, report, answer));
  sockets.run();
  if (!answer) return answer.error();
  return report;
}

}  // namespace gauntlet::campaign
