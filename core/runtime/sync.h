// What coroutines over a Runtime wait for and share, beside Signal: conditions, semaphores, bounded
// channels. The same in both times; all first come, first served, and handed over directly, so that
// nobody who comes later can snatch what somebody was woken for.
//
//   Channel<Chunk> outbox(runtime.executor(), "phone: outbox", 16);
//   co_await outbox.send(chunk);                       // waits while it is full
//   while (auto chunk = co_await outbox.receive()) …   // until it is closed and drained
//
//   Semaphore slots(runtime.executor(), "ingest: slots", 4);
//   const auto lease = co_await slots.acquire();       // given back when destroyed
//
// Waits are cancellable per operation (they throw operation_aborted), so that
// `co_await (channel.receive() || runtime.sleep_for(1s))` is a receive with a time-out and leaves
// no waiter behind. An operation that is woken in the very instant in which another one wins such a
// race completes unseen: a lease is given back, a value is lost.
//
// Names say in a deadlock report who waits where. Each must outlive the waits on it; destroying it
// ends them with operation_aborted. Not thread-safe: one thread per executor.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/runtime/pending.h"

namespace gauntlet {

namespace detail {

// A pending operation that stands in a queue of its like, and knows what it is for.
template <class Payload, class... Results>
class Queued final : public PendingHandler<Results...> {
 public:
  using Queue = std::deque<Queued*>;
  using Base = PendingHandler<Results...>;
  Queued(Queue& queue, const asio::any_io_executor& executor, const std::string& name,
         const char* what, Payload value, typename Base::Handler handler)
      : Base(executor, std::move(handler)),
        payload(std::move(value)),
        queue_(queue),
        name_(name),
        what_(what) {
    queue_.push_back(this);
  }
  ~Queued() override { std::erase(queue_, this); }
  std::string what() const override { return name_ + ": " + what_; }

  Payload payload;

 private:
  Queue& queue_;
  const std::string& name_;
  const char* what_;
};

// Ends every wait in the queue, without a result; those that are ended may begin others.
template <class Payload, class... Results>
void end_all(std::deque<Queued<Payload, Results...>*>& queue, error_code error) {
  for (std::size_t n = queue.size(); n > 0 && !queue.empty(); --n) {
    queue.front()->post(error, Results{}...);
  }
}

struct Nothing {};

}  // namespace detail

// Whoever waits goes on at the next notification; notifying nobody is forgotten (a Signal remembers
// it).
class Condition {
 public:
  Condition(asio::any_io_executor executor, std::string name);
  ~Condition();
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  asio::awaitable<void> wait();
  // Returns whether somebody waited.
  bool notify_one();
  std::size_t notify_all();

 private:
  using Wait = detail::Queued<detail::Nothing>;
  asio::any_io_executor executor_;
  std::string name_;
  Wait::Queue waits_;
};

// A resource of `count` units. A large request at the head is not overtaken by small ones.
class Semaphore {
 public:
  Semaphore(asio::any_io_executor executor, std::string name, std::uint64_t count);
  ~Semaphore();
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  // Gives its units back when destroyed, unless the semaphore went first.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept
        : semaphore_(std::exchange(other.semaphore_, nullptr)),
          units_(other.units_),
          alive_(std::move(other.alive_)) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(semaphore_, other.semaphore_);
      std::swap(alive_, other.alive_);
      std::swap(units_, other.units_);
      return *this;
    }
    ~Lease() { release(); }
    void release() {
      Semaphore* const from = std::exchange(semaphore_, nullptr);
      if (from && !alive_.expired()) from->give_back(units_);
    }
    explicit operator bool() const { return semaphore_ != nullptr; }

   private:
    friend class Semaphore;
    Lease(Semaphore* semaphore, std::uint64_t units)
        : semaphore_(semaphore), units_(units), alive_(semaphore->alive_) {}
    Semaphore* semaphore_ = nullptr;
    std::uint64_t units_ = 0;
    std::weak_ptr<void> alive_;
  };

  // 1 to `count` units.
  asio::awaitable<Lease> acquire(std::uint64_t units = 1);
  std::uint64_t available() const { return free_; }

 private:
  using Wait = detail::Queued<std::uint64_t, Lease>;
  void give_back(std::uint64_t units);
  asio::any_io_executor executor_;
  std::string name_;
  std::uint64_t count_;
  std::uint64_t free_;
  Wait::Queue waits_;
  std::shared_ptr<void> alive_ = std::make_shared<char>();  // gone when this is
};

// A queue of at most `capacity` values (0: every send waits for its receive).
template <class T>
class Channel {
 public:
  Channel(asio::any_io_executor executor, std::string name, std::size_t capacity)
      : executor_(std::move(executor)), name_(std::move(name)), capacity_(capacity) {}
  ~Channel() {
    detail::end_all(receives_, asio::error::operation_aborted);
    detail::end_all(sends_, asio::error::operation_aborted);
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Waits while full. False when the channel is or gets closed.
  asio::awaitable<bool> send(T value) {
    if (closed_) co_return false;
    if (sends_.empty() && give(value)) co_return true;
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(error_code, bool)>(
        [this, &value](auto handler) {
          new Send(sends_, executor_, name_, "sends", std::move(value),
                   typename Send::Handler(std::move(handler)));
        },
        asio::use_awaitable);
  }
  // False when full or closed: the value is dropped, and counted.
  bool try_send(T value) {
    if (!closed_ && sends_.empty() && give(value)) return true;
    ++dropped_;
    return false;
  }
  // Nothing when the channel is closed and drained.
  asio::awaitable<std::optional<T>> receive() {
    std::optional<T> value = take();
    if (value || closed_) co_return value;
    using Signature = void(error_code, std::optional<T>);
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, Signature>(
        [this](auto handler) {
          new Receive(receives_, executor_, name_, "receives", {},
                      typename Receive::Handler(std::move(handler)));
        },
        asio::use_awaitable);
  }
  std::optional<T> try_receive() { return take(); }
  // Those who wait go on without; what is queued can still be received.
  void close() {
    closed_ = true;
    detail::end_all(receives_, {});
    detail::end_all(sends_, {});
  }
  bool closed() const { return closed_; }
  std::size_t size() const { return queue_.size(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  using Send = detail::Queued<T, bool>;
  using Receive = detail::Queued<detail::Nothing, std::optional<T>>;

  bool give(T& value) {
    if (!receives_.empty()) {
      receives_.front()->post({}, std::optional<T>(std::move(value)));
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
      if (!sends_.empty()) queue_.push_back(take_from_sender());
    } else if (!sends_.empty()) {
      value = take_from_sender();
    }
    return value;
  }
  T take_from_sender() {
    T value = std::move(sends_.front()->payload);
    sends_.front()->post({}, true);
    return value;
  }

  asio::any_io_executor executor_;
  std::string name_;
  std::size_t capacity_;
  std::deque<T> queue_;
  bool closed_ = false;
  std::uint64_t dropped_ = 0;
  typename Send::Queue sends_;
  typename Receive::Queue receives_;
};

}  // namespace gauntlet
