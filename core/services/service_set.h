// All four services with their keys, each with its own store, counters and log, each served on its
// own endpoint of its own Runtime: what `gauntlet serve` starts and what a simulation wires up.
//
//   ServiceSet services({host_a, host_b, host_c, host_d}, directory, options,
//                       ServiceKeys::generate(options.algorithm));
//   services.authz().register_person("alice", "secret", "c7");
//   services.serve();            // listens; coroutines run on the runtimes' executors
//   ... run ...
//   services.stop();             // closes the listeners; run the executors until serving() is
//   false
//
// No store, counter, log or private key is shared between services, so each may have a runtime and
// a thread of its own. Set up before the threads start and torn down after they ended; while they
// run only request_stop() and the metrics' listener are for any thread (and `options.log`, when
// there is one, is called from all of them).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/options.h"
#include "core/runtime/tls_stream.h"
#include "core/services/authz_service.h"
#include "core/services/ingest_service.h"
#include "core/services/model_service.h"
#include "core/services/profile_service.h"

namespace gauntlet {

enum class ServiceKind : std::uint8_t { authz, profile, ingest, model };
inline constexpr std::array kServiceKinds{ServiceKind::authz, ServiceKind::profile,
                                          ServiceKind::ingest, ServiceKind::model};
std::string_view to_string(ServiceKind kind);

// May all be the same one. They must outlive the set.
struct ServiceRuntimes {
  Runtime& authz;
  Runtime& profile;
  Runtime& ingest;
  Runtime& model;
};

// Copies share the keys, so that a process makes its RSA key once.
struct ServiceKeys {
  SigningKey signing;      // authz
  RsaPrivateKey identity;  // profile: opens the inner tokens
  std::string at_rest;     // profile: 32 bytes, seals the store
  // Those before: what they signed and sealed is accepted until then.
  struct Retiring {
    VerifyKey signing;
    RsaPrivateKey identity;
    HostTime until;
  };
  std::optional<Retiring> retiring = {};
  static ServiceKeys generate(SignatureAlgorithm algorithm);
};

struct EndpointOptions {
  std::string host;       // empty: loopback, or the simulated host itself
  std::int64_t port = 0;  // 0: any free one

  void describe(OptionVisitor& v);
};

// A service that goes down and comes back: its connections are cut, who calls meanwhile is refused;
// its store and its port stay. Times count from serve().
struct RestartOptions {
  ServiceKind service = ServiceKind::ingest;
  double at_s = 0;
  double down_s = 1;

  void describe(OptionVisitor& v);
};

// New keys for signing and for inner tokens, made when it is time, from the start of serving. What
// the old ones signed and sealed is accepted until it has expired.
struct RotationOptions {
  double at_s = 0;

  void describe(OptionVisitor& v);
};

struct ServiceSetOptions {
  SignatureAlgorithm algorithm = SignatureAlgorithm::es256;
  Durability durability = Durability::power;
  TokenOptions tokens;
  AuthzOptions authz;
  IngestOptions ingest;
  ModelOptions model;
  std::array<EndpointOptions, 4> endpoints;       // by ServiceKind
  std::string ingest_postgres, profile_postgres;  // empty: SQLite (core/services/postgres_stores.h)
  std::int64_t log_bytes_max = 64 * 1024 * 1024;
  std::int64_t connections_max = 1024;  // of each service; more are closed and counted
  double idle_timeout_s = 60;           // between requests
  double request_timeout_s = 10;        // within one
  std::vector<RestartOptions> restarts;
  std::vector<RotationOptions> rotations;
  QuotaOptions quota;  // of each service
  LogSink log;         // takes every line instead of log_text
  // What stands between a service's server and its handler: a load balancer, a slow machine.
  std::function<HttpHandler(ServiceKind, HttpHandler)> before = [](ServiceKind, HttpHandler next) {
    return next;
  };

  // How long old keys are accepted: the life of a token, and what clocks may disagree on both ends.
  Duration rotation_overlap() const;
  void describe(OptionVisitor& v);
};

class ServiceSet {
 public:
  // Makes the directory and `<kind>.sqlite` in it; with Durability::memory it touches no disk.
  // Keys are not stored: who opens a directory again brings the keys it was made with. Throws
  // invalid_argument for options that do not fit together, StoreError when a store does not open.
  ServiceSet(ServiceRuntimes runtimes, const std::filesystem::path& directory,
             ServiceSetOptions options, ServiceKeys keys);
  ~ServiceSet();

  AuthzService& authz();
  ProfileService& profile();
  IngestService& ingest();
  ModelService& model();
  Service& service(ServiceKind kind);

  // Registers a person with authz and profile alike.
  Result<void> register_person(const Person& person, std::string_view secret,
                               std::string_view cluster);
  // A new signing key; tokens signed with the one before are accepted until the last has expired.
  Result<void> rotate_signing_key(std::string kid);
  // A new key for inner tokens, with the same overlap.
  Result<void> rotate_identity_key(RsaPrivateKey next);

  // Both at once, while serving and from any thread: first all verifiers know the new keys, then
  // they are used. A key of the present name stays. `done` is called on authz's thread. Errors as
  // above.
  void request_rotation(ServiceKeys next, std::function<void(const Result<void>&)> done);

  // Over TLS when given a server's context. Throws system_error when an endpoint cannot be bound.
  void serve(const std::optional<TlsContext>& tls = {});
  // A context of its own for each service: what services on threads of their own need. Errors: as
  // TlsContext::server.
  Result<void> serve(const TlsOptions& tls);
  // GET /metrics of all four, in plain HTTP on loopback (why apart: metrics.h), on authz's runtime,
  // until stop(). Each service is asked on its own executor.
  void serve_metrics(std::uint16_t port);
  void stop();
  // stop() from any thread, on each runtime's own executor. The set must outlive what is posted.
  void request_stop();
  bool serving() const;
  // Valid while serving.
  Endpoint endpoint(ServiceKind kind) const;
  std::uint16_t metrics_port() const;

  const Counters& counters(ServiceKind kind) const;
  Counters all_counters() const;
  std::string metrics_text() const;
  // Empty with Durability::memory; store_bytes() serves either way.
  std::filesystem::path store_path(ServiceKind kind) const;
  std::string store_bytes(ServiceKind kind);
  // Lines up to log_bytes_max; what did not fit is counted, service.log_lines_lost.
  const std::string& log_text(ServiceKind kind) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gauntlet
