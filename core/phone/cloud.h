// The services as the phone sees them. Behind an interface so that the application can be tested
// without any.
//
//   POST /v1/login  {"user": ..., "secret": ...}  ->  200 {"token": ..., "expires_in_s": ...}
//   PUT  /v1/sessions/{id}/chunks/{sequence}      ->  201 new, 200 the same again, 400, 401, 404,
//        Authorization: Bearer, application/x-protobuf   409 other content, 413
//
// Nothing here retries and nothing throws: a status of 0 means that there was no answer.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "core/base/time.h"
#include "core/runtime/runtime.h"

namespace gauntlet {

struct LoginReply {
  int status = 0;
  std::string token;  // when status is 200
  Duration expires_in{};
};

class Cloud {
 public:
  virtual ~Cloud() = default;
  virtual asio::awaitable<LoginReply> login(std::string user, std::string secret) = 0;
  virtual asio::awaitable<int> put_chunk(std::string session_id, std::uint64_t sequence,
                                         std::string token, std::string body) = 0;
  // Lets go of connections that are kept alive.
  virtual void close() {}
};

// Over HTTP/1.1 on the runtime's streams.
std::unique_ptr<Cloud> make_http_cloud(Runtime& runtime, Endpoint authz, Endpoint ingest);

}  // namespace gauntlet
