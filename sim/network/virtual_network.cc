#include "sim/network/virtual_network.h"

#include <algorithm>
#include <boost/system/system_error.hpp>

#include "core/base/check.h"
#include "core/runtime/signal.h"
#include "sim/network/connection.h"

namespace gauntlet::sim {

using boost::system::system_error;

namespace {

constexpr Duration kFirstHandshakeTimeout = std::chrono::seconds{1};  // RFC 6298, 2.1
constexpr int kHandshakeRetries = 6;                                  // Linux tcp_syn_retries
constexpr std::uint16_t kFirstFreePort = 49152;                       // RFC 6335, 6

}  // namespace

// Connections that nobody has accepted yet. Shared with those who wait in accept(), which may be
// resumed after the listener is gone.
class VirtualListener final : public Listener {
 public:
  VirtualListener(std::shared_ptr<NetworkCore> core, const std::string& host, std::uint16_t port)
      : core_(std::move(core)),
        key_(host, port),
        backlog_(std::make_shared<Backlog>(*core_, key_)) {
    core_->listeners.emplace(key_, this);
  }
  ~VirtualListener() override { close(); }

  asio::awaitable<std::unique_ptr<ByteStream>> accept() override { return accept_from(backlog_); }
  std::uint16_t port() const override { return key_.second; }
  void close() override {
    if (std::exchange(backlog_->closed, true)) return;
    core_->listeners.erase(key_);
    backlog_->streams.clear();
    backlog_->arrived.cancel();
  }
  // False when the backlog is full.
  bool offer(std::unique_ptr<ByteStream>& stream) {
    const auto limit = static_cast<std::size_t>(core_->options.accept_backlog);
    if (backlog_->streams.size() >= limit) return false;
    backlog_->streams.push_back(std::move(stream));
    backlog_->arrived.raise();
    return true;
  }

 private:
  using Key = std::pair<std::string, std::uint16_t>;
  struct Backlog {
    Backlog(NetworkCore& core, const Key& key)
        : arrived(core.context.get_executor(),
                  key.first + ": accepts on port " + std::to_string(key.second)) {}
    Signal arrived;
    std::deque<std::unique_ptr<ByteStream>> streams;
    bool closed = false;
  };
  static asio::awaitable<std::unique_ptr<ByteStream>> accept_from(
      std::shared_ptr<Backlog> backlog) {
    while (!backlog->closed && backlog->streams.empty()) co_await backlog->arrived.wait();
    if (backlog->closed) throw system_error(asio::error::operation_aborted);
    auto stream = std::move(backlog->streams.front());
    backlog->streams.pop_front();
    co_return stream;
  }

  std::shared_ptr<NetworkCore> core_;
  Key key_;
  std::shared_ptr<Backlog> backlog_;
};

// ---- core --------------------------------------------------------------------------------------

Path& NetworkCore::path(const std::string& from, const std::string& to) {
  auto& path = paths[{from, to}];
  if (!path) path = std::make_shared<Path>(options, alias(from), alias(to));
  return *path;
}

std::size_t NetworkCore::cut(const std::string& a, const std::string& b, CutOptions::Kind kind) {
  std::vector<std::shared_ptr<Connection>> hit;
  for (const auto& [id, connection] : connections) {
    if (connection->is_between(a, b)) hit.push_back(connection->shared_from_this());
  }
  for (const auto& connection : hit) {
    kind == CutOptions::Kind::reset ? connection->reset() : connection->swallow();
  }
  return hit.size();
}

const std::string& NetworkCore::alias(const std::string& host) const {
  const auto it = remotes.find(host);
  return it == remotes.end() ? host : it->second.as;
}

bool NetworkCore::offline(const std::string& host, WorldTime t) const {
  return std::any_of(options.offline.begin(), options.offline.end(), [&](const OfflineOptions& o) {
    return o.host == host && time_from_seconds<WorldTime>(o.from_s) <= t &&
           t < time_from_seconds<WorldTime>(o.to_s);
  });
}

// ---- connections between simulations -----------------------------------------------------------

// An ask that waits for its answer; the connection is made when the answer arrives, for what
// follows the answer may arrive before the coroutine that waits goes on.
struct Handshake {
  Handshake(NetworkCore& c, RemoteKey k, std::uint16_t p, Path& f, Path& b, const RandomStream& r,
            const std::string& text)
      : core(c),
        key(std::move(k)),
        port(p),
        forth(f),
        back(b),
        random(r),
        answered(c.context.get_executor(), key.near + ": connects to " + text) {
    core.handshakes.emplace(key, this);
  }
  Handshake(const Handshake&) = delete;
  Handshake& operator=(const Handshake&) = delete;
  ~Handshake() {
    disarm();
    core.handshakes.erase(key);
  }
  // The wait ends at `t` at the latest.
  void arm(WorldTime t) {
    disarm();
    timer = core.context.simulation().at(std::max(t, core.context.now()), [this] {
      timer.reset();
      answered.raise();
    });
  }
  void disarm() {
    if (timer) core.context.simulation().cancel(*timer);
    timer.reset();
  }

  NetworkCore& core;
  RemoteKey key;
  std::uint16_t port;
  Path& forth;
  Path& back;
  RandomStream random;
  Signal answered;
  std::optional<EventId> timer;
  bool refused = false;
  std::shared_ptr<Connection> connection;
};

namespace {

std::string stream_name(const std::string& asker, const std::string& server, std::uint64_t number) {
  return "connection/" + asker + "/" + server + "/" + std::to_string(number);
}

asio::awaitable<std::unique_ptr<ByteStream>> connect_remote(std::shared_ptr<NetworkCore> core,
                                                            std::string near, std::string far,
                                                            std::uint16_t port) {
  Path& forth = core->path(near, far);
  const std::uint64_t number = forth.counts.connections++;
  RandomStream random = core->random.child(stream_name(near, far, number));
  const std::string text = far + ":" + std::to_string(port);
  Handshake handshake(*core, {far, near, number, true}, port, forth, core->path(far, near), random,
                      text);
  Duration timeout = kFirstHandshakeTimeout;
  WorldTime sent = core->context.now();
  for (int n = 0; n <= kHandshakeRetries; ++n) {
    if (core->offline(near, sent)) throw system_error(asio::error::host_unreachable, text);
    if (const auto arrival = forth.attempt(sent, random)) {
      core->remotes.at(far).send(
          {RemoteMessage::Kind::ask, true, port, *arrival, near, far, number, 0, {}});
    }
    sent += timeout;
    timeout *= 2;
    handshake.arm(sent);
    co_await handshake.answered.wait();
    if (handshake.refused) throw system_error(asio::error::connection_refused, text);
    if (handshake.connection) {
      std::unique_ptr<ByteStream> stream =
          std::make_unique<VirtualStream>(handshake.connection, 0, text);
      co_return stream;
    }
  }
  ++forth.counts.timeouts;
  throw system_error(asio::error::timed_out, text);
}

// An answer to an ask of this simulation.
void answer_arrives(const std::shared_ptr<NetworkCore>& core, const RemoteKey& key,
                    RemoteMessage::Kind kind) {
  const auto waiting = core->handshakes.find(key);
  if (waiting == core->handshakes.end()) {
    // Who asked has given up; the far side must not wait for it.
    if (kind == RemoteMessage::Kind::accept && !core->remote_connections.contains(key)) {
      const WorldTime t = core->context.now() + core->path(key.near, key.far).latency_min();
      core->remotes.at(key.far).send(
          {RemoteMessage::Kind::reset, true, 0, t, key.near, key.far, key.connection, 0, {}});
    }
    return;
  }
  Handshake& h = *waiting->second;
  if (kind == RemoteMessage::Kind::refuse) {
    h.refused = true;
  } else if (!h.connection) {
    h.connection =
        std::make_shared<Connection>(core, h.forth, h.back, h.random.child("data"), h.port);
    h.connection->make_remote(key);
    core->remote_connections.emplace(key, h.connection);
  }
  h.disarm();
  h.answered.raise();
}

// Somebody in another simulation asks for a connection.
void ask_arrives(const std::shared_ptr<NetworkCore>& core, const RemoteKey& key,
                 std::uint16_t port) {
  if (core->remote_connections.contains(key)) return;  // asked again; the answer is on its way
  Path& forth = core->path(key.far, key.near);
  Path& back = core->path(key.near, key.far);
  RandomStream random = core->random.child(stream_name(key.far, key.near, key.connection));
  const auto answer = [&](RemoteMessage::Kind kind, WorldTime at) {
    core->remotes.at(key.far).send(
        {kind, false, port, at, key.near, key.far, key.connection, 0, {}});
  };
  const auto found = core->listeners.find({key.near, port});
  const Path::Delivery delivery = back.carry(core->context.now(), 0, random);
  if (found == core->listeners.end()) {
    ++forth.counts.refused;
    return answer(RemoteMessage::Kind::refuse, delivery.at);
  }
  const auto connection =
      std::make_shared<Connection>(core, forth, back, random.child("data"), port);
  connection->make_remote(key);
  connection->hold_back_until(delivery.at);
  std::unique_ptr<ByteStream> near = std::make_unique<VirtualStream>(connection, 1, key.far);
  if (delivery.given_up || !found->second->offer(near)) {
    ++forth.counts.refused;  // silence: who asked asks again
    return;
  }
  core->remote_connections.emplace(key, connection);
  answer(RemoteMessage::Kind::accept, delivery.at);
}

}  // namespace

void VirtualNetwork::add_remote(const std::string& name, RemoteSend send, const std::string& as) {
  CHECK(!name.empty() && name != "*" && core_->names.insert(name).second, name);
  core_->remotes.emplace(name, NetworkCore::Remote{std::move(send), as.empty() ? name : as});
}

void VirtualNetwork::forget_remote(const std::string& name) {
  auto& all = core_->remote_connections;
  std::vector<std::shared_ptr<Connection>> its;
  for (auto it = all.lower_bound({name, "", 0, false}); it != all.end() && it->first.far == name;) {
    its.push_back(it->second);
    it = all.erase(it);
  }
  std::erase_if(core_->paths, [&name](const auto& entry) {
    return entry.first.first == name || entry.first.second == name;
  });
  core_->remotes.erase(name);
  core_->names.erase(name);
  for (const auto& connection : its) connection->fail_near(asio::error::connection_reset);
}

void VirtualNetwork::deliver(RemoteMessage message) {
  const RemoteKey key{message.from, message.to, message.connection, !message.by_asker};
  if (!core_->remotes.contains(key.far)) return;
  switch (message.kind) {
    case RemoteMessage::Kind::ask:
      return ask_arrives(core_, key, message.port);
    case RemoteMessage::Kind::accept:
    case RemoteMessage::Kind::refuse:
      return answer_arrives(core_, key, message.kind);
    default:
      break;
  }
  const auto it = core_->remote_connections.find(key);
  if (it == core_->remote_connections.end()) return;
  const auto connection = it->second;
  connection->receive(std::move(message));
}

bool VirtualNetwork::quiet(const std::string& name) const {
  const auto& all = core_->remote_connections;
  for (auto it = all.lower_bound({name, "", 0, false}); it != all.end() && it->first.far == name;
       ++it) {
    if (!it->second->quiet()) return false;
  }
  return true;
}

// ---- network -----------------------------------------------------------------------------------

VirtualNetwork::VirtualNetwork(VirtualContext& context, NetworkOptions options, RandomStream random)
    : core_(std::make_shared<NetworkCore>(context, std::move(options), random)) {
  for (const CutOptions& cut : core_->options.cuts) {
    const auto t = time_from_seconds<WorldTime>(cut.at_s);
    context.simulation().at(std::max(t, context.now()), [core = core_, cut] {
      if (!core->ended) core->cut(cut.a, cut.b, cut.kind);
    });
  }
}

VirtualNetwork::~VirtualNetwork() {
  core_->context.abandon();
  core_->ended = true;
  const auto gone = std::exchange(core_->remote_connections, {});
}

VirtualHost& VirtualNetwork::add_host(const std::string& name,
                                      std::unique_ptr<HostClockModel> clock) {
  CHECK(!name.empty() && name != "*" && core_->names.insert(name).second, name);
  if (!clock) clock = std::make_unique<LinearHostClock>();
  auto& host = hosts_[name];
  host.reset(new VirtualHost(core_, name, std::move(clock)));
  return *host;
}

VirtualHost& VirtualNetwork::host(const std::string& name) {
  const auto it = hosts_.find(name);
  CHECK(it != hosts_.end(), name);
  return *it->second;
}

void VirtualNetwork::add_tap(WireTap tap) { core_->taps.push_back(std::move(tap)); }

std::size_t VirtualNetwork::cut(const std::string& a, const std::string& b, CutOptions::Kind kind) {
  return core_->cut(a, b, kind);
}

std::map<std::pair<std::string, std::string>, PathCounts> VirtualNetwork::counts() const {
  std::map<std::pair<std::string, std::string>, PathCounts> out;
  for (const auto& [ends, path] : core_->paths) out.emplace(ends, path->counts);
  return out;
}

std::size_t VirtualNetwork::open_connections() const { return core_->connections.size(); }

// ---- host --------------------------------------------------------------------------------------

VirtualHost::VirtualHost(std::shared_ptr<NetworkCore> core, std::string name,
                         std::unique_ptr<HostClockModel> clock)
    : core_(std::move(core)),
      name_(std::move(name)),
      clock_(std::move(clock)),
      random_(core_->random.child("host/" + name_ + "/random")) {}
VirtualHost::~VirtualHost() = default;

asio::any_io_executor VirtualHost::executor() { return core_->context.get_executor(); }

HostTime VirtualHost::now() const { return clock_->to_host(core_->context.now()); }

asio::awaitable<void> VirtualHost::sleep_until(HostTime t) {
  if (t <= now()) co_return;
  co_await core_->context.sleep_until(clock_->to_world(t), name_);
  CHECK(now() >= t, name_);  // a clock model whose to_world() is not the inverse of to_host()
}

asio::awaitable<std::unique_ptr<ByteStream>> VirtualHost::connect(Endpoint endpoint) {
  VirtualContext& context = core_->context;
  const bool to_self = endpoint.host == "localhost" || endpoint.host == "127.0.0.1";
  const std::string server = to_self ? name_ : endpoint.host;
  if (!core_->names.contains(server)) throw system_error(asio::error::host_not_found, server);
  if (core_->remotes.contains(server)) {
    co_return co_await connect_remote(core_, name_, server, endpoint.port);
  }
  Path& forth = core_->path(name_, server);
  Path& back = core_->path(server, name_);
  const std::string number = std::to_string(forth.counts.connections++);
  RandomStream random = core_->random.child("connection/" + name_ + "/" + server + "/" + number);
  const std::string text = server + ":" + std::to_string(endpoint.port);
  const std::string who = name_ + ": connects to " + text;
  Duration timeout = kFirstHandshakeTimeout;
  WorldTime sent = context.now();
  for (int n = 0; n <= kHandshakeRetries; ++n) {
    if (core_->offline(name_, sent)) throw system_error(asio::error::host_unreachable, text);
    if (const auto arrival = forth.attempt(sent, random)) {
      co_await context.sleep_until(*arrival, who);
      const auto found = core_->listeners.find({server, endpoint.port});
      if (found == core_->listeners.end()) {
        ++forth.counts.refused;
        co_await context.sleep_until(back.carry(context.now(), 0, random).at, who);
        throw system_error(asio::error::connection_refused, text);
      }
      auto connection =
          std::make_shared<Connection>(core_, forth, back, random.child("data"), endpoint.port);
      std::unique_ptr<ByteStream> far = std::make_unique<VirtualStream>(connection, 1, name_);
      const Path::Delivery answer = back.carry(context.now(), 0, random);
      connection->hold_back_until(answer.at);
      if (!answer.given_up && found->second->offer(far)) {
        std::unique_ptr<ByteStream> near = std::make_unique<VirtualStream>(connection, 0, text);
        co_await context.sleep_until(answer.at, who);
        co_return near;
      }
      ++forth.counts.refused;  // the backlog is full: Linux lets the client ask again
    }
    sent += timeout;
    timeout *= 2;
    co_await context.sleep_until(std::max(sent, context.now()), who);
  }
  ++forth.counts.timeouts;
  throw system_error(asio::error::timed_out, text);
}

std::unique_ptr<Listener> VirtualHost::listen(Endpoint endpoint) {
  std::uint16_t port = endpoint.port;
  if (port == 0) {
    for (port = kFirstFreePort; core_->listeners.contains({name_, port}); ++port) {
      if (port == 65535) throw system_error(asio::error::address_in_use, name_);
    }
  }
  if (core_->listeners.contains({name_, port})) {
    throw system_error(asio::error::address_in_use, name_ + ":" + std::to_string(port));
  }
  return std::make_unique<VirtualListener>(core_, name_, port);
}

void VirtualHost::random_bytes(std::span<std::byte> out) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i % 8 == 0) bits = random_.bits();
    out[i] = static_cast<std::byte>(bits >> (8 * (i % 8)));
  }
}

}  // namespace gauntlet::sim
