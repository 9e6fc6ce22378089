#include "core/services/ingest_service.h"

#include <algorithm>
#include <exception>
#include <optional>

#include "core/runtime/sync.h"
#include "core/wire/upload.pb.h"

namespace gauntlet {
namespace {

constexpr int kSeriesMax = 256;
constexpr int kSetsMax = 1024;
constexpr std::size_t kExerciseBytesMax = 64;
constexpr std::uint32_t kSensorMax = 2;
constexpr std::uint32_t kHeartRate = 2;
constexpr std::uint32_t kDeviceMax = 65535;

bool is_session_id(std::string_view id) {
  return id.size() == 32 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// Decimal without leading zeros, at most `most`.
std::optional<std::int64_t> parse_sequence(std::string_view text, std::int64_t most) {
  if (text.empty() || text.size() > 18 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value <= most ? std::optional(value) : std::nullopt;
}

bool is_sound(const upload::v1::Series& series) {
  const int per_sample = series.sensor() == kHeartRate ? 1 : 3;
  const int samples = series.values_size() / per_sample;
  return series.device() <= kDeviceMax && series.sensor() <= kSensorMax && series.period_ns() > 0 &&
         series.values_size() % per_sample == 0 &&
         (series.filled().empty() || std::ssize(series.filled()) == samples);
}

bool is_sound(const upload::v1::SetRecord& set) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  return set.exercise().size() <= kExerciseBytesMax && set.begin_ns() <= set.end_ns() &&
         std::none_of(set.exercise().begin(), set.exercise().end(), is_control);
}

bool is_sound(const upload::v1::Chunk& chunk) {
  return chunk.series_size() <= kSeriesMax && chunk.sets_size() <= kSetsMax &&
         std::all_of(chunk.series().begin(), chunk.series().end(),
                     [](const auto& s) { return is_sound(s); }) &&
         std::all_of(chunk.sets().begin(), chunk.sets().end(),
                     [](const auto& s) { return is_sound(s); });
}

std::string ranges_text(const IngestStore::Progress& progress) {
  std::string text;
  for (const auto& [first, last] : progress.ranges) {
    if (!text.empty()) text += ',';
    text.append(std::to_string(first)).append("-").append(std::to_string(last));
  }
  return text;
}

}  // namespace

void IngestOptions::describe(OptionVisitor& v) {
  v.integer("chunk_bytes_max", chunk_bytes_max, {1024, 64.0 * 1024 * 1024}, "B",
            "largest body of one upload", "choice");
  v.integer("sequence_max", sequence_max, {1, 1e12}, "", "highest sequence number of a session",
            "choice");
  v.integer("store_bytes_max", store_bytes_max, {0, 1e15}, "B",
            "how large the store may grow; 0 for no limit", "choice");
  v.number("commit_delay_ms", commit_delay_ms, {0, 1000}, "ms",
           "with durability \"power\": how long a commit waits for others to share its fsync",
           "choice");
}

IngestService::IngestService(ServiceContext service_context, IngestOptions options,
                             TokenVerifier verifier, std::unique_ptr<IngestStore> store)
    : Service("ingest", std::move(service_context)),
      options_(options),
      gate_(std::move(verifier), context().counters, quota()),
      store_(std::move(store)) {}

struct IngestService::Batch {
  explicit Batch(Runtime& runtime) : done(runtime.executor(), "ingest: commit") {}
  Condition done;
  std::uint64_t requests = 0;
  bool over = false;
  bool failed = false;
};

namespace {

struct BatchLost final : StoreError {
  BatchLost() : StoreError("the commit failed") {}
  bool unavailable() const override { return true; }
};

}  // namespace

asio::awaitable<void> IngestService::settle() {
  const bool leads = !batch_;
  if (leads) batch_ = std::make_shared<Batch>(context().runtime);
  const auto batch = batch_;
  ++batch->requests;
  std::exception_ptr cut;
  try {
    if (leads) {
      co_await context().runtime.sleep_for(from_ms(options_.commit_delay_ms));
    } else {
      co_await batch->done.wait();
    }
  } catch (...) {
    cut = std::current_exception();  // the server stops
  }
  if (leads) finish(*batch);
  if (cut) std::rethrow_exception(cut);
  if (batch->failed) throw BatchLost();
}

void IngestService::finish(Batch& batch) {
  if (batch.over) return;
  try {
    store_->commit();
    count("ingest.commits");
  } catch (const StoreError&) {
    batch.failed = true;
    count("ingest.rolled_back", batch.requests);
  }
  batch.over = true;
  batch.done.notify_all();
  batch_.reset();
}

// A put that failed took with it what others had put and not committed.
void IngestService::fail_batch() {
  if (!batch_) return;
  count("ingest.rolled_back", batch_->requests);
  batch_->failed = batch_->over = true;
  batch_->done.notify_all();
  batch_.reset();
}

Service::Answer IngestService::answer(const HttpRequest& request, HostTime now) {
  const auto path = path_of(request.target);
  if (path.size() < 3 || path[0] != "v1" || path[1] != "sessions") {
    return {error_response(404, "not found"), "other"};
  }
  if (path.size() == 5 && path[3] == "chunks") {
    if (request.method != "PUT") return {method_not_allowed("PUT"), "chunk"};
    return {put(request, path[2], path[4], now), "chunk"};
  }
  if (path.size() == 3) {
    if (request.method != "GET") return {method_not_allowed("GET"), "session"};
    return {progress(request, path[2], now), "session"};
  }
  return {error_response(404, "not found"), "other"};
}

HttpResponse IngestService::refuse(int status, std::string_view reason, std::string_view text) {
  count(std::string("ingest.refused.").append(reason));
  return error_response(status, text);
}

HttpResponse IngestService::put(const HttpRequest& request, std::string_view session,
                                std::string_view sequence_text, HostTime now) {
  const auto claims = gate_.admit(request, now);
  if (!claims.ok()) return unadmitted(claims.error());
  if (std::ssize(request.body) > options_.chunk_bytes_max) {
    return refuse(413, "too_large", "body too large");
  }
  if (!content_type_is(request, "application/x-protobuf")) {
    return refuse(415, "content_type", "body must be application/x-protobuf");
  }
  const auto sequence = parse_sequence(sequence_text, options_.sequence_max);
  if (!is_session_id(session) || !sequence) return refuse(400, "malformed", "malformed path");
  return store(*claims, session, *sequence, request.body, now);
}

HttpResponse IngestService::store(const OuterClaims& claims, std::string_view session,
                                  std::int64_t sequence, const std::string& body, HostTime now) {
  upload::v1::Chunk chunk;
  if (!chunk.ParseFromString(body) || !is_sound(chunk) || chunk.session_id() != session ||
      chunk.sequence() != static_cast<std::uint64_t>(sequence)) {
    return refuse(400, "malformed", "malformed chunk");
  }
  IngestStore::Put put = IngestStore::Put::conflict;
  try {
    put = store_->put(claims.cluster_id, session, sequence, body, chunk, now);
  } catch (const StoreError& error) {
    fail_batch();
    if (!error.full()) throw;
    return refuse(507, "store_full", "store full");
  }
  switch (put) {
    case IngestStore::Put::created:
      count("ingest.chunks");
      count("ingest.bytes", body.size());
      return json_response(201, FlatJsonWriter().add("stored", sequence));
    case IngestStore::Put::repeated:
      count("ingest.duplicates");
      return json_response(200, FlatJsonWriter().add("stored", sequence));
    case IngestStore::Put::conflict:
      return refuse(409, "conflict", "conflict");
    case IngestStore::Put::foreign:
      return refuse(404, "foreign", "not found");
  }
  return error_response(500, "internal error");
}

HttpResponse IngestService::progress(const HttpRequest& request, std::string_view session,
                                     HostTime now) {
  const auto claims = gate_.admit(request, now);
  if (!claims.ok()) return unadmitted(claims.error());
  if (!is_session_id(session)) return refuse(400, "malformed", "malformed path");
  const auto found = store_->progress(claims->cluster_id, session);
  if (!found) return error_response(404, "not found");
  return json_response(200, FlatJsonWriter()
                                .add("chunks", found->chunks)
                                .add("next", found->next)
                                .add("complete", std::int64_t{found->complete ? 1 : 0})
                                .add("ranges", ranges_text(*found)));
}

}  // namespace gauntlet
