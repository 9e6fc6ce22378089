// Hosts in virtual time, and TCP-like connections between them.
//
//   Simulation simulation;
//   VirtualContext context(simulation);
//   VirtualNetwork network(context, options, RandomStream(seed, "network"));
//   VirtualHost& phone = network.add_host("phone", std::make_unique<LinearHostClock>(...));
//   spawn(phone.executor(), upload(phone, Endpoint{"ingest", 443}));
//
// Models: three-way handshake, refusal, bounded buffers with back-pressure, partial reads,
// half-close, reset (also of a peer that closes with unread data, as Linux does), retransmission
// until a connection times out, half-open connections, travel mode. Leaves out: congestion windows,
// keep-alive probes, a host's crash (its program goes on), name resolution time.
//
// The context must outlive the network; destroying the network first ends every coroutine that
// waits on the context, so that hosts are there until the last one is gone.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/runtime/runtime.h"
#include "sim/engine/random.h"
#include "sim/engine/virtual_context.h"
#include "sim/network/host_clock.h"
#include "sim/network/network_options.h"
#include "sim/network/path.h"
#include "sim/network/remote.h"

namespace gauntlet::sim {

struct NetworkCore;
class VirtualHost;

// Bytes as they went onto a wire: one write, whole. What a listener on the wire sees; bytes of one
// connection and direction are consecutive.
struct WireBytes {
  const std::string& from;
  const std::string& to;
  std::uint64_t connection;
  std::span<const std::byte> bytes;
  WorldTime at;
};
using WireTap = std::function<void(const WireBytes&)>;

class VirtualNetwork {
 public:
  VirtualNetwork(VirtualContext& context, NetworkOptions options, RandomStream random);
  ~VirtualNetwork();
  VirtualNetwork(const VirtualNetwork&) = delete;
  VirtualNetwork& operator=(const VirtualNetwork&) = delete;

  // Names are unique (checked). Without a clock: LinearHostClock with its defaults.
  VirtualHost& add_host(const std::string& name, std::unique_ptr<HostClockModel> clock = nullptr);
  VirtualHost& host(const std::string& name);
  // A host of another simulation (remote.h): connections to and from it go through `send` and
  // deliver(). In the options it goes by the name `as`.
  void add_remote(const std::string& name, RemoteSend send, const std::string& as = "");
  // It is gone: its connections are reset.
  void forget_remote(const std::string& name);
  // From an event at the instant of arrival. A message that nobody waits for any more is dropped.
  void deliver(RemoteMessage message);
  // True when nothing is sent to this remote host before it speaks again, timers apart: on each of
  // its connections somebody reads and nothing waits to be written.
  bool quiet(const std::string& name) const;
  // Called for every write; several taps may listen.
  void add_tap(WireTap tap);
  // Now; for a scheduled one see NetworkOptions::cuts. Returns the number of connections hit.
  std::size_t cut(const std::string& a, const std::string& b, CutOptions::Kind kind);

  // By (from, to), in name order.
  std::map<std::pair<std::string, std::string>, PathCounts> counts() const;
  std::size_t open_connections() const;

 private:
  std::shared_ptr<NetworkCore> core_;
  std::map<std::string, std::unique_ptr<VirtualHost>> hosts_;
};

class VirtualHost final : public Runtime {
 public:
  ~VirtualHost() override;
  const std::string& name() const { return name_; }
  const HostClockModel& clock() const { return *clock_; }

  asio::any_io_executor executor() override;
  HostTime now() const override;
  asio::awaitable<void> sleep_until(HostTime t) override;
  // Host names of the network, or this host's own as "localhost" or "127.0.0.1". Unknown:
  // host_not_found. Own radio off: host_unreachable.
  asio::awaitable<std::unique_ptr<ByteStream>> connect(Endpoint endpoint) override;
  // `host` is not looked at: a simulated host has one interface. A port in use: address_in_use.
  std::unique_ptr<Listener> listen(Endpoint endpoint) override;
  void random_bytes(std::span<std::byte> out) override;

 private:
  friend class VirtualNetwork;
  VirtualHost(std::shared_ptr<NetworkCore> core, std::string name,
              std::unique_ptr<HostClockModel> clock);
  std::shared_ptr<NetworkCore> core_;
  std::string name_;
  std::unique_ptr<HostClockModel> clock_;
  RandomStream random_;
};

}  // namespace gauntlet::sim
