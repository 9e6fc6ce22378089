// Before a system under test: hands everything on to it. Whoever watches or alters what comes in
// overrides that.
#pragma once

#include <memory>
#include <utility>

#include "core/ports/system_under_test.h"

namespace gauntlet {

class PassingOn : public SystemUnderTest {
 public:
  explicit PassingOn(std::unique_ptr<SystemUnderTest> inner) : inner_(std::move(inner)) {}
  void on_frame(DeviceIndex device, std::span<const std::byte> bytes, HostTime arrival) override {
    inner_->on_frame(device, bytes, arrival);
  }
  void on_local(const LocalBatch& batch, HostTime arrival) override {
    inner_->on_local(batch, arrival);
  }
  void on_mark(const UserMark& mark) override { inner_->on_mark(mark); }
  void finish() override { inner_->finish(); }

 private:
  std::unique_ptr<SystemUnderTest> inner_;
};

}  // namespace gauntlet
