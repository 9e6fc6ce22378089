#include "sim/network/connection.h"

#include <algorithm>
#include <cstring>

#include "core/base/check.h"

namespace gauntlet::sim {

class Connection::Read final : public PendingHandler<std::size_t> {
 public:
  Read(Connection& connection, int side, asio::mutable_buffer to, Handler handler)
      : PendingHandler(connection.core_->context.get_executor(), std::move(handler)),
        buffer(to),
        connection_(connection.shared_from_this()),
        side_(side) {
    CHECK(pipe().reader == nullptr);  // one read at a time
    pipe().reader = this;
  }
  ~Read() override { pipe().reader = nullptr; }
  std::string what() const override {
    const Path& path = *pipe().path;
    return path.to() + ": reads from " + path.from() + ", port " +
           std::to_string(connection_->port_);
  }
  const asio::mutable_buffer buffer;

 private:
  Pipe& pipe() const { return connection_->pipes_[static_cast<std::size_t>(1 - side_)]; }
  std::shared_ptr<Connection> connection_;
  int side_;
};

class Connection::Write final : public PendingHandler<std::size_t> {
 public:
  Write(Connection& connection, int side, asio::const_buffer from, Handler handler)
      : PendingHandler(connection.core_->context.get_executor(), std::move(handler)),
        buffer(from),
        connection_(connection.shared_from_this()),
        side_(side) {
    CHECK(pipe().writer == nullptr);  // one write at a time
    pipe().writer = this;
  }
  ~Write() override { pipe().writer = nullptr; }
  std::string what() const override {
    const Path& path = *pipe().path;
    return path.from() + ": writes to " + path.to() + ", port " +
           std::to_string(connection_->port_);
  }
  const asio::const_buffer buffer;

 private:
  Pipe& pipe() const { return connection_->pipes_[static_cast<std::size_t>(side_)]; }
  std::shared_ptr<Connection> connection_;
  int side_;
};

namespace {
std::size_t index(int side) { return static_cast<std::size_t>(side); }
}  // namespace

Connection::Connection(std::shared_ptr<NetworkCore> core, Path& forth, Path& back,
                       const RandomStream& random, std::uint16_t port)
    : core_(std::move(core)),
      id_(core_->next_connection++),
      port_(port),
      pipes_{Pipe{forth.shared_from_this(), back.shared_from_this(), random.child("forth")},
             Pipe{back.shared_from_this(), forth.shared_from_this(), random.child("back")}} {
  core_->connections.emplace(id_, this);
}

Connection::~Connection() { core_->connections.erase(id_); }

bool Connection::is_between(const std::string& a, const std::string& b) const {
  const auto is = [](const std::string& pattern, const std::string& host) {
    return pattern == "*" || pattern == host;
  };
  const std::string& from = pipes_[0].path->from();
  const std::string& to = pipes_[0].path->to();
  return (is(a, from) && is(b, to)) || (is(a, to) && is(b, from));
}

template <class F>
void Connection::at(WorldTime t, F f) {
  const auto event = [self = shared_from_this(), f] {
    if (!self->core_->ended) f(*self);
  };
  core_->context.simulation().at(std::max(t, now()), event, kDefaultPriority, core_->tag);
}

// ---- what a stream asks for --------------------------------------------------------------------

void Connection::start_read(int side, asio::mutable_buffer buffer, ByteStream::IoHandler handler) {
  auto* read = new Read(*this, side, buffer, std::move(handler));
  error_code error;
  std::size_t n = 0;
  if (take(side, buffer, error, n)) read->post(error, n);
}

void Connection::start_write(int side, asio::const_buffer buffer, ByteStream::IoHandler handler) {
  auto* write = new Write(*this, side, buffer, std::move(handler));
  const End& end = ends_[index(side)];
  if (end.closed) return write->post(asio::error::bad_descriptor, 0);
  if (end.error) return write->post(end.error, 0);
  if (pipes_[index(side)].end_sent) return write->post(asio::error::broken_pipe, 0);
  const std::size_t n = accept_bytes(side, buffer);
  if (n > 0 || buffer.size() == 0) return write->post({}, n);
  expect_room(side);
}

void Connection::shutdown_write(int side) {
  Pipe& out = pipes_[index(side)];
  if (core_->ended || out.end_sent || ends_[index(side)].closed || ends_[index(side)].error) return;
  out.end_sent = true;
  send(side, {Segment::Kind::end, {}});
}

void Connection::close(int side) {
  End& end = ends_[index(side)];
  if (end.closed || core_->ended) return;
  Pipe& in = pipes_[index(1 - side)];
  Pipe& out = pipes_[index(side)];
  if (in.reader) in.reader->post(asio::error::operation_aborted, 0);
  if (out.writer) out.writer->post(asio::error::operation_aborted, 0);
  // Data that nobody will read is worth a reset: the peer must not take it for delivered.
  if (!in.received.empty() && !end.error) {
    end.reset_sent = true;
    send(side, {Segment::Kind::reset, {}});
  } else {
    shutdown_write(side);
  }
  end.closed = true;
  in.received.clear();
  forget_if_over();
}

// ---- data on its way ---------------------------------------------------------------------------

std::size_t Connection::accept_bytes(int side, asio::const_buffer buffer) {
  Pipe& out = pipes_[index(side)];
  refill(out);
  const auto limit = static_cast<std::size_t>(out.path->options().buffer_bytes);
  const std::size_t n = std::min(buffer.size(), limit - std::min(limit, out.used));
  if (n == 0) return 0;
  const auto* bytes = static_cast<const std::byte*>(buffer.data());
  out.used += n;
  ++out.path->counts.messages;
  out.path->counts.bytes += n;
  for (const WireTap& tap : core_->taps) {
    tap({out.path->from(), out.path->to(), id_, {bytes, n}, now()});
  }
  const auto segment = static_cast<std::size_t>(out.path->options().segment_bytes);
  for (std::size_t i = 0; i < n; i += segment) {
    ++out.path->counts.segments;
    send(side, {Segment::Kind::data, {bytes + i, bytes + std::min(n, i + segment)}});
  }
  return n;
}

void Connection::send(int side, Segment segment) {
  Pipe& out = pipes_[index(side)];
  if (swallowed_) {
    ++out.path->counts.swallowed;
    return give_up(side, now() + out.path->patience());
  }
  if (ends_[index(side)].gives_up) return;  // waits behind what cannot be delivered
  const Path::Delivery delivery = out.path->carry(now(), segment.bytes.size(), out.random);
  if (delivery.given_up) return give_up(side, delivery.at);
  out.last_arrival = std::max(out.last_arrival, delivery.at);
  if (remote_) {
    constexpr RemoteMessage::Kind kKinds[] = {RemoteMessage::Kind::data, RemoteMessage::Kind::end,
                                              RemoteMessage::Kind::reset};
    const auto kind = kKinds[static_cast<std::size_t>(segment.kind)];
    return transmit(kind, out.last_arrival, 0, std::move(segment.bytes));
  }
  out.under_way.push_back(std::move(segment));
  at(out.last_arrival, [side](Connection& c) { c.arrive(side); });
}

void Connection::arrive(int side) {
  Pipe& out = pipes_[index(side)];
  if (out.under_way.empty()) return;  // the connection was reset meanwhile
  const Segment segment = std::move(out.under_way.front());
  out.under_way.pop_front();
  End& there = ends_[index(1 - side)];
  if (swallowed_) {
    ++out.path->counts.swallowed;
    return give_up(side, now() + out.path->patience());
  }
  if (segment.kind == Segment::Kind::reset) {
    ++out.path->counts.resets;
    return fail(1 - side, asio::error::connection_reset);
  }
  if (there.closed || there.error) {
    if (segment.kind == Segment::Kind::data && !std::exchange(there.reset_sent, true)) {
      send(1 - side, {Segment::Kind::reset, {}});
    }
    return;
  }
  if (segment.kind == Segment::Kind::end) {
    out.end_received = true;
  } else {
    out.received.insert(out.received.end(), segment.bytes.begin(), segment.bytes.end());
  }
  wake_reader(1 - side);
}

// What a read gets at this moment; false when it must wait. What arrived before the end, or before
// a reset, is read first.
bool Connection::take(int side, asio::mutable_buffer buffer, error_code& error, std::size_t& n) {
  Pipe& in = pipes_[index(1 - side)];
  const End& end = ends_[index(side)];
  error = {};
  n = 0;
  if (end.closed) error = asio::error::bad_descriptor;
  if (error || buffer.size() == 0) return true;
  if (in.received.empty()) {
    error = in.end_received ? error_code(asio::error::eof) : end.error;
    return static_cast<bool>(error);
  }
  n = std::min(buffer.size(), in.received.size());
  const auto last = in.received.begin() + static_cast<std::ptrdiff_t>(n);
  std::copy(in.received.begin(), last, static_cast<std::byte*>(buffer.data()));
  in.received.erase(in.received.begin(), last);
  if (remote_) {
    if (!in.end_received && !swallowed_) {
      transmit(RemoteMessage::Kind::room, now() + in.back->latency_min(), n, {});
    }
    return true;
  }
  in.credits.push_back({now() + in.back->latency_min(), n});
  if (in.writer) expect_room(1 - side);
  return true;
}

void Connection::wake_reader(int side) {
  Read* read = pipes_[index(1 - side)].reader;
  error_code error;
  std::size_t n = 0;
  if (read && take(side, read->buffer, error, n)) {
    core_->context.run_inside([&] { read->complete(error, n); });
  }
}

// ---- back-pressure -----------------------------------------------------------------------------

void Connection::refill(Pipe& pipe) {
  while (!pipe.credits.empty() && pipe.credits.front().at <= now()) {
    pipe.used -= pipe.credits.front().bytes;
    pipe.credits.pop_front();
  }
}

void Connection::expect_room(int side) {
  Pipe& out = pipes_[index(side)];
  if (out.room_event || out.credits.empty()) return;
  out.room_event = true;
  at(out.credits.front().at, [side](Connection& c) { c.room(side); });
}

void Connection::room(int side) {
  Pipe& out = pipes_[index(side)];
  out.room_event = false;
  if (!out.writer || swallowed_) return;
  Write* write = out.writer;
  if (const std::size_t n = accept_bytes(side, write->buffer)) {
    core_->context.run_inside([&] { write->complete({}, n); });
  } else {
    expect_room(side);
  }
}

// ---- breaking ----------------------------------------------------------------------------------

void Connection::give_up(int side, WorldTime t) {
  if (is_far(side)) return;  // the far side knows for itself
  End& end = ends_[index(side)];
  if (std::exchange(end.gives_up, true)) return;
  at(t, [side](Connection& c) { c.fail(side, asio::error::timed_out); });
}

void Connection::fail(int side, error_code error) {
  End& end = ends_[index(side)];
  if (end.closed || end.error) return;
  end.error = error;
  if (Write* write = pipes_[index(side)].writer) write->post(error, 0);
  // Posted, for cut() may be called from within a coroutine. A reader waits: there is no data.
  if (Read* read = pipes_[index(1 - side)].reader) read->post(error, 0);
}

void Connection::reset() {
  was_cut_ = true;
  for (const int side : {0, 1}) {
    if (is_far(side)) continue;
    pipes_[index(side)].under_way.clear();
    ++pipes_[index(side)].path->counts.resets;
    fail(side, asio::error::connection_reset);
  }
}

void Connection::swallow() {
  swallowed_ = true;
  for (const int side : {0, 1}) {
    const Pipe& out = pipes_[index(side)];
    if (out.writer) give_up(side, now() + out.path->patience());  // window probes go unanswered
    // What is under way to another simulation is swallowed there: this side learns it by time-out.
    if (remote_ && out.last_arrival > now()) give_up(side, out.last_arrival + out.path->patience());
  }
}

// ---- the far side in another simulation --------------------------------------------------------

void Connection::transmit(RemoteMessage::Kind kind, WorldTime t, std::uint64_t bytes_read,
                          std::vector<std::byte> bytes) {
  const auto to = core_->remotes.find(remote_->far);
  if (core_->ended || to == core_->remotes.end()) return;
  to->second.send({kind, remote_->asked_here, port_, t, remote_->near, remote_->far,
                   remote_->connection, bytes_read, std::move(bytes)});
}

void Connection::receive(RemoteMessage message) {
  using Kind = RemoteMessage::Kind;
  if (was_cut_) return;
  const auto self = shared_from_this();
  Pipe& in = pipes_[index(1 - near())];
  Pipe& out = pipes_[index(near())];
  switch (message.kind) {
    case Kind::room:
      out.credits.push_back({now(), static_cast<std::size_t>(message.bytes_read)});
      room(near());
      return;
    case Kind::data:
    case Kind::end:
    case Kind::reset: {
      const auto kind = message.kind == Kind::data  ? Segment::Kind::data
                        : message.kind == Kind::end ? Segment::Kind::end
                                                    : Segment::Kind::reset;
      in.under_way.push_back({kind, std::move(message.bytes)});
      arrive(1 - near());
      // The end of what the far side says is seen by a closed connection, too.
      if (kind != Segment::Kind::data)
        in.end_received = in.end_received || ends_[index(near())].closed;
      return forget_if_over();
    }
    case Kind::ask:
    case Kind::accept:
    case Kind::refuse:
      return;
  }
}

// A closed connection is kept until the far side has ended as well, so that data which comes too
// late is answered by a reset, once.
void Connection::forget_if_over() {
  if (!remote_) return;
  const End& end = ends_[index(near())];
  if (!end.closed) return;
  if (pipes_[index(1 - near())].end_received || end.error || end.reset_sent || swallowed_) {
    const auto self = shared_from_this();
    core_->remote_connections.erase(*remote_);
  }
}

bool Connection::quiet() const {
  const End& end = ends_[index(near())];
  const Pipe& in = pipes_[index(1 - near())];
  if (pipes_[index(near())].writer) return false;
  return end.closed || end.error || (in.reader != nullptr && in.received.empty());
}

}  // namespace gauntlet::sim
