// The Runtime that ships: one io_context, TCP sockets, the machine's clock, OpenSSL's randomness.
// One thread calls run(); everything else happens on that thread.
//
// Sleeping follows the host's clock: when it is stepped, a sleeper notices within kClockCheck.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/runtime/runtime.h"

namespace gauntlet {

struct RealtimeOptions {
  // Names looked up here before the system's resolver, as in a hosts file: "ingest" -> "127.0.0.1".
  std::map<std::string, std::string, std::less<>> hosts;
  // The host's clock; the system clock when empty. A test steps it.
  std::function<HostTime()> clock;
};

class RealtimeRuntime final : public Runtime {
 public:
  static constexpr Duration kClockCheck = std::chrono::milliseconds{500};

  explicit RealtimeRuntime(RealtimeOptions options = {});
  ~RealtimeRuntime() override;

  // Runs until nothing is left to do or stop() is called; an exception that leaves a detached
  // coroutine comes out here. Returns the number of handlers run.
  std::size_t run();
  // As run(), for at most `d` of real time.
  std::size_t run_for(Duration d);
  // May be called from any thread and from a signal handler's thread.
  void stop();
  // What is waited for other than sockets and timers (which the system keeps).
  std::vector<std::string> waiting();

  asio::any_io_executor executor() override;
  HostTime now() const override;
  asio::awaitable<void> sleep_until(HostTime t) override;
  asio::awaitable<std::unique_ptr<ByteStream>> connect(Endpoint endpoint) override;
  // An empty host or "localhost" is 127.0.0.1; other hosts are numeric addresses or in `hosts`.
  // Throws system_error when the address is not one, or cannot be bound.
  std::unique_ptr<Listener> listen(Endpoint endpoint) override;
  // Throws system_error when the system has no randomness to give.
  void random_bytes(std::span<std::byte> out) override;

 private:
  struct Loop;
  std::string address_of(const std::string& host) const;
  RealtimeOptions options_;
  std::unique_ptr<Loop> loop_;
};

}  // namespace gauntlet
