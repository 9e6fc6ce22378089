// Which pipeline is measured: the one of this project, or another process behind external.proto.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/options.h"
#include "core/base/result.h"

namespace gauntlet {

enum class PipelineKind : std::uint8_t { built_in, external };
enum class PipelineInput : std::uint8_t { frames, fused };
// Virtual: the simulation waits for every answer, so that a run is deterministic and its accuracy
// is what is measured. Real: inputs come at their times and nobody waits; lag and throughput are
// what is measured, and no two runs are the same.
enum class PipelineTime : std::uint8_t { virtual_time, real_time };

struct PipelineOptions {
  PipelineKind kind = PipelineKind::built_in;
  std::vector<std::string> command;
  std::string address;
  PipelineInput input = PipelineInput::frames;
  PipelineTime time = PipelineTime::virtual_time;
  double speed = 1;
  double answer_cost_ms = 5;
  double start_timeout_s = 10;
  double answer_timeout_s = 10;
  double finish_timeout_s = 10;
  std::int64_t message_bytes_max = 1 << 20;
  void describe(OptionVisitor& v);
  // Code "pipeline": what no single field can know.
  Result<void> validate() const;
};

}  // namespace gauntlet
