#include "core/services/model_service.h"

#include "core/authz/base64url.h"
#include "core/authz/crypto.h"

namespace gauntlet {
namespace {

constexpr std::size_t kModelBytesMax = std::size_t{64} << 20;

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS models (name TEXT PRIMARY KEY, etag TEXT NOT NULL, "
    "bytes BLOB NOT NULL) WITHOUT ROWID";

Database open_store(const std::filesystem::path& store, Durability durability) {
  Database db(store, durability);
  db.execute(kSchema);
  return db;
}

bool is_model_name(std::string_view name) {
  return is_identifier(name) && name[0] != '.' && name.find('@') == std::string_view::npos;
}

}  // namespace

ModelService::ModelService(ServiceContext service_context, TokenVerifier verifier,
                           const std::filesystem::path& store, Durability durability)
    : Service("model", std::move(service_context)),
      gate_(std::move(verifier), context().counters),
      db_(open_store(store, durability)),
      select_(db_.prepare("SELECT etag, bytes FROM models WHERE name = ?")),
      upsert_(db_.prepare("INSERT OR REPLACE INTO models VALUES (?, ?, ?)")) {}

Result<void> ModelService::put(std::string_view name, std::string_view bytes) {
  if (!is_model_name(name)) {
    return Error{"bad_name", "allowed are 1 to 64 of A-Z a-z 0-9 . _ -, not beginning with a dot"};
  }
  if (bytes.size() > kModelBytesMax) {
    return Error{"too_large", std::to_string(bytes.size()) + " bytes; allowed are 67108864"};
  }
  const std::string etag =
      std::string("\"").append(base64url_encode(crypto::sha256(bytes))).append("\"");
  upsert_.run(name, etag, Blob{bytes});
  return {};
}

Service::Answer ModelService::answer(const HttpRequest& request, HostTime now) {
  const auto path = path_of(request.target);
  if (path.size() != 3 || path[0] != "v1" || path[1] != "models") {
    return {error_response(404, "not found"), "other"};
  }
  if (request.method != "GET") return {method_not_allowed("GET"), "model"};
  return {deliver(request, path[2], now), "model"};
}

HttpResponse ModelService::deliver(const HttpRequest& request, std::string_view name,
                                   HostTime now) {
  if (!gate_.admit(request, now).ok()) return error_response(401, "unauthorized");
  auto rows = select_.query(name);
  if (!rows.next()) {
    count("model.unknown");
    return error_response(404, "not found");
  }
  const std::string etag = rows.text(0);
  const auto known = request.headers.find("if-none-match");
  if (known != request.headers.end() && known->second == etag) {
    count("model.not_modified");
    return {304, {{"etag", etag}}, ""};
  }
  count("model.delivered");
  return {200, {{"content-type", "application/octet-stream"}, {"etag", etag}}, rows.text(1)};
}

}  // namespace gauntlet
