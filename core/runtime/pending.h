// Operations that coroutines wait for, listed per execution context: a context that goes away ends
// them all (so no coroutine frame leaks), and a run that has come to a stop can say who waits
// where.
//
// Cancellation is Asio's own, per operation: any type completes the operation with
// operation_aborted, never inside the call that cancels. Not thread-safe: one thread per context.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/runtime/byte_stream.h"

namespace gauntlet {

class PendingOperations;

// Lives on the heap, is owned by its list, and deletes itself when it completes.
class PendingOperation {
 public:
  PendingOperation(const PendingOperation&) = delete;
  PendingOperation& operator=(const PendingOperation&) = delete;
  // "phone: sleep until 12.5 s"
  virtual std::string what() const = 0;

 protected:
  inline explicit PendingOperation(PendingOperations& all);
  inline virtual ~PendingOperation();

 private:
  friend class PendingOperations;
  PendingOperations* list_;
  PendingOperation* previous_ = nullptr;
  PendingOperation* next_ = nullptr;
};

class PendingOperations final : public asio::execution_context::service {
 public:
  static inline asio::execution_context::id id;
  explicit PendingOperations(asio::execution_context& context) : service(context) {}
  static PendingOperations& of(const asio::any_io_executor& executor);

  // What is still waited for, in the order in which the waits began.
  std::vector<std::string> waiting() const;
  // Destroys every operation and with it the coroutine that waits for it.
  void abandon();
  bool empty() const { return first_ == nullptr; }

 private:
  friend class PendingOperation;
  void shutdown() override { abandon(); }
  void link(PendingOperation& operation);
  void unlink(PendingOperation& operation);
  PendingOperation* first_ = nullptr;
  PendingOperation* last_ = nullptr;
};

// In every sleep's path, hence here.
inline void PendingOperations::link(PendingOperation& op) {
  op.previous_ = last_;
  (last_ ? last_->next_ : first_) = &op;
  last_ = &op;
}

inline void PendingOperations::unlink(PendingOperation& op) {
  (op.previous_ ? op.previous_->next_ : first_) = op.next_;
  (op.next_ ? op.next_->previous_ : last_) = op.previous_;
  op.previous_ = op.next_ = nullptr;
  op.list_ = nullptr;
}

inline PendingOperation::PendingOperation(PendingOperations& all) : list_(&all) { all.link(*this); }

inline PendingOperation::~PendingOperation() {
  if (list_) list_->unlink(*this);
}

// A pending operation that completes with (error_code, Results...). `Executor` is where a handler
// without one of its own runs; one that knows `runs_inside(handler's executor)` is spared the
// dispatch where that says true.
template <class Executor, class HandlerType, class... Results>
class BasicPendingHandler : public PendingOperation {
 public:
  using Handler = HandlerType;

  // Both end the operation: `this` is gone afterwards.
  // Runs the handler at once where its executor allows that: from an event's callback only.
  void complete(error_code error, Results... results) {
    const auto executor = executor_;
    invoke(executor, take(), {error, std::move(results)...});
  }
  // Runs the handler later, in order: safe wherever user code may be on the stack.
  void post(error_code error, Results... results) {
    const auto executor = executor_;
    asio::post(executor, [executor, handler = take(),
                          values = Values{error, std::move(results)...}]() mutable {
      invoke(executor, std::move(handler), std::move(values));
    });
  }

 protected:
  BasicPendingHandler(PendingOperations& all, const Executor& executor, Handler handler)
      : PendingOperation(all), executor_(executor), handler_(std::move(handler)) {
    auto slot = asio::get_associated_cancellation_slot(handler_);
    if (slot.is_connected()) hook_ = &slot.template emplace<CancelHook>(this);
  }
  ~BasicPendingHandler() override {
    if (hook_) hook_->operation = nullptr;
  }

 private:
  using Values = std::tuple<error_code, Results...>;

  // Lives in the cancellation slot. Either side may go first.
  struct CancelHook {
    BasicPendingHandler* operation;
    explicit CancelHook(BasicPendingHandler* op) : operation(op) {}
    CancelHook(const CancelHook&) = delete;
    CancelHook& operator=(const CancelHook&) = delete;
    ~CancelHook() {
      if (operation) operation->hook_ = nullptr;
    }
    void operator()(asio::cancellation_type type) {
      if (operation && type != asio::cancellation_type::none) {
        operation->post(asio::error::operation_aborted, Results{}...);
      }
    }
  };

  Handler take() {
    Handler handler = std::move(handler_);
    delete this;
    return handler;
  }
  static void invoke(const Executor& executor, Handler handler, Values values) {
    const auto target = asio::get_associated_executor(handler, executor);
    if constexpr (requires { executor.runs_inside(target); }) {
      if (executor.runs_inside(target)) {
        std::apply(std::move(handler), std::move(values));
        return;
      }
    }
    asio::dispatch(target, [handler = std::move(handler), values = std::move(values)]() mutable {
      std::apply(std::move(handler), std::move(values));
    });
  }

  Executor executor_;
  Handler handler_;
  CancelHook* hook_ = nullptr;
};

// For any executor and any handler.
template <class... Results>
class PendingHandler
    : public BasicPendingHandler<asio::any_io_executor,
                                 asio::any_completion_handler<void(error_code, Results...)>,
                                 Results...> {
 protected:
  PendingHandler(const asio::any_io_executor& executor,
                 asio::any_completion_handler<void(error_code, Results...)> handler)
      : PendingHandler::BasicPendingHandler(PendingOperations::of(executor), executor,
                                            std::move(handler)) {}
};

}  // namespace gauntlet
