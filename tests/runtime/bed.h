// The same test in both times: two hosts, "client" and "server", on the loopback interface or on a
// simulated network with latency.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/runtime/realtime_runtime.h"
#include "core/runtime/runtime.h"
#include "core/runtime/spawn.h"
#include "sim/network/virtual_network.h"

namespace gauntlet {

class Bed {
 public:
  virtual ~Bed() = default;
  virtual Runtime& server() = 0;
  virtual Runtime& client() = 0;
  // Until nothing is left to do; false when somebody still waits after 20 s of the bed's time.
  virtual bool run() = 0;
  // Who waits, and where, once nothing is left to do.
  virtual std::vector<std::string> waiting() = 0;
  void spawn(asio::awaitable<void> coroutine) {
    gauntlet::spawn(client().executor(), std::move(coroutine));
  }
};

class RealBed final : public Bed {
 public:
  Runtime& server() override { return runtime_; }
  Runtime& client() override { return runtime_; }
  bool run() override {
    bool late = false;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    runtime_.run_for(std::chrono::seconds{20});
    late = std::chrono::steady_clock::now() >= deadline;
    return !late;
  }
  std::vector<std::string> waiting() override { return runtime_.waiting(); }

 private:
  RealtimeRuntime runtime_{{{{"server", "127.0.0.1"}}, {}}};
};

class VirtualBed final : public Bed {
 public:
  explicit VirtualBed(sim::NetworkOptions options = {}, std::uint64_t seed = 1)
      : network(context, std::move(options), sim::RandomStream(seed, "network")),
        server_(network.add_host("server")),
        client_(network.add_host("client")) {}
  Runtime& server() override { return server_; }
  Runtime& client() override { return client_; }
  bool run() override {
    simulation.run(simulation.now() + std::chrono::seconds{20});
    return context.waiting().empty() && simulation.empty();
  }
  std::vector<std::string> waiting() override { return context.waiting(); }

  sim::Simulation simulation;
  sim::VirtualContext context{simulation};
  sim::VirtualNetwork network;

 private:
  sim::VirtualHost& server_;
  sim::VirtualHost& client_;
};

}  // namespace gauntlet
