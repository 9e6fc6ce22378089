// The kernel under measured code's own form of process: asio::awaitable over a virtual context.
#include "bench/engine/asio_engine.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>

#include "core/runtime/spawn.h"
#include "sim/engine/virtual_context.h"

namespace gauntlet::bench {
namespace {

asio::awaitable<void> live(sim::VirtualContext& context, Model& model, std::uint32_t id) {
  std::int64_t delay = model.first(id);
  while (delay >= 0) {
    co_await context.async_sleep_until(context.now() + Duration{delay}, "p", asio::deferred);
    delay = model.next(context.now().time_since_epoch().count(), id);
  }
  context.simulation().stop();
}

}  // namespace

Outcome asio_cycle(Model& model) {
  sim::Simulation sim;
  sim::VirtualContext context(sim);
  for (std::uint32_t id = 0; id < model.n(); ++id) {
    spawn(context.get_executor(), live(context, model, id));
  }
  sim.run(WorldTime{});  // up to the first sleep
  return timed(model, [&] { sim.run(); });
}

}  // namespace gauntlet::bench
