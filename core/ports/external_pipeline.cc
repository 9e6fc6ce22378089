#include "core/ports/external_pipeline.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/phone/frame_intake.h"
#include "core/ports/answer_check.h"
#include "core/ports/external_codec.h"
#include "core/runtime/spawn.h"
#include "core/wire/frame.h"

namespace gauntlet {
namespace {

using external::Answer;
using RealClock = std::chrono::steady_clock;

constexpr std::size_t kEventsPerAnswer = 100'000;
constexpr std::size_t kDeferredMax = 1'000'000;
constexpr Duration kWakeMax = std::chrono::hours{24};
// How long it may ask to be woken after the last input.
constexpr Duration kAfterFinish = std::chrono::seconds{60};

RealClock::duration real(double seconds) {
  return std::chrono::duration_cast<RealClock::duration>(std::chrono::duration<double>(seconds));
}

// The samples of a frame, by the first format that reads all of it.
std::optional<wire::FrameView> view_of(std::span<const std::byte> bytes, WireFormat format) {
  using wire::FrameFormat;
  const auto may = [format](WireFormat f) {
    return format == WireFormat::automatic || format == f;
  };
  for (const auto& [f, w] : {std::pair(FrameFormat::pebble16, WireFormat::pebble16),
                             std::pair(FrameFormat::muvr20, WireFormat::muvr20),
                             std::pair(FrameFormat::pebble5, WireFormat::pebble5)}) {
    if (!may(w)) continue;
    if (auto frame = wire::read_whole_frame(f, bytes)) return *frame;
  }
  return std::nullopt;
}

// Passes on what the intake reports, and remembers the blocks of the last fusion.
class FusionSink final : public EventSink {
 public:
  explicit FusionSink(EventSink& sink) : sink_(sink) {}
  void on(const SamplesAligned& e) override { sink_.on(e); }
  void on(const SamplesRejected& e) override { sink_.on(e); }
  void on(const FusedBlock& e) override {
    sink_.on(e);
    blocks.push_back(e);
  }
  void on(const WindowClassified& e) override { sink_.on(e); }
  void on(const Shown& e) override { sink_.on(e); }
  void on(const UserMark& e) override { sink_.on(e); }
  void on(const UploadAttempted& e) override { sink_.on(e); }
  void on(const GuardScored& e) override { sink_.on(e); }
  std::vector<FusedBlock> blocks;

 private:
  EventSink& sink_;
};

}  // namespace

// Owned by the adapter and by its coroutines, so that neither outlives what it uses.
class ExternalPipeline::Impl : public std::enable_shared_from_this<ExternalPipeline::Impl> {
 public:
  Impl(Runtime& runtime, const PhoneOptions& phone, const PipelineOptions& options, EventSink& sink,
       std::unique_ptr<Peer> peer, ExternalReport& report)
      : runtime_(runtime),
        phone_(phone),
        options_(options),
        sink_(sink),
        fusion_(sink),
        peer_(std::move(peer)),
        report_(report),
        check_(options.input),
        intake_(phone_, fusion_, counters_) {}

  void start() {
    if (fused()) spawn(runtime_.executor(), fuse_regularly(shared_from_this()));
  }
  void stop() {
    stopped_ = true;
    peer_.reset();
  }
  bool fused() const { return options_.input == PipelineInput::fused; }

  void on_frame(DeviceIndex device, std::span<const std::byte> bytes, HostTime arrival);
  void on_local(const LocalBatch& batch, HostTime arrival);
  void on_mark(const UserMark& mark);
  void finish();
  void play();

 private:
  using Event = std::variant<external::Aligned, SamplesRejected, WindowClassified, Shown>;
  struct Input {
    HostTime at;
    std::string bytes;
  };
  struct Sent {
    HostTime at;
    RealClock::time_point when;
  };

  static asio::awaitable<void> fuse_regularly(std::shared_ptr<Impl> self);
  static asio::awaitable<void> wake_at(std::shared_ptr<Impl> self, HostTime t, std::uint64_t turn);

  bool waits() const { return options_.time == PipelineTime::virtual_time; }
  void give(std::string input, HostTime now);
  void last_input(HostTime now);
  bool send(std::string input, HostTime now);
  bool receive(RealClock::time_point deadline, HostTime now);
  Result<void> take(const std::string& message, HostTime now);
  Result<void> answered(const external::Idle& idle, HostTime now);
  void believe(Event event, HostTime at);
  void report(Event& event, HostTime at);
  void emit_due(HostTime now);
  void due();
  void arm();
  void fail(const Error& error);
  void end_if_idle();
  void close_books(HostTime at);
  HostTime real_now() const;
  RealClock::time_point real_time_of(HostTime t) const;
  void listen(RealClock::time_point due);

  Runtime& runtime_;
  const PhoneOptions phone_;
  const PipelineOptions options_;
  EventSink& sink_;
  FusionSink fusion_;
  std::unique_ptr<Peer> peer_;  // none: it has ended or was given up
  ExternalReport& report_;
  external::AnswerCheck check_;
  Counters counters_;
  FrameIntake intake_;

  std::uint64_t sequence_ = 1;  // the greeting was the first
  std::deque<Sent> unanswered_;
  std::size_t events_ = 0;  // since the last Idle
  std::multimap<HostTime, Event> deferred_;
  std::optional<HostTime> wake_;
  std::optional<HostTime> armed_;
  std::uint64_t turn_ = 0;
  bool finishing_ = false;  // no more input comes
  bool given_all_ = false;  // and it has been told so
  HostTime finished_at_;
  bool closed_ = false;
  bool stopped_ = false;
  std::vector<Input> kept_;  // for play()
  RealClock::time_point began_;
};

// --- in -----------------------------------------------------------------------------------------

void ExternalPipeline::Impl::on_frame(DeviceIndex device, std::span<const std::byte> bytes,
                                      HostTime arrival) {
  CHECK(!finishing_);
  if (fused()) return intake_.on_frame(device, bytes, arrival);
  const auto frame = view_of(bytes, phone_.format);
  const FrameRef ref =
      check_.add_frame(device, frame ? frame->sensor() : SensorKind::accelerometer,
                       frame ? std::optional<std::uint32_t>(frame->count()) : std::nullopt);
  give(external::encode_frame(arrival, ref, bytes), arrival);
}

void ExternalPipeline::Impl::on_local(const LocalBatch& batch, HostTime arrival) {
  CHECK(!finishing_);
  if (fused()) {
    return intake_.on_local(batch.stream, batch.stamps, batch.values, arrival);
  }
  const FrameRef ref = check_.add_frame(batch.stream.device, batch.stream.sensor,
                                        static_cast<std::uint32_t>(batch.stamps.size()));
  give(external::encode_local(arrival, ref, batch), arrival);
}

void ExternalPipeline::Impl::on_mark(const UserMark& mark) {
  CHECK(!finishing_);
  sink_.on(mark);
  give(external::encode_mark(mark.at, mark), mark.at);
}

void ExternalPipeline::Impl::finish() {
  finishing_ = true;
  if (!fused()) last_input(runtime_.now());
}

asio::awaitable<void> ExternalPipeline::Impl::fuse_regularly(std::shared_ptr<Impl> self) {
  const Duration period = from_ms(self->phone_.fusion_period_ms);
  for (HostTime next = self->runtime_.now() + period;; next += period) {
    co_await self->runtime_.sleep_until(next);
    if (self->stopped_) co_return;
    const bool last = self->finishing_;
    const HostTime now = self->runtime_.now();
    self->fusion_.blocks.clear();
    self->intake_.fuse(now, last);
    if (!self->fusion_.blocks.empty()) {
      self->give(external::encode_fused(now, self->fusion_.blocks), now);
    }
    if (!last) continue;
    self->last_input(now);
    co_return;
  }
}

void ExternalPipeline::Impl::last_input(HostTime now) {
  given_all_ = true;
  finished_at_ = now;
  give(external::encode_finish(now), now);
  if (waits()) end_if_idle();
}

// Hands an input over and, in virtual time, waits until it has been answered.
void ExternalPipeline::Impl::give(std::string input, HostTime now) {
  if (!waits()) {
    kept_.push_back({now, std::move(input)});
    return;
  }
  if (!peer_ || !send(std::move(input), now)) return;
  const auto deadline = RealClock::now() + real(options_.answer_timeout_s);
  while (peer_ && !unanswered_.empty()) {
    if (!receive(deadline, now)) break;
  }
  emit_due(runtime_.now());
  arm();
}

bool ExternalPipeline::Impl::send(std::string input, HostTime now) {
  external::number(input, ++sequence_);
  ++report_.inputs;
  wake_.reset();
  if (const auto sent = peer_->send(input); !sent) {
    fail(sent.error());
    return false;
  }
  unanswered_.push_back({now, RealClock::now()});
  return true;
}

// --- out ----------------------------------------------------------------------------------------

bool ExternalPipeline::Impl::receive(RealClock::time_point deadline, HostTime now) {
  const auto message = peer_->receive(deadline);
  if (!message) {
    fail(message.error());
    return false;
  }
  if (const auto taken = take(*message, now); !taken) fail(taken.error());
  return peer_ != nullptr;
}

// `now`: of the input that is answered, before which nothing can have happened.
Result<void> ExternalPipeline::Impl::take(const std::string& message, HostTime now) {
  auto decoded = external::decode_output(message);
  if (!decoded) {
    if (decoded.error().code == "framing") return decoded.error();
    report_.refuse(decoded.error().code, decoded.error().message);
    return {};
  }
  if (decoded->unknown_fields) {
    report_.refuse("unknown_fields", "a message with fields that version 1 does not have");
  }
  if (++events_ > kEventsPerAnswer || deferred_.size() > kDeferredMax) {
    return Error{"too_many", "more than 100000 events for one input, and no Idle"};
  }
  Answer& answer = decoded->answer;
  if (const auto* idle = std::get_if<external::Idle>(&answer)) return answered(*idle, now);
  if (std::holds_alternative<external::Ready>(answer)) {
    report_.refuse("order", "Ready comes once, in answer to Hello");
    return {};
  }
  const Duration cost = waits() ? from_ms(options_.answer_cost_ms) : Duration{};
  const HostTime known = waits() ? now + cost : std::max(now, real_now());
  Result<void> fair;
  HostTime at = known;
  if (auto* a = std::get_if<external::Aligned>(&answer)) {
    fair = check_.aligned(*a, now);
    if (fair) believe(std::move(*a), at);
  } else if (auto* r = std::get_if<SamplesRejected>(&answer)) {
    fair = check_.rejected(*r);
    if (fair) believe(std::move(*r), at);
  } else if (auto* w = std::get_if<WindowClassified>(&answer)) {
    fair = check_.window(*w, now);
    at = std::max(known, w->at);
    if (fair) believe(std::move(*w), at);
  } else if (auto* s = std::get_if<Shown>(&answer)) {
    fair = check_.shown(*s, now);
    at = std::max(known, s->at) + from_ms(phone_.display_ms);
    if (fair) believe(std::move(*s), at);
  }
  if (!fair) report_.refuse(fair.error().code, fair.error().message);
  return {};
}

Result<void> ExternalPipeline::Impl::answered(const external::Idle& idle, HostTime now) {
  const std::uint64_t expected = sequence_ - unanswered_.size() + 1;
  if (unanswered_.empty() || idle.sequence != expected) {
    return Error{"order",
                 "Idle answers input " + std::to_string(idle.sequence) +
                     (unanswered_.empty() ? ", but none waits for an answer"
                                          : "; the next to answer is " + std::to_string(expected))};
  }
  events_ = 0;
  const std::chrono::duration<double, std::milli> took =
      RealClock::now() - unanswered_.front().when;
  report_.answer_ms.push_back(took.count());
  unanswered_.pop_front();
  wake_.reset();
  if (!idle.until) return {};
  if (*idle.until <= now) {
    report_.refuse("past_wake", "Idle.until_ns is not after the input that it answers");
  } else if (*idle.until > now + kWakeMax) {
    report_.refuse("far_wake", "Idle.until_ns lies more than a day ahead; leave it out instead");
  } else if (given_all_ && *idle.until > finished_at_ + kAfterFinish) {
    report_.refuse("endless", "it asks to be woken more than 60 s after Finish");
  } else {
    wake_ = idle.until;
  }
  return {};
}

void ExternalPipeline::Impl::believe(Event event, HostTime at) {
  ++report_.events;
  if (waits()) {
    deferred_.emplace(at, std::move(event));
  } else {
    report(event, at);
  }
}

void ExternalPipeline::Impl::report(Event& event, HostTime at) {
  if (auto* a = std::get_if<external::Aligned>(&event)) {
    sink_.on(SamplesAligned{a->frame, a->sensor, a->first, a->estimated, at});
    return;
  }
  std::visit(
      [&](auto& e) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(e)>, external::Aligned>) {
          e.at = at;
          sink_.on(e);
        }
      },
      event);
}

void ExternalPipeline::Impl::emit_due(HostTime now) {
  while (!deferred_.empty() && deferred_.begin()->first <= now) {
    auto next = deferred_.extract(deferred_.begin());
    report(next.mapped(), next.key());
  }
}

// --- virtual time -------------------------------------------------------------------------------

void ExternalPipeline::Impl::arm() {
  std::optional<HostTime> next = wake_;
  if (!deferred_.empty() && (!next || deferred_.begin()->first < *next)) {
    next = deferred_.begin()->first;
  }
  if (!next || (armed_ && *armed_ <= *next)) return;
  armed_ = next;
  spawn(runtime_.executor(), wake_at(shared_from_this(), *next, ++turn_));
}

asio::awaitable<void> ExternalPipeline::Impl::wake_at(std::shared_ptr<Impl> self, HostTime t,
                                                      std::uint64_t turn) {
  co_await self->runtime_.sleep_until(t);
  // A later one has been overtaken by an earlier one.
  if (self->stopped_ || turn != self->turn_) co_return;
  self->armed_.reset();
  self->due();
}

void ExternalPipeline::Impl::due() {
  const HostTime now = runtime_.now();
  emit_due(now);
  if (peer_ && wake_ && *wake_ <= now) {
    give(external::encode_wake(now), now);
    if (given_all_) end_if_idle();
  }
  arm();
}

// --- the end ------------------------------------------------------------------------------------

void ExternalPipeline::Impl::fail(const Error& error) {
  if (!report_.failure) {
    const std::string input = "input " + std::to_string(sequence_ - unanswered_.size() + 1);
    std::string message = error.message;
    if (error.code == "timeout" && peer_) message += " to " + input + ": " + peer_->obituary();
    report_.failure = Error{error.code, std::move(message)};
  }
  if (peer_) report_.ending = peer_->ending();
  peer_.reset();
  wake_.reset();
  unanswered_.clear();
}

void ExternalPipeline::Impl::end_if_idle() {
  if (wake_) return;
  if (peer_) {
    const auto ended = peer_->finish(RealClock::now() + real(options_.finish_timeout_s));
    report_.ending = peer_->ending();
    if (!ended) fail(ended.error());
    peer_.reset();
  }
  close_books(waits() ? runtime_.now() : finished_at_);
}

void ExternalPipeline::Impl::close_books(HostTime at) {
  if (std::exchange(closed_, true)) return;
  for (const auto& gap : check_.gaps()) {
    if (!report_.failure && report_.accounts_samples) {
      report_.unaccounted += std::max(gap.samples, 1U);
      continue;
    }
    sink_.on(SamplesRejected{gap.frame, gap.sensor, gap.samples,
                             report_.failure ? "pipeline_failed" : "unreported", at});
  }
}

// --- real time ----------------------------------------------------------------------------------

RealClock::time_point ExternalPipeline::Impl::real_time_of(HostTime t) const {
  return began_ + real(to_seconds(t - kept_.front().at) / options_.speed);
}

HostTime ExternalPipeline::Impl::real_now() const {
  const double elapsed_s = std::chrono::duration<double>(RealClock::now() - began_).count();
  return kept_.front().at + from_seconds(elapsed_s * options_.speed);
}

void ExternalPipeline::Impl::play() {
  CHECK(!waits() && given_all_);
  began_ = RealClock::now();
  for (std::size_t next = 0; peer_ && (next < kept_.size() || !unanswered_.empty() || wake_);) {
    // A wake is due only where no input comes before it, and where all have been answered.
    const bool wakes =
        wake_ && unanswered_.empty() && (next == kept_.size() || *wake_ < kept_[next].at);
    auto due = RealClock::time_point::max();
    if (wakes) {
      due = real_time_of(*wake_);
    } else if (next < kept_.size()) {
      due = real_time_of(kept_[next].at);
    }
    if (due > RealClock::now()) {
      listen(due);
    } else if (wakes) {
      const HostTime now = std::max(real_now(), *wake_);
      send(external::encode_wake(now), now);
    } else {
      send(std::move(kept_[next].bytes), kept_[next].at);
      ++next;
    }
  }
  end_if_idle();
}

// One message, until the next input is due; gives up on a pipeline whose oldest answer is overdue.
void ExternalPipeline::Impl::listen(RealClock::time_point due) {
  const auto overdue = unanswered_.empty()
                           ? RealClock::time_point::max()
                           : unanswered_.front().when + real(options_.answer_timeout_s);
  const auto message = peer_->receive(std::min(due, overdue));
  if (message) {
    const HostTime now = unanswered_.empty() ? real_now() : unanswered_.front().at;
    if (const auto taken = take(*message, now); !taken) fail(taken.error());
  } else if (message.error().code != "timeout" || RealClock::now() >= overdue) {
    fail(message.error());
  }
}

ExternalPipeline::ExternalPipeline(Runtime& runtime, const PhoneOptions& phone,
                                   const PipelineOptions& options, EventSink& sink,
                                   std::unique_ptr<Peer> peer, ExternalReport& report)
    : impl_(std::make_shared<Impl>(runtime, phone, options, sink, std::move(peer), report)) {
  impl_->start();
}

ExternalPipeline::~ExternalPipeline() { impl_->stop(); }

void ExternalPipeline::on_frame(DeviceIndex device, std::span<const std::byte> bytes,
                                HostTime arrival) {
  impl_->on_frame(device, bytes, arrival);
}
void ExternalPipeline::on_local(const LocalBatch& batch, HostTime arrival) {
  impl_->on_local(batch, arrival);
}
void ExternalPipeline::on_mark(const UserMark& mark) { impl_->on_mark(mark); }
void ExternalPipeline::finish() { impl_->finish(); }
void ExternalPipeline::play() { impl_->play(); }

}  // namespace gauntlet
