// What a calibration found, as plain data: one line a finding, rendered elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "calibration/chart.h"
#include "replay/sessions.h"
#include "reports/statistics/intervals.h"

namespace gauntlet::calibration {

enum class Verdict : std::uint8_t {
  informs,     // there is no goal
  holds,       // the goal is reached
  falls_short  // it is not
};

struct Finding {
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<reports::Interval> interval;  // 95 %, unless the note says otherwise
  std::uint64_t n = 0;                        // what the interval rests on
  std::string goal;                           // empty: none
  Verdict verdict = Verdict::informs;
  std::string note;
};

struct Section {
  std::string title;
  std::string about;
  std::vector<Finding> findings;
  std::vector<Chart> charts{};
};

struct Report {
  std::vector<Section> sections;
  std::string preset;                              // TOML
  std::vector<replay::UnreadableFile> unreadable;  // what it had to do without
};

std::string to_text(const Report& report);  // at most 100 columns
// A page that needs nothing else.
std::string to_html(const Report& report);

}  // namespace gauntlet::calibration
