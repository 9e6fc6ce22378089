#include "sim/network/processor.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace gauntlet::sim {
namespace {

constexpr int kTooManyRequests = 429;
constexpr double kLongest_ms = 60'000;

struct Processor {
  ProcessorOptions options;
  Runtime& runtime;
  HttpHandler next;
  HostTime free_at;

  Duration cost(bool login, int status) const {
    return from_ms(status == kTooManyRequests ? options.refused_ms
                   : login                    ? options.login_ms
                                              : options.request_ms);
  }
};

asio::awaitable<HttpResponse> answer(std::shared_ptr<Processor> processor, HttpRequest request) {
  const bool login = request.target == "/v1/login";
  HttpResponse response = co_await processor->next(std::move(request));
  const HostTime begin = std::max(processor->runtime.now(), processor->free_at);
  processor->free_at = begin + processor->cost(login, response.status);
  co_await processor->runtime.sleep_until(processor->free_at);
  co_return response;
}

}  // namespace

void ProcessorOptions::describe(OptionVisitor& v) {
  v.number("request_ms", request_ms, {0, kLongest_ms}, "ms",
           "processor time of a request; 0 for none", "gauntlet: bench_services");
  v.number("login_ms", login_ms, {0, kLongest_ms}, "ms", "of a log-in", "gauntlet: bench_services");
  v.number("refused_ms", refused_ms, {0, kLongest_ms}, "ms", "of one that is answered 429",
           "gauntlet: bench_services");
}

HttpHandler on_processor(const ProcessorOptions& options, Runtime& runtime, HttpHandler next) {
  if (!options.on()) return next;
  auto processor = std::make_shared<Processor>(options, runtime, std::move(next), HostTime{});
  return [processor](HttpRequest request) { return answer(processor, std::move(request)); };
}

}  // namespace gauntlet::sim
