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
  if (!path) path = std::make_unique<Path>(options, from, to);
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

bool NetworkCore::offline(const std::string& host, WorldTime t) const {
  return std::any_of(options.offline.begin(), options.offline.end(), [&](const OfflineOptions& o) {
    return o.host == host && time_from_seconds<WorldTime>(o.from_s) <= t &&
           t < time_from_seconds<WorldTime>(o.to_s);
  });
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
