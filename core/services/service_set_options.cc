#include "core/authz/crypto.h"
#include "core/services/service_set.h"

namespace gauntlet {

ServiceKeys ServiceKeys::generate(SignatureAlgorithm algorithm) {
  return {SigningKey::generate(algorithm, "s1"), RsaPrivateKey::generate("p1"),
          crypto::random_bytes(crypto::kKeyBytes)};
}

void EndpointOptions::describe(OptionVisitor& v) {
  v.text("host", host, "name or address to listen on; empty for loopback");
  v.integer("port", port, {0, 65535}, "", "0 for any free port");
}

void RestartOptions::describe(OptionVisitor& v) {
  v.choice("service", service,
           {{"authz", ServiceKind::authz},
            {"profile", ServiceKind::profile},
            {"ingest", ServiceKind::ingest},
            {"model", ServiceKind::model}},
           "which service restarts");
  v.number("at_s", at_s, {0, 1e9}, "s", "when it goes down, from the start of serving");
  v.number("down_s", down_s, {0, 1e6}, "s", "how long it is away");
}

void RotationOptions::describe(OptionVisitor& v) {
  v.number("at_s", at_s, {0, 1e9}, "s", "when, from the start of serving");
}

Duration ServiceSetOptions::rotation_overlap() const {
  return std::chrono::seconds(tokens.lifetime_s + 2 * tokens.leeway_s);
}

void ServiceSetOptions::describe(OptionVisitor& v) {
  v.choice("algorithm", algorithm,
           {{"HS256", SignatureAlgorithm::hs256}, {"ES256", SignatureAlgorithm::es256}},
           "outer signature; with HS256 a compromised ingest mints clusters");
  v.choice("durability", durability,
           {{"memory", Durability::memory},
            {"process", Durability::process},
            {"power", Durability::power}},
           "what a stored chunk survives: nothing, the process, a power cut");
  v.table("tokens", tokens, "the two-part token");
  v.table("authz", authz, "log-in");
  v.table("ingest", ingest, "uploads");
  v.table("model", model, "the registry of models");
  for (const auto kind : kServiceKinds) {
    v.table(std::string("listen_").append(to_string(kind)),
            endpoints[static_cast<std::size_t>(kind)], "where this service listens");
  }
  v.text("ingest_postgres", ingest_postgres,
         "PostgreSQL connection string of ingest's own database; empty for SQLite");
  v.text("profile_postgres", profile_postgres,
         "PostgreSQL connection string of profile's own database; empty for SQLite");
  v.integer("log_bytes_max", log_bytes_max, {0, 1e12}, "B", "log kept of each service", "choice");
  v.integer("connections_max", connections_max, {1, 1e6}, "",
            "connections of each service; more are closed", "choice");
  v.number("idle_timeout_s", idle_timeout_s, {0.1, 86400}, "s",
           "a connection without a request is closed after it", "choice");
  v.number("request_timeout_s", request_timeout_s, {0.1, 3600}, "s",
           "a request, and its answer, may take so long", "choice");
  v.table("quota", quota, "requests answered to whom; more are answered 429");
  v.list("restart", restarts, "services that go down and come back");
  v.list("rotate", rotations, "new keys for signing and for inner tokens");
}

}  // namespace gauntlet
