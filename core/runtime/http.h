// HTTP/1.1 over a Runtime: messages as plain structs, a server that feeds a handler, and a client
// that keeps one connection alive. Beast stays in http.cc.
//
// Limits: header 16 KiB, body 1 MiB by default; one request in flight per connection; an idle
// connection is closed after idle_timeout. A request that breaks a limit is answered (413, 431,
// 400) and counted; a peer that stops talking is dropped and counted.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/base/counters.h"
#include "core/base/time.h"
#include "core/runtime/runtime.h"

namespace gauntlet {

using HttpHeaders = std::map<std::string, std::string, std::less<>>;

// Constructors, not aggregates: see Endpoint.
struct HttpRequest {
  HttpRequest(std::string verb = "GET", std::string path = "/", HttpHeaders fields = {},
              std::string content = {})
      : method(std::move(verb)),
        target(std::move(path)),
        headers(std::move(fields)),
        body(std::move(content)) {}
  std::string method;
  std::string target;
  HttpHeaders headers;  // names in lower case
  std::string body;
  std::string peer;  // who asks, as the stream says; a server's only
};

struct HttpResponse {
  HttpResponse(int code = 200, HttpHeaders fields = {}, std::string content = {})
      : status(code), headers(std::move(fields)), body(std::move(content)) {}
  int status;
  HttpHeaders headers;
  std::string body;
};

using HttpHandler = std::function<asio::awaitable<HttpResponse>(HttpRequest)>;

struct HttpLimits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 1024 * 1024;
  std::size_t connections = 1024;
  Duration idle_timeout = std::chrono::seconds{60};
  Duration request_timeout = std::chrono::seconds{10};
};

// Accepts and serves until the listener is closed. An exception out of the handler is a 500 and
// counted. Counters: http.requests, http.status.NNN, http.rejected.*, http.connections.
asio::awaitable<void> serve_http(Runtime& runtime, std::unique_ptr<Listener> listener,
                                 HttpHandler handler, HttpLimits limits, Counters& counters);

// One keep-alive connection to one endpoint, made again when it broke. Not thread-safe; one request
// at a time.
class HttpClient {
 public:
  HttpClient(Runtime& runtime, Endpoint endpoint, HttpLimits limits = {});
  ~HttpClient();
  // Throws system_error when the connection cannot be made, breaks, or times out. A request is
  // never sent twice by this class: whether to retry is the caller's decision.
  asio::awaitable<HttpResponse> request(HttpRequest request);
  void close();

 private:
  struct Connection;
  Runtime& runtime_;
  Endpoint endpoint_;
  HttpLimits limits_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace gauntlet
