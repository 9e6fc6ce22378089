// Four services on one hand-set clock, called as handlers, each with its store in memory.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/services/authz_service.h"
#include "core/services/ingest_service.h"
#include "core/services/model_service.h"
#include "core/services/profile_service.h"
#include "tests/authz/forge.h"

namespace gauntlet::services_test {

// Handlers ask a runtime for the time and nothing else.
class ClockRuntime : public Runtime {
 public:
  asio::any_io_executor executor() override { return context_.get_executor(); }
  HostTime now() const override { return now_; }
  // At once, though not before others had their turn.
  asio::awaitable<void> sleep_until(HostTime) override {
    return asio::post(context_, asio::use_awaitable);
  }
  asio::awaitable<std::unique_ptr<ByteStream>> connect(Endpoint) override {
    CHECK(false);
    co_return nullptr;
  }
  std::unique_ptr<Listener> listen(Endpoint) override { return nullptr; }
  void random_bytes(std::span<std::byte>) override { CHECK(false); }

  void run() {
    context_.restart();
    context_.run();
  }
  void set(HostTime t) { now_ = t; }
  HttpResponse call(Service& service, HttpRequest request) {
    HttpResponse response;
    std::exception_ptr failure;
    asio::co_spawn(context_, service.handle(std::move(request)),
                   [&](std::exception_ptr e, HttpResponse r) {
                     failure = e;
                     response = std::move(r);
                   });
    run();
    if (failure) std::rethrow_exception(failure);
    return response;
  }

 private:
  asio::io_context context_;
  HostTime now_ = forge::kNow;
};

struct Site {
  explicit Site(Durability durability = Durability::memory, const std::filesystem::path& dir = {},
                IngestOptions ingest_options = {}, QuotaOptions quota_options = {})
      : quota(quota_options),
        key(forge::es256()),
        authz(context(authz_counters, authz_log), {{4, 8, 1}, 86400},
              TokenIssuer({}, key, forge::rsa().public_key()), dir / "authz.sqlite", durability),
        profile(context(profile_counters, profile_log), verifier("profile"),
                std::make_shared<LocalKeyProvider>(forge::rsa()), std::string(32, 'k'),
                make_sqlite_profile_store(dir / "profile.sqlite", durability)),
        ingest(context(ingest_counters, ingest_log), ingest_options, verifier("ingest"),
               make_sqlite_ingest_store(dir / "ingest.sqlite", durability,
                                        ingest_options.store_bytes_max)),
        model(context(model_counters, model_log), verifier("model"), dir / "model.sqlite",
              durability) {}

  ServiceContext context(Counters& counters, std::string& log) {
    return {runtime, counters, [&log](std::string_view line) { log.append(line).append("\n"); },
            quota};
  }
  TokenVerifier verifier(std::string_view audience) {
    return TokenVerifier({}, std::string(audience), forge::ring_of(key));
  }

  HttpResponse post(std::string target, std::string body) {
    return runtime.call(authz, {"POST", std::move(target), {}, std::move(body)});
  }
  // The member of a JSON answer, "" when there is none.
  static std::string member(const HttpResponse& response, std::string_view name) {
    const auto json = parse_flat_json(response.body);
    if (!json.ok()) return {};
    if (const auto* text = json->text(name)) return *text;
    const auto* integer = json->integer(name);
    return integer ? std::to_string(*integer) : std::string{};
  }
  std::string login(std::string_view user, std::string_view secret,
                    std::string_view audience = "ingest") {
    const std::string body =
        FlatJsonWriter().add("user", user).add("secret", secret).add("audience", audience).str();
    return member(post("/v1/login", body), "token");
  }
  static HttpRequest with_token(std::string method, std::string target, std::string_view token,
                                std::string body = {}) {
    HttpRequest request{std::move(method), std::move(target), {}, std::move(body)};
    if (!token.empty()) {
      request.headers["authorization"] = std::string("Bearer ").append(token);
    }
    return request;
  }

  ClockRuntime runtime;
  QuotaOptions quota;
  Counters authz_counters, profile_counters, ingest_counters, model_counters;
  std::string authz_log, profile_log, ingest_log, model_log;
  SigningKey key;
  AuthzService authz;
  ProfileService profile;
  IngestService ingest;
  ModelService model;
};

}  // namespace gauntlet::services_test
