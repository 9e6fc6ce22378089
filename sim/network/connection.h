// The two ends of a simulated connection and what is under way between them. Internal to the room.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/runtime/runtime.h"
#include "sim/engine/random.h"
#include "sim/engine/virtual_context.h"
#include "sim/network/path.h"
#include "sim/network/remote.h"
#include "sim/network/virtual_network.h"

namespace gauntlet::sim {

class Connection;
class VirtualListener;
struct Handshake;

// What hosts, connections and streams share. Outlives the network while somebody still holds a
// stream; `ended` then turns everything into nothing.
struct NetworkCore {
  NetworkCore(VirtualContext& c, NetworkOptions o, RandomStream r)
      : context(c), options(std::move(o)), random(r) {}
  Path& path(const std::string& from, const std::string& to);
  std::size_t cut(const std::string& a, const std::string& b, CutOptions::Kind kind);
  // By which name a host goes in the options.
  const std::string& alias(const std::string& host) const;
  // Whether the host's own radio is off.
  bool offline(const std::string& host, WorldTime t) const;

  VirtualContext& context;
  NetworkOptions options;
  RandomStream random;
  bool ended = false;
  std::vector<WireTap> taps;
  std::set<std::string> names;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<Path>> paths;
  std::map<std::pair<std::string, std::uint16_t>, VirtualListener*> listeners;
  std::map<std::uint64_t, Connection*> connections;  // by id, which is by order of creation
  std::uint64_t next_connection = 0;
  const Tag tag = context.simulation().tag("network: segment or room");

  struct Remote {
    RemoteSend send;
    std::string as;
  };
  std::map<std::string, Remote> remotes;
  std::map<RemoteKey, std::shared_ptr<Connection>> remote_connections;
  std::map<RemoteKey, Handshake*> handshakes;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // Side 0 asked, side 1 accepts. `random` is drawn from for all that this connection sends.
  Connection(std::shared_ptr<NetworkCore> core, Path& forth, Path& back, const RandomStream& random,
             std::uint16_t port);
  // The far side lives in another simulation; its pipe here only receives.
  void make_remote(const RemoteKey& key) { remote_ = key; }
  void receive(RemoteMessage message);
  bool quiet() const;
  void fail_near(error_code error) { fail(near(), error); }
  ~Connection();

  // Nothing sent by side 1 arrives before `t`: its answer to the handshake comes first.
  void hold_back_until(WorldTime t) { pipes_[1].last_arrival = t; }
  bool is_between(const std::string& a, const std::string& b) const;
  void reset();
  void swallow();

 private:
  friend class VirtualStream;
  class Read;
  class Write;

  struct Segment {
    enum class Kind : std::uint8_t { data, end, reset };
    Kind kind = Kind::data;
    std::vector<std::byte> bytes;
  };
  struct Credit {
    WorldTime at;
    std::size_t bytes;
  };
  // From side i to the other.
  struct Pipe {
    std::shared_ptr<Path> path;  // a host that is forgotten leaves its connections behind
    std::shared_ptr<Path> back;
    RandomStream random;
    std::deque<Segment> under_way{};
    WorldTime last_arrival{};
    std::deque<std::byte> received{};
    std::deque<Credit> credits{};  // room that the sender will hear of
    std::size_t used = 0;          // bytes that the sender must take for unread
    bool end_sent = false;
    bool end_received = false;
    bool room_event = false;
    Read* reader = nullptr;
    Write* writer = nullptr;
  };
  struct End {
    error_code error{};
    bool closed = false;
    bool gives_up = false;
    bool reset_sent = false;
  };

  void start_read(int side, asio::mutable_buffer buffer, ByteStream::IoHandler handler);
  void start_write(int side, asio::const_buffer buffer, ByteStream::IoHandler handler);
  void shutdown_write(int side);
  void close(int side);

  std::size_t accept_bytes(int side, asio::const_buffer buffer);
  void send(int side, Segment segment);
  void arrive(int side);
  bool take(int side, asio::mutable_buffer buffer, error_code& error, std::size_t& n);
  void wake_reader(int side);
  void refill(Pipe& pipe);
  void expect_room(int side);
  void room(int side);
  void give_up(int side, WorldTime at);
  void fail(int side, error_code error);
  int near() const { return remote_->asked_here ? 0 : 1; }
  bool is_far(int side) const { return remote_ && side != near(); }
  void transmit(RemoteMessage::Kind kind, WorldTime at, std::uint64_t bytes_read,
                std::vector<std::byte> bytes);
  void forget_if_over();
  WorldTime now() const { return core_->context.now(); }
  template <class F>
  void at(WorldTime t, F f);

  std::shared_ptr<NetworkCore> core_;
  std::uint64_t id_;
  std::uint16_t port_;
  bool swallowed_ = false;
  bool was_cut_ = false;
  std::optional<RemoteKey> remote_;
  std::array<Pipe, 2> pipes_;
  std::array<End, 2> ends_;
};

class VirtualStream final : public ByteStream {
 public:
  VirtualStream(std::shared_ptr<Connection> connection, int side, std::string peer)
      : connection_(std::move(connection)), side_(side), peer_(std::move(peer)) {}
  ~VirtualStream() override { close(); }
  executor_type get_executor() override { return connection_->core_->context.get_executor(); }
  void shutdown_write() override { connection_->shutdown_write(side_); }
  void close() override { connection_->close(side_); }
  std::string peer() const override { return peer_; }

 protected:
  void start_read(asio::mutable_buffer buffer, IoHandler handler) override {
    connection_->start_read(side_, buffer, std::move(handler));
  }
  void start_write(asio::const_buffer buffer, IoHandler handler) override {
    connection_->start_write(side_, buffer, std::move(handler));
  }

 private:
  std::shared_ptr<Connection> connection_;
  int side_;
  std::string peer_;
};

}  // namespace gauntlet::sim
