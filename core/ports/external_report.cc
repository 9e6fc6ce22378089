#include "core/ports/external_report.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <variant>

#include "core/ports/external_codec.h"

namespace gauntlet {
namespace {

constexpr std::size_t kRefusalsInWords = 20;
constexpr std::array<std::uint32_t, 1> kVersions{external::kVersion};

Result<void> agree(const external::Ready& ready, const PipelineOptions& options,
                   std::span<const std::uint32_t> versions, ExternalReport& report) {
  report.name = ready.name.substr(0, 64);
  report.accounts_samples = ready.accounts_samples && options.input == PipelineInput::frames;
  if (std::find(versions.begin(), versions.end(), ready.version) == versions.end()) {
    return Error{"version", "it speaks version " + std::to_string(ready.version) +
                                " of the contract, which was not offered"};
  }
  if (ready.only_in_real_time && options.time == PipelineTime::virtual_time) {
    return Error{"real_time", "it cannot wait for virtual time; set pipeline.time = \"real\""};
  }
  return {};
}

}  // namespace

void ExternalReport::refuse(const std::string& code, const std::string& message) {
  if (refused.get(code) == 0 && refusals.size() < kRefusalsInWords) {
    refusals.push_back(code + ": " + message);
  }
  refused.add(code);
}

std::vector<std::string> ExternalReport::complaints() const {
  std::vector<std::string> out;
  if (failure) out.push_back("external pipeline: " + failure->code + ": " + failure->message);
  for (const std::string& r : refusals) {
    const auto n = refused.get(r.substr(0, r.find(':')));
    out.push_back("external pipeline: " + std::to_string(n) + " refused, " + r);
  }
  if (unaccounted > 0) {
    out.push_back("external pipeline: " + std::to_string(unaccounted) +
                  " samples are in nobody's book, though it says that it accounts for all");
  }
  return out;
}

Result<std::unique_ptr<Peer>> greet_external(const PipelineOptions& options, ExternalReport& report,
                                             std::span<const std::uint32_t> versions) {
  auto peer = Peer::start(options);
  if (!peer) return peer.error();
  std::string hello = external::encode_hello(options, versions);
  external::number(hello, 1);
  if (const auto sent = (*peer)->send(hello); !sent) return sent.error();
  const auto deadline = std::chrono::steady_clock::now() +
                        std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                            std::chrono::duration<double>(options.start_timeout_s));
  bool ready = false;
  for (;;) {
    const auto message = (*peer)->receive(deadline);
    if (!message) {
      Error error = message.error();
      if (error.code == "timeout") error.message += " to the greeting: " + (*peer)->obituary();
      return error;
    }
    const auto decoded = external::decode_output(*message);
    if (!decoded) return Error{"framing", "in answer to Hello: " + decoded.error().message};
    if (decoded->unknown_fields) {
      report.refuse("unknown_fields", "a message with fields that version 1 does not have");
    }
    if (const auto* r = std::get_if<external::Ready>(&decoded->answer); r && !ready) {
      ready = true;
      if (auto agreed = agree(*r, options, versions, report); !agreed) return agreed.error();
      continue;
    }
    const auto* idle = std::get_if<external::Idle>(&decoded->answer);
    if (!ready || !idle || idle->sequence != 1) {
      return Error{"order", "Hello is to be answered by Ready, then by Idle for input 1"};
    }
    return peer;
  }
}

Result<std::unique_ptr<Peer>> greet_external(const PipelineOptions& options,
                                             ExternalReport& report) {
  return greet_external(options, report, kVersions);
}

}  // namespace gauntlet
