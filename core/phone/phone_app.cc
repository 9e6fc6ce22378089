#include "core/phone/phone_app.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/phone/display.h"
#include "core/phone/frame_intake.h"
#include "core/phone/uploader.h"
#include "core/phone/window_history.h"
#include "core/runtime/spawn.h"

namespace gauntlet {

// Owned by the application and by its coroutines, so that neither outlives what it uses.
class PhoneApp::Impl : public std::enable_shared_from_this<PhoneApp::Impl> {
 public:
  Impl(Runtime& runtime, PhoneOptions options, const learn::Serving& model, EventSink& sink,
       std::unique_ptr<Cloud> cloud);
  void start();
  void stop() {
    stopped_ = true;
    if (uploader_) uploader_->stop();
  }

  void on_frame(DeviceIndex device, std::span<const std::byte> bytes, HostTime arrival);
  void on_local(StreamId stream, std::span<const HostTime> stamps, std::span<const float> values,
                HostTime arrival);
  void on_mark(const UserMark& mark);
  void finish() { finishing_ = true; }

  const Counters& counters() const { return counters_; }
  std::string session_id() const { return uploader_ ? uploader_->session_id() : std::string{}; }
  const ClockAligner* aligner(StreamId s) const { return intake_.aligner(s); }

 private:
  asio::awaitable<void> fusion_loop();
  asio::awaitable<void> classify_due();
  asio::awaitable<void> show();
  void fuse(bool flush);
  void upload(bool last);
  void note_input();
  void choose_device();
  std::uint32_t trusted(HostTime from) const;
  std::optional<WindowClassified> classify(HostTime end);

  Runtime& runtime_;
  const PhoneOptions options_;
  const learn::Serving& model_;
  EventSink& sink_;
  Counters counters_;
  FrameIntake intake_;
  Display display_;
  std::unique_ptr<Uploader> uploader_;
  std::optional<DeviceIndex> device_;  // whose repetitions are counted
  std::vector<StreamId> streams_;      // what is classified, in the order of channels: that
                                       // device's, or a sensor each of a model for every subset
  std::optional<WindowHistory> history_;
  std::map<std::uint32_t, learn::ClassifyScratch> scratch_;  // by worn sensors
  std::vector<float> window_;
  std::vector<HostTime> ends_;
  std::optional<HostTime> session_ends_;
  bool session_was_ended_ = false;
  bool finishing_ = false;
  bool stopped_ = false;
};

PhoneApp::Impl::Impl(Runtime& runtime, PhoneOptions options, const learn::Serving& model,
                     EventSink& sink, std::unique_ptr<Cloud> cloud)
    : runtime_(runtime),
      options_(std::move(options)),
      model_(model),
      sink_(sink),
      intake_(options_, sink_, counters_),
      display_(options_, from_ms(options_.signal.grid_period_ms)) {
  CHECK(model_.sensors() > 0 || model_.channels() == 3 || model_.channels() == 6,
        model_.channels());
  // A model that was trained at another rate than it serves is a known defect of deployed systems,
  // not a reason to stop.
  if (std::abs(model_.rate_hz() * options_.signal.grid_period_ms - 1000) > 1) {
    counters_.add("phone.model_rate_mismatch");
  }
  if (options_.upload.enabled) {
    CHECK(cloud != nullptr);
    uploader_ =
        std::make_unique<Uploader>(runtime_, options_.upload, std::move(cloud), sink_, counters_);
  }
}

void PhoneApp::Impl::start() {
  const auto loop = [](std::shared_ptr<Impl> self) -> asio::awaitable<void> {
    co_await self->fusion_loop();
  };
  const auto upload = [](std::shared_ptr<Impl> self) -> asio::awaitable<void> {
    co_await self->uploader_->run();
  };
  spawn(runtime_.executor(), loop(shared_from_this()));
  if (uploader_) spawn(runtime_.executor(), upload(shared_from_this()));
}

void PhoneApp::Impl::note_input() {
  if (uploader_ && options_.automatic_session && !session_was_ended_ && !uploader_->in_session()) {
    uploader_->begin_session();
  }
}

void PhoneApp::Impl::on_frame(DeviceIndex device, std::span<const std::byte> bytes,
                              HostTime arrival) {
  CHECK(!finishing_);
  note_input();
  intake_.on_frame(device, bytes, arrival);
}

void PhoneApp::Impl::on_local(StreamId stream, std::span<const HostTime> stamps,
                              std::span<const float> values, HostTime arrival) {
  CHECK(!finishing_);
  note_input();
  intake_.on_local(stream, stamps, values, arrival);
}

void PhoneApp::Impl::on_mark(const UserMark& mark) {
  CHECK(!finishing_);
  sink_.on(mark);
  if (options_.sets.by_hand) {
    display_.on_mark(mark);
    const auto shown = [](std::shared_ptr<Impl> self) -> asio::awaitable<void> {
      co_await self->show();
    };
    spawn(runtime_.executor(), shown(shared_from_this()));
  }
  if (!uploader_) return;
  if (mark.kind == UserMark::Kind::session_start) {
    uploader_->begin_session();
    session_ends_.reset();
    session_was_ended_ = false;
  } else if (mark.kind == UserMark::Kind::session_end && uploader_->in_session()) {
    session_ends_ = runtime_.now() + from_seconds(options_.session_linger_s);
  }
}

void PhoneApp::Impl::upload(bool last) {
  if (!uploader_) return;
  for (const UploadedSet& s : display_.take_sets()) uploader_->add(s);
  uploader_->tick(runtime_.now());
  if (session_ends_ && runtime_.now() >= *session_ends_) {
    uploader_->end_session();
    session_ends_.reset();
    session_was_ended_ = true;
  }
  if (last) uploader_->finish();
}

void PhoneApp::Impl::choose_device() {
  if (!device_) {
    device_ = options_.classify_device >= 0
                  ? std::optional(static_cast<DeviceIndex>(options_.classify_device))
                  : intake_.first_wearable();
  }
  if (history_) return;
  for (std::size_t s = 0; s < model_.sensors(); ++s) {
    streams_.push_back({static_cast<DeviceIndex>(s), SensorKind::accelerometer});
  }
  if (model_.sensors() == 0) {
    if (!device_) return;
    streams_.push_back({*device_, SensorKind::accelerometer});
    if (model_.channels() == 6) streams_.push_back({*device_, SensorKind::gyroscope});
  }
  const double period_ms = options_.signal.grid_period_ms;
  const auto patience =
      model_.sensors() > 0 ? std::lround(options_.worn_silence_s * 1000 / period_ms) : 0L;
  history_.emplace(streams_.size(), model_.length(),
                   static_cast<std::size_t>(std::lround(options_.hop_ms / period_ms)),
                   intake_.grid_period(), static_cast<std::size_t>(options_.pending_windows),
                   patience);
}

std::uint32_t PhoneApp::Impl::trusted(HostTime from) const {
  std::uint32_t of = 0;
  for (std::size_t s = 0; s < streams_.size(); ++s) {
    if (!intake_.distrusts(streams_[s].device, from)) of |= 1U << s;
  }
  return of;
}

void PhoneApp::Impl::fuse(bool flush) {
  choose_device();
  intake_.fuse(runtime_.now(), flush);
  for (const auto& [id, rows] : intake_.rows()) {
    if (uploader_) uploader_->add(id, rows, intake_.grid_period());
    for (std::size_t s = 0; s < streams_.size(); ++s) {
      if (streams_[s] == id) history_->append(s, rows);
    }
    const bool counted = device_ && id == StreamId{*device_, SensorKind::accelerometer};
    if (counted) display_.append(rows);
  }
}

std::optional<WindowClassified> PhoneApp::Impl::classify(HostTime end) {
  const HostTime from = end - intake_.grid_period() * static_cast<std::int64_t>(model_.length());
  const bool subsets = model_.sensors() > 0;
  const std::uint32_t trusted_of = trusted(from);
  // Without a model for every subset all streams are needed.
  std::uint32_t worn = (1U << streams_.size()) - 1;
  if (subsets) {
    worn = history_->whole(end, options_.max_filled);
    const bool any = worn != 0;
    worn &= trusted_of;
    if (any && worn == 0) {
      counters_.add("phone.windows_distrusted");
      return std::nullopt;
    }
  }
  double filled = 0;
  if (worn == 0 || !history_->window(end, window_, filled, worn)) {
    counters_.add("phone.windows_lost");
    return std::nullopt;
  }
  if (filled > options_.max_filled) {
    counters_.add("phone.windows_filled");
    return std::nullopt;
  }
  if ((worn & trusted_of) != worn) {
    counters_.add("phone.windows_distrusted");
    return std::nullopt;
  }
  if (subsets) counters_.add("phone.windows_worn." + std::to_string(worn));
  learn::ClassifyScratch& scratch = scratch_[worn];
  const learn::Prediction p = model_.of_worn(worn).classify(window_.data(), scratch);
  WindowClassified w;
  w.from = from;
  w.to = end;
  const bool sure = p.confidence >= static_cast<float>(options_.sets.min_confidence);
  if (!sure && p.index != 0) counters_.add("phone.windows_abstained");
  const std::size_t index = sure ? p.index : 0;
  w.label = model_.classes()[index];
  w.confidence = scratch.probabilities[index];
  return w;
}

asio::awaitable<void> PhoneApp::Impl::classify_due() {
  if (!history_ || options_.sets.by_hand) co_return;
  history_->take_due(ends_);
  // A copy: while a window's cost is slept nothing else runs this loop, but the member may grow.
  const std::vector<HostTime> ends = ends_;
  for (const HostTime end : ends) {
    std::optional<WindowClassified> w = classify(end);
    if (!w) continue;
    co_await runtime_.sleep_for(from_ms(options_.classify_cost_ms));
    if (stopped_) co_return;
    w->at = runtime_.now();
    counters_.add("phone.windows");
    sink_.on(*w);
    display_.on_window(w->from, w->to, w->label);
    co_await show();
    if (stopped_) co_return;
  }
}

asio::awaitable<void> PhoneApp::Impl::show() {
  std::vector<Shown> shown = display_.take_shown();
  if (shown.empty()) co_return;
  co_await runtime_.sleep_for(from_ms(options_.display_ms));
  if (stopped_) co_return;
  for (Shown& s : shown) {
    s.at = runtime_.now();
    sink_.on(s);
  }
}

asio::awaitable<void> PhoneApp::Impl::fusion_loop() {
  const Duration period = from_ms(options_.fusion_period_ms);
  HostTime next = runtime_.now() + period;
  for (;;) {
    co_await runtime_.sleep_until(next);
    if (stopped_) co_return;
    // Input cannot come any more once this is set, so this round is the last one.
    const bool last = finishing_;
    fuse(last);
    co_await classify_due();
    if (stopped_) co_return;
    if (last) {
      display_.close();
    } else {
      display_.on_time(runtime_.now());
    }
    co_await show();
    if (stopped_) co_return;
    upload(last);
    if (last) {
      if (history_) counters_.add("phone.windows_skipped", history_->skipped());
      co_return;
    }
    for (next += period; next <= runtime_.now(); next += period) {
      counters_.add("phone.ticks_missed");
    }
  }
}

PhoneApp::PhoneApp(Runtime& runtime, PhoneOptions options, const learn::Serving& model,
                   EventSink& sink)
    : PhoneApp(runtime, options, model, sink,
               options.upload.enabled
                   ? make_http_cloud(runtime, options.upload.authz, options.upload.ingest)
                   : nullptr) {}

PhoneApp::PhoneApp(Runtime& runtime, PhoneOptions options, const learn::Serving& model,
                   EventSink& sink, std::unique_ptr<Cloud> cloud)
    : impl_(std::make_shared<Impl>(runtime, std::move(options), model, sink, std::move(cloud))) {
  impl_->start();
}

PhoneApp::~PhoneApp() { impl_->stop(); }

void PhoneApp::on_frame(DeviceIndex device, std::span<const std::byte> bytes, HostTime arrival) {
  impl_->on_frame(device, bytes, arrival);
}
void PhoneApp::on_local(StreamId stream, std::span<const HostTime> stamps,
                        std::span<const float> values, HostTime arrival) {
  impl_->on_local(stream, stamps, values, arrival);
}
void PhoneApp::on_mark(const UserMark& mark) { impl_->on_mark(mark); }
void PhoneApp::finish() { impl_->finish(); }
const Counters& PhoneApp::counters() const { return impl_->counters(); }
std::string PhoneApp::session_id() const { return impl_->session_id(); }
const ClockAligner* PhoneApp::aligner(StreamId stream) const { return impl_->aligner(stream); }

}  // namespace gauntlet
