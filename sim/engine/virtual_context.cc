#include "sim/engine/virtual_context.h"

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>

namespace gauntlet::sim {

static_assert(asio::execution::is_executor_v<VirtualContext::executor_type>);
static_assert(std::is_convertible_v<VirtualContext::executor_type, asio::any_io_executor>);

std::string VirtualContext::sleep_text(std::string_view who, WorldTime until) {
  if (until == WorldTime::max()) return std::string(who) + ": sleeps for ever";
  char text[48];
  std::snprintf(text, sizeof text, ": sleeps until %.9g s", seconds_since_origin(until));
  return std::string(who) + text;
}

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
  return async_sleep_until(t, who, asio::use_awaitable);
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
