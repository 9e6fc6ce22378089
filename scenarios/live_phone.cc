#include "scenarios/live_phone.h"

#include <boost/system/system_error.hpp>
#include <charconv>
#include <utility>

#include "core/authz/flat_json.h"
#include "core/runtime/http.h"
#include "core/runtime/signal.h"
#include "core/runtime/spawn.h"

namespace gauntlet::scenarios {

using Clock = std::chrono::steady_clock;

namespace {

// Whether "0-4,6-9" holds the sequence.
bool ranges_hold(std::string_view ranges, std::uint64_t sequence) {
  const char* at = ranges.data();
  const char* const end = at + ranges.size();
  while (at < end) {
    std::uint64_t first = 0, last = 0;
    at = std::from_chars(at, end, first).ptr;
    if (at == end || *at != '-') return false;
    at = std::from_chars(at + 1, end, last).ptr;
    if (first <= sequence && sequence <= last) return true;
    if (at < end) ++at;
  }
  return false;
}

}  // namespace

asio::awaitable<std::unique_ptr<ByteStream>> TlsRuntime::connect(Endpoint endpoint) {
  const std::string host = endpoint.host;
  auto stream = co_await inner_.connect(std::move(endpoint));
  if (!tls_) co_return stream;
  auto safe = co_await tls_client(std::move(stream), *tls_, host);
  co_return safe;
}

void LiveRequests::add(int status, Clock::duration took) {
  ++by_status[status];
  if (status != 0) answered_ms.push_back(std::chrono::duration<float, std::milli>(took).count());
}

template <class T>
struct LivePhone::Call {
  explicit Call(Runtime& inside) : done(inside.executor(), "phone: an answer from outside") {}
  Signal done;
  T reply{};
};

class LivePhone::Bridge final : public Cloud {
 public:
  Bridge(std::shared_ptr<LivePhone> phone, Runtime& inside)
      : phone_(std::move(phone)), inside_(inside) {}

  asio::awaitable<LoginReply> login(std::string user, std::string secret) override {
    const auto call = std::make_shared<Call<LoginReply>>(inside_);
    spawn(phone_->real_.executor(), phone_->ask_login(call, std::move(user), std::move(secret)));
    co_await call->done.wait();
    co_return std::move(call->reply);
  }
  asio::awaitable<int> put_chunk(std::string session_id, std::uint64_t sequence, std::string token,
                                 std::string body) override {
    const auto call = std::make_shared<Call<int>>(inside_);
    spawn(phone_->real_.executor(), phone_->ask_put(call, std::move(session_id), sequence,
                                                    std::move(token), std::move(body)));
    co_await call->done.wait();
    co_return call->reply;
  }
  void close() override { phone_->cloud_->close(); }

 private:
  std::shared_ptr<LivePhone> phone_;
  Runtime& inside_;
};

LivePhone::LivePhone(Runtime& real, const LiveTarget& target)
    : real_(real),
      ingest_(target.ingest),
      cloud_(make_http_cloud(real, target.authz, target.ingest)) {}

std::unique_ptr<Cloud> LivePhone::cloud(Runtime& inside) {
  return std::make_unique<Bridge>(shared_from_this(), inside);
}

asio::awaitable<void> LivePhone::ask_login(std::shared_ptr<Call<LoginReply>> call, std::string user,
                                           std::string secret) {
  const auto self = shared_from_this();
  const auto begin = Clock::now();
  call->reply = co_await cloud_->login(std::move(user), std::move(secret));
  login.add(call->reply.status, Clock::now() - begin);
  if (call->reply.status == 200) token_ = call->reply.token;
  call->done.raise();
}

asio::awaitable<void> LivePhone::ask_put(std::shared_ptr<Call<int>> call, std::string session,
                                         std::uint64_t sequence, std::string token,
                                         std::string body) {
  const auto self = shared_from_this();
  const std::size_t size = body.size();
  const auto begin = Clock::now();
  call->reply = co_await cloud_->put_chunk(session, sequence, std::move(token), std::move(body));
  upload.add(call->reply, Clock::now() - begin);
  if (call->reply == 200 || call->reply == 201) {
    confirmed[session].push_back(sequence);
    bytes += size;
  }
  call->done.raise();
}

asio::awaitable<void> LivePhone::audit() {
  const auto self = shared_from_this();
  HttpClient client(real_, ingest_);
  for (const auto& [session, sequences] : confirmed) {
    HttpRequest request("GET", "/v1/sessions/" + session);
    request.headers["authorization"] = "Bearer " + token_;
    HttpResponse response(0);
    try {
      response = co_await client.request(std::move(request));
    } catch (const boost::system::system_error&) {
      response.status = 0;
    }
    const auto json = parse_flat_json(response.body, {64 * 1024, 16});
    const std::string* ranges = json ? json->text("ranges") : nullptr;
    if (response.status == 404) {
      lost += sequences.size();
    } else if (response.status != 200 || !ranges) {
      unchecked += sequences.size();
    } else {
      for (const auto sequence : sequences) lost += ranges_hold(*ranges, sequence) ? 0 : 1;
    }
  }
}

}  // namespace gauntlet::scenarios
