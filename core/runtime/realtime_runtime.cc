#include "core/runtime/realtime_runtime.h"

#include <openssl/rand.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <limits>

#include "core/runtime/pending.h"
#include "core/runtime/tcp_stream.h"

namespace gauntlet {

using asio::ip::tcp;

struct RealtimeRuntime::Loop {
  asio::io_context context{1};
};

RealtimeRuntime::RealtimeRuntime(RealtimeOptions options)
    : options_(std::move(options)), loop_(std::make_unique<Loop>()) {
  if (!options_.clock) {
    options_.clock = [] {
      return HostTime{std::chrono::duration_cast<Duration>(
          std::chrono::system_clock::now().time_since_epoch())};
    };
  }
}

RealtimeRuntime::~RealtimeRuntime() = default;

std::size_t RealtimeRuntime::run() {
  loop_->context.restart();
  return loop_->context.run();
}

std::size_t RealtimeRuntime::run_for(Duration d) {
  loop_->context.restart();
  return loop_->context.run_for(d);
}

void RealtimeRuntime::stop() { loop_->context.stop(); }

std::vector<std::string> RealtimeRuntime::waiting() {
  return PendingOperations::of(executor()).waiting();
}

asio::any_io_executor RealtimeRuntime::executor() { return loop_->context.get_executor(); }

HostTime RealtimeRuntime::now() const { return options_.clock(); }

asio::awaitable<void> RealtimeRuntime::sleep_until(HostTime t) {
  asio::steady_timer timer(loop_->context);
  for (HostTime at = now(); at < t; at = now()) {
    // Compared without subtracting, which overflows for HostTime::max().
    const bool near = at > t - kClockCheck;
    timer.expires_after(near ? t - at : kClockCheck);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

std::string RealtimeRuntime::address_of(const std::string& host) const {
  const auto it = options_.hosts.find(host);
  return it == options_.hosts.end() ? host : it->second;
}

asio::awaitable<std::unique_ptr<ByteStream>> RealtimeRuntime::connect(Endpoint endpoint) {
  const std::string host = address_of(endpoint.host);
  tcp::socket socket(loop_->context);
  error_code not_numeric;
  const auto address = asio::ip::make_address(host, not_numeric);
  if (not_numeric) {
    tcp::resolver resolver(loop_->context);
    const auto found =
        co_await resolver.async_resolve(host, std::to_string(endpoint.port), asio::use_awaitable);
    co_await asio::async_connect(socket, found, asio::use_awaitable);
  } else {
    co_await socket.async_connect({address, endpoint.port}, asio::use_awaitable);
  }
  co_return detail::make_tcp_stream(std::move(socket));
}

std::unique_ptr<Listener> RealtimeRuntime::listen(Endpoint endpoint) {
  const std::string host = address_of(endpoint.host);
  const auto address = host.empty() || host == "localhost"
                           ? asio::ip::address(asio::ip::address_v4::loopback())
                           : asio::ip::make_address(host);
  return detail::make_tcp_listener(executor(), {address, endpoint.port});
}

void RealtimeRuntime::random_bytes(std::span<std::byte> out) {
  while (!out.empty()) {
    const std::size_t n = std::min<std::size_t>(out.size(), std::numeric_limits<int>::max());
    if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(n)) != 1) {
      throw boost::system::system_error(
          boost::system::errc::make_error_code(boost::system::errc::io_error), "RAND_bytes");
    }
    out = out.subspan(n);
  }
}

}  // namespace gauntlet
