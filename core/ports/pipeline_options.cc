#include "core/ports/pipeline_options.h"

namespace gauntlet {

void PipelineOptions::describe(OptionVisitor& v) {
  v.choice("kind", kind,
           {{"built-in", PipelineKind::built_in}, {"external", PipelineKind::external}},
           "external: another process, behind core/ports/external.proto");
  v.strings("command", command,
            "program and arguments of the process; it speaks on its stdin and stdout");
  v.text("address", address, "or where it listens: \"tcp:HOST:PORT\", \"unix:PATH\"");
  v.choice("input", input, {{"frames", PipelineInput::frames}, {"fused", PipelineInput::fused}},
           "what it is given: bytes as they came, or the fused signal of the built-in intake");
  v.choice("time", time,
           {{"virtual", PipelineTime::virtual_time}, {"real", PipelineTime::real_time}},
           "virtual: wait for every answer (deterministic); real: inputs at their times");
  v.number("speed", speed, {0.1, 1000}, "1", "of real time, for time = \"real\"");
  v.number("answer_cost_ms", answer_cost_ms, {0, 10000}, "ms",
           "modelled time the phone needs for an answer, in virtual time",
           "as phone.classify_cost_ms");
  v.number("start_timeout_s", start_timeout_s, {0.1, 3600}, "s",
           "real time until it has answered the greeting");
  v.number("answer_timeout_s", answer_timeout_s, {0.01, 3600}, "s",
           "real time until it has answered an input");
  v.number("finish_timeout_s", finish_timeout_s, {0.01, 3600}, "s",
           "real time until it has ended after the last answer; killed beyond");
  v.integer("message_bytes_max", message_bytes_max, {4096, 1 << 26}, "B",
            "longest message either way");
}

Result<void> PipelineOptions::validate() const {
  if (kind == PipelineKind::built_in) return {};
  if (command.empty() == address.empty()) {
    return Error{"pipeline", "kind = \"external\" needs either command or address"};
  }
  if (!command.empty() && command.front().empty()) {
    return Error{"pipeline", "command must begin with a program"};
  }
  if (!address.empty() && !address.starts_with("tcp:") && !address.starts_with("unix:")) {
    return Error{"pipeline",
                 "address = \"" + address + "\" must look like tcp:HOST:PORT or unix:PATH"};
  }
  return {};
}

}  // namespace gauntlet
