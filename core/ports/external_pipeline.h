// Somebody else's pipeline as a system under test: another process that is given what the phone is
// given (or, with input = "fused", what our intake made of it) and answers with events.
//
// Virtual time: every input waits, in real time and with a time-out, for its answer, so the run is
// deterministic if the pipeline is. What it reports is stamped by the host's clock: the input's
// time plus the modelled cost of an answer, or later where the pipeline says so; what is shown
// comes display_ms after. The pipeline's own speed does not count. Real time: inputs are kept, and
// play() sends them at their times once the world has run; answers are stamped when they come.
//
// A pipeline that fails (dies, is silent, breaks the contract) is given nothing more and the run
// goes on without it; what it claims beyond what it could know is refused and counted. Samples that
// it did not account for are rejected as "unreported" (it never claimed to account), or
// "pipeline_failed"; one that claims to account and does not leaves a hole in the books.
//
// Calls and coroutines are on the runtime's executor; references as for PhoneApp, and the report
// too.
#pragma once

#include <memory>
#include <span>

#include "core/phone/phone_options.h"
#include "core/ports/external_report.h"
#include "core/ports/peer.h"
#include "core/ports/pipeline_options.h"
#include "core/ports/system_under_test.h"
#include "core/runtime/runtime.h"

namespace gauntlet {

class ExternalPipeline final : public SystemUnderTest {
 public:
  // `peer` has been greeted (greet_external()).
  ExternalPipeline(Runtime& runtime, const PhoneOptions& phone, const PipelineOptions& options,
                   EventSink& sink, std::unique_ptr<Peer> peer, ExternalReport& report);
  ~ExternalPipeline() override;

  void on_frame(DeviceIndex device, std::span<const std::byte> bytes, HostTime arrival) override;
  void on_local(const LocalBatch& batch, HostTime arrival) override;
  void on_mark(const UserMark& mark) override;
  void finish() override;

  // In real time only, once the world has run: takes as long as the session at `speed`.
  void play();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace gauntlet
