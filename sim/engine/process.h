// Light processes for the world's hot path: a coroutine, one alarm, no thread.
//
//   Task<> blink(Led& led) { for (;;) { led.toggle(); co_await sleep(500ms); } }
//   Processes processes(sim);
//   Process p = processes.spawn("watch/led", blink(led));
//   processes.run();                       // Deadlock names who waits where
//
// What a process can wait for: sleep, until, Process::join, when_all, when_any, and the signals,
// channels and semaphores of sim/engine/sync.h. Whoever is woken goes on in an event of its own at
// the same instant, in the order of waking; nothing runs recursively. Frames and states come from a
// pool, so a wake-up allocates nothing.
//
// interrupt() throws Interrupted out of what the process waits for. A process that is already being
// woken finishes that wait and is interrupted at its next one, so nothing handed to it gets lost.
//
// Processes must outlive neither its Simulation nor be destroyed by one of its own processes.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/engine/alarm.h"
#include "sim/engine/task.h"

namespace gauntlet::sim {

class Processes;

// Thrown into a process by interrupt().
struct Interrupted : std::exception {
  const char* what() const noexcept override { return "interrupted"; }
};
struct Deadlock : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace detail {

// A first-come, first-served list of waiting processes. Those still in it when it is destroyed wait
// for ever (until interrupted or timed out).
class WaitList {
 public:
  // `kind` is a literal: "signal".
  WaitList(std::string_view kind, std::string name) : kind_(kind), name_(std::move(name)) {}
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;
  ~WaitList() {
    while (head_ != nullptr) remove(*head_);
  }
  bool empty() const { return head_ == nullptr; }
  std::size_t size() const;
  ProcessState* front() const { return head_; }
  void push(ProcessState& process);
  void remove(ProcessState& process);
  std::string description() const { return std::string(kind_) + " '" + name_ + "'"; }

 private:
  std::string_view kind_;
  std::string name_;
  ProcessState* head_ = nullptr;
  ProcessState* tail_ = nullptr;
};

class ProcessState final : public Alarm {
 public:
  enum class State : std::uint8_t { ready, running, sleeping, waiting, done };

  ProcessState(Processes& owner, std::string name, Task<> body, Priority priority, bool daemon);
  ~ProcessState() override;
  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* state, std::size_t bytes) noexcept { free_frame(state, bytes); }

  void sleep_until(std::coroutine_handle<> leaf, WorldTime t) {
    leaf_ = leaf;
    if (interrupt_next_) [[unlikely]] {
      interrupt_now();
      return;
    }
    state_ = State::sleeping;
    wake_at(t);
  }
  // kNever: no time-out. `payload` is for whoever ends the wait.
  void wait(std::coroutine_handle<> leaf, WaitList& list, void* payload, WorldTime timeout);
  // Ends a wait or sleep; the process goes on at this instant.
  void satisfy();
  // Called when the process goes on.
  void check_interrupted() {
    if (interrupted_) [[unlikely]] {
      interrupted_ = false;
      throw Interrupted{};
    }
  }
  bool timed_out() const { return timed_out_; }
  void* payload() const { return payload_; }
  void interrupt();
  // Destroys the frame, and with it whatever it waits for, without a trace.
  void kill();

  State state() const { return state_; }
  bool daemon() const { return daemon_; }
  const std::string& name() const { return name_; }
  std::string waiting_for() const;
  Processes& owner() const { return owner_; }
  WaitList& joiners() { return joiners_; }
  std::exception_ptr exception() const { return exception_; }
  // A failure has been, or will be, seen by somebody who joins.
  void observe() { observed_ = true; }

  // A process of the same owner, with a reference for the caller.
  ProcessState& spawn_child(std::string name, Task<> body);
  void retain() { ++references_; }
  void release() {
    if (--references_ == 0) delete this;
  }

 private:
  friend class WaitList;
  friend class sim::Processes;

  void wake() override;
  void finish();
  void interrupt_now();

  Processes& owner_;
  std::coroutine_handle<> leaf_;
  std::coroutine_handle<Task<>::promise_type> root_;
  WaitList* list_ = nullptr;
  ProcessState* previous_waiter_ = nullptr;
  ProcessState* next_waiter_ = nullptr;
  void* payload_ = nullptr;
  std::uint32_t references_ = 0;
  State state_ = State::ready;
  bool interrupted_ = false;
  bool interrupt_next_ = false;
  bool timed_out_ = false;
  bool daemon_;
  bool observed_ = false;
  WorldTime waiting_since_{};
  std::exception_ptr exception_;
  std::string name_;
  WaitList joiners_;
  ProcessState* previous_ = nullptr;  // of all that live, in order of spawning
  ProcessState* next_ = nullptr;
};

struct SleepAwaiter {
  Duration duration;
  WorldTime time;  // used when duration is negative
  ProcessState* process = nullptr;
  bool await_ready() const noexcept { return false; }
  template <class P>
  void await_suspend(std::coroutine_handle<P> leaf) {
    process = leaf.promise().process;
    process->sleep_until(leaf,
                         duration.count() >= 0 ? process->simulation().now() + duration : time);
  }
  void await_resume() const { process->check_interrupted(); }
};

// Base of what waits on a list; the wait may have a time-out. await_ready() of the derived class
// sets the payload, if any, to a part of itself.
struct WaitAwaiter {
  explicit WaitAwaiter(WaitList& l, WorldTime t = kNever) : list(&l), timeout(t) {}
  WaitList* list;
  WorldTime timeout;
  void* payload = nullptr;
  ProcessState* process = nullptr;  // null: did not have to wait
  bool await_ready() const noexcept { return false; }
  template <class P>
  void await_suspend(std::coroutine_handle<P> leaf) {
    process = leaf.promise().process;
    process->wait(leaf, *list, payload, timeout);
  }
  // False on time-out.
  bool await_resume() const {
    if (process == nullptr) return true;
    process->check_interrupted();
    return !process->timed_out();
  }
};

}  // namespace detail

// d >= 0. A sleep of nothing lets everybody else who is due at this instant go first.
inline detail::SleepAwaiter sleep(Duration d) {
  CHECK(d.count() >= 0, d.count());
  return {d, {}};
}
// `t` must not be in the past.
inline detail::SleepAwaiter until(WorldTime t) { return {Duration{-1}, t}; }

// A handle to a spawned process; the process lives on without it.
class Process {
 public:
  Process() = default;
  Process(const Process& other) : Process(other.state_) {}
  Process(Process&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Process& operator=(Process other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Process() {
    if (state_ != nullptr) state_->release();
  }

  bool done() const { return state_->state() == detail::ProcessState::State::done; }
  const std::string& name() const { return state_->name(); }
  // Nothing happens to a process that is done.
  void interrupt() const { state_->interrupt(); }
  // co_await p.join(): until it is done; rethrows what it threw.
  auto join() const {
    struct Awaiter : detail::WaitAwaiter {
      Awaiter(detail::WaitList& joiners, Process p) : WaitAwaiter(joiners), joined(std::move(p)) {}
      Process joined;
      bool await_ready() const { return joined.done(); }
      void await_resume() const {
        WaitAwaiter::await_resume();
        if (joined.state_->exception()) std::rethrow_exception(joined.state_->exception());
      }
    };
    state_->observe();
    return Awaiter(state_->joiners(), *this);
  }

 private:
  friend class Processes;
  explicit Process(detail::ProcessState* state) : state_(state) {
    if (state_ != nullptr) state_->retain();
  }
  detail::ProcessState* state_ = nullptr;
};

struct SpawnOptions {
  Priority priority = kDefaultPriority;
  // Serves others and may wait for ever: no part of a deadlock.
  bool daemon = false;
};

class Processes {
 public:
  explicit Processes(Simulation& sim) : sim_(sim) {}
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;
  ~Processes();

  // Starts at this instant, in an event of its own. What it throws comes out of run() unless
  // somebody joins it.
  Process spawn(std::string name, Task<> body, SpawnOptions options = {});
  // Simulation::run(); throws Deadlock when no event is left while somebody waits.
  std::uint64_t run(WorldTime until = WorldTime::max());
  // "phone/upload waits for channel 'outbox' since 1.5 s", in order of spawning, without daemons.
  std::vector<std::string> waiting() const;
  Simulation& simulation() const { return sim_; }
  std::size_t alive() const { return alive_; }

 private:
  friend class detail::ProcessState;
  detail::ProcessState& start(std::string name, Task<> body, SpawnOptions options);
  void link(detail::ProcessState& state);
  void unlink(detail::ProcessState& state);

  Simulation& sim_;
  detail::ProcessState* first_ = nullptr;
  detail::ProcessState* last_ = nullptr;
  std::size_t alive_ = 0;
};

// Runs all, each as a process of its own named after the caller; returns when all are done. The
// first failure kills the others and is rethrown.
Task<> when_all(std::vector<Task<>> tasks);
// Returns the index of the first to be done; the others are killed, and with them whatever they
// waited for: no waiter is left behind.
Task<std::size_t> when_any(std::vector<Task<>> tasks);

template <class... More>
Task<> when_all(Task<> first, More... more) {
  std::vector<Task<>> tasks;
  tasks.push_back(std::move(first));
  (tasks.push_back(std::move(more)), ...);
  return when_all(std::move(tasks));
}
template <class... More>
Task<std::size_t> when_any(Task<> first, More... more) {
  std::vector<Task<>> tasks;
  tasks.push_back(std::move(first));
  (tasks.push_back(std::move(more)), ...);
  return when_any(std::move(tasks));
}

}  // namespace gauntlet::sim
