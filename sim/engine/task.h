// A coroutine of the simulated world: lazy, owned by whoever holds it, awaited at most once. It
// runs as part of the process (sim/engine/process.h) that awaits it.
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

#include "core/base/check.h"
#include "sim/engine/frame_pool.h"

namespace gauntlet::sim {

namespace detail {

class ProcessState;

// Size of the frame allocated last: while a promise is made, its own frame's.
inline constinit thread_local std::uint32_t last_frame_bytes = 0;

struct PromiseBase {
  ProcessState* process = nullptr;
  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::exception_ptr exception;

  static void* operator new(std::size_t bytes) {
    last_frame_bytes = static_cast<std::uint32_t>(bytes);
    return allocate_frame(bytes);
  }
  static void operator delete(void* frame, std::size_t bytes) noexcept { free_frame(frame, bytes); }

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      return self.promise().continuation;
    }
    void await_resume() const noexcept {}
  };
  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  template <class U>
  void return_value(U&& u) {
    value.emplace(std::forward<U>(u));
  }
  T take() { return std::move(*value); }
};
template <>
struct Promise<void> : PromiseBase {
  void return_void() const noexcept {}
  void take() const noexcept {}
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type : detail::Promise<T> {
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this),
                  detail::last_frame_bytes);
    }
  };

  Task(Task&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)), frame_bytes_(other.frame_bytes_) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(frame_bytes_, other.frame_bytes_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  struct Awaiter {
    std::coroutine_handle<promise_type> task;
    bool await_ready() const noexcept { return false; }
    template <class Parent>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Parent> parent) const {
      task.promise().process = parent.promise().process;
      task.promise().continuation = parent;
      return task;
    }
    T await_resume() const {
      if (task.promise().exception) std::rethrow_exception(task.promise().exception);
      return task.promise().take();
    }
  };
  Awaiter operator co_await() && {
    CHECK(handle_ && !handle_.done());
    return Awaiter{handle_};
  }

 private:
  friend class detail::ProcessState;
  Task(std::coroutine_handle<promise_type> handle, std::uint32_t frame_bytes)
      : handle_(handle), frame_bytes_(frame_bytes) {}
  std::coroutine_handle<promise_type> handle_;
  std::uint32_t frame_bytes_;
};

}  // namespace gauntlet::sim
