#include "core/runtime/pending.h"

#include <boost/asio/query.hpp>

namespace gauntlet {

PendingOperations& PendingOperations::of(const asio::any_io_executor& executor) {
  return asio::use_service<PendingOperations>(
      asio::query(executor, asio::execution::context_as<asio::execution_context&>));
}

std::vector<std::string> PendingOperations::waiting() const {
  std::vector<std::string> out;
  for (const auto* op = first_; op; op = op->next_) out.push_back(op->what());
  return out;
}

void PendingOperations::abandon() {
  // A frame that is destroyed may end or begin other operations, hence one at a time.
  while (first_) {
    PendingOperation* op = first_;
    unlink(*op);
    delete op;
  }
}

}  // namespace gauntlet
