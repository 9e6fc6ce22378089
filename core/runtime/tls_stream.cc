#include "core/runtime/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <vector>

#include "core/base/check.h"

namespace gauntlet {
namespace {

using asio::awaitable;
using boost::system::system_error;
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kRecordBytes = 16 * 1024;  // RFC 8446, 5.1

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* p) const {
    kFree(p);
  }
};
template <class T, auto kFree>
using Owned = std::unique_ptr<T, Free<kFree>>;
using OwnedBio = Owned<BIO, BIO_free>;
using OwnedCertificate = Owned<X509, X509_free>;

std::string openssl_reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code ? ERR_reason_error_string(code) : nullptr;
  return reason ? reason : "unknown";
}

error_code protocol_error() {
  return boost::system::errc::make_error_code(boost::system::errc::protocol_error);
}

OwnedBio memory(const std::string& text) {
  return OwnedBio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// No callback: a key that is encrypted is refused, not asked for on a terminal.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

struct TlsContext::Impl {
  Owned<SSL_CTX, SSL_CTX_free> context;
  std::function<HostTime()> clock;
  bool is_server = false;

  static std::shared_ptr<Impl> make(const TlsOptions& options, bool is_server) {
    auto impl = std::make_shared<Impl>();
    impl->context.reset(SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method()));
    CHECK(impl->context);
    SSL_CTX* context = impl->context.get();
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    impl->clock = options.clock;
    impl->is_server = is_server;
    return impl;
  }

  bool use_chain(const std::string& pem) {
    const OwnedBio bio = memory(pem);
    const OwnedCertificate own(PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr));
    if (!own || SSL_CTX_use_certificate(context.get(), own.get()) != 1) return false;
    while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr)) {
      if (SSL_CTX_add0_chain_cert(context.get(), next) != 1) {
        X509_free(next);
        return false;
      }
    }
    ERR_clear_error();  // the end of the text is an error to the reader
    return true;
  }
  bool use_key(const std::string& pem) {
    const OwnedBio bio = memory(pem);
    const Owned<EVP_PKEY, EVP_PKEY_free> key(
        PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
    return key && SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1 &&
           SSL_CTX_check_private_key(context.get()) == 1;
  }
  bool trust(const std::string& pem) {
    if (pem.empty()) return SSL_CTX_set_default_verify_paths(context.get()) == 1;
    const OwnedBio bio = memory(pem);
    int n = 0;
    for (;; ++n) {
      const OwnedCertificate one(PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr));
      if (!one) break;
      if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), one.get()) != 1) return false;
    }
    ERR_clear_error();
    return n > 0;
  }
};

Result<TlsContext> TlsContext::server(const TlsOptions& options) {
  auto impl = Impl::make(options, true);
  if (!impl->use_chain(options.certificate_chain_pem)) {
    return Error{"bad_certificate", "certificate chain: " + openssl_reason()};
  }
  if (!impl->use_key(options.private_key_pem)) {
    return Error{"bad_key", "private key: " + openssl_reason()};
  }
  return TlsContext(std::move(impl));
}

Result<TlsContext> TlsContext::client(const TlsOptions& options) {
  auto impl = Impl::make(options, false);
  if (!impl->trust(options.authorities_pem)) {
    return Error{"bad_authorities", "authorities: " + openssl_reason()};
  }
  SSL_CTX_set_verify(impl->context.get(), SSL_VERIFY_PEER, nullptr);
  return TlsContext(std::move(impl));
}

// ---- stream ------------------------------------------------------------------------------------

class TlsStream final : public ByteStream {
 public:
  TlsStream(std::unique_ptr<ByteStream> transport, const TlsContext& context,
            const std::string& server_name)
      : state_(std::make_shared<State>(std::move(transport), context, server_name)) {}
  ~TlsStream() override { close(); }

  awaitable<void> shake_hands() { return handshake(state_); }

  executor_type get_executor() override { return state_->transport->get_executor(); }
  std::string peer() const override { return state_->transport->peer(); }
  void close() override {
    // As far as it goes without waiting: a peer told of the end need not take it for a cut.
    if (!state_->flushing) shutdown_write();
    state_->transport->close();
  }
  void shutdown_write() override {
    if (std::exchange(state_->end_sent, true) || !SSL_is_init_finished(state_->ssl.get())) return;
    SSL_shutdown(state_->ssl.get());
    ERR_clear_error();
    asio::co_spawn(get_executor(), send_end(state_), asio::detached);
  }

 protected:
  void start_read(asio::mutable_buffer buffer, IoHandler handler) override {
    start(read(state_, buffer), std::move(handler));
  }
  void start_write(asio::const_buffer buffer, IoHandler handler) override {
    start(write(state_, buffer), std::move(handler));
  }

 private:
  using Outcome = std::tuple<error_code, std::size_t>;

  // Shared with operations in flight, which may be resumed once more after the stream is gone.
  struct State {
    State(std::unique_ptr<ByteStream> stream, const TlsContext& tls,
          const std::string& server_name);
    std::unique_ptr<ByteStream> transport;
    std::shared_ptr<const TlsContext::Impl> context;
    Owned<SSL, SSL_free> ssl;
    BIO* in = nullptr;   // ciphertext that arrived; owned by ssl
    BIO* out = nullptr;  // ciphertext to send; owned by ssl
    std::vector<char> received = std::vector<char>(kRecordBytes + 512);
    std::vector<char> sending;
    bool flushing = false;
    bool end_sent = false;
  };
  using Shared = std::shared_ptr<State>;

  void start(awaitable<Outcome> operation, IoHandler handler);
  static awaitable<void> handshake(Shared state);
  static awaitable<error_code> try_handshake(Shared state);
  static awaitable<error_code> flush(Shared state);
  static awaitable<error_code> fill(Shared state);
  static awaitable<Outcome> read(Shared state, asio::mutable_buffer buffer);
  static awaitable<Outcome> write(Shared state, asio::const_buffer buffer);
  static awaitable<void> send_end(Shared state);

  Shared state_;
};

TlsStream::State::State(std::unique_ptr<ByteStream> stream, const TlsContext& tls,
                        const std::string& server_name)
    : transport(std::move(stream)), context(tls.impl_), ssl(SSL_new(context->context.get())) {
  CHECK(ssl);
  in = BIO_new(BIO_s_mem());
  out = BIO_new(BIO_s_mem());
  CHECK(in && out);
  BIO_set_mem_eof_return(in, -1);  // empty means "not yet", the end is told by fill()
  SSL_set_bio(ssl.get(), in, out);
  if (context->clock) {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(context->clock().time_since_epoch());
    X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl.get()), static_cast<time_t>(now.count()));
  }
  if (context->is_server) {
    SSL_set_accept_state(ssl.get());
    return;
  }
  SSL_set_connect_state(ssl.get());
  error_code not_numeric;
  asio::ip::make_address(server_name, not_numeric);
  if (not_numeric) {
    CHECK(SSL_set_tlsext_host_name(ssl.get(), server_name.c_str()) == 1, server_name);
    CHECK(SSL_set1_host(ssl.get(), server_name.c_str()) == 1, server_name);
  } else {
    CHECK(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), server_name.c_str()) == 1);
  }
}

// Runs the coroutine as the operation behind `handler`, cancelled by the handler's slot.
void TlsStream::start(awaitable<Outcome> operation, IoHandler handler) {
  const auto slot = asio::get_associated_cancellation_slot(handler);
  const auto executor = get_executor();
  auto done = [executor, handler = std::move(handler)](std::exception_ptr error,
                                                       Outcome outcome) mutable {
    if (error) outcome = Outcome{asio::error::operation_aborted, 0};
    // Posted: an operation never completes inside the call that starts it.
    asio::post(executor, [executor, handler = std::move(handler), outcome]() mutable {
      const auto target = asio::get_associated_executor(handler, executor);
      asio::dispatch(target, [handler = std::move(handler), outcome]() mutable {
        std::apply(std::move(handler), outcome);
      });
    });
  };
  asio::co_spawn(executor, std::move(operation),
                 asio::bind_cancellation_slot(slot, std::move(done)));
}

awaitable<error_code> TlsStream::flush(Shared state) {
  if (state->flushing) co_return error_code();  // whoever is at it sends this, too
  error_code error;
  state->flushing = true;
  while (!error && (BIO_ctrl_pending(state->out) > 0 || !state->sending.empty())) {
    if (state->sending.empty()) {
      state->sending.resize(BIO_ctrl_pending(state->out));
      const int n =
          BIO_read(state->out, state->sending.data(), static_cast<int>(state->sending.size()));
      CHECK(n == static_cast<int>(state->sending.size()), n);
    }
    const auto [failed, n] =
        co_await state->transport->async_write_some(asio::buffer(state->sending), kAsTuple);
    state->sending.erase(state->sending.begin(),
                         state->sending.begin() + static_cast<std::ptrdiff_t>(n));
    error = failed;
  }
  state->flushing = false;
  co_return error;
}

awaitable<error_code> TlsStream::fill(Shared state) {
  const auto [error, n] =
      co_await state->transport->async_read_some(asio::buffer(state->received), kAsTuple);
  // TLS has an end of its own: without it, the connection was cut.
  if (error == asio::error::eof) co_return error_code(asio::error::connection_reset);
  if (!error) BIO_write(state->in, state->received.data(), static_cast<int>(n));
  co_return error;
}

awaitable<void> TlsStream::handshake(Shared state) {
  for (;;) {
    ERR_clear_error();
    const int result = SSL_do_handshake(state->ssl.get());
    const int reason = SSL_get_error(state->ssl.get(), result);
    const std::string text = reason == SSL_ERROR_SSL ? openssl_reason() : std::string();
    error_code error = co_await flush(state);  // an alert, too
    if (result == 1 && !error) co_return;
    if (reason == SSL_ERROR_SSL) throw system_error(protocol_error(), "TLS: " + text);
    if (!error) error = co_await fill(state);
    if (error) throw system_error(error, "TLS handshake");
  }
}

awaitable<error_code> TlsStream::try_handshake(Shared state) {
  try {
    co_await handshake(std::move(state));
  } catch (const system_error& error) {
    co_return error.code();
  }
  co_return error_code();
}

awaitable<TlsStream::Outcome> TlsStream::read(Shared state, asio::mutable_buffer buffer) {
  if (buffer.size() == 0) co_return Outcome{error_code(), 0};
  if (!SSL_is_init_finished(state->ssl.get())) {
    const error_code failed = co_await try_handshake(state);
    if (failed) co_return Outcome{failed, 0};
  }
  for (;;) {
    ERR_clear_error();
    std::size_t n = 0;
    const int result = SSL_read_ex(state->ssl.get(), buffer.data(), buffer.size(), &n);
    if (result == 1) co_return Outcome{error_code(), n};
    const int reason = SSL_get_error(state->ssl.get(), result);
    if (reason == SSL_ERROR_ZERO_RETURN) co_return Outcome{error_code(asio::error::eof), 0};
    if (reason != SSL_ERROR_WANT_READ) {
      ERR_clear_error();
      co_return Outcome{protocol_error(), 0};
    }
    // What reading gives to say (a key update) goes out with the next write: RFC 8446, 4.6.3.
    const error_code error = co_await fill(state);
    if (error) co_return Outcome{error, 0};
  }
}

awaitable<TlsStream::Outcome> TlsStream::write(Shared state, asio::const_buffer buffer) {
  if (buffer.size() == 0) co_return Outcome{error_code(), 0};
  if (state->end_sent) co_return Outcome{error_code(asio::error::broken_pipe), 0};
  ERR_clear_error();
  std::size_t n = 0;
  const std::size_t most = std::min(buffer.size(), kRecordBytes);
  if (SSL_write_ex(state->ssl.get(), buffer.data(), most, &n) != 1) {
    ERR_clear_error();
    co_return Outcome{protocol_error(), 0};
  }
  const error_code error = co_await flush(state);
  co_return Outcome{error, error ? 0 : n};
}

awaitable<void> TlsStream::send_end(Shared state) {
  const error_code error = co_await flush(state);
  if (!error) state->transport->shutdown_write();
}

namespace {

awaitable<std::unique_ptr<ByteStream>> shake(std::unique_ptr<TlsStream> stream) {
  co_await stream->shake_hands();
  co_return std::unique_ptr<ByteStream>(std::move(stream));
}

class TlsListener final : public Listener {
 public:
  TlsListener(std::unique_ptr<Listener> transport, TlsContext context)
      : transport_(std::move(transport)), context_(std::move(context)) {}
  awaitable<std::unique_ptr<ByteStream>> accept() override {
    auto stream = co_await transport_->accept();
    co_return std::make_unique<TlsStream>(std::move(stream), context_, std::string());
  }
  std::uint16_t port() const override { return transport_->port(); }
  void close() override { transport_->close(); }

 private:
  std::unique_ptr<Listener> transport_;
  TlsContext context_;
};

}  // namespace

std::unique_ptr<Listener> tls_listener(std::unique_ptr<Listener> transport, TlsContext context) {
  return std::make_unique<TlsListener>(std::move(transport), std::move(context));
}

awaitable<std::unique_ptr<ByteStream>> tls_client(std::unique_ptr<ByteStream> transport,
                                                  TlsContext context, std::string server_name) {
  return shake(std::make_unique<TlsStream>(std::move(transport), context, server_name));
}

awaitable<std::unique_ptr<ByteStream>> tls_server(std::unique_ptr<ByteStream> transport,
                                                  TlsContext context) {
  return shake(std::make_unique<TlsStream>(std::move(transport), context, std::string()));
}

}  // namespace gauntlet
