// The model service, thin: delivers model files, as they were put in, to holders of a valid token.
//
//   GET /v1/models/{name}   Authorization: Bearer <token made out to model>
//                           -> 200 application/octet-stream, ETag: the SHA-256 of the bytes
//   304 when If-None-Match names that ETag; 401; 404
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/authz/token.h"
#include "core/services/service.h"
#include "core/services/sqlite.h"

namespace gauntlet {

class ModelService : public Service {
 public:
  ModelService(ServiceContext context, TokenVerifier verifier, const std::filesystem::path& store,
               Durability durability);

  // Replaces a model of the same name. Errors: "bad_name" (1 to 64 of A-Z a-z 0-9 . _ - that does
  // not begin with a dot), "too_large" (above 64 MiB).
  Result<void> put(std::string_view name, std::string_view bytes);

  TokenVerifier& verifier() { return gate_.verifier(); }
  std::string store_bytes() const override { return db_.bytes(); }

 private:
  Answer answer(const HttpRequest& request, HostTime now) override;
  void probe_store() const override { db_.probe(); }
  HttpResponse deliver(const HttpRequest& request, std::string_view name, HostTime now);

  BearerGate gate_;
  Database db_;
  Statement select_;
  Statement upsert_;
};

}  // namespace gauntlet
