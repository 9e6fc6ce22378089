#include "core/runtime/sync.h"

namespace gauntlet {

Condition::Condition(asio::any_io_executor executor, std::string name)
    : executor_(std::move(executor)), name_(std::move(name)) {}

Condition::~Condition() { detail::end_all(waits_, asio::error::operation_aborted); }

asio::awaitable<void> Condition::wait() {
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(error_code)>(
      [this](auto handler) {
        new Wait(waits_, executor_, name_, "waits", {}, Wait::Handler(std::move(handler)));
      },
      asio::use_awaitable);
}

bool Condition::notify_one() {
  if (waits_.empty()) return false;
  waits_.front()->post({});
  return true;
}

std::size_t Condition::notify_all() {
  const std::size_t n = waits_.size();
  detail::end_all(waits_, {});
  return n;
}

Semaphore::Semaphore(asio::any_io_executor executor, std::string name, std::uint64_t count)
    : executor_(std::move(executor)), name_(std::move(name)), count_(count), free_(count) {}

Semaphore::~Semaphore() {
  alive_.reset();
  detail::end_all(waits_, asio::error::operation_aborted);
}

asio::awaitable<Semaphore::Lease> Semaphore::acquire(std::uint64_t units) {
  CHECK(units >= 1 && units <= count_, name_, units, count_);
  if (waits_.empty() && units <= free_) {
    free_ -= units;
    co_return Lease(this, units);
  }
  const std::weak_ptr<void> alive = alive_;
  try {
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(error_code, Lease)>(
        [this, units](auto handler) {
          new Wait(waits_, executor_, name_, "waits for units", units,
                   Wait::Handler(std::move(handler)));
        },
        asio::use_awaitable);
  } catch (...) {
    // Somebody smaller may have stood behind a wait that was cancelled.
    if (!alive.expired()) give_back(0);
    throw;
  }
}

void Semaphore::give_back(std::uint64_t units) {
  free_ += units;
  while (!waits_.empty() && waits_.front()->payload <= free_) {
    const std::uint64_t wanted = waits_.front()->payload;
    free_ -= wanted;
    waits_.front()->post({}, Lease(this, wanted));
  }
}

}  // namespace gauntlet
