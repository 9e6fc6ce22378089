#include "sim/engine/process.h"

#include <cstdio>

namespace gauntlet::sim {
namespace detail {

// --- wait lists --------------------------------------------------------------------------------

std::size_t WaitList::size() const {
  std::size_t n = 0;
  for (const ProcessState* p = head_; p != nullptr; p = p->next_waiter_) ++n;
  return n;
}

void WaitList::push(ProcessState& process) {
  process.list_ = this;
  process.next_waiter_ = nullptr;
  process.previous_waiter_ = tail_;
  (tail_ != nullptr ? tail_->next_waiter_ : head_) = &process;
  tail_ = &process;
}

void WaitList::remove(ProcessState& process) {
  ProcessState* const before = process.previous_waiter_;
  ProcessState* const after = process.next_waiter_;
  (before != nullptr ? before->next_waiter_ : head_) = after;
  (after != nullptr ? after->previous_waiter_ : tail_) = before;
  process.list_ = nullptr;
}

// --- process -----------------------------------------------------------------------------------

ProcessState::ProcessState(Processes& owner, std::string name, Task<> body, Priority priority,
                           bool daemon)
    : Alarm(owner.simulation(), priority),
      owner_(owner),
      root_(std::exchange(body.handle_, nullptr)),
      daemon_(daemon),
      name_(std::move(name)),
      joiners_("end of", name_) {
  CHECK(root_ && !root_.done());
  root_.promise().process = this;
  leaf_ = root_;
  works_on(root_.address(), (body.frame_bytes_ + 63) / 64);
}

ProcessState::~ProcessState() { CHECK(state_ == State::done, name_); }

void ProcessState::wait(std::coroutine_handle<> leaf, WaitList& list, void* payload,
                        WorldTime timeout) {
  leaf_ = leaf;
  timed_out_ = false;
  payload_ = payload;
  if (interrupt_next_) {
    interrupt_now();
    return;
  }
  state_ = State::waiting;
  waiting_since_ = simulation().now();
  list.push(*this);
  if (timeout != kNever) wake_at(timeout);
}

void ProcessState::satisfy() {
  if (list_ != nullptr) list_->remove(*this);
  state_ = State::ready;
  wake_at(simulation().now());
}

void ProcessState::interrupt_now() {
  interrupt_next_ = false;
  interrupted_ = true;
  satisfy();
}

void ProcessState::interrupt() {
  switch (state_) {
    case State::sleeping:
    case State::waiting:
      interrupt_now();
      break;
    case State::ready:
    case State::running:
      interrupt_next_ = true;
      break;
    case State::done:
      break;
  }
}

void ProcessState::wake() {
  if (list_ != nullptr) {
    list_->remove(*this);
    timed_out_ = true;
  }
  state_ = State::running;
  leaf_.resume();
  if (root_.done()) finish();
}

void ProcessState::finish() {
  exception_ = root_.promise().exception;
  const bool unseen = exception_ && !observed_;
  const std::exception_ptr failure = exception_;
  kill();
  if (unseen) std::rethrow_exception(failure);
}

void ProcessState::kill() {
  if (state_ == State::done) return;
  CHECK(state_ != State::running || root_.done(), name_, "destroyed by itself");
  if (list_ != nullptr) list_->remove(*this);
  cancel_wake();
  state_ = State::done;
  std::exchange(root_, nullptr).destroy();
  while (ProcessState* joiner = joiners_.front()) joiner->satisfy();
  owner_.unlink(*this);
  release();  // the owner's reference; may be the last
}

ProcessState& ProcessState::spawn_child(std::string name, Task<> body) {
  ProcessState& child = owner_.start(std::move(name), std::move(body), {{}, daemon_});
  child.retain();
  return child;
}

std::string ProcessState::waiting_for() const {
  char since[48];
  std::snprintf(since, sizeof since, " since %.9g s", seconds_since_origin(waiting_since_));
  return name_ + " waits for " + (list_ != nullptr ? list_->description() : "what is gone") + since;
}

}  // namespace detail

// --- processes ---------------------------------------------------------------------------------

using detail::ProcessState;

Processes::~Processes() {
  // Latest first: what a process waits for usually outlives it.
  while (last_ != nullptr) last_->kill();
}

ProcessState& Processes::start(std::string name, Task<> body, SpawnOptions options) {
  auto* state =
      new ProcessState(*this, std::move(name), std::move(body), options.priority, options.daemon);
  state->retain();
  link(*state);
  state->wake_at(sim_.now());
  return *state;
}

Process Processes::spawn(std::string name, Task<> body, SpawnOptions options) {
  return Process(&start(std::move(name), std::move(body), options));
}

void Processes::link(ProcessState& state) {
  state.previous_ = last_;
  (last_ != nullptr ? last_->next_ : first_) = &state;
  last_ = &state;
  ++alive_;
}

void Processes::unlink(ProcessState& state) {
  (state.previous_ != nullptr ? state.previous_->next_ : first_) = state.next_;
  (state.next_ != nullptr ? state.next_->previous_ : last_) = state.previous_;
  --alive_;
}

std::vector<std::string> Processes::waiting() const {
  std::vector<std::string> lines;
  for (const ProcessState* p = first_; p != nullptr; p = p->next_) {
    if (p->state() == ProcessState::State::waiting && !p->daemon() && !p->pending()) {
      lines.push_back(p->waiting_for());
    }
  }
  return lines;
}

std::uint64_t Processes::run(WorldTime until) {
  const std::uint64_t n = sim_.run(until);
  if (!sim_.empty()) return n;
  const std::vector<std::string> lines = waiting();
  if (lines.empty()) return n;
  std::string text = "nothing is left to happen, but";
  for (const std::string& line : lines) text += "\n  " + line;
  throw Deadlock(text);
}

// --- when_all, when_any ------------------------------------------------------------------------

namespace {

struct CurrentProcess {
  ProcessState* process = nullptr;
  bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> leaf) noexcept {
    process = leaf.promise().process;
    return false;
  }
  ProcessState& await_resume() const noexcept { return *process; }
};

// The children of one call; those still alive when the caller leaves, however it does, are killed.
struct Children {
  struct Child {
    ProcessState* state = nullptr;
    bool done = false;
    std::exception_ptr exception;
  };
  Children() = default;
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;
  ~Children() {
    for (Child& child : all) {
      if (child.state == nullptr) continue;
      if (!child.done) child.state->kill();
      child.state->release();
    }
  }
  std::vector<Child> all;
  std::size_t finished = 0;
  std::size_t first = 0;
  bool failed = false;
  detail::WaitList some_done{"one of its", "children"};
};

Task<> run_child(Children& children, std::size_t index, Task<> body) {
  Children::Child& child = children.all[index];
  try {
    co_await std::move(body);
  } catch (...) {
    child.exception = std::current_exception();
    children.failed = true;
  }
  child.done = true;
  if (children.finished++ == 0 || child.exception) children.first = index;
  if (ProcessState* parent = children.some_done.front()) parent->satisfy();
}

// Starts them and goes on when one is done, `all` are, or one failed.
Task<> run_children(Children& children, std::vector<Task<>> tasks, bool all) {
  ProcessState& parent = co_await CurrentProcess{};
  children.all.resize(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    children.all[i].state = &parent.spawn_child(parent.name() + "/" + std::to_string(i),
                                                run_child(children, i, std::move(tasks[i])));
  }
  const std::size_t wanted = all ? tasks.size() : 1;
  while (children.finished < wanted && !children.failed) {
    co_await detail::WaitAwaiter(children.some_done);
  }
  if (const std::exception_ptr failure = children.all[children.first].exception) {
    std::rethrow_exception(failure);
  }
}

}  // namespace

Task<> when_all(std::vector<Task<>> tasks) {
  if (tasks.empty()) co_return;
  Children children;
  co_await run_children(children, std::move(tasks), true);
}

Task<std::size_t> when_any(std::vector<Task<>> tasks) {
  CHECK(!tasks.empty());
  Children children;
  co_await run_children(children, std::move(tasks), false);
  co_return children.first;
}

}  // namespace gauntlet::sim
