// TLS over real sockets and through virtual time.
#include "core/runtime/self_signed.h"
#include "core/runtime/tls_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include "sim/network/seeded_entropy.h"
#include "tests/runtime/bed.h"

namespace gauntlet {
namespace {

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using asio::awaitable;
using boost::system::system_error;
using Stream = std::unique_ptr<ByteStream>;
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

TlsOptions options_of(const SelfSigned& own, Runtime& runtime) {
  TlsOptions options;
  options.certificate_chain_pem = options.authorities_pem = own.certificate_pem;
  options.private_key_pem = own.private_key_pem;
  options.clock = [&runtime] { return runtime.now(); };
  return options;
}

struct Side {
  ByteStream& tls;
  ByteStream& transport;
};
using Talk = std::function<awaitable<void>(Side)>;

awaitable<void> serve(std::unique_ptr<Listener> listener, TlsContext context, Talk talk) {
  Stream transport = co_await listener->accept();
  ByteStream& raw = *transport;
  Stream tls;
  try {
    tls = co_await tls_server(std::move(transport), context);
  } catch (const system_error&) {
    co_return;  // the client says why
  }
  co_await talk(Side{*tls, raw});
}

awaitable<void> call(Runtime& runtime, std::uint16_t port, TlsContext context, std::string name,
                     Talk talk, std::string& failure) {
  Stream transport = co_await runtime.connect({"server", port});
  ByteStream& raw = *transport;
  Stream tls;
  try {
    tls = co_await tls_client(std::move(transport), context, name);
  } catch (const system_error& error) {
    failure = error.what();
    co_return;
  }
  co_await talk(Side{*tls, raw});
}

// Returns why the client's handshake failed, or nothing.
std::string talk_tls(Bed& bed, const TlsOptions& server, const TlsOptions& client, std::string name,
                     Talk serves, Talk calls) {
  std::string failure;
  auto listener = bed.server().listen({"", 0});
  const std::uint16_t port = listener->port();
  bed.spawn(serve(std::move(listener), TlsContext::server(server).value(), std::move(serves)));
  bed.spawn(call(bed.client(), port, TlsContext::client(client).value(), std::move(name),
                 std::move(calls), failure));
  EXPECT_TRUE(bed.run());
  return failure;
}

awaitable<std::pair<error_code, std::string>> read_to_end(ByteStream& stream) {
  std::pair<error_code, std::string> out;
  std::string buffer(5000, '\0');
  while (!out.first) {
    std::size_t n = 0;
    std::tie(out.first, n) = co_await stream.async_read_some(asio::buffer(buffer), kAsTuple);
    out.second.append(buffer, 0, n);
  }
  co_return out;
}

awaitable<void> write(ByteStream& stream, std::string text) {
  co_await asio::async_write(stream, asio::buffer(text), asio::use_awaitable);
}

awaitable<void> nothing(Side) { co_return; }

template <class T>
class Tls : public testing::Test {
 protected:
  T bed;
  SelfSigned own = make_self_signed({"server"});
  TlsOptions options = options_of(own, bed.client());
};
using Beds = testing::Types<RealBed, VirtualBed>;
TYPED_TEST_SUITE(Tls, Beds);

TYPED_TEST(Tls, BytesGoBothWaysAndHalfCloseIsEof) {
  std::pair<error_code, std::string> heard, answer;
  const std::string failure = talk_tls(
      this->bed, this->options, this->options, "server",
      [&](Side s) -> awaitable<void> {
        heard = co_await read_to_end(s.tls);
        co_await write(s.tls, "heard " + heard.second);
        s.tls.shutdown_write();
      },
      [&](Side s) -> awaitable<void> {
        co_await write(s.tls, "secret");
        s.tls.shutdown_write();
        answer = co_await read_to_end(s.tls);
      });
  EXPECT_EQ(failure, "");
  EXPECT_EQ(heard.second, "secret");
  EXPECT_EQ(heard.first, asio::error::eof);
  EXPECT_EQ(answer.second, "heard secret");
  EXPECT_EQ(answer.first, asio::error::eof);
}

TYPED_TEST(Tls, MegabytesBothWaysAtOnce) {
  const std::string large(3 << 20, 'x');
  std::size_t heard = 0, answered = 0;
  const auto both = [&](Side s, std::size_t& count) -> awaitable<void> {
    const auto sends = [&]() -> awaitable<void> {
      co_await write(s.tls, large);
      s.tls.shutdown_write();
    };
    const auto reads = [&]() -> awaitable<void> {
      const auto all = co_await read_to_end(s.tls);
      count = all.second.size();
    };
    co_await (sends() && reads());
  };
  const std::string failure = talk_tls(
      this->bed, this->options, this->options, "server", [&](Side s) { return both(s, heard); },
      [&](Side s) { return both(s, answered); });
  EXPECT_EQ(failure, "");
  EXPECT_EQ(heard, large.size());
  EXPECT_EQ(answered, large.size());
}

TYPED_TEST(Tls, ACutWithoutGoodbyeIsAResetNotAnEnd) {
  std::pair<error_code, std::string> heard;
  talk_tls(
      this->bed, this->options, this->options, "server",
      [&](Side s) -> awaitable<void> { heard = co_await read_to_end(s.tls); },
      [&](Side s) -> awaitable<void> {
        co_await write(s.tls, "half a mess");
        s.transport.shutdown_write();
        co_await this->bed.client().sleep_for(100ms);
      });
  EXPECT_EQ(heard.second, "half a mess");
  EXPECT_EQ(heard.first, asio::error::connection_reset);
}

TYPED_TEST(Tls, AForgedRecordIsAProtocolError) {
  std::pair<error_code, std::string> heard;
  talk_tls(
      this->bed, this->options, this->options, "server",
      [&](Side s) -> awaitable<void> { heard = co_await read_to_end(s.tls); },
      [&](Side s) -> awaitable<void> {
        co_await write(s.tls, "true");
        co_await write(s.transport, std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'f'));
        co_await this->bed.client().sleep_for(100ms);
      });
  EXPECT_EQ(heard.second, "true");
  EXPECT_EQ(heard.first, boost::system::errc::protocol_error);
}

TYPED_TEST(Tls, ACancelledReadLosesNothing) {
  std::pair<error_code, std::string> heard;
  talk_tls(
      this->bed, this->options, this->options, "server",
      [&](Side s) -> awaitable<void> {
        co_await this->bed.client().sleep_for(300ms);
        co_await write(s.tls, "late");
      },
      [&](Side s) -> awaitable<void> {
        const auto first = co_await (read_to_end(s.tls) || this->bed.client().sleep_for(100ms));
        EXPECT_EQ(first.index(), 1u);
        heard = co_await read_to_end(s.tls);
      });
  EXPECT_EQ(heard.second, "late");
  EXPECT_EQ(heard.first, asio::error::eof);
}

TYPED_TEST(Tls, ACertificateForAnotherNameIsRefused) {
  EXPECT_THAT(talk_tls(this->bed, this->options, this->options, "ingest", nothing, nothing),
              testing::HasSubstr("certificate verify failed"));
}

TYPED_TEST(Tls, AnUnknownAuthorityIsRefused) {
  TlsOptions client = this->options;
  client.authorities_pem = make_self_signed({"server"}).certificate_pem;
  EXPECT_THAT(talk_tls(this->bed, this->options, client, "server", nothing, nothing),
              testing::HasSubstr("certificate verify failed"));
}

TYPED_TEST(Tls, CertificatesAreJudgedByTheGivenClock) {
  TlsOptions client = this->options;
  client.clock = [] { return time_from_seconds<HostTime>(946'684'800); };  // 2000: not yet valid
  EXPECT_THAT(talk_tls(this->bed, this->options, client, "server", nothing, nothing),
              testing::HasSubstr("certificate verify failed"));
}

TEST(TlsContext, BadPemIsAnErrorWithAStableCode) {
  const SelfSigned own = make_self_signed({"server"});
  const SelfSigned other = make_self_signed({"server"});
  TlsOptions options;
  EXPECT_EQ(TlsContext::server(options).error().code, "bad_certificate");
  options.certificate_chain_pem = own.certificate_pem;
  EXPECT_EQ(TlsContext::server(options).error().code, "bad_key");
  options.private_key_pem = other.private_key_pem;
  EXPECT_EQ(TlsContext::server(options).error().code, "bad_key");
  options.authorities_pem = "nonsense";
  EXPECT_EQ(TlsContext::client(options).error().code, "bad_authorities");
}

TEST(TlsInVirtualTime, TheSameSeedPutsTheSameBytesOnTheWire) {
  const auto wire = [](std::uint64_t seed) {
    const sim::SeededEntropy entropy(sim::RandomStream(seed, "openssl"));
    VirtualBed bed;
    std::string all;
    bed.network.add_tap([&](const sim::WireBytes& w) {
      all += std::to_string(w.at.time_since_epoch().count()) + ":";
      all.append(reinterpret_cast<const char*>(w.bytes.data()), w.bytes.size());
    });
    const TlsOptions options = options_of(make_self_signed({"server"}), bed.client());
    talk_tls(
        bed, options, options, "server",
        [](Side s) -> awaitable<void> { (void)co_await read_to_end(s.tls); },
        [](Side s) -> awaitable<void> { co_await write(s.tls, "plain text canary"); });
    EXPECT_THAT(all, testing::Not(testing::HasSubstr("canary")));
    return all;
  };
  const std::string first = wire(1);
  EXPECT_GT(first.size(), 1000u);
  EXPECT_TRUE(first == wire(1));
  EXPECT_FALSE(first == wire(2));
}

}  // namespace
}  // namespace gauntlet
