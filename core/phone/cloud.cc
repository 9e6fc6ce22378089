#include "core/phone/cloud.h"

#include <boost/system/system_error.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/runtime/http.h"

namespace gauntlet {
namespace {

// A token is opaque here; this bounds what a broken service can make a phone carry.
constexpr std::size_t kTokenMax = 16 * 1024;
constexpr double kLifeMax_s = 86400.0 * 365;

LoginReply parse_login(const HttpResponse& response) {
  LoginReply reply;
  reply.status = response.status;
  if (response.status != 200) return reply;
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  const bool whole = json.is_object() && json.contains("token") && json["token"].is_string() &&
                     json.contains("expires_in_s") && json["expires_in_s"].is_number();
  if (!whole) return {};
  const double life_s = json["expires_in_s"].get<double>();
  reply.token = json["token"].get<std::string>();
  const bool usable =
      life_s > 0 && life_s < kLifeMax_s && !reply.token.empty() && reply.token.size() <= kTokenMax;
  if (!usable) return {};
  reply.expires_in = from_seconds(life_s);
  return reply;
}

class HttpCloud final : public Cloud {
 public:
  HttpCloud(Runtime& runtime, Endpoint authz, Endpoint ingest)
      : authz_(runtime, std::move(authz)), ingest_(runtime, std::move(ingest)) {}

  asio::awaitable<LoginReply> login(std::string user, std::string secret) override {
    HttpRequest request;
    request.method = "POST";
    request.target = "/v1/login";
    request.headers["content-type"] = "application/json";
    request.body = nlohmann::json{{"user", user}, {"secret", secret}}.dump(
        -1, ' ', false, nlohmann::json::error_handler_t::replace);
    co_return parse_login(co_await answered(authz_, std::move(request)));
  }

  asio::awaitable<int> put_chunk(std::string session_id, std::uint64_t sequence, std::string token,
                                 std::string body) override {
    HttpRequest request;
    request.method = "PUT";
    request.target = "/v1/sessions/" + session_id + "/chunks/" + std::to_string(sequence);
    request.headers["authorization"] = "Bearer " + token;
    request.headers["content-type"] = "application/x-protobuf";
    request.body = std::move(body);
    const HttpResponse response = co_await answered(ingest_, std::move(request));
    co_return response.status;
  }

  void close() override {
    authz_.close();
    ingest_.close();
  }

 private:
  // Status 0 where the client throws.
  static asio::awaitable<HttpResponse> answered(HttpClient& client, HttpRequest request) {
    HttpResponse response;
    try {
      response = co_await client.request(std::move(request));
    } catch (const boost::system::system_error&) {
      response.status = 0;
    }
    co_return response;
  }

  HttpClient authz_;
  HttpClient ingest_;
};

}  // namespace

std::unique_ptr<Cloud> make_http_cloud(Runtime& runtime, Endpoint authz, Endpoint ingest) {
  return std::make_unique<HttpCloud>(runtime, std::move(authz), std::move(ingest));
}

}  // namespace gauntlet
