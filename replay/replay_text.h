// A replay report as tables for a person at a terminal: at most 100 columns, plain ASCII.
#pragma once

#include <iosfwd>

#include "replay/replay_report.h"

namespace gauntlet::replay {

void print_report(const ReplayReport& report, std::ostream& out);
// A line of the table of repetitions; none without sets.
void print_score(const char* name, const RepetitionScore& score, std::ostream& out);

}  // namespace gauntlet::replay
