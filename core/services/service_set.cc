#include "core/services/service_set.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <vector>

#include "core/authz/crypto.h"
#include "core/base/check.h"
#include "core/runtime/spawn.h"
#include "core/runtime/sync.h"
#include "core/services/postgres_stores.h"

namespace gauntlet {
namespace {

constexpr std::size_t kSmallBodyBytes = 16 * 1024;

std::size_t index_of(ServiceKind kind) { return static_cast<std::size_t>(kind); }

// serve_http owns its listener; this lets the set close it, too.
class SharedListener : public Listener {
 public:
  explicit SharedListener(std::shared_ptr<Listener> listener) : listener_(std::move(listener)) {}
  asio::awaitable<std::unique_ptr<ByteStream>> accept() override { return listener_->accept(); }
  std::uint16_t port() const override { return listener_->port(); }
  void close() override { listener_->close(); }

 private:
  std::shared_ptr<Listener> listener_;
};

struct Host {
  Runtime* runtime = nullptr;
  EndpointOptions endpoint;
  HttpLimits limits;
  std::filesystem::path store;
  Counters counters;
  std::string log;
  std::shared_ptr<Listener> listener;  // while serving
  std::unique_ptr<Condition> stopped;  // wakes who waits for a restart
  std::optional<Duration> down;        // the listener was closed to come back after this
  bool stopping = false;
};

}  // namespace

std::string_view to_string(ServiceKind kind) {
  switch (kind) {
    case ServiceKind::authz:
      return "authz";
    case ServiceKind::profile:
      return "profile";
    case ServiceKind::ingest:
      return "ingest";
    case ServiceKind::model:
      return "model";
  }
  return "unknown";
}

// Held by the server coroutines, too: a handler never outlives its service.
struct ServiceSet::State : std::enable_shared_from_this<ServiceSet::State> {
  State(ServiceRuntimes runtimes, const std::filesystem::path& directory,
        ServiceSetOptions set_options, ServiceKeys keys)
      : options(std::move(set_options)) {
    if (const auto valid = options.tokens.validate(); !valid.ok()) {
      throw std::invalid_argument("tokens: " + valid.error().message);
    }
    if (!options.ingest_postgres.empty() && options.ingest_postgres == options.profile_postgres) {
      throw std::invalid_argument("ingest_postgres and profile_postgres are one database");
    }
    prepare_hosts(runtimes, directory);
    KeyRing ring(keys.signing.algorithm());
    const HostTime now = runtimes.authz.now();
    CHECK(ring.add(keys.signing.verify_key(), now).ok());
    auto identity = std::make_shared<LocalKeyProvider>(keys.identity);
    if (keys.retiring && now < keys.retiring->until) {
      const auto& old = *keys.retiring;
      if (old.signing.kid() != keys.signing.kid() && ring.add(old.signing, now).ok()) {
        ring.retire(old.signing.kid(), old.until);
      }
      identity = std::make_shared<LocalKeyProvider>(old.identity);
      // A key of the same name is the same key.
      [[maybe_unused]] const auto same = identity->rotate(keys.identity, now, old.until - now);
    }
    const auto verifier = [&](std::string_view audience) {
      return TokenVerifier(options.tokens, std::string(audience), ring);
    };
    const auto path = [&](ServiceKind kind) { return host(kind).store; };
    const Durability durability = options.durability;
    authz = std::make_unique<AuthzService>(
        context(ServiceKind::authz), options.authz,
        TokenIssuer(options.tokens, keys.signing, keys.identity.public_key()),
        path(ServiceKind::authz), durability);
    profile =
        std::make_unique<ProfileService>(context(ServiceKind::profile), verifier(kAudienceProfile),
                                         std::move(identity), keys.at_rest, profile_store());
    ingest = std::make_unique<IngestService>(context(ServiceKind::ingest), options.ingest,
                                             verifier(kAudienceIngest), ingest_store());
    model = std::make_unique<ModelService>(context(ServiceKind::model), verifier(kAudienceModel),
                                           path(ServiceKind::model), durability, options.model);
    crypto::cleanse(keys.at_rest);
  }

  std::unique_ptr<IngestStore> ingest_store() {
    const auto bytes_max = options.ingest.store_bytes_max;
    return options.ingest_postgres.empty() || options.durability == Durability::memory
               ? make_sqlite_ingest_store(host(ServiceKind::ingest).store, options.durability,
                                          bytes_max)
               : make_postgres_ingest_store(options.ingest_postgres, options.durability, bytes_max);
  }

  std::unique_ptr<ProfileStore> profile_store() {
    return options.profile_postgres.empty() || options.durability == Durability::memory
               ? make_sqlite_profile_store(host(ServiceKind::profile).store, options.durability)
               : make_postgres_profile_store(options.profile_postgres, options.durability);
  }

  void prepare_hosts(ServiceRuntimes runtimes, const std::filesystem::path& directory) {
    if (options.durability != Durability::memory) std::filesystem::create_directories(directory);
    Runtime* const all[] = {&runtimes.authz, &runtimes.profile, &runtimes.ingest, &runtimes.model};
    for (const auto kind : kServiceKinds) {
      Host& h = host(kind);
      h.runtime = all[index_of(kind)];
      h.stopped = std::make_unique<Condition>(h.runtime->executor(),
                                              std::string(to_string(kind)) + ": restart");
      h.endpoint = options.endpoints[index_of(kind)];
      h.limits.connections = static_cast<std::size_t>(options.connections_max);
      h.limits.idle_timeout = from_seconds(options.idle_timeout_s);
      h.limits.request_timeout = from_seconds(options.request_timeout_s);
      h.limits.body_bytes = kind == ServiceKind::ingest
                                ? static_cast<std::size_t>(options.ingest.chunk_bytes_max)
                                : kSmallBodyBytes;
      if (options.durability != Durability::memory) {
        h.store = directory / std::string(to_string(kind)).append(".sqlite");
      }
    }
  }

  ServiceContext context(ServiceKind kind) {
    Host& h = host(kind);
    return {*h.runtime, h.counters,
            [this, &h](std::string_view line) {
              if (options.log) {
                options.log(line);
                return;
              }
              if (std::ssize(h.log) + std::ssize(line) + 1 > options.log_bytes_max) {
                h.counters.add("service.log_lines_lost");
                return;
              }
              h.log.append(line).append("\n");
            },
            options.quota};
  }

  Host& host(ServiceKind kind) { return hosts[index_of(kind)]; }

  Service& service(ServiceKind kind) {
    switch (kind) {
      case ServiceKind::authz:
        return *authz;
      case ServiceKind::profile:
        return *profile;
      case ServiceKind::ingest:
        return *ingest;
      case ServiceKind::model:
        return *model;
    }
    CHECK(false, static_cast<int>(kind));
    return *authz;
  }

  static asio::awaitable<void> run(std::shared_ptr<State> state, ServiceKind kind,
                                   std::optional<TlsContext> tls) {
    Host& h = state->host(kind);
    Service& s = state->service(kind);
    const std::uint16_t port = h.listener->port();
    for (;;) {
      std::unique_ptr<Listener> listener = std::make_unique<SharedListener>(h.listener);
      if (tls) listener = tls_listener(std::move(listener), *tls);
      co_await serve_http(
          *h.runtime, std::move(listener),
          state->options.before(kind, [&s](HttpRequest r) { return s.handle(std::move(r)); }),
          h.limits, h.counters);
      h.listener.reset();
      if (!h.down) co_return;
      co_await rest(h, h.runtime->now() + *h.down);
      h.down.reset();
      if (h.stopping) co_return;
      h.counters.add("service.restarts");
      Endpoint again(h.endpoint.host, port);
      h.listener = h.runtime->listen(std::move(again));
    }
  }

  // Until then, or until the set is stopped.
  static asio::awaitable<void> rest(Host& h, HostTime until) {
    using namespace asio::experimental::awaitable_operators;
    if (h.stopping) co_return;
    co_await (h.runtime->sleep_until(until) || h.stopped->wait());
  }

  static asio::awaitable<void> restart(std::shared_ptr<State> state, RestartOptions plan,
                                       HostTime begin) {
    Host& h = state->host(plan.service);
    co_await rest(h, begin + from_seconds(plan.at_s));
    if (h.stopping || !h.listener || h.down) co_return;
    h.down = from_seconds(plan.down_s);
    h.listener->close();
  }

  TokenVerifier& verifier_of(ServiceKind kind) {
    return kind == ServiceKind::profile  ? profile->verifier()
           : kind == ServiceKind::ingest ? ingest->verifier()
                                         : model->verifier();
  }

  // On the executor of `kind`: from now on it knows the next key, and the old one goes.
  Result<void> learn(ServiceKind kind, const VerifyKey& next, const std::string& old_kid) {
    const HostTime now = host(kind).runtime->now();
    KeyRing& ring = verifier_of(kind).keys();
    if (auto added = ring.add(next, now); !added.ok()) return added;
    ring.retire(old_kid, now + options.rotation_overlap());
    return {};
  }
  asio::awaitable<Result<void>> learn_there(ServiceKind kind, VerifyKey next, std::string old_kid) {
    co_return learn(kind, next, old_kid);
  }
  asio::awaitable<Result<void>> learn_identity_there(RsaPrivateKey next) {
    if (profile->keys().public_key().kid() == next.public_key().kid()) co_return Result<void>();
    co_return profile->keys().rotate(std::move(next), host(ServiceKind::profile).runtime->now(),
                                     options.rotation_overlap());
  }

  // On authz's executor. Nobody signs or seals with what others do not know.
  asio::awaitable<Result<void>> rotate(ServiceKeys next) {
    const std::string old_kid = authz->issuer().signing_key().kid();
    if (next.signing.kid() != old_kid) {
      for (const auto kind : {ServiceKind::profile, ServiceKind::ingest, ServiceKind::model}) {
        auto there = asio::co_spawn(host(kind).runtime->executor(),
                                    learn_there(kind, next.signing.verify_key(), old_kid),
                                    asio::use_awaitable);
        auto learned = co_await std::move(there);
        if (!learned.ok()) co_return learned;
      }
      authz->issuer().sign_with(next.signing);
    }
    auto there = asio::co_spawn(host(ServiceKind::profile).runtime->executor(),
                                learn_identity_there(next.identity), asio::use_awaitable);
    auto learned = co_await std::move(there);
    if (!learned.ok()) co_return learned;
    authz->issuer().seal_to(next.identity.public_key());
    host(ServiceKind::authz).counters.add("service.rotations");
    co_return Result<void>();
  }

  static asio::awaitable<void> rotate_then(std::shared_ptr<State> state, ServiceKeys next,
                                           std::function<void(const Result<void>&)> done) {
    const auto rotated = co_await state->rotate(std::move(next));
    done(rotated);
  }

  static asio::awaitable<void> rotate_as_planned(std::shared_ptr<State> state, HostTime at,
                                                 std::string number) {
    Host& h = state->host(ServiceKind::authz);
    co_await rest(h, at);
    if (h.stopping) co_return;
    ServiceKeys next{SigningKey::generate(state->options.algorithm, "s" + number),
                     RsaPrivateKey::generate("p" + number), ""};
    const auto rotated = co_await state->rotate(std::move(next));
    if (!rotated.ok()) h.counters.add("service.rotations_refused." + rotated.error().code);
  }

  void stop(ServiceKind kind) {
    Host& h = host(kind);
    h.stopping = true;
    h.stopped->notify_all();
    if (h.listener) h.listener->close();
  }

  using Contexts = std::array<std::optional<TlsContext>, kServiceKinds.size()>;
  void serve(const Contexts& tls) {
    std::array<std::shared_ptr<Listener>, kServiceKinds.size()> listeners;
    for (const auto kind : kServiceKinds) {
      const Host& h = host(kind);
      CHECK(!h.listener);
      listeners[index_of(kind)] =
          h.runtime->listen({h.endpoint.host, static_cast<std::uint16_t>(h.endpoint.port)});
    }
    // All or none: nobody serves before all are bound.
    for (const auto kind : kServiceKinds) {
      Host& h = host(kind);
      h.listener = std::move(listeners[index_of(kind)]);
      h.stopping = false;
      spawn(h.runtime->executor(), run(shared_from_this(), kind, tls[index_of(kind)]));
    }
    for (const RestartOptions& plan : options.restarts) {
      Runtime& runtime = *host(plan.service).runtime;
      spawn(runtime.executor(), restart(shared_from_this(), plan, runtime.now()));
    }
    Runtime& runtime = *host(ServiceKind::authz).runtime;
    for (std::size_t i = 0; i < options.rotations.size(); ++i) {
      spawn(runtime.executor(),
            rotate_as_planned(shared_from_this(),
                              runtime.now() + from_seconds(options.rotations[i].at_s),
                              std::to_string(i + 2)));
    }
  }

  static asio::awaitable<void> run_metrics(std::shared_ptr<State> state) {
    co_await serve_http(
        *state->host(ServiceKind::authz).runtime,
        std::make_unique<SharedListener>(state->metrics_listener),
        [s = state.get()](HttpRequest request) { return s->metrics(std::move(request)); }, {},
        state->metrics_counters);
    state->metrics_listener.reset();
  }

  asio::awaitable<HttpResponse> metrics(HttpRequest request) {
    if (request.target != "/metrics") co_return error_response(404, "not found");
    if (request.method != "GET") co_return method_not_allowed("GET");
    HttpHeaders headers;
    headers["content-type"] = "text/plain; version=0.0.4";
    std::vector<Snapshot> all;
    for (const auto kind : kServiceKinds) {
      auto one =
          asio::co_spawn(host(kind).runtime->executor(), snapshot_of(kind), asio::use_awaitable);
      all.push_back(co_await std::move(one));
    }
    co_return HttpResponse(200, std::move(headers), text_of(all));
  }

  // A copy, so that another thread may read it.
  struct Snapshot {
    ServiceKind kind;
    bool ready;
    Counters counters;
    LatencyHistogram latency;
  };
  Snapshot snapshot(ServiceKind kind) {
    const Service& s = service(kind);
    return {kind, s.ready(), host(kind).counters, s.latency()};
  }
  asio::awaitable<Snapshot> snapshot_of(ServiceKind kind) { co_return snapshot(kind); }

  static std::string text_of(const std::vector<Snapshot>& snapshots) {
    std::vector<ServiceMetrics> all;
    for (const auto& s : snapshots) {
      all.push_back({to_string(s.kind), s.ready, &s.counters, &s.latency});
    }
    return prometheus_text(all);
  }

  std::string metrics_text() {
    std::vector<Snapshot> all;
    for (const auto kind : kServiceKinds) all.push_back(snapshot(kind));
    return text_of(all);
  }

  ServiceSetOptions options;
  std::shared_ptr<Listener> metrics_listener;  // while serving
  Counters metrics_counters;
  std::array<Host, kServiceKinds.size()> hosts;
  std::unique_ptr<AuthzService> authz;
  std::unique_ptr<ProfileService> profile;
  std::unique_ptr<IngestService> ingest;
  std::unique_ptr<ModelService> model;
};

ServiceSet::ServiceSet(ServiceRuntimes runtimes, const std::filesystem::path& directory,
                       ServiceSetOptions options, ServiceKeys keys)
    : state_(std::make_shared<State>(runtimes, directory, std::move(options), std::move(keys))) {}

ServiceSet::~ServiceSet() { stop(); }

AuthzService& ServiceSet::authz() { return *state_->authz; }
ProfileService& ServiceSet::profile() { return *state_->profile; }
IngestService& ServiceSet::ingest() { return *state_->ingest; }
ModelService& ServiceSet::model() { return *state_->model; }
Service& ServiceSet::service(ServiceKind kind) { return state_->service(kind); }

Result<void> ServiceSet::register_person(const Person& person, std::string_view secret,
                                         std::string_view cluster) {
  if (auto known = authz().register_person(person.user_id, secret, cluster); !known.ok()) {
    return known;
  }
  return profile().register_person(person);
}

Result<void> ServiceSet::rotate_signing_key(std::string kid) {
  const std::string old_kid = authz().issuer().signing_key().kid();
  if (!is_key_id(kid)) return Error{"bad_kid", "allowed are 1 to 32 of A-Z a-z 0-9 _ -"};
  const SigningKey next = SigningKey::generate(state_->options.algorithm, std::move(kid));
  // All rings are alike: what the first one takes, the others take.
  const VerifyKey known = next.verify_key();
  if (auto r = state_->learn(ServiceKind::profile, known, old_kid); !r.ok()) return r;
  CHECK(state_->learn(ServiceKind::ingest, known, old_kid).ok());
  CHECK(state_->learn(ServiceKind::model, known, old_kid).ok());
  authz().issuer().sign_with(next);
  return {};
}

Result<void> ServiceSet::rotate_identity_key(RsaPrivateKey next) {
  const RsaPublicKey public_key = next.public_key();
  const HostTime now = state_->host(ServiceKind::profile).runtime->now();
  const Duration overlap = state_->options.rotation_overlap();
  if (auto r = profile().keys().rotate(std::move(next), now, overlap); !r.ok()) return r;
  authz().issuer().seal_to(public_key);
  return {};
}

void ServiceSet::request_rotation(ServiceKeys next, std::function<void(const Result<void>&)> done) {
  spawn(state_->host(ServiceKind::authz).runtime->executor(),
        State::rotate_then(state_, std::move(next), std::move(done)));
}

void ServiceSet::serve(const std::optional<TlsContext>& tls) {
  state_->serve({tls, tls, tls, tls});
}

Result<void> ServiceSet::serve(const TlsOptions& tls) {
  State::Contexts contexts;
  for (auto& context : contexts) {
    auto made = TlsContext::server(tls);
    if (!made) return made.error();
    context = *std::move(made);
  }
  state_->serve(contexts);
  return {};
}

void ServiceSet::serve_metrics(std::uint16_t port) {
  CHECK(!state_->metrics_listener);
  Runtime& runtime = *state_->host(ServiceKind::authz).runtime;
  state_->metrics_listener = runtime.listen(Endpoint("", port));
  spawn(runtime.executor(), State::run_metrics(state_));
}

void ServiceSet::stop() {
  if (state_->metrics_listener) state_->metrics_listener->close();
  for (const auto kind : kServiceKinds) state_->stop(kind);
}

void ServiceSet::request_stop() {
  const auto state = state_;
  asio::post(state->host(ServiceKind::authz).runtime->executor(), [state] {
    if (state->metrics_listener) state->metrics_listener->close();
  });
  for (const auto kind : kServiceKinds) {
    asio::post(state->host(kind).runtime->executor(), [state, kind] { state->stop(kind); });
  }
}

bool ServiceSet::serving() const {
  if (state_->metrics_listener) return true;
  for (const auto& h : state_->hosts) {
    if (h.listener || h.down) return true;
  }
  return false;
}

Endpoint ServiceSet::endpoint(ServiceKind kind) const {
  const Host& h = state_->host(kind);
  CHECK(h.listener != nullptr);
  return {h.endpoint.host.empty() ? "localhost" : h.endpoint.host, h.listener->port()};
}

std::uint16_t ServiceSet::metrics_port() const {
  CHECK(state_->metrics_listener != nullptr);
  return state_->metrics_listener->port();
}

std::string ServiceSet::metrics_text() const { return state_->metrics_text(); }

const Counters& ServiceSet::counters(ServiceKind kind) const { return state_->host(kind).counters; }

Counters ServiceSet::all_counters() const {
  Counters all;
  for (const auto& h : state_->hosts) all.merge(h.counters);
  return all;
}

std::filesystem::path ServiceSet::store_path(ServiceKind kind) const {
  return state_->host(kind).store;
}
std::string ServiceSet::store_bytes(ServiceKind kind) { return service(kind).store_bytes(); }
const std::string& ServiceSet::log_text(ServiceKind kind) const { return state_->host(kind).log; }

}  // namespace gauntlet
