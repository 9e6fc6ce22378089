// One session of an external pipeline, as `sut check` and `sut audit` look at it: what it answered,
// in a form that can be compared, and what became of it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ports/external_pipeline.h"
#include "scenarios/runner.h"

namespace gauntlet::scenarios {

struct SutSession {
  ExternalReport report;
  std::optional<Error> not_run;  // it could not be started or greeted, or the world could not
  std::string answers;           // every event with its times, a line each
  std::string labels;            // what was said, without when it was reported
  double session_s = 0;
  std::optional<double> macro_f1;
  std::optional<double> count_error;  // mean, in repetitions
  // Neither failed nor was refused.
  bool clean() const { return !not_run && report.complaints().empty(); }
};

// Puts something between the world and the pipeline.
using WrapSut = std::function<std::unique_ptr<SystemUnderTest>(std::unique_ptr<SystemUnderTest>)>;

// In a simulated world.
SutSession run_session(const ScenarioOptions& options, std::uint64_t seed, const SharedParts& parts,
                       const WrapSut& wrap = {});

// By hand, without a world: `inputs` is called at the session's beginning and may schedule.
struct Stimulus {
  double at_s = 0;
  std::function<void(SystemUnderTest&, HostTime)> give;
};
SutSession run_by_hand(const ScenarioOptions& options, const std::vector<Stimulus>& inputs);

// One line of a check's or an audit's outcome.
struct SutFinding {
  enum class Verdict { passed, failed, skipped };
  std::string name;
  Verdict verdict = Verdict::passed;
  std::string says;    // what was seen
  std::string advice;  // what to do about it
};
struct SutFindings {
  std::string pipeline;  // as it calls itself
  std::vector<SutFinding> list;
  bool passed() const;
};

}  // namespace gauntlet::scenarios
