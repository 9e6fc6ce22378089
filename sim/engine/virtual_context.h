// Asio in virtual time: an execution context whose work is events of a Simulation, so that
// asio::awaitable over any_io_executor runs unchanged where no real time passes.
//
// What is posted runs at the current instant, after what was scheduled for it before (one event per
// function: the order of events is the whole order). dispatch() from within runs at once, as on an
// io_context. Timers are events; the clock is the simulation's, so contexts of any number of
// simulations live side by side.
//
// Leaves out: any service with a thread of its own. Do not put asio::steady_timer or sockets on it
// (they would start a scheduler in real time); use sleep_until() and a virtual network.
//
// One thread. The simulation must outlive the context.
#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/detail/thread_context.hpp>
#include <boost/asio/detail/thread_info_base.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution/relationship.hpp>
#include <boost/asio/execution_context.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "core/runtime/pending.h"
#include "sim/engine/alarm.h"
#include "sim/engine/frame_pool.h"
#include "sim/engine/simulation.h"

namespace gauntlet::sim {

// Asio recycles the frames of awaitables, through this base, while one of its threads is on the
// stack, and inside run_inside() one is.
class VirtualContext final : public asio::execution_context, private asio::detail::thread_context {
 public:
  class executor_type;

  explicit VirtualContext(Simulation& simulation);
  // Ends, without completing them, all coroutines that still wait.
  ~VirtualContext();

  executor_type get_executor() noexcept;
  Simulation& simulation() { return simulation_; }
  WorldTime now() const { return simulation_.now(); }

  // `who` is for the deadlock report and must outlive the wait. WorldTime::max() never comes.
  asio::awaitable<void> sleep_until(WorldTime t, std::string_view who = "world");
  // The same with any completion token; co_await with asio::deferred needs no frame of its own,
  // which makes it the fast way.
  template <class Token>
  auto async_sleep_until(WorldTime t, std::string_view who, Token&& token);
  // Runs `f` as if posted functions ran: dispatch() inside is immediate. For event callbacks that
  // complete operations.
  template <class F>
  void run_inside(F&& f) {
    const Inside mark(*this);
    std::forward<F>(f)();
  }

  // Operations that nothing has completed yet; after Simulation::run() has come to its end, who is
  // stuck and where.
  std::vector<std::string> waiting() const { return pending_.waiting(); }
  // Destroys everything that waits or is posted. A network calls it before its hosts go.
  void abandon();

 private:
  static constexpr std::uint32_t kFrameLines = 8;
  template <class Handler>
  class Timer;
  struct Sleep;
  // Function objects are move-only (they own coroutines), hence no std::function.
  struct Task {
    virtual ~Task() = default;
    virtual void run() = 0;
  };
  template <class F>
  struct TaskOf final : Task {
    explicit TaskOf(F&& f) : function(std::move(f)) {}
    explicit TaskOf(const F& f) : function(f) {}
    void run() override { std::move(function)(); }
    F function;
  };
  struct Ready {
    std::optional<EventId> event;  // none: only kept to be destroyed
    std::unique_ptr<Task> task;
  };
  struct Inside {
    explicit Inside(VirtualContext& c) : context(c), thread(&c, c.thread_) { ++context.depth_; }
    ~Inside() { --context.depth_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    VirtualContext& context;
    thread_call_stack::context thread;
  };

  static std::string sleep_text(std::string_view who, WorldTime until);
  void push(std::unique_ptr<Task> task);
  void run_front();

  Simulation& simulation_;
  const Tag sleeps_ = simulation_.tag("runtime: sleep ends");
  const Tag posted_ = simulation_.tag("runtime: goes on");
  PendingOperations& pending_;
  std::deque<Ready> ready_;  // in order of their events
  asio::detail::thread_info_base thread_;
  int depth_ = 0;
  bool ending_ = false;
};

class VirtualContext::executor_type {
 public:
  VirtualContext& query(asio::execution::context_t) const noexcept { return *context_; }
  asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept {
    return never_ ? asio::execution::blocking_t(asio::execution::blocking.never)
                  : asio::execution::blocking_t(asio::execution::blocking.possibly);
  }
  static constexpr asio::execution::relationship_t query(asio::execution::relationship_t) noexcept {
    return asio::execution::relationship.fork;
  }
  static constexpr asio::execution::outstanding_work_t query(
      asio::execution::outstanding_work_t) noexcept {
    return asio::execution::outstanding_work.untracked;
  }
  executor_type require(asio::execution::blocking_t::never_t) const noexcept {
    return executor_type(*context_, true);
  }
  executor_type require(asio::execution::blocking_t::possibly_t) const noexcept {
    return executor_type(*context_, false);
  }
  template <class F>
  void execute(F&& f) const {
    if (!never_ && context_->depth_ > 0 && !context_->ending_) {
      std::decay_t<F> function(std::forward<F>(f));
      std::move(function)();
    } else {
      context_->push(std::make_unique<TaskOf<std::decay_t<F>>>(std::forward<F>(f)));
    }
  }
  // What is dispatched to `target` from here would run at once.
  bool runs_inside(const asio::any_io_executor& target) const {
    const auto* other = target.target<executor_type>();
    return other != nullptr && other->context_ == context_ && !other->never_ &&
           context_->depth_ > 0 && !context_->ending_;
  }
  friend bool operator==(const executor_type& a, const executor_type& b) noexcept {
    return a.context_ == b.context_ && a.never_ == b.never_;
  }
  friend bool operator!=(const executor_type& a, const executor_type& b) noexcept {
    return !(a == b);
  }

 private:
  friend class VirtualContext;
  executor_type(VirtualContext& context, bool never) noexcept : context_(&context), never_(never) {}
  VirtualContext* context_;
  bool never_;
};

inline VirtualContext::executor_type VirtualContext::get_executor() noexcept {
  return executor_type(*this, false);
}

// The handler itself, without type erasure: sleeping is what measured code does most. The alarm
// comes first, so that what it fetches ahead is this whole object.
template <class Handler>
class VirtualContext::Timer final : private Alarm,
                                    public BasicPendingHandler<executor_type, Handler> {
 public:
  Timer(VirtualContext& context, WorldTime until, std::string_view who, const void* frame,
        Handler handler)
      : Alarm(context.simulation_, kDefaultPriority, context.sleeps_),
        Timer::BasicPendingHandler(context.pending_, context.get_executor(), std::move(handler)),
        context_(context),
        until_(until),
        who_(who) {
    works_on(frame, kFrameLines);
    if (until != WorldTime::max()) wake_at(std::max(until, context.now()));
  }
  static void* operator new(std::size_t bytes) { return detail::allocate_frame(bytes); }
  static void operator delete(void* timer, std::size_t bytes) noexcept {
    detail::free_frame(timer, bytes);
  }
  std::string what() const override { return sleep_text(who_, until_); }

 private:
  void wake() override {
    context_.run_inside([this] { this->complete({}); });
  }
  VirtualContext& context_;
  WorldTime until_;
  std::string_view who_;
};

// What starts the wait. With asio::deferred it lies in the frame of the coroutine that waits, about
// kIntoFrame bytes from its beginning, and behind that often lies the frame that co_spawn made.
// What is fetched ahead is a guess from there.
struct VirtualContext::Sleep {
  static constexpr std::uintptr_t kIntoFrame = 192;
  VirtualContext& context;
  WorldTime until;
  std::string_view who;
  template <class Handler>
  void operator()(Handler&& handler) const {
    const auto frame = reinterpret_cast<std::uintptr_t>(this) - kIntoFrame;
    new Timer<std::decay_t<Handler>>(context, until, who, reinterpret_cast<const void*>(frame),
                                     std::forward<Handler>(handler));
  }
};

template <class Token>
auto VirtualContext::async_sleep_until(WorldTime t, std::string_view who, Token&& token) {
  return asio::async_initiate<Token, void(error_code)>(Sleep{*this, t, who}, token);
}

}  // namespace gauntlet::sim
