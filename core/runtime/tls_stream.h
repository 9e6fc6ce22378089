// TLS 1.3 over any ByteStream: real sockets and virtual streams alike.
//
// OpenSSL's state machine between memory buffers, not asio::ssl::stream: that one keeps steady
// timers inside, which on a virtual context would start a thread in real time.
//
// The stream that comes out is a ByteStream with the same rules. Half-close sends close_notify;
// a peer that ends without one was cut off, and that reads as connection_reset, never as eof. A
// record that does not authenticate reads as protocol_error. Session tickets and resumption are
// off: they need a clock, and a connection here lives long.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/runtime/byte_stream.h"
#include "core/runtime/runtime.h"

namespace gauntlet {

struct TlsOptions {
  std::string certificate_chain_pem;  // servers: own certificate first
  std::string private_key_pem;        // servers
  std::string authorities_pem;        // clients: whom to trust; empty: the system's store
  // By which certificates are found expired; the system clock when empty. A simulated host gives
  // its own: [&runtime] { return runtime.now(); }
  std::function<HostTime()> clock;
};

// Immutable, and cheap to copy; may be shared by any number of connections of one thread.
class TlsContext {
 public:
  // Errors: bad_certificate, bad_key, bad_authorities.
  static Result<TlsContext> server(const TlsOptions& options);
  static Result<TlsContext> client(const TlsOptions& options);

 private:
  struct Impl;
  friend class TlsStream;
  explicit TlsContext(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

// Both shake hands, then return the protected stream; they throw system_error with the transport's
// error, or protocol_error with OpenSSL's reason in what() ("certificate verify failed").
asio::awaitable<std::unique_ptr<ByteStream>> tls_client(std::unique_ptr<ByteStream> transport,
                                                        TlsContext context,
                                                        std::string server_name);
asio::awaitable<std::unique_ptr<ByteStream>> tls_server(std::unique_ptr<ByteStream> transport,
                                                        TlsContext context);
// Accepts without waiting for handshakes, so that a peer that never finishes one holds up nobody:
// the first read from an accepted stream shakes hands, under whatever time-out it has.
std::unique_ptr<Listener> tls_listener(std::unique_ptr<Listener> transport, TlsContext context);

}  // namespace gauntlet
