#include "core/services/service.h"

#include <algorithm>
#include <cstdio>

#include "core/services/store.h"

namespace gauntlet {

asio::awaitable<HttpResponse> Service::handle(HttpRequest request) {
  const HostTime now = context_.runtime.now();
  if (request.target == "/healthz" || request.target == "/readyz") co_return health(request);
  try {
    Answer result = answer(request, now);
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

Result<OuterClaims> BearerGate::check(const HttpRequest& request, HostTime now) const {
  constexpr std::string_view kScheme = "Bearer ";
  const auto it = request.headers.find("authorization");
  if (it == request.headers.end() || !it->second.starts_with(kScheme)) {
    return refused(refusal::kMissing);
  }
  return verifier_.verify(std::string_view(it->second).substr(kScheme.size()), now);
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
