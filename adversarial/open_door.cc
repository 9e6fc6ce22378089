#include "adversarial/open_door.h"

#include <utility>

#include "core/runtime/http.h"

namespace gauntlet::adversarial {

OpenDoor::OpenDoor(Runtime& runtime, std::string host)
    : runtime_(runtime),
      waiting_(runtime.listen(Endpoint{"", 0})),
      listener_(waiting_.get()),
      endpoint_{std::move(host), waiting_->port()} {}

asio::awaitable<void> OpenDoor::serve() {
  const HttpHandler take = [](HttpRequest) -> asio::awaitable<HttpResponse> {
    co_return HttpResponse(200);
  };
  co_await serve_http(runtime_, std::move(waiting_), take, {}, counters_);
  listener_ = nullptr;
}

void OpenDoor::close() {
  if (listener_) listener_->close();
}

}  // namespace gauntlet::adversarial
