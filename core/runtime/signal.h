// A coroutine waits, another one (or a plain callback) wakes it: the same in both times. One raise
// with nobody waiting is remembered, more are not, so "check the queue, then wait" loses nothing.
//
//   Signal arrived(runtime.executor(), "phone: upload queue");
//   while (queue.empty()) co_await arrived.wait();      // elsewhere: queue.push(x);
//   arrived.raise();
//
// Waiters are woken all at once, in the order in which they came. The signal must outlive its
// waiters' waits; destroying it is cancel(). Not thread-safe.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <deque>
#include <string>

#include "core/runtime/byte_stream.h"

namespace gauntlet {

class Signal {
 public:
  // `name` says in a deadlock report what is waited for.
  Signal(asio::any_io_executor executor, std::string name);
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void raise();
  // Ends all waits with operation_aborted.
  void cancel();
  // Throws system_error(operation_aborted) when cancelled.
  asio::awaitable<void> wait();

 private:
  class Wait;
  void end_all(error_code error);
  asio::any_io_executor executor_;
  std::string name_;
  std::deque<Wait*> waits_;
  bool raised_ = false;
};

}  // namespace gauntlet
