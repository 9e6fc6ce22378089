// What light processes wait for and share: signals, bounded channels, semaphores. All first come,
// first served; what is waited for is handed over directly, so nobody who comes later at the same
// instant can snatch it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "sim/engine/process.h"

namespace gauntlet::sim {

// A condition: whoever waits goes on at the next notify. Notifying nobody is forgotten.
class Signal {
 public:
  explicit Signal(std::string name) : waiters_("signal", std::move(name)) {}

  // co_await signal.wait(): true. co_await signal.wait_until(t): false when t came first.
  auto wait() { return detail::WaitAwaiter(waiters_); }
  auto wait_until(WorldTime t) { return detail::WaitAwaiter(waiters_, t); }
  // Returns whether somebody waited.
  bool notify_one() {
    if (waiters_.empty()) return false;
    waiters_.front()->satisfy();
    return true;
  }
  std::size_t notify_all() {
    std::size_t n = 0;
    while (notify_one()) ++n;
    return n;
  }
  std::size_t waiting() const { return waiters_.size(); }

 private:
  detail::WaitList waiters_;
};

// A queue of at most `capacity` values (0: every send waits for its receive).
template <class T>
class Channel {
 public:
  Channel(std::string name, std::size_t capacity)
      : capacity_(capacity), senders_("room in channel", name), receivers_("channel", name) {}

  // co_await channel.send(v): waits while full; false when the channel is or gets closed.
  auto send(T value) {
    struct Awaiter : detail::WaitAwaiter {
      Awaiter(Channel& c, T v) : WaitAwaiter(c.senders_), channel(c), value(std::move(v)) {}
      Channel& channel;
      T value;
      bool taken = false;
      bool await_ready() {
        payload = this;
        return channel.closed_ || (taken = channel.give(value));
      }
      bool await_resume() const {
        WaitAwaiter::await_resume();
        return taken;
      }
    };
    using Sender = Awaiter;
    take_from_sender_ = [](void* payload) {
      auto& sender = *static_cast<Sender*>(payload);
      sender.taken = true;
      return std::move(sender.value);
    };
    return Awaiter(*this, std::move(value));
  }
  // False when full or closed: the value is dropped, and counted.
  bool try_send(T value) {
    if (!closed_ && give(value)) return true;
    ++dropped_;
    return false;
  }
  // co_await channel.receive(): empty when the channel is closed and drained, or `timeout` came.
  auto receive(WorldTime timeout = kNever) {
    struct Awaiter : detail::WaitAwaiter {
      Awaiter(Channel& c, WorldTime t) : WaitAwaiter(c.receivers_, t), channel(c) {}
      Channel& channel;
      std::optional<T> value;
      bool await_ready() {
        payload = &value;
        return (value = channel.take()).has_value() || channel.closed_;
      }
      std::optional<T> await_resume() {
        WaitAwaiter::await_resume();
        return std::move(value);
      }
    };
    return Awaiter(*this, timeout);
  }
  std::optional<T> try_receive() { return take(); }
  // Those who wait go on without; what is queued can still be received.
  void close() {
    closed_ = true;
    while (!receivers_.empty()) receivers_.front()->satisfy();
    while (!senders_.empty()) senders_.front()->satisfy();
  }
  bool closed() const { return closed_; }
  std::size_t size() const { return queue_.size(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  bool give(T& value) {
    if (!receivers_.empty()) {
      detail::ProcessState* receiver = receivers_.front();
      *static_cast<std::optional<T>*>(receiver->payload()) = std::move(value);
      receiver->satisfy();
      return true;
    }
    if (queue_.size() >= capacity_) return false;
    queue_.push_back(std::move(value));
    return true;
  }
  std::optional<T> take() {
    std::optional<T> value;
    if (!queue_.empty()) {
      value = std::move(queue_.front());
      queue_.pop_front();
      if (!senders_.empty()) queue_.push_back(take_from_sender());
    } else if (!senders_.empty()) {
      value = take_from_sender();
    }
    return value;
  }
  T take_from_sender() {
    detail::ProcessState* sender = senders_.front();
    T value = take_from_sender_(sender->payload());
    sender->satisfy();
    return value;
  }

  std::size_t capacity_;
  std::deque<T> queue_;
  bool closed_ = false;
  std::uint64_t dropped_ = 0;
  T (*take_from_sender_)(void*) = nullptr;
  detail::WaitList senders_;
  detail::WaitList receivers_;
};

// A resource of `count` units. A large request at the head is not overtaken by small ones.
class Semaphore {
 public:
  Semaphore(std::string name, std::uint64_t count)
      : free_(count), waiters_("semaphore", std::move(name)) {}

  // Gives its units back when destroyed.
  class Lease {
   public:
    Lease() = default;
    Lease(Semaphore* semaphore, std::uint64_t units) : semaphore_(semaphore), units_(units) {}
    Lease(Lease&& other) noexcept
        : semaphore_(std::exchange(other.semaphore_, nullptr)), units_(other.units_) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(semaphore_, other.semaphore_);
      std::swap(units_, other.units_);
      return *this;
    }
    ~Lease() { release(); }
    void release() {
      if (semaphore_ != nullptr) std::exchange(semaphore_, nullptr)->give_back(units_);
    }
    explicit operator bool() const { return semaphore_ != nullptr; }

   private:
    Semaphore* semaphore_ = nullptr;
    std::uint64_t units_ = 0;
  };

  // const auto lease = co_await semaphore.acquire(); empty when `timeout` came first.
  auto acquire(std::uint64_t units = 1, WorldTime timeout = kNever) {
    // The lease lies in the awaiter until the process goes on: one that is killed in between gives
    // it back.
    struct Awaiter : detail::WaitAwaiter {
      Awaiter(Semaphore& s, std::uint64_t n, WorldTime t)
          : WaitAwaiter(s.waiters_, t), request{&s, n, {}} {}
      Request request;
      bool await_ready() {
        payload = &request;
        return request.semaphore->grant_at_once(request);
      }
      Lease await_resume() {
        WaitAwaiter::await_resume();
        return std::move(request.lease);
      }
    };
    return Awaiter(*this, units, timeout);
  }
  std::uint64_t available() const { return free_; }

 private:
  struct Request {
    Semaphore* semaphore;
    std::uint64_t units;
    Lease lease;
  };
  bool grant_at_once(Request& request) { return waiters_.empty() && grant(request); }
  bool grant(Request& request) {
    if (request.units > free_) return false;
    free_ -= request.units;
    request.lease = Lease(this, request.units);
    return true;
  }
  void give_back(std::uint64_t units) {
    free_ += units;
    while (!waiters_.empty() && grant(*static_cast<Request*>(waiters_.front()->payload()))) {
      waiters_.front()->satisfy();
    }
  }

  std::uint64_t free_;
  detail::WaitList waiters_;
};

}  // namespace gauntlet::sim
