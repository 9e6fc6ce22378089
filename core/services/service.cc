#include "core/services/service.h"

#include <algorithm>
#include <cstdio>

#include "core/services/store.h"

namespace gauntlet {
namespace {

// An error of the gate whose message is the value of Retry-After.
constexpr std::string_view kQuotaExceeded = "quota_exceeded";

std::int64_t retry_after_s(Duration wait) {
  return std::chrono::ceil<std::chrono::seconds>(wait).count();
}

}  // namespace

asio::awaitable<HttpResponse> Service::handle(HttpRequest request) {
  const HostTime now = context_.runtime.now();
  if (request.target == "/healthz" || request.target == "/readyz") co_return health(request);
  try {
    Answer result = answer_within_quota(request, now);
    if (unsettled()) co_await settle();
    latency_.observe(context_.runtime.now() - now);
    log(request, now, result.route, result.response.status);
    co_return std::move(result.response);
  } catch (const StoreError& error) {
    if (!error.unavailable()) {
      count(name_ + ".failures");
      log(request, now, "failed", 500);
      throw;
    }
    count(name_ + ".store_unavailable");
    log(request, now, "store", 503);
    HttpResponse later = error_response(503, "store");
    later.headers["retry-after"] = "1";
    co_return later;
  } catch (const std::exception&) {
    // serve_http answers 500; what() stays out of the log, it may quote what was asked.
    count(name_ + ".failures");
    log(request, now, "failed", 500);
    throw;
  }
}

Service::Answer Service::answer_within_quota(const HttpRequest& request, HostTime now) {
  if (const auto wait = quota_.begin(request.peer, now)) {
    return {too_many_requests(*wait), "quota"};
  }
  Answer result = answer(request, now);
  quota_.end(now);
  return result;
}

HttpResponse Service::health(const HttpRequest& request) const {
  if (request.method != "GET") return method_not_allowed("GET");
  if (request.target == "/healthz") return json_response(200, FlatJsonWriter().add("status", "ok"));
  return ready() ? json_response(200, FlatJsonWriter().add("status", "ready"))
                 : error_response(503, "store");
}

bool Service::ready() const {
  try {
    probe_store();
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void Service::log(const HttpRequest& request, HostTime now, std::string_view route, int status) {
  if (!context_.log) return;
  constexpr std::string_view kMethods[] = {"GET", "PUT", "POST", "DELETE", "HEAD"};
  const auto* known = std::find(std::begin(kMethods), std::end(kMethods), request.method);
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
  char stamp[32];
  std::snprintf(stamp, sizeof stamp, "%lld.%03d", static_cast<long long>(ms / 1000),
                static_cast<int>(ms % 1000));
  std::string line(stamp);
  line.append(" ").append(name_).append(" ");
  line.append(known != std::end(kMethods) ? *known : "?").append(" ").append(route);
  line.append(" ").append(std::to_string(status));
  context_.log(line);
}

Result<OuterClaims> BearerGate::check(const HttpRequest& request, HostTime now) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto it = request.headers.find("authorization");
  if (it == request.headers.end() || !it->second.starts_with(kScheme)) {
    return refused(refusal::kMissing);
  }
  auto claims = verifier_.verify(std::string_view(it->second).substr(kScheme.size()), now);
  if (!claims.ok()) return claims;
  if (const auto wait = quota_.admit(*claims, now)) {
    return Error{std::string(kQuotaExceeded), std::to_string(retry_after_s(*wait))};
  }
  return claims;
}

HttpResponse unadmitted(const Error& error) {
  if (error.code != kQuotaExceeded) return error_response(401, "unauthorized");
  HttpResponse response = error_response(429, "too many requests");
  response.headers["retry-after"] = error.message;
  return response;
}

HttpResponse too_many_requests(Duration wait) {
  return unadmitted({std::string(kQuotaExceeded), std::to_string(retry_after_s(wait))});
}

template <class T>
Result<T> BearerGate::counted(Result<T> result) {
  counters_.add(result.ok() ? std::string("authz.accepted")
                            : std::string("authz.refused.").append(result.error().code));
  return result;
}

Result<OuterClaims> BearerGate::admit(const HttpRequest& request, HostTime now) {
  return counted(check(request, now));
}

Result<std::string> BearerGate::admit_user(const HttpRequest& request, HostTime now,
                                           const InnerTokenOpener& opener) {
  const auto claims = check(request, now);
  if (!claims.ok()) return counted(Result<std::string>(claims.error()));
  return counted(opener.open(*claims, now));
}

std::vector<std::string_view> path_of(std::string_view target) {
  constexpr std::size_t kSegmentsMax = 8;
  std::vector<std::string_view> segments;
  if (target.find_first_of("?#%\\") != std::string_view::npos) return {};
  while (!target.empty()) {
    if (target[0] != '/' || segments.size() == kSegmentsMax) return {};
    target.remove_prefix(1);
    const std::string_view segment = target.substr(0, target.find('/'));
    if (segment.empty() || segment[0] == '.') return {};
    segments.push_back(segment);
    target.remove_prefix(segment.size());
  }
  return segments;
}

HttpResponse json_response(int status, const FlatJsonWriter& json) {
  return {
      status, {{"content-type", "application/json"}, {"cache-control", "no-store"}}, json.str()};
}

HttpResponse error_response(int status, std::string_view error) {
  HttpResponse response = json_response(status, FlatJsonWriter().add("error", error));
  if (status == 401) response.headers["www-authenticate"] = "Bearer";
  return response;
}

HttpResponse method_not_allowed(std::string_view allowed) {
  HttpResponse response = error_response(405, "method not allowed");
  response.headers["allow"] = allowed;
  return response;
}

bool content_type_is(const HttpRequest& request, std::string_view type) {
  const auto it = request.headers.find("content-type");
  if (it == request.headers.end()) return true;
  std::string_view given(it->second);
  given = given.substr(0, given.find(';'));
  while (!given.empty() && given.back() == ' ') given.remove_suffix(1);
  return std::equal(given.begin(), given.end(), type.begin(), type.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

}  // namespace gauntlet
