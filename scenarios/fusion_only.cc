#include "scenarios/fusion_only.h"

#include "core/phone/frame_intake.h"
#include "core/runtime/spawn.h"

namespace gauntlet::scenarios {
namespace {

class FusionOnly final : public SystemUnderTest {
 public:
  FusionOnly(Runtime& runtime, const PhoneOptions& options, EventSink& sink)
      : state_(std::make_shared<State>(runtime, options, sink)) {
    spawn(runtime.executor(), fuse_regularly(state_));
  }
  void on_frame(DeviceIndex device, std::span<const std::byte> bytes, HostTime arrival) override {
    state_->intake.on_frame(device, bytes, arrival);
  }
  void on_local(const LocalBatch& batch, HostTime arrival) override {
    state_->intake.on_local(batch.stream, batch.stamps, batch.values, arrival);
  }
  void on_mark(const UserMark&) override {}
  void finish() override { state_->finished = true; }

 private:
  struct State {
    State(Runtime& r, const PhoneOptions& o, EventSink& sink)
        : runtime(r), options(o), intake(options, sink, counters) {}
    Runtime& runtime;
    PhoneOptions options;
    Counters counters;
    FrameIntake intake;
    bool finished = false;
  };
  static asio::awaitable<void> fuse_regularly(std::shared_ptr<State> state) {
    while (!state->finished) {
      co_await state->runtime.sleep_for(from_ms(state->options.fusion_period_ms));
      state->intake.fuse(state->runtime.now(), state->finished);
    }
  }
  std::shared_ptr<State> state_;
};

}  // namespace

std::unique_ptr<SystemUnderTest> make_fusion_only(Runtime& runtime, const PhoneOptions& options,
                                                  EventSink& sink) {
  return std::make_unique<FusionOnly>(runtime, options, sink);
}

}  // namespace gauntlet::scenarios
