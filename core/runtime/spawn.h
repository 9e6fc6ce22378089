// Starts a coroutine that nobody awaits. Unlike asio::detached, an exception that leaves it is not
// lost: it comes out of the loop that runs it (RealtimeRuntime::run, Simulation::run).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

namespace gauntlet {

inline void spawn(const boost::asio::any_io_executor& executor,
                  boost::asio::awaitable<void> coroutine) {
  boost::asio::co_spawn(executor, std::move(coroutine), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
}

}  // namespace gauntlet
