// The way out of a simulation: a phone's Cloud whose requests go over real sockets, measured.
// Internal to live runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/phone/cloud.h"
#include "core/runtime/tls_stream.h"
#include "scenarios/live_target.h"

namespace gauntlet::scenarios {

// A runtime whose connections are TLS; everything else is the inner one's.
class TlsRuntime final : public Runtime {
 public:
  // Without a context connections are plain.
  TlsRuntime(Runtime& inner, std::optional<TlsContext> tls) : inner_(inner), tls_(std::move(tls)) {}
  asio::any_io_executor executor() override { return inner_.executor(); }
  HostTime now() const override { return inner_.now(); }
  asio::awaitable<void> sleep_until(HostTime t) override { return inner_.sleep_until(t); }
  asio::awaitable<std::unique_ptr<ByteStream>> connect(Endpoint endpoint) override;
  std::unique_ptr<Listener> listen(Endpoint endpoint) override { return inner_.listen(endpoint); }
  void random_bytes(std::span<std::byte> out) override { inner_.random_bytes(out); }

 private:
  Runtime& inner_;
  std::optional<TlsContext> tls_;
};

struct LiveRequests {
  std::vector<float> answered_ms;
  std::map<int, std::uint64_t> by_status;

  void add(int status, std::chrono::steady_clock::duration took);
};

// What one phone did, and what it was told. Lives as long as requests are in flight.
class LivePhone : public std::enable_shared_from_this<LivePhone> {
 public:
  LivePhone(Runtime& real, const LiveTarget& target);

  // For the phone in the simulation behind `inside`, whose executor it wakes.
  std::unique_ptr<Cloud> cloud(Runtime& inside);
  // Asks of every session whether what was confirmed is known.
  asio::awaitable<void> audit();

  LiveRequests login, upload;
  std::map<std::string, std::vector<std::uint64_t>> confirmed;  // by session
  std::uint64_t bytes = 0;
  std::uint64_t lost = 0;
  std::uint64_t unchecked = 0;

 private:
  class Bridge;
  template <class T>
  struct Call;
  asio::awaitable<void> ask_login(std::shared_ptr<Call<LoginReply>> call, std::string user,
                                  std::string secret);
  asio::awaitable<void> ask_put(std::shared_ptr<Call<int>> call, std::string session,
                                std::uint64_t sequence, std::string token, std::string body);

  Runtime& real_;
  Endpoint ingest_;
  std::unique_ptr<Cloud> cloud_;
  std::string token_;
};

}  // namespace gauntlet::scenarios
