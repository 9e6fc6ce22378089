#include <set>

#include "core/runtime/http.h"
#include "core/runtime/spawn.h"
#include "core/wire/upload.pb.h"
#include "tests/phone/bed.h"

#include "tests/catch.h"

namespace gauntlet {
namespace {

upload::v1::Chunk parse(const std::string& body) {
  upload::v1::Chunk chunk;
  REQUIRE(chunk.ParseFromString(body));
  return chunk;
}

// Rows of all delivered chunks, each sequence once.
struct Stored {
  explicit Stored(const CloudLog& log) {
    for (const CloudLog::Put& p : log.puts) {
      if (p.status != 201 && p.status != 200) continue;
      if (!sequences.insert({p.session, p.sequence}).second) continue;
      sessions.insert(p.session);
      const upload::v1::Chunk c = parse(p.body);
      CHECK(c.session_id() == p.session);
      CHECK(c.sequence() == p.sequence);
      for (const upload::v1::Series& s : c.series()) {
        CHECK(static_cast<std::size_t>(s.values_size()) == 3 * s.filled().size());
        rows += s.filled().size();
      }
      sets += static_cast<std::size_t>(c.sets_size());
      last += c.last() ? 1 : 0;
    }
  }
  std::set<std::pair<std::string, std::uint64_t>> sequences;
  std::set<std::string> sessions;
  std::size_t rows = 0, sets = 0, last = 0;
};

std::size_t fused_rows(const EventLog& log) {
  std::size_t n = 0;
  for (const auto& [id, f] : log.fused) n += f.time.size();
  return n;
}

TEST_CASE("What was fused is stored once, with its set, under one random session") {
  PhoneBed bed;
  bed.wear(70, lifting);
  bed.finish_at(72);
  REQUIRE(bed.run());
  const Stored stored(bed.cloud);
  CHECK(stored.rows == fused_rows(bed.log));
  CHECK(stored.sets == 1);
  CHECK(stored.last == 1);
  REQUIRE(stored.sessions.size() == 1);
  CHECK(stored.sessions.begin()->size() == 32);
  CHECK(stored.sessions.begin()->find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(bed.cloud.logins == 1);
  CHECK(bed.log.uploads.size() == bed.cloud.puts.size());
  // Values are mg: rest is 9.8 m/s2 along x.
  CHECK(std::abs(parse(bed.cloud.puts[0].body).series(0).values(0) - 999) <= 1);
}

TEST_CASE("Failures are tried again until each chunk is stored once, in order") {
  PhoneBed bed;
  bed.cloud.login_statuses = {0, 503};
  bed.cloud.put_statuses = {0, 503, 201, 401, 201, 0, 200};
  bed.wear(70, lifting);
  bed.finish_at(72);
  REQUIRE(bed.run());
  const Stored stored(bed.cloud);
  CHECK(stored.rows == fused_rows(bed.log));
  for (std::size_t i = 1; i < bed.cloud.puts.size(); ++i) {
    CHECK(bed.cloud.puts[i].sequence >= bed.cloud.puts[i - 1].sequence);
  }
  // Two failed log-ins, one that worked, one after the 401.
  CHECK(bed.cloud.logins == 4);
  CHECK(bed.cloud.puts[3].status == 401);
  CHECK(bed.cloud.puts[4].token != bed.cloud.puts[3].token);
  CHECK(bed.cloud.puts[4].body == bed.cloud.puts[3].body);
}

TEST_CASE("Pauses double up to their bound") {
  PhoneBed bed;
  bed.cloud.put_statuses = std::deque<int>(12, 503);
  bed.wear(20, resting);
  bed.finish_at(700);
  REQUIRE(bed.run());
  std::vector<double> pauses;
  for (std::size_t i = 1; i < 13; ++i) {
    pauses.push_back(to_seconds(bed.cloud.puts[i].at - bed.cloud.puts[i - 1].at));
  }
  double expected = 1;
  for (const double p : pauses) {
    CHECK(p >= expected);
    CHECK(p <= expected * 1.25 + 0.05);
    expected = std::min(expected * 2, 60.0);
  }
}

TEST_CASE("A refused chunk is given up and counted, the next one is sent") {
  PhoneBed bed;
  bed.cloud.put_statuses = {409, 413, 201};
  bed.wear(70, lifting);
  bed.finish_at(72);
  REQUIRE(bed.run());
  const Counters& c = bed.pipeline->phone().counters();
  CHECK(c.get("phone.chunks_refused") == 2);
  CHECK(Stored(bed.cloud).rows + c.get("phone.chunks_refused_samples") == fused_rows(bed.log));
}

TEST_CASE("Without a network the phone gives up after its time and the books still balance") {
  PhoneOptions o;
  o.upload.outbox_chunks = 3;
  PhoneBed bed(o);
  bed.cloud.login_statuses = std::deque<int>(10000, 0);
  bed.wear(120, resting);
  bed.finish_at(122);
  REQUIRE(bed.run());
  const Counters& c = bed.pipeline->phone().counters();
  CHECK(bed.cloud.puts.empty());
  CHECK(c.get("phone.chunks_overflow") > 5);
  CHECK(c.get("phone.upload_samples_overflow") + c.get("phone.chunks_abandoned_samples") ==
        fused_rows(bed.log));
  CHECK(bed.simulation.now() < WorldTime{std::chrono::seconds{122 + 301}});
}

TEST_CASE("A token is renewed before it ends") {
  PhoneBed bed;
  bed.cloud.token_life = std::chrono::seconds{60};
  bed.wear(200, resting);
  bed.finish_at(202);
  REQUIRE(bed.run());
  CHECK(bed.cloud.logins >= 5);
  for (const CloudLog::Put& p : bed.cloud.puts) CHECK(p.status == 201);
}

TEST_CASE("The user's marks begin and end sessions") {
  PhoneBed bed;
  bed.wear(120, resting);
  const auto mark = [&bed](double t, UserMark::Kind kind) {
    bed.at(t, [&bed, kind] { bed.pipeline->on_mark({kind, "", bed.host.now()}); });
  };
  mark(0.5, UserMark::Kind::session_start);
  mark(40, UserMark::Kind::session_end);
  mark(80, UserMark::Kind::session_start);
  bed.finish_at(122);
  REQUIRE(bed.run());
  const Stored stored(bed.cloud);
  CHECK(stored.sessions.size() == 2);
  CHECK(stored.last == 2);
  CHECK(bed.log.marks.size() == 3);
  // From 0 to 50 s (10 s of linger) and from 80 s on; a frame is 102 rows.
  CHECK(std::abs(static_cast<double>(stored.rows) - 50 * (50 + 40)) < 3 * 102);
}

asio::awaitable<void> cut_short(Runtime& runtime, Duration after, Listener& listener) {
  co_await runtime.sleep_for(after);
  listener.close();
}

TEST_CASE("Log-in and chunks go over HTTP as the services expect them") {
  sim::Simulation simulation;
  sim::VirtualContext context(simulation);
  sim::VirtualNetwork network(context, {}, sim::RandomStream(1, "network"));
  sim::VirtualHost& phone = network.add_host("phone");
  sim::VirtualHost& server = network.add_host("server");
  Counters counters;
  std::vector<HttpRequest> seen;
  const HttpHandler handler = [&](HttpRequest r) -> asio::awaitable<HttpResponse> {
    seen.push_back(r);
    HttpResponse response;
    if (r.method == "POST") {
      response.body = R"({"token": "abc", "expires_in_s": 600})";
    } else {
      response.status = 201;
    }
    co_return response;
  };
  auto listener = server.listen({"", 80});
  spawn(server.executor(), cut_short(server, std::chrono::seconds{30}, *listener));
  spawn(server.executor(), serve_http(server, std::move(listener), handler, {}, counters));

  const auto cloud = make_http_cloud(phone, {"server", 80}, {"server", 80});
  LoginReply reply;
  int status = -1, none = -1;
  const auto talk = [&]() -> asio::awaitable<void> {
    reply = co_await cloud->login("some\"one", "s3cret");
    status = co_await cloud->put_chunk("00ff", 7, reply.token, std::string("\0body", 5));
    cloud->close();
    co_await phone.sleep_for(std::chrono::seconds{60});
    none = co_await cloud->put_chunk("00ff", 8, reply.token, "x");
    cloud->close();
  };
  spawn(phone.executor(), talk());
  simulation.run();

  CHECK(reply.status == 200);
  CHECK(reply.token == "abc");
  CHECK(reply.expires_in == std::chrono::seconds{600});
  CHECK(status == 201);
  CHECK(none == 0);
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].target == "/v1/login");
  CHECK(seen[0].body == R"({"secret":"s3cret","user":"some\"one"})");
  CHECK(seen[1].method == "PUT");
  CHECK(seen[1].target == "/v1/sessions/00ff/chunks/7");
  CHECK(seen[1].headers.at("authorization") == "Bearer abc");
  CHECK(seen[1].headers.at("content-type") == "application/x-protobuf");
  CHECK(seen[1].body == std::string("\0body", 5));
}

}  // namespace
}  // namespace gauntlet
