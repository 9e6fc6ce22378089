#include "sim/wearable/firmware_outbox.h"

#include <utility>

namespace gauntlet::sim {

FirmwareOutbox::FirmwareOutbox(Simulation& simulation, const FirmwareOptions& options,
                               MessageSink sink, std::function<bool()> busy, EnergyAccount& energy,
                               Counters& dropped)
    : simulation_(simulation),
      options_(options),
      sink_(std::move(sink)),
      busy_(std::move(busy)),
      energy_(energy),
      dropped_(dropped) {
  if (!busy_) busy_ = [] { return false; };
}

void FirmwareOutbox::hand_over(const Message& message) {
  energy_.bytes += message.bytes.size();
  sink_(message);
}

void FirmwareOutbox::send(const Message& message) {
  const bool at_once = options_.outbox == OutboxPolicy::queue || (!blocked() && !busy_());
  if (at_once) return hand_over(message);
  const bool first = held_.empty();
  held_.push_back({{message.bytes.begin(), message.bytes.end()}, message});
  if (!first) return;  // behind another one
  tries_ = 0;
  ++energy_.outbox_busy;
  ++tries_;
  simulation_.after(from_ms(options_.outbox_wait_ms), [this] { try_again(); });
}

// The wait after an offer that was refused is over.
void FirmwareOutbox::try_again() {
  ++energy_.wake_ups;
  energy_.awake_ms += options_.wake_ms;
  while (!held_.empty()) {
    Held& front = held_.front();
    front.message.bytes = front.bytes;
    if (tries_ >= options_.outbox_tries) {
      dropped_.add("wearable.outbox_busy", front.message.count);
    } else if (busy_()) {
      ++energy_.outbox_busy;
      ++tries_;
      simulation_.after(from_ms(options_.outbox_wait_ms), [this] { try_again(); });
      return;
    } else {
      hand_over(front.message);
    }
    held_.pop_front();
    tries_ = 0;
  }
  for (const auto& f : std::exchange(waiting_, {})) when_free(f);
}

void FirmwareOutbox::when_free(std::function<void()> f) {
  if (blocked()) {
    waiting_.push_back(std::move(f));
  } else {
    f();
  }
}

}  // namespace gauntlet::sim
