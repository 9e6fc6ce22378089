#include "core/runtime/signal.h"

#include <boost/asio/use_awaitable.hpp>

#include "core/runtime/pending.h"

namespace gauntlet {

class Signal::Wait final : public PendingHandler<> {
 public:
  Wait(Signal& signal, Handler handler)
      : PendingHandler(signal.executor_, std::move(handler)), signal_(signal) {
    signal_.waits_.push_back(this);
  }
  ~Wait() override { std::erase(signal_.waits_, this); }
  std::string what() const override { return signal_.name_; }

 private:
  Signal& signal_;
};

Signal::Signal(asio::any_io_executor executor, std::string name)
    : executor_(std::move(executor)), name_(std::move(name)) {}

Signal::~Signal() { cancel(); }

void Signal::cancel() { end_all(asio::error::operation_aborted); }

void Signal::end_all(error_code error) {
  for (std::size_t n = waits_.size(); n > 0; --n) waits_.front()->post(error);
}

void Signal::raise() {
  if (waits_.empty()) {
    raised_ = true;
  } else {
    end_all({});
  }
}

asio::awaitable<void> Signal::wait() {
  if (raised_) {
    raised_ = false;
    co_return;
  }
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(error_code)>(
      [this](auto handler) { new Wait(*this, Wait::Handler(std::move(handler))); },
      asio::use_awaitable);
}

}  // namespace gauntlet
