// HTTP over both Runtimes: one conversation, recorded, must be the same over real TCP and over
// virtual streams.
#include "core/runtime/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include "tests/runtime/bed.h"

namespace gauntlet {
namespace {

using namespace std::chrono_literals;
using asio::awaitable;
using boost::system::system_error;
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

struct Exchange {
  std::string log;       // what the client saw, one line per request
  std::string requests;  // what the handler saw
  std::string counters;
};

std::string text(const HttpHeaders& headers) {
  std::string out;
  for (const auto& [name, value] : headers) out += " " + name + "=" + value;
  return out;
}

HttpLimits small_limits() {
  HttpLimits limits;
  limits.header_bytes = 1024;
  limits.body_bytes = 4096;
  limits.request_timeout = 500ms;
  limits.idle_timeout = 400ms;
  return limits;
}

// A server whose listener the test can close.
class Fixture {
 public:
  explicit Fixture(Bed& bed, HttpLimits limits = small_limits()) : bed_(bed) {
    auto listener = bed.server().listen({"", 0});
    listener_ = listener.get();
    port = listener->port();
    const auto handle = [this](HttpRequest request) { return handler(std::move(request)); };
    bed.spawn([](Fixture& f, std::unique_ptr<Listener> l, HttpHandler h,
                 HttpLimits m) -> awaitable<void> {
      co_await serve_http(f.bed_.server(), std::move(l), std::move(h), m, f.counters);
      f.listener_ = nullptr;
      f.ended = true;
    }(*this, std::move(listener), handle, limits));
  }
  void stop() {
    if (listener_) listener_->close();
  }
  awaitable<HttpResponse> handler(HttpRequest request) {
    const auto host = request.headers.find("host");
    EXPECT_NE(host, request.headers.end());
    if (host != request.headers.end()) request.headers.erase(host);  // the port differs
    requests += request.method + " " + request.target + text(request.headers) + " " +
                std::to_string(request.body.size()) + "\n";
    if (request.target == "/throw") throw std::runtime_error("handler failed");
    if (request.target == "/inject") co_return HttpResponse(200, {{"x", "a\r\nset-cookie: b"}});
    if (request.target == "/slow") co_await bed_.server().sleep_for(1s);
    if (request.target == "/empty") co_return HttpResponse(204);
    if (request.target != "/echo") co_return HttpResponse(404, {}, "no such thing");
    co_return HttpResponse(200, {{"content-type", "text/plain"}}, request.body);
  }

  std::uint16_t port = 0;
  Counters counters;
  std::string requests;
  bool ended = false;

 private:
  Bed& bed_;
  Listener* listener_ = nullptr;
};

awaitable<void> ask(HttpClient& client, HttpRequest request, std::string& log) {
  log += request.method + " " + request.target + ": ";
  try {
    const HttpResponse response = co_await client.request(std::move(request));
    log += std::to_string(response.status) + text(response.headers) + " [" + response.body + "]\n";
  } catch (const system_error& error) {
    log += error.code().message() + "\n";
  }
}

Exchange converse(Bed& bed) {
  Fixture server(bed);
  Exchange out;
  bed.spawn([](Bed& b, Fixture& s, std::string& log) -> awaitable<void> {
    HttpLimits limits = small_limits();
    limits.body_bytes = 1 << 20;
    HttpClient client(b.client(), {"server", s.port}, limits);
    const HttpHeaders fields{{"x-trace", "1"}};
    co_await ask(client, HttpRequest("GET", "/echo"), log);
    co_await ask(client, HttpRequest("POST", "/echo", fields, "hello"), log);
    co_await ask(client, HttpRequest("HEAD", "/echo"), log);
    co_await ask(client, HttpRequest("GET", "/nothing?q=1"), log);
    co_await ask(client, HttpRequest("GET", "/empty"), log);
    co_await ask(client, HttpRequest("GET", "/throw"), log);
    co_await ask(client, HttpRequest("GET", "/inject"), log);
    co_await ask(client, HttpRequest("PUT", "/echo", {}, std::string(4096, 'a')), log);
    co_await ask(client, HttpRequest("PUT", "/echo", {}, std::string(50'000, 'b')), log);
    const HttpHeaders large{{"x-large", std::string(2000, 'c')}};
    co_await ask(client, HttpRequest("GET", "/echo", large), log);
    co_await ask(client, HttpRequest("GET", "/slow"), log);
    co_await ask(client, HttpRequest("POST", "/echo", {}, "after the time-out"), log);
    co_await b.client().sleep_for(700ms);  // the server closes the idle connection
    co_await ask(client, HttpRequest("POST", "/echo", {}, "after the idle close"), log);
    client.close();
    co_await b.client().sleep_for(1s);  // the slow handler ends
    s.stop();
  }(bed, server, out.log));
  EXPECT_TRUE(bed.run());
  EXPECT_TRUE(server.ended);
  out.requests = server.requests;
  for (const auto& [name, n] : server.counters.all()) {
    out.counters += name + "=" + std::to_string(n) + "\n";
  }
  return out;
}

sim::NetworkOptions distant() {
  sim::NetworkOptions options;
  options.path.latency_ms_min = 5;
  options.path.latency_ms_mean = 8;
  options.path.bandwidth_bytes_per_s = 5e6;
  return options;
}

TEST(Http, OneConversationIsTheSameOverRealTcpAndOverVirtualStreams) {
  RealBed real;
  VirtualBed simulated(distant());
  const Exchange a = converse(real);
  const Exchange b = converse(simulated);
  EXPECT_EQ(a.log, b.log);
  EXPECT_EQ(a.requests, b.requests);
  EXPECT_EQ(a.counters, b.counters);
}

TEST(Http, TheConversationIsWhatItShouldBe) {
  VirtualBed bed(distant());
  const Exchange exchange = converse(bed);
  const std::string plain = " content-type=text/plain";
  EXPECT_EQ(
      exchange.log,
      "GET /echo: 200 content-length=0" + plain + " []\n" + "POST /echo: 200 content-length=5" +
          plain + " [hello]\n" + "HEAD /echo: 200 content-length=0" + plain + " []\n" +
          "GET /nothing?q=1: 404 content-length=13 [no such thing]\n" + "GET /empty: 204 []\n" +
          "GET /throw: 500 content-length=15" + plain + " [internal error\n]\n" +
          "GET /inject: 500 content-length=15" + plain + " [internal error\n]\n" +
          "PUT /echo: 200 content-length=4096" + plain + " [" + std::string(4096, 'a') + "]\n" +
          "PUT /echo: 413 connection=close content-length=16" + plain + " [request refused\n]\n" +
          "GET /echo: 431 connection=close content-length=16" + plain + " [request refused\n]\n" +
          "GET /slow: Connection timed out\n" + "POST /echo: 200 content-length=18" + plain +
          " [after the time-out]\n" + "POST /echo: 200 content-length=20" + plain +
          " [after the idle close]\n");
  EXPECT_THAT(exchange.requests, testing::HasSubstr("POST /echo content-length=5 x-trace=1 5\n"));
  EXPECT_THAT(exchange.counters, testing::HasSubstr("http.connections=5\n"));
  EXPECT_THAT(exchange.counters, testing::HasSubstr("http.rejected.body_too_large=1\n"));
  EXPECT_THAT(exchange.counters, testing::HasSubstr("http.rejected.header_too_large=1\n"));
  EXPECT_THAT(exchange.counters, testing::HasSubstr("http.handler_exceptions=2\n"));
  EXPECT_THAT(exchange.counters, testing::HasSubstr("http.requests=13\n"));
  EXPECT_THAT(exchange.counters, testing::HasSubstr("http.idle_closed=1\n"));
}

// Bytes as a strange peer would send them, and what comes back until the connection ends.
std::string raw(Bed& bed, Fixture& server, std::string bytes, Duration then_wait = 0ms) {
  std::string answer;
  bed.spawn(
      [](Bed& b, Fixture& s, std::string send, Duration wait, std::string& out) -> awaitable<void> {
        auto stream = co_await b.client().connect({"server", s.port});
        co_await asio::async_write(*stream, asio::buffer(send), kAsTuple);
        co_await b.client().sleep_for(wait);
        std::string buffer(4096, '\0');
        for (error_code error; !error;) {
          std::size_t n = 0;
          std::tie(error, n) = co_await stream->async_read_some(asio::buffer(buffer), kAsTuple);
          out.append(buffer, 0, n);
        }
        s.stop();
      }(bed, server, std::move(bytes), then_wait, answer));
  EXPECT_TRUE(bed.run());
  return answer;
}

template <class T>
class HttpServer : public testing::Test {
 protected:
  T bed;
};
using Beds = testing::Types<RealBed, VirtualBed>;
TYPED_TEST_SUITE(HttpServer, Beds);

TYPED_TEST(HttpServer, NonsenseIsA400AndCounted) {
  for (const char* bytes : {"\x16\x03\x01nonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
                            "GET / HTTP/1.1\r\ncontent-length: x\r\n\r\n"}) {
    Fixture server(this->bed);
    EXPECT_THAT(raw(this->bed, server, bytes), testing::StartsWith("HTTP/1.1 400 ")) << bytes;
    EXPECT_EQ(server.counters.get("http.rejected.malformed"), 1u);
  }
}

TYPED_TEST(HttpServer, PipelinedRequestsAreAnsweredInOrder) {
  Fixture server(this->bed);
  const std::string answer = raw(this->bed, server,
                                 "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
                                 "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi"
                                 "GET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(server.requests, testing::MatchesRegex("GET /a .*\nPOST /echo .*\nGET /b .*\n"));
  EXPECT_THAT(answer, testing::EndsWith("no such thing"));
}

TYPED_TEST(HttpServer, APeerThatStopsInTheMiddleIsDroppedAndCounted) {
  Fixture server(this->bed);
  EXPECT_EQ(
      raw(this->bed, server, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhal"), "");
  EXPECT_EQ(server.counters.get("http.dropped.request_timeout"), 1u);
}

TYPED_TEST(HttpServer, ClosingTheListenerEndsConnectionsAndHandlers) {
  Fixture server(this->bed);
  error_code seen;
  bool long_handler_ended = false;
  this->bed.spawn([](Bed& b, Fixture& s, error_code& out) -> awaitable<void> {
    HttpLimits patient;
    HttpClient client(b.client(), {"server", s.port}, patient);
    try {
      (void)co_await client.request({"GET", "/slow"});
    } catch (const system_error& error) {
      out = error.code();
    }
  }(this->bed, server, seen));
  this->bed.spawn([](Bed& b, Fixture& s, bool& ended) -> awaitable<void> {
    co_await b.client().sleep_for(200ms);
    s.stop();
    co_await b.client().sleep_for(100ms);
    ended = s.ended;
  }(this->bed, server, long_handler_ended));
  EXPECT_TRUE(this->bed.run());
  EXPECT_TRUE(long_handler_ended) << "the handler sleeps for a second, the server must not";
  EXPECT_TRUE(seen);
}

TYPED_TEST(HttpServer, CancellingTheServerEndsItAndItsConnections) {
  Counters counters;
  asio::cancellation_signal cancel;
  bool ended = false, client_failed = false;
  Runtime& runtime = this->bed.server();
  auto listener = runtime.listen({"", 0});
  const std::uint16_t port = listener->port();
  const HttpHandler handler = [&](HttpRequest) -> awaitable<HttpResponse> {
    co_await runtime.sleep_for(1h);
    co_return HttpResponse();
  };
  asio::co_spawn(
      runtime.executor(), serve_http(runtime, std::move(listener), handler, {}, counters),
      asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr) { ended = true; }));
  this->bed.spawn([](Bed& b, std::uint16_t p, bool& failed) -> awaitable<void> {
    HttpClient client(b.client(), {"server", p});
    try {
      (void)co_await client.request({"GET", "/"});
    } catch (const system_error&) {
      failed = true;
    }
  }(this->bed, port, client_failed));
  this->bed.spawn([](Bed& b, asio::cancellation_signal& c) -> awaitable<void> {
    co_await b.client().sleep_for(200ms);
    c.emit(asio::cancellation_type::terminal);
  }(this->bed, cancel));
  EXPECT_TRUE(this->bed.run());
  EXPECT_TRUE(ended);
  EXPECT_TRUE(client_failed);
}

TYPED_TEST(HttpServer, AbandonedServersAndClientsLeakNothing) {
  Fixture server(this->bed);
  this->bed.spawn([](Bed& b, Fixture& s) -> awaitable<void> {
    HttpLimits patient;
    patient.request_timeout = 1h;
    HttpClient client(b.client(), {"server", s.port}, patient);
    (void)co_await client.request({"GET", "/slow"});
    co_await b.client().sleep_for(1h);
  }(this->bed, server));
  this->bed.spawn([](Bed& b) -> awaitable<void> {
    co_await b.client().sleep_for(100ms);
    throw std::runtime_error("the run ends here");
  }(this->bed));
  EXPECT_THROW(this->bed.run(), std::runtime_error);
}

TEST(HttpClient, RefusesToSendWhatWouldSplitARequest) {
  VirtualBed bed;
  int refused = 0;
  bed.spawn([](Bed& b, int& n) -> awaitable<void> {
    HttpClient client(b.client(), {"server", 1});
    for (const char* target : {"", "/a b", "/a\r\nx: y"}) {
      try {
        (void)co_await client.request({"GET", target});
      } catch (const std::invalid_argument&) {
        ++n;
      }
    }
  }(bed, refused));
  EXPECT_TRUE(bed.run());
  EXPECT_EQ(refused, 3);
}

TEST(HttpClient, AnHourOfUploadsRunsInMillisecondsAndTwiceTheSame) {
  const auto hour = [](std::uint64_t seed) {
    VirtualBed bed(distant(), seed);
    HttpLimits limits;
    Fixture server(bed, limits);
    std::string trace;
    bed.network.add_tap([&](const sim::WireBytes& wire) {
      trace += wire.from + ">" + wire.to + std::to_string(wire.at.time_since_epoch().count()) +
               " " + std::to_string(wire.bytes.size()) + "\n";
    });
    bed.spawn([](VirtualBed& b, Fixture& s) -> awaitable<void> {
      HttpClient client(b.client(), {"server", s.port});
      for (int n = 0; n < 720; ++n) {
        const auto response =
            co_await client.request({"POST", "/echo", {}, std::string(2000, 'x')});
        EXPECT_EQ(response.status, 200);
        co_await b.client().sleep_for(5s);
      }
      s.stop();
    }(bed, server));
    bed.simulation.run();
    EXPECT_TRUE(bed.context.waiting().empty());
    EXPECT_GE(bed.simulation.now(), WorldTime{1h});
    return trace;
  };
  const auto begin = std::chrono::steady_clock::now();
  const std::string first = hour(7);
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(took, 5s);
  RecordProperty("ms", static_cast<int>(took / 1ms));
  EXPECT_EQ(first, hour(7));
  EXPECT_NE(first, hour(8));
}

}  // namespace
}  // namespace gauntlet
