// The model service: a registry of model files with the sensors each needs and what became of it
// when it was evaluated. Delivers them, as they were put in, to holders of a valid token.
//
//   GET /v1/models/{name}           Authorization: Bearer <token made out to model>
//                                   -> 200 application/octet-stream, ETag: SHA-256 of the bytes
//   GET /v1/models/for/{sensors}    the best evaluated one that needs no sensor beside these
//                                   ("accelerometer+gyroscope"); its name in X-Model
//   GET /v1/models/best             -> 200 [{"name", "sensors", "score_ppm", "people"}], ten at
//   most GET /v1/models/evaluated        the last n evaluations, newest first, with "evaluated_ns"
//   304 when If-None-Match names the ETag; 401; 404
//
// Ranked is by a model's newest evaluation among the last n, whatever the measure is (macro-F1,
// say), as long as it is the same for all; of equals the newer is better. A model whose evaluation
// has fallen out of the last n is delivered by name only.
//
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/authz/token.h"
#include "core/base/options.h"
#include "core/services/service.h"
#include "core/services/sqlite.h"

namespace gauntlet {

struct ModelOptions {
  std::int64_t evaluated_max = 100;
  std::int64_t best_max = 10;

  void describe(OptionVisitor& v);
};

class ModelService : public Service {
 public:
  ModelService(ServiceContext context, TokenVerifier verifier, const std::filesystem::path& store,
               Durability durability, ModelOptions options = {});

  // Replaces a model of the same name; other bytes start without an evaluation. Errors: "bad_name"
  // (1 to 64 of A-Z a-z 0-9 . _ - that does not begin with a dot, and neither "best" nor
  // "evaluated"), "bad_sensor" (the same letters), "too_large" (above 64 MiB), "full" (1000
  // models).
  Result<void> put(std::string_view name, std::string_view bytes,
                   std::vector<std::string> sensors = {});
  // `score` in [0, 1], over so many people. Errors: "unknown", "bad_score".
  Result<void> evaluated(std::string_view name, double score, std::int64_t people, HostTime at);

  TokenVerifier& verifier() { return gate_.verifier(); }
  std::string store_bytes() const override { return db_.bytes(); }

 private:
  Answer answer(const HttpRequest& request, HostTime now) override;
  void probe_store() const override { db_.probe(); }
  struct Entry {
    std::string name;
    std::string sensors;
    std::int64_t score_ppm = 0;
    std::int64_t people = 0;
    std::int64_t evaluated_ns = 0;
  };
  HttpResponse route(const HttpRequest& request, const std::vector<std::string_view>& path);
  HttpResponse deliver(const HttpRequest& request, std::string_view name);
  HttpResponse deliver_for(const HttpRequest& request, std::string_view sensors);
  std::string etag_of(std::string_view name);  // empty: no such model
  // Newest first.
  std::vector<Entry> evaluations();
  // Each model once, the best first.
  std::vector<Entry> ranked();

  ModelOptions options_;
  BearerGate gate_;
  Database db_;
  Statement select_;
  Statement select_etag_;
  Statement count_;
  Statement upsert_;
  Statement forget_;
  Statement evaluate_;
  Statement trim_;
  Statement select_evaluations_;
};

}  // namespace gauntlet
