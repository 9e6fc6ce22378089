#include "core/services/model_service.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/authz/base64url.h"
#include "core/authz/crypto.h"

namespace gauntlet {
namespace {

constexpr std::size_t kModelBytesMax = std::size_t{64} << 20;

constexpr std::int64_t kModelsMax = 1000;
constexpr std::size_t kSensorsMax = 16;
constexpr double kPpm = 1e6;

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS models (
  name TEXT PRIMARY KEY, etag TEXT NOT NULL, bytes BLOB NOT NULL, sensors TEXT NOT NULL)
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS evaluations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL REFERENCES models(name),
  score_ppm INTEGER NOT NULL, people INTEGER NOT NULL, evaluated_ns INTEGER NOT NULL);
)";

Database open_store(const std::filesystem::path& store, Durability durability) {
  Database db(store, durability);
  db.execute(kSchema);
  return db;
}

bool is_name(std::string_view name) {
  return is_identifier(name) && name[0] != '.' && name.find('@') == std::string_view::npos;
}

bool is_model_name(std::string_view name) {
  return is_name(name) && name != "best" && name != "evaluated";
}

// "a+b", sorted, each once.
std::string joined(std::vector<std::string> sensors) {
  std::sort(sensors.begin(), sensors.end());
  sensors.erase(std::unique(sensors.begin(), sensors.end()), sensors.end());
  std::string text;
  for (const auto& sensor : sensors) text.append(text.empty() ? "" : "+").append(sensor);
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> pieces;
  while (!text.empty() && pieces.size() <= kSensorsMax) {
    const auto end = text.find('+');
    pieces.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  std::sort(pieces.begin(), pieces.end());
  return pieces;
}

// An array of flat objects.
HttpResponse list_response(const std::vector<FlatJsonWriter>& objects) {
  std::string text = "[";
  for (const auto& object : objects) text.append(text.size() > 1 ? "," : "").append(object.str());
  return {200, {{"content-type", "application/json"}, {"cache-control", "no-store"}}, text + "]"};
}

}  // namespace

void ModelOptions::describe(OptionVisitor& v) {
  v.integer("evaluated_max", evaluated_max, {1, 100000}, "",
            "evaluations that count, the newest ones", "choice");
  v.integer("best_max", best_max, {1, 1000}, "", "models in the list of the best", "choice");
}

ModelService::ModelService(ServiceContext service_context, TokenVerifier verifier,
                           const std::filesystem::path& store, Durability durability,
                           ModelOptions options)
    : Service("model", std::move(service_context)),
      options_(options),
      gate_(std::move(verifier), context().counters, quota()),
      db_(open_store(store, durability)),
      select_(db_.prepare("SELECT etag, bytes FROM models WHERE name = ?")),
      select_etag_(db_.prepare("SELECT etag FROM models WHERE name = ?")),
      count_(db_.prepare("SELECT count(*) FROM models")),
      upsert_(db_.prepare("INSERT INTO models VALUES (?, ?, ?, ?) ON CONFLICT(name) DO UPDATE SET "
                          "etag = excluded.etag, bytes = excluded.bytes, "
                          "sensors = excluded.sensors")),
      forget_(db_.prepare("DELETE FROM evaluations WHERE name = ?")),
      evaluate_(db_.prepare("INSERT INTO evaluations(name, score_ppm, people, evaluated_ns) "
                            "VALUES (?, ?, ?, ?)")),
      trim_(
          db_.prepare("DELETE FROM evaluations WHERE id <= (SELECT max(id) FROM evaluations) - ?")),
      select_evaluations_(db_.prepare(
          "SELECT e.name, m.sensors, e.score_ppm, e.people, e.evaluated_ns FROM evaluations e "
          "JOIN models m ON m.name = e.name ORDER BY e.id DESC LIMIT ?")) {}

Result<void> ModelService::put(std::string_view name, std::string_view bytes,
                               std::vector<std::string> sensors) {
  if (!is_model_name(name)) {
    return Error{"bad_name", "allowed are 1 to 64 of A-Z a-z 0-9 . _ -, not beginning with a dot"};
  }
  for (const auto& sensor : sensors) {
    if (!is_name(sensor)) return Error{"bad_sensor", "a sensor's name is like a model's"};
  }
  if (sensors.size() > kSensorsMax) return Error{"bad_sensor", "allowed are 16 sensors"};
  if (bytes.size() > kModelBytesMax) {
    return Error{"too_large", std::to_string(bytes.size()) + " bytes; allowed are 67108864"};
  }
  const std::string etag =
      std::string("\"").append(base64url_encode(crypto::sha256(bytes))).append("\"");
  const std::string before = etag_of(name);
  if (before.empty()) {
    auto rows = count_.query();
    if (rows.next() && rows.integer(0) >= kModelsMax) {
      return Error{"full", "allowed are 1000 models"};
    }
  }
  Transaction transaction(db_);
  upsert_.run(name, etag, Blob{bytes}, joined(std::move(sensors)));
  if (before != etag) forget_.run(name);
  transaction.commit();
  return {};
}

std::string ModelService::etag_of(std::string_view name) {
  auto rows = select_etag_.query(name);
  return rows.next() ? rows.text(0) : std::string{};
}

Result<void> ModelService::evaluated(std::string_view name, double score, std::int64_t people,
                                     HostTime at) {
  if (!(score >= 0 && score <= 1) || people < 1) {
    return Error{"bad_score", "allowed is a score of 0 to 1 over at least one person"};
  }
  if (etag_of(name).empty()) return Error{"unknown", "there is no such model"};
  Transaction transaction(db_);
  evaluate_.run(name, std::int64_t{std::llround(score * kPpm)}, people,
                std::int64_t{at.time_since_epoch().count()});
  trim_.run(options_.evaluated_max);
  transaction.commit();
  return {};
}

std::vector<ModelService::Entry> ModelService::evaluations() {
  std::vector<Entry> entries;
  for (auto rows = select_evaluations_.query(options_.evaluated_max); rows.next();) {
    entries.push_back(
        {rows.text(0), rows.text(1), rows.integer(2), rows.integer(3), rows.integer(4)});
  }
  return entries;
}

std::vector<ModelService::Entry> ModelService::ranked() {
  std::vector<Entry> each;
  std::set<std::string> seen;
  for (auto& entry : evaluations()) {
    if (seen.insert(entry.name).second) each.push_back(std::move(entry));
  }
  std::stable_sort(each.begin(), each.end(),
                   [](const Entry& a, const Entry& b) { return a.score_ppm > b.score_ppm; });
  return each;
}

Service::Answer ModelService::answer(const HttpRequest& request, HostTime now) {
  const auto path = path_of(request.target);
  const bool by_sensors = path.size() == 4 && path[2] == "for";
  if ((path.size() != 3 && !by_sensors) || path[0] != "v1" || path[1] != "models") {
    return {error_response(404, "not found"), "other"};
  }
  const std::string_view name = by_sensors               ? "for"
                                : path[2] == "best"      ? "best"
                                : path[2] == "evaluated" ? "evaluated"
                                                         : "model";
  if (request.method != "GET") return {method_not_allowed("GET"), name};
  if (const auto claims = gate_.admit(request, now); !claims.ok()) {
    return {unadmitted(claims.error()), name};
  }
  return {route(request, path), name};
}

HttpResponse ModelService::route(const HttpRequest& request,
                                 const std::vector<std::string_view>& path) {
  const auto object = [](const Entry& e) {
    FlatJsonWriter json;
    json.add("name", e.name).add("sensors", e.sensors).add("score_ppm", e.score_ppm);
    json.add("people", e.people);
    return json;
  };
  std::vector<FlatJsonWriter> objects;
  if (path.size() == 4) return deliver_for(request, path[3]);
  if (path[2] == "best") {
    auto best = ranked();
    best.resize(std::min(best.size(), static_cast<std::size_t>(options_.best_max)));
    for (const auto& entry : best) objects.push_back(object(entry));
    return list_response(objects);
  }
  if (path[2] == "evaluated") {
    for (const auto& entry : evaluations()) {
      objects.push_back(object(entry).add("evaluated_ns", std::to_string(entry.evaluated_ns)));
    }
    return list_response(objects);
  }
  return deliver(request, path[2]);
}

HttpResponse ModelService::deliver_for(const HttpRequest& request, std::string_view sensors) {
  const auto have = split(sensors);
  for (const auto& entry : ranked()) {
    const auto needed = split(entry.sensors);
    if (std::includes(have.begin(), have.end(), needed.begin(), needed.end())) {
      HttpResponse response = deliver(request, entry.name);
      response.headers["x-model"] = entry.name;
      return response;
    }
  }
  count("model.none_fits");
  return error_response(404, "not found");
}

HttpResponse ModelService::deliver(const HttpRequest& request, std::string_view name) {
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
