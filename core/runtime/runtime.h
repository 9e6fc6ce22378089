// The seam between measured code and time, network and chance. Phone and services are coroutines
// over a Runtime and cannot tell whether it is the real one (io_context, sockets, TLS, the
// machine's clock) or a simulated one (virtual time, in-memory streams, a host's drifting clock).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "core/base/time.h"
#include "core/runtime/byte_stream.h"

namespace gauntlet {

// A name and a port: "localhost", "127.0.0.1", "ingest" (a simulated host).
//
// The constructor is not for convenience: g++ 12 copies the bits of an aggregate that is a
// temporary in a co_await expression, and `co_await connect({"ingest", 443})` would then free what
// it must not.
struct Endpoint {
  Endpoint(std::string host_name = {}, std::uint16_t port_number = 0)
      : host(std::move(host_name)), port(port_number) {}
  std::string host;
  std::uint16_t port;
};

class Listener {
 public:
  virtual ~Listener() = default;
  // Throws boost::system::system_error(operation_aborted) once closed or cancelled.
  virtual asio::awaitable<std::unique_ptr<ByteStream>> accept() = 0;
  virtual std::uint16_t port() const = 0;
  virtual void close() = 0;
};

class Runtime {
 public:
  virtual ~Runtime() = default;
  virtual asio::any_io_executor executor() = 0;
  // This host's own clock: in production the system clock, in a simulation a drifting one.
  virtual HostTime now() const = 0;
  // Wakes when now() has reached `t` (at once when it has passed). Cancellable per operation:
  // throws system_error(operation_aborted).
  virtual asio::awaitable<void> sleep_until(HostTime t) = 0;
  asio::awaitable<void> sleep_for(Duration d) { return sleep_until(now() + d); }
  // Throws system_error: connection_refused, timed_out, host_unreachable.
  virtual asio::awaitable<std::unique_ptr<ByteStream>> connect(Endpoint endpoint) = 0;
  // Port 0: any free port. Real sockets bind to the loopback interface unless `host` says
  // otherwise.
  virtual std::unique_ptr<Listener> listen(Endpoint endpoint) = 0;
  // Cryptographically strong in production, this host's own seeded stream in a simulation.
  virtual void random_bytes(std::span<std::byte> out) = 0;
};

}  // namespace gauntlet
