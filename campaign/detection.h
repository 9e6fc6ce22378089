// Whether an attack is noticed, by what, how soon, and how often the same alarm rings where nobody
// attacks.
//
// The first system's best attack at the whole budget is run again with the phone's guard switched
// on, on seeds that nothing else has seen; clean hours of other people's life in the gym are run
// with the same guard. Each detector then has its curve of hits against false alarms, both shares
// of windows; the area, the curve's points and the delay have intervals from resampling whole
// people (an attacked and a clean one together), never windows, which are not independent. Alarms
// per hour are counted as they begin, with Garwood's interval. Every system is also attacked on
// these seeds by the attack that is best against it, and each stage asked whether it refused
// anything or raised an alarm.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "campaign/trials.h"
#include "reports/metrics/attacks.h"
#include "reports/statistics/intervals.h"

namespace gauntlet::campaign {

using PersonScores = std::map<std::string, reports::DetectorScores>;

inline constexpr std::array<double, 6> kFalseAlarms = {0.001, 0.003, 0.01, 0.03, 0.1, 0.3};

struct RocPoint {
  double false_alarms = 0;  // share of clean windows, at most
  double hits = 0;          // share of windows under attack
  std::optional<reports::Interval> interval;
};

struct DetectorResult {
  std::string name;
  double area = 0;
  std::optional<reports::Interval> area_interval;
  std::vector<RocPoint> roc;
  // At its threshold: attacks noticed, of how many; delay of those, s.
  std::uint64_t noticed = 0, attacks = 0;
  reports::Interval noticed_interval;
  std::optional<reports::MeanEstimate> delay_s;
  std::uint64_t clean_alarms = 0;
  double clean_h = 0;
  reports::Interval alarms_per_h;
};

struct StageResult {
  std::string stage;
  bool should = false;  // the catalogue expects it to stop the attack
  // Share of attacks at which it refused or raised an alarm; none where that leaves no trace.
  std::optional<double> stopped;
};
struct SystemStages {
  std::string variant;
  std::vector<StageResult> stages;
};

struct Detection {
  std::vector<DetectorResult> detectors;
  std::vector<SystemStages> systems;
};

// Of people under attack and others who are not; detectors that scored in both.
std::vector<DetectorResult> detectors_of(const std::vector<PersonScores>& attacked,
                                         const std::vector<PersonScores>& clean);
std::vector<StageResult> stages_of(const std::vector<reports::SeedResult>& runs);

// Clean hours that several campaigns share: run once.
class CleanLives {
 public:
  Result<std::vector<PersonScores>> of(const std::vector<Trial>& hours, Trials& trials);

 private:
  std::map<std::string, std::vector<PersonScores>> known_;
};

}  // namespace gauntlet::campaign
