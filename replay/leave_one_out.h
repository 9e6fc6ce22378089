// What the counter that runs along gets on recorded sets when the two of its constants that were
// chosen on such sets (least_looks, confirm_drop) are chosen without the session that is scored:
// for each session those of the grid that count most sets of the others within one, of equals those
// with more exact, of these the first. Everything else stays as in the options.
//
// Scored are the sets of replay_report.h that lost less than 2 % of their packets: once all of them
// as typed, once those whose label can be right, each chosen on sets of its own kind.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "replay/replay_report.h"

namespace gauntlet::replay {

struct CounterChoice {
  std::int64_t least_looks = 0;
  double confirm_drop = 0;
};

// Of one set, counted with each choice of a grid.
struct CountedSet {
  std::string session;
  std::uint32_t labelled = 0;
  std::vector<std::uint32_t> counted;  // by choice
};

struct LeftOutSession {
  std::string session;
  std::size_t choice = 0;  // made on the other sessions
  RepetitionScore score;   // of this one with it
};
// In order of name. Sets of one session only leave nothing to choose on: then none.
std::vector<LeftOutSession> leave_one_session_out(std::span<const CountedSet> sets);

// As above for both rows, as a table.
void print_left_out(const Collection& collection, ReplayOptions options, std::ostream& out);

}  // namespace gauntlet::replay
