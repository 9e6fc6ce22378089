#include "core/runtime/http.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http.hpp>
#include <boost/system/system_error.hpp>
#include <list>
#include <stdexcept>
#include <utility>

#include "core/base/check.h"
#include "core/runtime/signal.h"

namespace gauntlet {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::awaitable;
using boost::system::system_error;
using namespace asio::experimental::awaitable_operators;

static_assert(beast::is_async_stream<ByteStream>::value);

using Outcome = std::tuple<error_code, std::size_t>;
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr unsigned kHttp11 = 11;
constexpr std::size_t kReadBytes = 16 * 1024;
// After refusing a request, so much of what the peer still sends is read and thrown away: closing
// with unread data would reset the connection and take the answer with it.
constexpr std::size_t kDrainBytes = 256 * 1024;
constexpr Duration kAcceptRetry = std::chrono::milliseconds{100};

// The operation's outcome, or timed_out. Outcomes are values: in `a || b` a failure alone would not
// end the race.
awaitable<error_code> until(Runtime& runtime, HostTime deadline, awaitable<Outcome> operation) {
  const auto first = co_await (std::move(operation) || runtime.sleep_until(deadline));
  co_return first.index() == 0 ? std::get<0>(std::get<0>(first))
                               : error_code(asio::error::timed_out);
}

std::string lower(beast::string_view name) {
  std::string out(name);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return out;
}

template <class Fields>
HttpHeaders headers_of(const Fields& fields) {
  HttpHeaders out;
  for (const auto& field : fields) {
    auto [it, added] = out.emplace(lower(field.name_string()), std::string(field.value()));
    if (!added) it->second.append(", ").append(field.value());  // RFC 9110, 5.3
  }
  return out;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

// What a handler or a caller puts into a header must not end it (header injection).
void check_headers(const HttpHeaders& headers) {
  for (const auto& [name, value] : headers) {
    if (name.empty() || name.find_first_of(": \t") != std::string::npos || has_control(name) ||
        has_control(value)) {
      throw std::invalid_argument("not a header: \"" + name + "\"");
    }
  }
}

template <class Fields>
void set_headers(Fields& fields, const HttpHeaders& headers) {
  for (const auto& [name, value] : headers) fields.set(name, value);
}

// Header and body in one piece, so that a message is one write: one segment where it fits.
template <bool kRequest, class Body>
std::string bytes_of(http::message<kRequest, Body, http::fields> message) {
  http::serializer<kRequest, Body, http::fields> serializer(message);
  std::string out;
  error_code error;
  while (!error && !serializer.is_done()) {
    serializer.next(error, [&](error_code&, const auto& buffers) {
      for (const asio::const_buffer piece : beast::buffers_range_ref(buffers)) {
        out.append(static_cast<const char*>(piece.data()), piece.size());
      }
      serializer.consume(beast::buffer_bytes(buffers));
    });
  }
  CHECK(!error, error.message());
  return out;
}

// Reads what there is, at least one byte.
awaitable<Outcome> read_some(ByteStream& stream, beast::flat_buffer& buffer) {
  const auto outcome = co_await stream.async_read_some(buffer.prepare(kReadBytes), kAsTuple);
  buffer.commit(std::get<1>(outcome));
  co_return outcome;
}

// ---- server ------------------------------------------------------------------------------------

// A time limit that what waits for `length` each time is under. A race of every read and write
// with a timer of its own would cost more than the requests themselves: the watch below wakes
// once a `length` at most, and no timer is ever cancelled.
struct Deadline {
  Duration length;
  HostTime at = HostTime::max();
};

struct Connection {
  Connection(std::unique_ptr<ByteStream> from, const HttpLimits& limits)
      : stream(std::move(from)), idle{limits.idle_timeout}, request{limits.request_timeout} {}
  std::unique_ptr<ByteStream> stream;
  Deadline idle, request;
  bool timed_out = false;
  asio::cancellation_signal cancel;
  beast::flat_buffer buffer;
};

struct Server {
  Runtime& runtime;
  HttpHandler handler;
  HttpLimits limits;
  Counters& counters;
  std::list<Connection> connections{};
  bool stopping = false;
  Signal finished{runtime.executor(), "http server: connections to end"};
};

// Closes the connection when the deadline has passed. While none is set it sleeps for one length:
// whatever is set meanwhile ends later.
awaitable<void> watch(Runtime& runtime, Connection& connection, Deadline& deadline) {
  for (;;) {
    const HostTime now = runtime.now();
    if (deadline.at <= now) {
      connection.timed_out = true;
      deadline.at = HostTime::max();
      connection.stream->close();
    }
    co_await runtime.sleep_until(std::min(deadline.at, now + deadline.length));
  }
}

awaitable<error_code> within(Runtime& runtime, Connection& connection, Deadline& deadline,
                             awaitable<Outcome> operation) {
  deadline.at = runtime.now() + deadline.length;
  const Outcome outcome = co_await std::move(operation);
  deadline.at = HostTime::max();
  co_return connection.timed_out ? error_code(asio::error::timed_out) : std::get<0>(outcome);
}

bool is_malformed(error_code error) {
  return error.category() == error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

HttpResponse refusal(error_code error, Counters& counters) {
  int status = 400;
  const char* counter = "http.rejected.malformed";
  if (error == http::error::body_limit) {
    status = 413;
    counter = "http.rejected.body_too_large";
  } else if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    status = 431;
    counter = "http.rejected.header_too_large";
  }
  counters.add(counter);
  return HttpResponse(status, {{"content-type", "text/plain"}}, "request refused\n");
}

void check_response(HttpResponse& response) {
  if (response.status < 200 || response.status > 599) throw std::invalid_argument("status");
  check_headers(response.headers);
  if (response.status == 204 || response.status == 304) response.body.clear();
}

HttpResponse internal_error() {
  return HttpResponse(500, {{"content-type", "text/plain"}}, "internal error\n");
}

awaitable<HttpResponse> answer(Server& server, HttpRequest request) {
  try {
    HttpResponse response = co_await server.handler(std::move(request));
    check_response(response);
    co_return response;
  } catch (const std::exception&) {
    if (server.stopping) throw;  // the handler was cancelled
    server.counters.add("http.handler_exceptions");
  }
  co_return internal_error();
}

awaitable<error_code> write_response(Server& server, Connection& connection, HttpResponse from,
                                     bool head, bool keep_alive) {
  http::response<http::string_body> out(static_cast<http::status>(from.status), kHttp11);
  set_headers(out, from.headers);
  out.keep_alive(keep_alive);
  out.body() = std::move(from.body);
  out.prepare_payload();
  if (from.status == 204) out.content_length(boost::none);  // RFC 9110, 8.6
  server.counters.add("http.status." + std::to_string(from.status));
  const std::string bytes = head ? bytes_of(http::response<http::empty_body>(std::move(out.base())))
                                 : bytes_of(std::move(out));
  co_return co_await within(server.runtime, connection, connection.request,
                            asio::async_write(*connection.stream, asio::buffer(bytes), kAsTuple));
}

// Lets the peer finish what it is sending, so that it gets to read the answer.
awaitable<void> drain(Server& server, Connection& connection) {
  connection.stream->shutdown_write();
  const HostTime deadline = server.runtime.now() + server.limits.request_timeout;
  const std::size_t most = std::max(kDrainBytes, server.limits.body_bytes);
  for (std::size_t total = 0; total < most; total += connection.buffer.size()) {
    connection.buffer.clear();
    if (co_await until(server.runtime, deadline,
                       read_some(*connection.stream, connection.buffer))) {
      co_return;
    }
  }
}

// True when the peer has begun another request.
awaitable<bool> wait_for_request(Server& server, Connection& connection) {
  if (connection.buffer.size() > 0) co_return true;  // pipelined
  const error_code error = co_await within(server.runtime, connection, connection.idle,
                                           read_some(*connection.stream, connection.buffer));
  if (error == asio::error::timed_out) server.counters.add("http.idle_closed");
  if (error == boost::system::errc::protocol_error) server.counters.add("http.dropped.tls");
  co_return !error;
}

// True when the connection may carry another request.
awaitable<bool> serve_one(Server& server, Connection& connection) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(server.limits.header_bytes));
  parser.body_limit(server.limits.body_bytes);
  const error_code error =
      co_await within(server.runtime, connection, connection.request,
                      http::async_read(*connection.stream, connection.buffer, parser, kAsTuple));
  if (error && !is_malformed(error)) {
    if (!server.stopping) {
      server.counters.add(error == asio::error::timed_out ? "http.dropped.request_timeout"
                                                          : "http.dropped.disconnected");
    }
    co_return false;
  }
  server.counters.add("http.requests");
  if (error) {
    const error_code sent =
        co_await write_response(server, connection, refusal(error, server.counters), false, false);
    if (!sent) co_await drain(server, connection);
    co_return false;
  }
  auto message = parser.release();
  const bool head = message.method() == http::verb::head;
  const bool keep_alive = message.keep_alive();
  HttpRequest request{std::string(message.method_string()), std::string(message.target()),
                      headers_of(message.base()), std::move(message.body())};
  request.peer = connection.stream->peer();
  HttpResponse response = co_await answer(server, std::move(request));
  const error_code sent =
      co_await write_response(server, connection, std::move(response), head, keep_alive);
  if (sent) server.counters.add("http.dropped.unanswered");
  co_return !sent && keep_alive;
}

// Ends with a value whatever happens: in `a || b` a failure alone would not end the others.
awaitable<void> serve_requests(Server& server, Connection& connection) {
  try {
    // One co_await per condition: g++ 12 miscompiles two that are joined by && in a loop's.
    while (co_await wait_for_request(server, connection)) {
      const bool more = co_await serve_one(server, connection);
      if (!more) break;
    }
  } catch (const std::exception&) {
    if (!server.stopping) server.counters.add("http.dropped.exception");
  }
}

awaitable<void> serve_connection(std::shared_ptr<Server> server, Connection& connection) {
  co_await (serve_requests(*server, connection) ||
            watch(server->runtime, connection, connection.idle) ||
            watch(server->runtime, connection, connection.request));
}

void start_connection(const std::shared_ptr<Server>& server, std::unique_ptr<ByteStream> stream) {
  server->counters.add("http.connections");
  if (server->connections.size() >= server->limits.connections) {
    server->counters.add("http.rejected.too_many_connections");
    return;  // closed
  }
  const auto it =
      server->connections.emplace(server->connections.end(), std::move(stream), server->limits);
  const auto ended = [server, it](std::exception_ptr error) {
    if (error && !server->stopping) server->counters.add("http.dropped.exception");
    it->stream->close();
    server->connections.erase(it);
    if (server->connections.empty()) server->finished.raise();
  };
  asio::co_spawn(server->runtime.executor(), serve_connection(server, *it),
                 asio::bind_cancellation_slot(it->cancel.slot(), ended));
}

// False when the listener is closed or the server was cancelled.
awaitable<bool> accept_one(const std::shared_ptr<Server>& server, Listener& listener,
                           bool& failed) {
  try {
    if (std::exchange(failed, false)) co_await server->runtime.sleep_for(kAcceptRetry);
    start_connection(server, co_await listener.accept());
  } catch (const system_error& error) {
    if (error.code() == asio::error::operation_aborted) co_return false;
    server->counters.add("http.accept_errors");  // out of descriptors, say: others may end
    failed = true;
  }
  // A cancellation that came while a connection was on its way here ended no operation.
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() == asio::cancellation_type::none;
}

awaitable<void> stop(std::shared_ptr<Server> server) {
  server->stopping = true;
  for (Connection& connection : server->connections) {
    connection.cancel.emit(asio::cancellation_type::terminal);
    connection.stream->close();
  }
  while (!server->connections.empty()) co_await server->finished.wait();
}

}  // namespace

awaitable<void> serve_http(Runtime& runtime, std::unique_ptr<Listener> listener,
                           HttpHandler handler, HttpLimits limits, Counters& counters) {
  auto server = std::make_shared<Server>(runtime, std::move(handler), limits, counters);
  co_await asio::this_coro::throw_if_cancelled(false);
  bool failed = false;
  while (co_await accept_one(server, *listener, failed)) {
  }
  listener->close();
  // Cancelled or not, handlers must have ended before this returns: they use what the caller owns.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await stop(server);
}

// ---- client ------------------------------------------------------------------------------------

struct HttpClient::Connection {
  std::unique_ptr<ByteStream> stream;
  beast::flat_buffer buffer{};
  bool busy = false;
};

namespace {

struct Connected {
  error_code error;
  std::unique_ptr<ByteStream> stream;
};

awaitable<Connected> try_connect(Runtime& runtime, Endpoint endpoint) {
  try {
    auto stream = co_await runtime.connect(std::move(endpoint));
    co_return Connected{{}, std::move(stream)};
  } catch (const system_error& error) {
    co_return Connected{error.code(), nullptr};
  }
}

awaitable<std::unique_ptr<ByteStream>> connect_until(Runtime& runtime, const Endpoint& endpoint,
                                                     HostTime deadline) {
  auto first = co_await (try_connect(runtime, endpoint) || runtime.sleep_until(deadline));
  if (first.index() == 1) throw system_error(asio::error::timed_out, "connect " + endpoint.host);
  Connected& connected = std::get<0>(first);
  if (connected.error) throw system_error(connected.error, "connect " + endpoint.host);
  co_return std::move(connected.stream);
}

// Whether an idle connection is still good: nothing has arrived, neither bytes nor its end. What
// has arrived completes the read before what is posted after it.
awaitable<bool> still_open(ByteStream& stream, beast::flat_buffer& buffer) {
  const auto first = co_await (read_some(stream, buffer) || asio::post(asio::use_awaitable));
  co_return first.index() == 1;
}

std::string message_of(HttpRequest from, const Endpoint& endpoint) {
  const auto bad = [](std::string_view s) {
    return s.empty() || has_control(s) || s.find(' ') != std::string_view::npos;
  };
  if (bad(from.method) || bad(from.target)) {
    throw std::invalid_argument("not a request line: " + from.method + " " + from.target);
  }
  check_headers(from.headers);
  http::request<http::string_body> out;
  out.version(kHttp11);
  out.method_string(from.method);
  out.target(from.target);
  out.set(http::field::host, endpoint.host + ":" + std::to_string(endpoint.port));
  set_headers(out, from.headers);
  out.body() = std::move(from.body);
  out.prepare_payload();
  return bytes_of(std::move(out));
}

struct Exchange {
  Exchange(const std::string& text, beast::flat_buffer& received)
      : message(text), buffer(received) {}
  const std::string& message;
  beast::flat_buffer& buffer;
  http::response_parser<http::string_body> parser{};
  error_code sent{};
};

// One operation, so that one timer is raced for all of it.
awaitable<Outcome> exchange(ByteStream& stream, Exchange& with) {
  const auto written = co_await asio::async_write(stream, asio::buffer(with.message), kAsTuple);
  with.sent = std::get<0>(written);
  if (with.sent == asio::error::operation_aborted) co_return written;
  // A server may refuse and close before it has read everything: its answer counts, then.
  const auto read = co_await http::async_read(stream, with.buffer, with.parser, kAsTuple);
  co_return read;
}

void fail_on(error_code error, const Endpoint& endpoint) {
  if (error) throw system_error(error, "http " + endpoint.host);
}

}  // namespace

HttpClient::HttpClient(Runtime& runtime, Endpoint endpoint, HttpLimits limits)
    : runtime_(runtime), endpoint_(std::move(endpoint)), limits_(limits) {}
HttpClient::~HttpClient() = default;

void HttpClient::close() {
  if (!connection_) return;
  connection_->stream->close();
  if (!connection_->busy) connection_.reset();
}

awaitable<HttpResponse> HttpClient::request(HttpRequest request) {
  CHECK(!connection_ || !connection_->busy);  // one request at a time
  const bool head = request.method == "HEAD";
  const std::string message = message_of(std::move(request), endpoint_);
  const HostTime deadline = runtime_.now() + limits_.request_timeout;
  if (connection_) {
    const bool open = co_await still_open(*connection_->stream, connection_->buffer);
    if (!open) connection_.reset();
  }
  if (!connection_) {
    auto stream = co_await connect_until(runtime_, endpoint_, deadline);
    connection_ = std::make_unique<Connection>(Connection{std::move(stream)});
  }
  // Whatever goes wrong from here on, this connection carries no further request.
  const auto drop = [](std::unique_ptr<Connection>* c) { c->reset(); };
  std::unique_ptr<std::unique_ptr<Connection>, decltype(drop)> guard(&connection_, drop);
  connection_->busy = true;
  ByteStream& stream = *connection_->stream;
  Exchange with(message, connection_->buffer);
  with.parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
  with.parser.body_limit(limits_.body_bytes);
  with.parser.skip(head);
  const error_code received = co_await until(runtime_, deadline, exchange(stream, with));
  if (received == asio::error::timed_out) fail_on(received, endpoint_);
  if (received) fail_on(with.sent ? with.sent : received, endpoint_);
  auto answer = with.parser.release();
  if (!with.sent && answer.keep_alive()) {
    connection_->busy = false;
    guard.release();
  }
  co_return HttpResponse{static_cast<int>(answer.result_int()), headers_of(answer.base()),
                         std::move(answer.body())};
}

}  // namespace gauntlet
