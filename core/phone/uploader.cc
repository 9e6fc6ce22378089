#include "core/phone/uploader.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/units.h"
#include "core/wire/upload.pb.h"

namespace gauntlet {
namespace {

// About 250 kB on the wire, well below the service's 1 MiB.
constexpr std::uint64_t kSamplesMax = 30000;
// A token is renewed a little before it ends: clocks of phone and service differ.
constexpr Duration kTokenMargin = std::chrono::seconds{30};

// mg or mrad/s.
double per_unit(SensorKind sensor) { return sensor == SensorKind::gyroscope ? 1000.0 : kMgPerMps2; }

std::string hex(std::span<const std::byte> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string s;
  for (const std::byte b : bytes) {
    s += kDigits[std::to_integer<unsigned>(b) >> 4];
    s += kDigits[std::to_integer<unsigned>(b) & 15];
  }
  return s;
}

// To the nearest integer, ties to even, as nearbyint does it, but without a call a value: the sum
// has no bits left below one.
std::int32_t rounded(double x) {
  constexpr double kShift = 0x1.8p52;
  return static_cast<std::int32_t>((x + kShift) - kShift);
}

void append_rows(upload::v1::Series& series, const GridRows& rows, const GridRows::Run& run,
                 double scale) {
  const int first = series.values_size(), count = static_cast<int>(3 * run.count);
  series.mutable_values()->Resize(first + count, 0);
  std::int32_t* out = series.mutable_values()->mutable_data() + first;
  const float* in = rows.values.data() + 3 * run.first;
  for (int i = 0; i < count; ++i) out[i] = rounded(static_cast<double>(in[i]) * scale);
  series.mutable_filled()->append(reinterpret_cast<const char*>(rows.filled.data() + run.first),
                                  run.count);
}

}  // namespace

struct Uploader::Pending {
  upload::v1::Chunk chunk;
  std::map<StreamId, int> open;  // the series of a stream that may still grow
  std::uint64_t samples = 0;
};

Uploader::Uploader(Runtime& runtime, const UploadOptions& options, std::unique_ptr<Cloud> cloud,
                   EventSink& sink, Counters& counters)
    : runtime_(runtime),
      options_(options),
      cloud_(std::move(cloud)),
      sink_(sink),
      counters_(counters),
      wake_(runtime.executor(), "phone: upload"),
      pending_(std::make_unique<Pending>()),
      sealed_at_(runtime.now()) {}

Uploader::~Uploader() = default;

void Uploader::begin_session() {
  if (in_session()) end_session();
  std::array<std::byte, 16> id;
  runtime_.random_bytes(id);
  session_ = hex(id);
  next_sequence_ = 0;
  *pending_ = {};
  sealed_at_ = runtime_.now();
  counters_.add("phone.sessions");
}

void Uploader::add(StreamId stream, const GridRows& rows, Duration period) {
  if (!in_session()) return;
  for (const GridRows::Run& run : rows.runs) {
    auto open = pending_->open.find(stream);
    if (open == pending_->open.end() || !run.continues) {
      upload::v1::Series& fresh = *pending_->chunk.add_series();
      fresh.set_device(stream.device);
      fresh.set_sensor(static_cast<std::uint32_t>(stream.sensor));
      fresh.set_start_ns(run.start.time_since_epoch().count());
      fresh.set_period_ns(static_cast<std::uint32_t>(period.count()));
      const int index = pending_->chunk.series_size() - 1;
      open = pending_->open.insert_or_assign(stream, index).first;
    }
    append_rows(*pending_->chunk.mutable_series(open->second), rows, run, per_unit(stream.sensor));
    pending_->samples += run.count;
  }
  if (pending_->samples >= kSamplesMax) seal(false);
}

void Uploader::add(const UploadedSet& set) {
  if (!in_session()) return;
  upload::v1::SetRecord& r = *pending_->chunk.add_sets();
  r.set_exercise(set.exercise);
  r.set_begin_ns(set.begin.time_since_epoch().count());
  r.set_end_ns(set.end.time_since_epoch().count());
  r.set_repetitions(set.repetitions);
}

void Uploader::tick(HostTime now) {
  if (!in_session() || now - sealed_at_ < from_seconds(options_.period_s)) return;
  sealed_at_ = now;
  if (pending_->samples > 0 || pending_->chunk.sets_size() > 0) seal(false);
}

void Uploader::end_session() {
  if (!in_session()) return;
  seal(true);
  session_.clear();
}

void Uploader::finish() {
  end_session();
  finishing_ = true;
  deadline_ = runtime_.now() + from_seconds(options_.finish_timeout_s);
  wake_.raise();
}

void Uploader::stop() {
  stopped_ = true;
  wake_.raise();
}

void Uploader::seal(bool last) {
  upload::v1::Chunk& chunk = pending_->chunk;
  chunk.set_session_id(session_);
  chunk.set_sequence(next_sequence_);
  chunk.set_last(last);
  outbox_.push_back({session_, next_sequence_++, pending_->samples, chunk.SerializeAsString()});
  *pending_ = {};
  counters_.add("phone.chunks");
  // The front may be on its way; the one behind it is the oldest that can be given up.
  if (outbox_.size() > static_cast<std::size_t>(options_.outbox_chunks) + 1) {
    counters_.add("phone.upload_samples_overflow", outbox_[1].samples);
    counters_.add("phone.chunks_overflow");
    outbox_.erase(outbox_.begin() + 1);
  }
  wake_.raise();
}

bool Uploader::out_of_time() const { return finishing_ && runtime_.now() >= deadline_; }

void Uploader::drop_front(const char* counter) {
  counters_.add(counter);
  counters_.add(std::string(counter) + "_samples", outbox_.front().samples);
  outbox_.pop_front();
}

asio::awaitable<void> Uploader::run() {
  for (;;) {
    while (outbox_.empty() && !finishing_ && !stopped_) co_await wake_.wait();
    if (outbox_.empty() || stopped_) break;
    if (out_of_time()) {
      while (!outbox_.empty()) drop_front("phone.chunks_abandoned");
      break;
    }
    const Verdict verdict = co_await attempt();
    if (stopped_) break;
    if (verdict == Verdict::delivered) drop_front("phone.chunks_delivered");
    if (verdict == Verdict::refused) drop_front("phone.chunks_refused");
    if (verdict == Verdict::delivered || verdict == Verdict::refused) {
      pause_s_ = 0;
      relogged_ = false;
      continue;
    }
    if (verdict == Verdict::unauthorized && !relogged_) {
      relogged_ = true;
      continue;
    }
    co_await pause();
  }
  cloud_->close();
}

asio::awaitable<bool> Uploader::ensure_token() {
  if (!token_.empty() && runtime_.now() < token_ends_) co_return true;
  counters_.add("phone.logins");
  LoginReply reply = co_await cloud_->login(options_.user, options_.secret);
  if (reply.status != 200) {
    counters_.add("phone.logins_failed." + std::to_string(reply.status));
    co_return false;
  }
  token_ = std::move(reply.token);
  // A token shorter than the margin is used for what it is worth.
  token_ends_ = runtime_.now() + std::max(reply.expires_in - kTokenMargin, reply.expires_in / 2);
  co_return true;
}

asio::awaitable<Uploader::Verdict> Uploader::attempt() {
  if (!co_await ensure_token()) co_return Verdict::again;
  // A copy: the outbox may move while the request is on its way.
  const Sealed chunk = outbox_.front();
  const HostTime asked = runtime_.now();
  const int status = co_await cloud_->put_chunk(chunk.session, chunk.sequence, token_, chunk.body);
  if (stopped_) co_return Verdict::again;
  sink_.on(UploadAttempted{chunk.sequence, chunk.samples, chunk.body.size(), status, runtime_.now(),
                           chunk.session, runtime_.now() - asked});
  co_return judge(status);
}

Uploader::Verdict Uploader::judge(int status) {
  if (status == 200 || status == 201) return Verdict::delivered;
  counters_.add("phone.uploads_failed." + std::to_string(status));
  if (status == 401) {
    token_.clear();
    return Verdict::unauthorized;
  }
  const bool temporary = status == 0 || status == 408 || status == 429 || status >= 500;
  return temporary ? Verdict::again : Verdict::refused;
}

asio::awaitable<void> Uploader::pause() {
  pause_s_ = std::clamp(pause_s_ * 2, options_.retry_first_s,
                        std::max(options_.retry_first_s, options_.retry_max_s));
  std::array<std::byte, 1> r;
  runtime_.random_bytes(r);
  const double jitter = std::to_integer<int>(r[0]) / 1024.0;
  HostTime until = runtime_.now() + from_seconds(pause_s_ * (1 + jitter));
  if (finishing_) until = std::min(until, deadline_);
  co_await runtime_.sleep_until(until);
}

}  // namespace gauntlet
