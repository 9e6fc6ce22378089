// How an external pipeline is met, and what became of it beside its events.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/counters.h"
#include "core/base/result.h"
#include "core/ports/peer.h"
#include "core/ports/pipeline_options.h"

namespace gauntlet {

// What became of an external pipeline, beside its events.
struct ExternalReport {
  std::string name;  // as it calls itself
  bool accounts_samples = false;
  // Why it was given up; codes of Peer, and "version", "order", "framing", "real_time", "too_many".
  std::optional<Error> failure;
  // Claims that were not believed, by code: those of AnswerCheck, "unknown_fields", "empty",
  // "past_wake", "far_wake", "order". The first of each in words.
  Counters refused;
  std::vector<std::string> refusals;
  std::uint64_t inputs = 0;
  std::uint64_t events = 0;
  std::uint64_t unaccounted = 0;  // samples that it should have accounted for
  std::vector<double> answer_ms;  // real time, one an input
  std::optional<Ending> ending;   // of a child

  // Counts a claim that is not believed.
  void refuse(const std::string& code, const std::string& message);
  // What is wrong, a line each; empty when nothing is.
  std::vector<std::string> complaints() const;
};

// Starts or reaches it and greets it in the versions given. Codes as for ExternalReport::failure.
Result<std::unique_ptr<Peer>> greet_external(const PipelineOptions& options, ExternalReport& report,
                                             std::span<const std::uint32_t> versions);
// In the version that is ours.
Result<std::unique_ptr<Peer>> greet_external(const PipelineOptions& options,
                                             ExternalReport& report);

}  // namespace gauntlet
