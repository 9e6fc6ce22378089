// The whole set behind its HTTP servers: one conversation over real sockets and in virtual time.
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "core/runtime/http.h"
#include "core/runtime/realtime_runtime.h"
#include "core/runtime/self_signed.h"
#include "core/runtime/spawn.h"
#include "core/services/service_set.h"
#include "core/wire/upload.pb.h"
#include "sim/network/virtual_network.h"
#include "tests/authz/forge.h"

namespace gauntlet {
namespace {

using std::chrono::seconds;

const std::string kSession = "0123456789abcdef0123456789abcdef";

ServiceSetOptions quick_options() {
  ServiceSetOptions options;
  options.durability = Durability::memory;
  options.authz.scrypt = {4, 8, 1};
  return options;
}
ServiceKeys test_keys_of(const ServiceSetOptions& options) {
  return {SigningKey::generate(options.algorithm, "s1"), forge::rsa("p1"), std::string(32, 'k')};
}

// What a client sees of an answer, without what is different each time.
struct Exchange {
  std::string what;
  int status;
  std::size_t body_bytes;
  friend bool operator==(const Exchange&, const Exchange&) = default;
};

class Client {
 public:
  Client(Runtime& runtime, ServiceSet& services, std::array<std::string, 4> hosts)
      : runtime_(runtime), services_(services), hosts_(std::move(hosts)) {}

  asio::awaitable<HttpResponse> ask(ServiceKind kind, HttpRequest request) {
    const auto port = services_.endpoint(kind).port;
    HttpClient client(runtime_, {hosts_[static_cast<std::size_t>(kind)], port});
    const std::string what = request.method + " " + request.target;
    HttpResponse response = co_await client.request(std::move(request));
    exchanges.push_back({what, response.status, response.body.size()});
    co_return response;
  }
  // Requests are made outside coroutines: g++ 12 cannot hold a braced list in a coroutine's frame.
  static HttpRequest login_request(std::string_view audience) {
    return {
        "POST",
        "/v1/login",
        {{"content-type", "application/json"}},
        FlatJsonWriter().add("user", "alice").add("secret", "s").add("audience", audience).str()};
  }
  static HttpRequest health_request() { return {"GET", "/healthz", {}, ""}; }
  static HttpRequest chunk_request(std::uint64_t sequence, std::string_view token) {
    upload::v1::Chunk chunk;
    chunk.set_session_id(kSession);
    chunk.set_sequence(sequence);
    chunk.set_last(sequence == 1);
    return bearing("PUT", "/v1/sessions/" + kSession + "/chunks/" + std::to_string(sequence), token,
                   chunk.SerializeAsString());
  }
  asio::awaitable<std::string> login(std::string audience) {
    const auto response = co_await ask(ServiceKind::authz, login_request(audience));
    const auto json = parse_flat_json(response.body);
    co_return json.ok() && json->text("token") ? *json->text("token") : std::string{};
  }
  static HttpRequest bearing(std::string method, std::string target, std::string_view token,
                             std::string body = {}) {
    return {std::move(method),
            std::move(target),
            {{"authorization", std::string("Bearer ").append(token)},
             {"content-type", "application/x-protobuf"}},
            std::move(body)};
  }

  asio::awaitable<void> converse() {
    const std::string token = co_await login("ingest");
    co_await ask(ServiceKind::ingest, chunk_request(0, token));
    co_await ask(ServiceKind::ingest, chunk_request(0, token));
    co_await ask(ServiceKind::ingest, chunk_request(1, token));
    co_await ask(ServiceKind::ingest, bearing("GET", "/v1/sessions/" + kSession, token));
    co_await ask(ServiceKind::profile, bearing("GET", "/v1/profile", token));
    co_await ask(ServiceKind::profile, bearing("GET", "/v1/profile", co_await login("profile")));
    co_await ask(ServiceKind::model, bearing("GET", "/v1/models/m", co_await login("model")));
    co_await ask(ServiceKind::ingest, bearing("PUT", "/v1/sessions/" + kSession + "/chunks/2",
                                              token, std::string(600'000, 'x')));
    for (std::size_t i = 0; i < kServiceKinds.size(); ++i) {
      co_await ask(kServiceKinds[i], health_request());
    }
    services_.stop();
  }

  std::vector<Exchange> exchanges;

 private:
  Runtime& runtime_;
  ServiceSet& services_;
  std::array<std::string, 4> hosts_;
};

void fill(ServiceSet& services) {
  const Person alice{"alice", "Alice", "a@example.org", 34, "f", 172, 65, "beginner"};
  ASSERT_TRUE(services.register_person(alice, "s", "c7").ok());
  ASSERT_TRUE(services.model().put("m", std::string(1000, 'm')).ok());
}

std::vector<Exchange> over_sockets() {
  RealtimeRuntime runtime;
  const auto options = quick_options();
  ServiceSet services({runtime, runtime, runtime, runtime}, {}, options, test_keys_of(options));
  fill(services);
  services.serve();
  Client client(runtime, services, {"localhost", "localhost", "localhost", "localhost"});
  spawn(runtime.executor(), client.converse());
  runtime.run_for(seconds{20});
  EXPECT_FALSE(services.serving());
  return client.exchanges;
}

std::vector<Exchange> in_virtual_time(Counters* counters = nullptr) {
  sim::Simulation simulation;
  sim::VirtualContext context(simulation);
  sim::VirtualNetwork network(context, {}, sim::RandomStream(1, "network"));
  const auto options = quick_options();
  ServiceSet services({network.add_host("authz"), network.add_host("profile"),
                       network.add_host("ingest"), network.add_host("model")},
                      {}, options, test_keys_of(options));
  fill(services);
  services.serve();
  Client client(network.add_host("phone"), services, {"authz", "profile", "ingest", "model"});
  spawn(network.host("phone").executor(), client.converse());
  simulation.run();
  EXPECT_FALSE(services.serving());
  if (counters) *counters = services.all_counters();
  return client.exchanges;
}

TEST(ServiceSet, TheSameConversationOverSocketsAndInVirtualTime) {
  Counters counters;
  const auto real = over_sockets();
  const auto simulated = in_virtual_time(&counters);
  EXPECT_EQ(real, simulated);
  std::vector<int> statuses;
  for (const auto& exchange : real) statuses.push_back(exchange.status);
  EXPECT_EQ(statuses, (std::vector<int>{200, 201, 200, 201, 200, 401, 200, 200, 200, 200, 413, 200,
                                        200, 200, 200}));
  EXPECT_EQ(counters.get("authz.issued"), 3u);
  EXPECT_EQ(counters.get("authz.accepted"), 6u);
  EXPECT_EQ(counters.get("authz.refused.wrong_audience"), 1u);
  EXPECT_EQ(counters.get("ingest.chunks"), 2u);
  EXPECT_EQ(counters.get("ingest.duplicates"), 1u);
}

TEST(ServiceSet, OldTokensOutliveARotationByTheirLifetime) {
  // The machine's clock does not matter here: the handlers are asked directly.
  HostTime now = forge::kNow;
  RealtimeRuntime runtime({{}, [&now] { return now; }});
  const auto options = quick_options();
  ServiceSet services({runtime, runtime, runtime, runtime}, {}, options, test_keys_of(options));
  fill(services);
  const auto issue = [&] {
    return services.authz().issuer().issue("alice", "c7", "profile", now).token;
  };
  const auto status = [&](const std::string& token) {
    int result = 0;
    asio::co_spawn(runtime.executor(),
                   services.profile().handle(Client::bearing("GET", "/v1/profile", token)),
                   [&](std::exception_ptr, HttpResponse r) { result = r.status; });
    runtime.run_for(seconds{5});
    return result;
  };
  const std::string old_token = issue();
  ASSERT_TRUE(services.rotate_signing_key("s2").ok());
  ASSERT_TRUE(services.rotate_identity_key(RsaPrivateKey::generate("p2")).ok());
  EXPECT_EQ(services.rotate_signing_key("s2").error().code, "duplicate_kid");
  EXPECT_EQ(services.rotate_signing_key("../s3").error().code, "bad_kid");
  const std::string new_token = issue();
  EXPECT_EQ(forge::header_of(new_token).find("\"s1\""), std::string::npos);
  EXPECT_EQ(status(old_token), 200);
  EXPECT_EQ(status(new_token), 200);
  now += seconds(3600 + 9);
  EXPECT_EQ(status(old_token), 200) << "to the end of its life and leeway";
  now += seconds(11);
  EXPECT_EQ(status(issue()), 200);
  EXPECT_EQ(status(old_token), 401);
}

TEST(ServiceSet, StoresAreFilesOfTheirOwnAndLogsNameRoutesOnly) {
  const auto directory = std::filesystem::path(::testing::TempDir()) / "gauntlet_service_set";
  std::filesystem::remove_all(directory);
  RealtimeRuntime runtime;
  auto options = quick_options();
  options.durability = Durability::process;
  {
    ServiceSet services({runtime, runtime, runtime, runtime}, directory, options,
                        test_keys_of(options));
    fill(services);
    services.serve();
    Client client(runtime, services, {"localhost", "localhost", "localhost", "localhost"});
    spawn(runtime.executor(), client.converse());
    runtime.run_for(seconds{20});
    for (const auto kind : kServiceKinds) {
      EXPECT_TRUE(std::filesystem::exists(services.store_path(kind))) << to_string(kind);
      EXPECT_EQ(services.store_bytes(kind).substr(0, 15), "SQLite format 3");
    }
    EXPECT_NE(services.log_text(ServiceKind::ingest).find(" ingest PUT chunk 201\n"),
              std::string::npos);
    EXPECT_EQ(services.log_text(ServiceKind::ingest).find(kSession), std::string::npos);
  }
  std::filesystem::remove_all(directory);
}

TEST(ServiceSet, OptionsThatDoNotFitTogetherAreRefused) {
  RealtimeRuntime runtime;
  auto options = quick_options();
  options.tokens.lifetime_s = options.tokens.lifetime_max_s + 1;
  EXPECT_THROW(ServiceSet({runtime, runtime, runtime, runtime}, {}, options, test_keys_of(options)),
               std::invalid_argument);
}

TEST(ServiceSet, ServesAgainAfterAStop) {
  sim::Simulation simulation;
  sim::VirtualContext context(simulation);
  sim::VirtualNetwork network(context, {}, sim::RandomStream(1, "network"));
  auto& host = network.add_host("server");
  auto& phone = network.add_host("phone");
  const auto options = quick_options();
  ServiceSet services({host, host, host, host}, {}, options, test_keys_of(options));
  fill(services);
  for (int round = 0; round < 2; ++round) {
    services.serve();
    EXPECT_TRUE(services.serving());
    Client client(phone, services, {"server", "server", "server", "server"});
    spawn(phone.executor(), client.converse());
    simulation.run();
    EXPECT_FALSE(services.serving());
    EXPECT_EQ(client.exchanges.at(1).status, round == 0 ? 201 : 200);
  }
}

TlsContext server_tls(const SelfSigned& own) {
  TlsOptions options;
  options.certificate_chain_pem = own.certificate_pem;
  options.private_key_pem = own.private_key_pem;
  return TlsContext::server(options).value();
}

TlsContext client_tls(const SelfSigned& own) {
  TlsOptions options;
  options.authorities_pem = own.certificate_pem;
  return TlsContext::client(options).value();
}

// One request over a stream, and the answer up to the connection's end.
asio::awaitable<std::string> converse(ByteStream& stream, std::string request) {
  co_await asio::async_write(stream, asio::buffer(request), asio::use_awaitable);
  std::string answer;
  char buffer[4096];
  for (;;) {
    const auto [error, n] =
        co_await stream.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
    answer.append(buffer, n);
    if (error) co_return answer;
  }
}

std::string get(std::string_view target) {
  return std::string("GET ").append(target).append(
      " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
}

struct TlsVisit {
  std::string healthy, plain, metrics, metrics_elsewhere;
};

asio::awaitable<void> visit(RealtimeRuntime& runtime, ServiceSet& services, TlsContext tls,
                            TlsVisit& seen) {
  const Endpoint ingest = services.endpoint(ServiceKind::ingest);
  const Endpoint metrics("127.0.0.1", services.metrics_port());
  // It says nothing, and holds up nobody.
  const auto silent = co_await runtime.connect(ingest);
  auto plain = co_await runtime.connect(ingest);
  seen.plain = co_await converse(*plain, get("/healthz"));
  auto transport = co_await runtime.connect(ingest);
  auto stream = co_await tls_client(std::move(transport), tls, "localhost");
  seen.healthy = co_await converse(*stream, get("/healthz"));
  auto reader = co_await runtime.connect(metrics);
  seen.metrics = co_await converse(*reader, get("/metrics"));
  auto other = co_await runtime.connect(metrics);
  seen.metrics_elsewhere = co_await converse(*other, get("/healthz"));
  services.stop();
}

TEST(ServiceSet, OverTlsASilentPeerHoldsUpNobodyAndAPlainOneIsDroppedAndCounted) {
  RealtimeRuntime runtime;
  const auto options = quick_options();
  const SelfSigned own = make_self_signed({"localhost"});
  ServiceSet services({runtime, runtime, runtime, runtime}, {}, options, test_keys_of(options));
  services.serve(server_tls(own));
  services.serve_metrics(0);
  TlsVisit seen;
  spawn(runtime.executor(), visit(runtime, services, client_tls(own), seen));
  runtime.run_for(seconds{20});
  EXPECT_FALSE(services.serving()) << "stop() ends the listeners and the connections";
  EXPECT_EQ(seen.healthy.substr(0, 15), "HTTP/1.1 200 OK");
  EXPECT_EQ(seen.plain.find("HTTP"), std::string::npos) << "no word in the clear";
  EXPECT_EQ(services.counters(ServiceKind::ingest).get("http.dropped.tls"), 1u);
  EXPECT_NE(seen.metrics.find("gauntlet_ready{service=\"ingest\"} 1\n"), std::string::npos);
  EXPECT_NE(
      seen.metrics.find("gauntlet_events_total{service=\"ingest\",event=\"http.dropped.tls\"} 1\n"),
      std::string::npos);
  EXPECT_EQ(seen.metrics_elsewhere.substr(0, 12), "HTTP/1.1 404");
}

// A simulation may end while the services still serve.
TEST(ServiceSet, MayBeDestroyedWhileServing) {
  for (const bool network_first : {false, true}) {
    sim::Simulation simulation;
    sim::VirtualContext context(simulation);
    auto network = std::make_unique<sim::VirtualNetwork>(context, sim::NetworkOptions{},
                                                         sim::RandomStream(1, "network"));
    auto& host = network->add_host("server");
    const auto options = quick_options();
    auto services =
        std::make_unique<ServiceSet>(ServiceRuntimes{host, host, host, host},
                                     std::filesystem::path{}, options, test_keys_of(options));
    services->serve();
    simulation.run(simulation.now() + seconds{1});
    EXPECT_TRUE(services->serving());
    if (network_first) network.reset();
    services.reset();
    network.reset();
  }
}

}  // namespace
}  // namespace gauntlet
