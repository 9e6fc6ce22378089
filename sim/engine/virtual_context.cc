#include "sim/engine/virtual_context.h"

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>

namespace gauntlet::sim {

static_assert(asio::execution::is_executor_v<VirtualContext::executor_type>);
static_assert(std::is_convertible_v<VirtualContext::executor_type, asio::any_io_executor>);

class VirtualContext::Timer final : public PendingHandler<> {
 public:
  Timer(VirtualContext& context, WorldTime until, std::string_view who, Handler handler)
      : PendingHandler(context.get_executor(), std::move(handler)),
        context_(context),
        until_(until),
        who_(who),
        scheduled_(until != WorldTime::max()) {
    if (!scheduled_) return;
    event_ = context.simulation_.at(
        std::max(until, context.now()), [this] { fire(); }, kDefaultPriority, context.sleeps_);
  }
  ~Timer() override {
    if (scheduled_) context_.simulation_.cancel(event_);
  }
  std::string what() const override {
    if (until_ == WorldTime::max()) return std::string(who_) + ": sleeps for ever";
    char text[48];
    std::snprintf(text, sizeof text, ": sleeps until %.9g s", seconds_since_origin(until_));
    return std::string(who_) + text;
  }

 private:
  void fire() {
    scheduled_ = false;
    context_.run_inside([this] { complete({}); });
  }
  VirtualContext& context_;
  WorldTime until_;
  std::string_view who_;
  EventId event_;
  bool scheduled_;
};

VirtualContext::VirtualContext(Simulation& simulation)
    : simulation_(simulation), pending_(asio::use_service<PendingOperations>(*this)) {}

VirtualContext::~VirtualContext() {
  abandon();
  ending_ = true;
  shutdown();  // other services' operations; what they drop may post once more
  abandon();
  destroy();
}

asio::awaitable<void> VirtualContext::sleep_until(WorldTime t, std::string_view who) {
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(error_code)>(
      [&](auto handler) { new Timer(*this, t, who, Timer::Handler(std::move(handler))); },
      asio::use_awaitable);
}

void VirtualContext::abandon() {
  const bool was_ending = std::exchange(ending_, true);
  while (!pending_.empty() || !ready_.empty()) {
    pending_.abandon();
    // Out of the queue first: a frame that is destroyed may post.
    const auto ready = std::exchange(ready_, {});
    for (const Ready& r : ready) {
      if (r.event) simulation_.cancel(*r.event);
    }
  }
  ending_ = was_ending;
}

void VirtualContext::push(std::unique_ptr<Task> task) {
  std::optional<EventId> event;
  if (!ending_) {
    event = simulation_.after(Duration{0}, [this] { run_front(); }, kDefaultPriority, posted_);
  }
  ready_.push_back({event, std::move(task)});
}

void VirtualContext::run_front() {
  const auto task = std::move(ready_.front().task);
  ready_.pop_front();
  run_inside([&] { task->run(); });
}

}  // namespace gauntlet::sim
