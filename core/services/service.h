// What all services share: a handler for serve_http, health, one line of log per request, and the
// gate that a bearer token has to pass.
//
//   GET /healthz   200 {"status":"ok"}: the process answers
//   GET /readyz    200 {"status":"ready"}: and so does its store; else 503 {"error":"store"}
//
// A service answers on its runtime's executor and blocks it while it reads or writes its store, or
// stretches a secret: run as many services on as many executors as that needs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/authz/flat_json.h"
#include "core/authz/token.h"
#include "core/base/counters.h"
#include "core/runtime/http.h"
#include "core/runtime/runtime.h"
#include "core/services/metrics.h"
#include "core/services/quota.h"

namespace gauntlet {

// One line without its end. No line ever holds a token, an id, a name or a body.
using LogSink = std::function<void(std::string_view)>;

// All must outlive the service.
struct ServiceContext {
  Runtime& runtime;
  Counters& counters;
  LogSink log;
  QuotaOptions quota = {};
};

class Service {
 public:
  virtual ~Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  asio::awaitable<HttpResponse> handle(HttpRequest request);
  // The whole store, as a thief would have it.
  virtual std::string store_bytes() const = 0;
  bool ready() const;
  const LatencyHistogram& latency() const { return latency_; }

 protected:
  Service(std::string name, ServiceContext context)
      : name_(std::move(name)),
        context_(std::move(context)),
        quota_(context_.quota, context_.counters) {}

  // `route` is for the log: the pattern, never the path.
  struct Answer {
    HttpResponse response;
    std::string_view route;
  };
  virtual Answer answer(const HttpRequest& request, HostTime now) = 0;
  // Whether an answer must wait for what it promises, and the wait. Throws when that fails.
  virtual bool unsettled() const { return false; }
  virtual asio::awaitable<void> settle() { co_return; }
  // Reads something from the store; throws when it does not answer.
  virtual void probe_store() const = 0;

  void count(std::string_view what, std::uint64_t n = 1) { context_.counters.add(what, n); }
  ServiceContext& context() { return context_; }
  Quota& quota() { return quota_; }

 private:
  HttpResponse health(const HttpRequest& request) const;
  Answer answer_within_quota(const HttpRequest& request, HostTime now);
  void log(const HttpRequest& request, HostTime now, std::string_view route, int status);
  std::string name_;
  ServiceContext context_;
  Quota quota_;
  LatencyHistogram latency_;
};

// Reads the bearer token, counts authz.accepted or authz.refused.<reason>, and charges the quota.
class BearerGate {
 public:
  BearerGate(TokenVerifier verifier, Counters& counters, Quota& quota)
      : verifier_(std::move(verifier)), counters_(counters), quota_(quota) {}
  // The outer token only.
  Result<OuterClaims> admit(const HttpRequest& request, HostTime now);
  // The inner one too: who it is.
  Result<std::string> admit_user(const HttpRequest& request, HostTime now,
                                 const InnerTokenOpener& opener);
  TokenVerifier& verifier() { return verifier_; }

 private:
  Result<OuterClaims> check(const HttpRequest& request, HostTime now);
  template <class T>
  Result<T> counted(Result<T> result);
  TokenVerifier verifier_;
  Counters& counters_;
  Quota& quota_;
};

// To who is not let in by the gate: 429 when that is for the quota, else 401 without a reason.
HttpResponse unadmitted(const Error& error);
// With Retry-After.
HttpResponse too_many_requests(Duration wait);

// "/v1/models/a" -> {"v1", "models", "a"}; empty for a target with a query, a fragment, an empty or
// a dot segment, or a percent escape: none of our names needs one.
std::vector<std::string_view> path_of(std::string_view target);

HttpResponse json_response(int status, const FlatJsonWriter& json);
// {"error":"..."}; 401 with the challenge RFC 6750 asks for.
HttpResponse error_response(int status, std::string_view error);
HttpResponse method_not_allowed(std::string_view allowed);
// True when there is no content type, or it is this one (parameters ignored).
bool content_type_is(const HttpRequest& request, std::string_view type);

}  // namespace gauntlet
