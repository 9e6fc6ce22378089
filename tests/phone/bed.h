// A phone in virtual time: one simulated host, a cloud that answers as told, and a watch that
// moves.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <cmath>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/events/event_log.h"
#include "core/learn/trainer.h"
#include "core/ports/built_in_pipeline.h"
#include "sim/network/virtual_network.h"
#include "tests/learn/synthetic.h"
#include "tests/phone/frames.h"

namespace gauntlet {

// Rest, "lift" and "shake" of other people than the tests'.
inline const learn::Model& test_model() {
  static const learn::Model model = [] {
    learn::TrainerOptions o;
    o.features = 336;
    return learn::synthetic_trainer(o, 8).train()->model;
  }();
  return model;
}

// Rest but for [20 s, 50 s): fifteen lifts of 2 s each, as in tests/learn/synthetic.h.
inline constexpr double kSetBegin_s = 20, kSetEnd_s = 50;
inline std::array<double, 3> lifting(double t) {
  const double s =
      t < kSetBegin_s || t >= kSetEnd_s ? 0 : std::sin(2 * M_PI * 0.5 * (t - kSetBegin_s));
  return {9.8 * std::cos(s), 9.8 * std::sin(s), 3 * s};
}

struct CloudLog {
  struct Put {
    std::string session;
    std::uint64_t sequence;
    std::string token;
    std::string body;
    int status;
    HostTime at;
  };
  std::vector<Put> puts;
  int logins = 0;
  std::deque<int> login_statuses;  // then 200
  std::deque<int> put_statuses;    // then 201
  Duration latency = std::chrono::milliseconds{40};
  Duration token_life = std::chrono::hours{1};
};

class FakeCloud final : public Cloud {
 public:
  FakeCloud(Runtime& runtime, CloudLog& log) : runtime_(runtime), log_(log) {}
  asio::awaitable<LoginReply> login(std::string, std::string) override {
    co_await runtime_.sleep_for(log_.latency);
    ++log_.logins;
    LoginReply reply;
    reply.status = next(log_.login_statuses, 200);
    reply.token = "token-" + std::to_string(log_.logins);
    reply.expires_in = log_.token_life;
    co_return reply;
  }
  asio::awaitable<int> put_chunk(std::string session, std::uint64_t sequence, std::string token,
                                 std::string body) override {
    co_await runtime_.sleep_for(log_.latency);
    const int status = next(log_.put_statuses, 201);
    log_.puts.push_back({session, sequence, token, body, status, runtime_.now()});
    co_return status;
  }

 private:
  static int next(std::deque<int>& statuses, int otherwise) {
    if (statuses.empty()) return otherwise;
    const int s = statuses.front();
    statuses.pop_front();
    return s;
  }
  Runtime& runtime_;
  CloudLog& log_;
};

class PhoneBed {
 public:
  static constexpr double kPeriod_s = 1 / 48.879;

  explicit PhoneBed(PhoneOptions options = {}, std::unique_ptr<Cloud> other = nullptr)
      : host(network.add_host("phone")),
        pipeline(std::make_unique<BuiltInPipeline>(
            host, std::move(options), test_model(), log,
            other ? std::move(other) : std::make_unique<FakeCloud>(host, cloud))) {}

  // `bytes` reach the phone `t_s` seconds after the beginning.
  void deliver(double t_s, Bytes bytes, DeviceIndex device = 0) {
    simulation.at(WorldTime{from_seconds(t_s)}, [this, device, b = std::move(bytes)] {
      context.run_inside([&] { pipeline->on_frame(device, b, host.now()); });
    });
  }
  // A watch sends until `end_s`, each frame `delay_s` after its last sample.
  void wear(double end_s, const Acceleration& signal, double delay_s = 0.03) {
    for (int n = 0; (n + 1) * 100 * kPeriod_s < end_s; ++n) {
      deliver((n + 1) * 100 * kPeriod_s + delay_s, watch_frame(n, kPeriod_s, signal));
    }
  }
  void at(double t_s, std::function<void()> f) {
    simulation.at(WorldTime{from_seconds(t_s)},
                  [this, f = std::move(f)] { context.run_inside([&] { f(); }); });
  }
  void finish_at(double t_s) {
    at(t_s, [this] { pipeline->finish(); });
  }
  // True when nothing is left that waits.
  bool run() {
    simulation.run();
    return context.waiting().empty();
  }
  // The phone's time t_s after the beginning.
  HostTime host_time(double t_s) const {
    return host.clock().to_host(WorldTime{from_seconds(t_s)});
  }

  sim::Simulation simulation;
  sim::VirtualContext context{simulation};
  sim::VirtualNetwork network{context, {}, sim::RandomStream(1, "network")};
  sim::VirtualHost& host;
  EventLog log;
  CloudLog cloud;
  std::unique_ptr<BuiltInPipeline> pipeline;
};

}  // namespace gauntlet
