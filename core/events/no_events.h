// Hears nothing: for those who ask only what became of the data.
#pragma once

#include "core/events/events.h"

namespace gauntlet {

class NoEvents final : public EventSink {
 public:
  void on(const SamplesAligned&) override {}
  void on(const SamplesRejected&) override {}
  void on(const FusedBlock&) override {}
  void on(const WindowClassified&) override {}
  void on(const Shown&) override {}
  void on(const UserMark&) override {}
  void on(const UploadAttempted&) override {}
  void on(const GuardScored&) override {}
};

}  // namespace gauntlet
