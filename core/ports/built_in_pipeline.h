// The pipeline of this project as a system under test: the phone application behind the port. An
// external system gets an adapter of its own beside this one.
#pragma once

#include <memory>

#include "core/phone/phone_app.h"
#include "core/ports/system_under_test.h"

namespace gauntlet {

class BuiltInPipeline final : public SystemUnderTest {
 public:
  // Arguments as for PhoneApp, which holds references to all but the options.
  BuiltInPipeline(Runtime& runtime, PhoneOptions options, const learn::Serving& model,
                  EventSink& sink);
  BuiltInPipeline(Runtime& runtime, PhoneOptions options, const learn::Serving& model,
                  EventSink& sink, std::unique_ptr<Cloud> cloud);

  void on_frame(DeviceIndex device, std::span<const std::byte> bytes, HostTime arrival) override;
  void on_local(const LocalBatch& batch, HostTime arrival) override;
  void on_mark(const UserMark& mark) override;
  void finish() override;

  const PhoneApp& phone() const { return phone_; }

 private:
  PhoneApp phone_;
};

}  // namespace gauntlet
