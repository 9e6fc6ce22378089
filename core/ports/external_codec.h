// external.proto to plain types and back; the only place that knows the generated code.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/events/events.h"
#include "core/ports/pipeline_options.h"
#include "core/ports/system_under_test.h"

namespace gauntlet::external {

inline constexpr std::uint32_t kVersion = 1;

// Inputs without their sequence, which number() gives them when they are sent. `now` of a greeting
// is the origin.
std::string encode_hello(const PipelineOptions& options, std::span<const std::uint32_t> versions);
std::string encode_frame(HostTime now, FrameRef ref, std::span<const std::byte> bytes);
std::string encode_local(HostTime now, FrameRef ref, const LocalBatch& batch);
std::string encode_fused(HostTime now, std::span<const FusedBlock> blocks);
std::string encode_mark(HostTime now, const UserMark& mark);
std::string encode_wake(HostTime now);
std::string encode_finish(HostTime now);
void number(std::string& input, std::uint64_t sequence);

struct Ready {
  std::uint32_t version = 0;
  std::string name;
  bool accounts_samples = false;
  bool only_in_real_time = false;
};
struct Aligned {
  FrameRef frame;
  SensorKind sensor = SensorKind::accelerometer;
  std::uint32_t first = 0;
  std::vector<HostTime> estimated;
};
struct Idle {
  std::uint64_t sequence = 0;
  std::optional<HostTime> until;
};
// Of WindowClassified and Shown, `at` is what the pipeline claims; the origin means "now".
using Answer = std::variant<Ready, Aligned, SamplesRejected, WindowClassified, Shown, Idle>;

struct Decoded {
  Answer answer;
  bool unknown_fields = false;  // of a contract that is not ours
};
// Codes: "framing" (not a message of the contract), "empty" (none of its kinds), "value" (a device,
// sensor or kind that does not exist).
Result<Decoded> decode_output(std::string_view bytes);

}  // namespace gauntlet::external
