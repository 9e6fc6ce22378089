// The other side, as processes and sockets misbehave.

#include "core/ports/peer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <thread>

namespace gauntlet {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

PipelineOptions child(std::vector<std::string> command) {
  PipelineOptions o;
  o.kind = PipelineKind::external;
  o.command = std::move(command);
  return o;
}
PipelineOptions shell(const std::string& script) { return child({"sh", "-c", script}); }
std::unique_ptr<Peer> started(const PipelineOptions& options) {
  auto peer = Peer::start(options);
  EXPECT_TRUE(peer) << peer.error().message;
  return std::move(peer).value();
}
Peer::Deadline in(milliseconds d) { return std::chrono::steady_clock::now() + d; }

bool no_children_left() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

class PeerTest : public testing::Test {
 protected:
  void TearDown() override { EXPECT_TRUE(no_children_left()); }
};

TEST_F(PeerTest, MessagesComeBackWholeWhateverTheirLength) {
  auto peer = started(child({"cat"}));
  for (const std::size_t n : {0, 1, 127, 128, 16384, 1 << 20}) {
    const std::string message(n, 'x');
    ASSERT_TRUE(peer->send(message));
    const auto back = peer->receive(in(seconds{20}));
    ASSERT_TRUE(back) << n << ": " << back.error().message;
    EXPECT_EQ(back->size(), n);
    EXPECT_EQ(*back, message);
  }
  EXPECT_TRUE(peer->finish(in(seconds{20})));
}

// Both directions hold far less than this: a harness that only wrote would wait for ever.
TEST_F(PeerTest, TenMegabytesBothWaysDoNotBlock) {
  auto peer = started(child({"cat"}));
  const std::string message(1024, 'y');
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(peer->send(message));
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(peer->receive(in(seconds{20})));
}

TEST_F(PeerTest, OneThatDoesNotReadOverrunsItsBound) {
  auto peer = started(child({"sleep", "60"}));
  const std::string message(1 << 20, 'y');
  Result<void> sent;
  int n = 0;
  for (; sent && n < 40; ++n) sent = peer->send(message);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, "overrun");
  EXPECT_LE(n, 19);  // 16 MiB and what the socket holds
}

TEST_F(PeerTest, ADeathIsToldWithItsStatusAndLastWords) {
  auto peer = started(shell("echo first >&2; echo the end >&2; exit 3"));
  const auto answer = peer->receive(in(seconds{20}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "closed");
  EXPECT_NE(answer.error().message.find("sh exited with status 3; its last words: first | the end"),
            std::string::npos)
      << answer.error().message;
  ASSERT_TRUE(peer->ending());
  EXPECT_EQ(peer->ending()->status, 3);
}

TEST_F(PeerTest, ASignalIsToldByItsName) {
  auto peer = started(shell("kill -SEGV $$"));
  const auto answer = peer->receive(in(seconds{20}));
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().message.find("was ended by signal 11"), std::string::npos)
      << answer.error().message;
}

TEST_F(PeerTest, OnlyTheLastLinesOfALongComplaintAreKept) {
  auto peer = started(shell("seq 1 100000 >&2; exit 1"));
  const auto answer = peer->receive(in(seconds{20}));
  ASSERT_FALSE(answer);
  EXPECT_TRUE(
      answer.error().message.ends_with("its last words: 99996 | 99997 | 99998 | 99999 | "
                                       "100000"))
      << answer.error().message;
}

TEST_F(PeerTest, WritingToTheDeadKillsNobody) {
  auto peer = started(shell("exec 0<&- 1>&-; exit 0"));
  ASSERT_FALSE(peer->receive(in(seconds{20})));
  for (int i = 0; i < 10; ++i) {
    (void)peer->send("anybody there?");
    EXPECT_FALSE(peer->receive(in(milliseconds{20})));
  }
}

TEST_F(PeerTest, WhoSaysNothingTimesOutAndIsKilled) {
  auto peer = started(child({"sleep", "60"}));
  const auto answer = peer->receive(in(milliseconds{50}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "timeout");
  const auto ended = peer->finish(in(milliseconds{50}));
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, "end");
  EXPECT_TRUE(peer->ending()->killed);
}

TEST_F(PeerTest, LengthsThatAreNoneAreRefused) {
  struct Case {
    const char* script;
    const char* code;
  };
  const Case cases[] = {
      {"printf '\\377\\377\\377\\377\\377\\377\\377'; sleep 60", "framing"},
      {"printf '\\200\\200\\200\\001'; sleep 60", "too_long"},  // 2 MiB
      {"printf '\\005abc'", "closed"},                          // cut
      {"printf '\\005abc'; sleep 60", "timeout"},
  };
  for (const Case& c : cases) {
    auto peer = started(shell(c.script));
    const auto answer =
        peer->receive(in(c.code == std::string("timeout") ? milliseconds{50} : seconds{20}));
    ASSERT_FALSE(answer) << c.script;
    EXPECT_EQ(answer.error().code, c.code) << answer.error().message;
  }
}

TEST_F(PeerTest, WhatCannotBeReachedIsSaidAtOnce) {
  PipelineOptions o;
  o.kind = PipelineKind::external;
  for (const char* address : {"unix:/no/such/socket", "tcp:127.0.0.1:1", "tcp:127.0.0.1",
                              "unix:", "tcp:127.0.0.1:notaport"}) {
    o.address = address;
    const auto peer = Peer::start(o);
    ASSERT_FALSE(peer) << address;
    EXPECT_EQ(peer.error().code, "start");
  }
}

// Sends back what it is sent, to one client.
template <class Address>
std::thread echo_at(int family, Address address, Address& bound) {
  const int server = ::socket(family, SOCK_STREAM, 0);
  EXPECT_EQ(::bind(server, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(server, 1), 0);
  socklen_t size = sizeof bound;
  ::getsockname(server, reinterpret_cast<sockaddr*>(&bound), &size);
  return std::thread([server] {
    const int client = ::accept(server, nullptr, nullptr);
    char buffer[4096];
    for (ssize_t n; (n = ::read(client, buffer, sizeof buffer)) > 0;) {
      if (::write(client, buffer, static_cast<std::size_t>(n)) != n) break;
    }
    ::close(client);
    ::close(server);
  });
}

void expect_echo(const std::string& address) {
  PipelineOptions o;
  o.kind = PipelineKind::external;
  o.address = address;
  auto peer = Peer::start(o);
  ASSERT_TRUE(peer) << peer.error().message;
  ASSERT_TRUE((*peer)->send("over there"));
  const auto back = (*peer)->receive(in(seconds{20}));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(*back, "over there");
  EXPECT_TRUE((*peer)->finish(in(seconds{20})));
  EXPECT_FALSE((*peer)->ending());
}

TEST_F(PeerTest, TcpCarriesTheSame) {
  sockaddr_in address{}, bound{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::thread server = echo_at(AF_INET, address, bound);
  expect_echo("tcp:127.0.0.1:" + std::to_string(ntohs(bound.sin_port)));
  server.join();
}

TEST_F(PeerTest, AUnixSocketCarriesTheSame) {
  const auto path =
      std::filesystem::temp_directory_path() / ("gauntlet_peer_" + std::to_string(::getpid()));
  std::filesystem::remove(path);
  sockaddr_un address{}, bound{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  std::thread server = echo_at(AF_UNIX, address, bound);
  expect_echo("unix:" + path.string());
  server.join();
  std::filesystem::remove(path);
}

TEST(PipelineOptions, NameEitherAProgramOrAnAddress) {
  struct Case {
    std::vector<std::string> command;
    const char* address;
    bool good;
  };
  const Case cases[] = {
      {{"python3", "x.py"}, "", true}, {{}, "tcp:localhost:1", true},
      {{}, "unix:/x", true},           {{}, "", false},
      {{"x"}, "unix:/x", false},       {{""}, "", false},
      {{}, "localhost:1", false},
  };
  for (const Case& c : cases) {
    PipelineOptions o = child(c.command);
    o.address = c.address;
    EXPECT_EQ(o.validate().ok(), c.good) << c.address;
    o.kind = PipelineKind::built_in;
    EXPECT_TRUE(o.validate());
  }
}

}  // namespace
}  // namespace gauntlet
