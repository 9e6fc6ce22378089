// Everything that a replay of recordings found, as plain numbers: computed by one pure function,
// and rendered elsewhere (replay_text.h; JSON in reports).
//
// Repetitions are compared with the label, which the person who trained typed; of alternating arms
// with what one wrist does of it. Scored are sets labelled with five repetitions or more; "clean"
// are those that lost less than 2 % of their packets, "certain" those of them whose label can be
// right (label_doubts.h). The counter sees the whole set at 50 Hz, placed in time by the decoder
// chosen, or counts while it runs; what was shown then is not taken back.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/phone/repetition_counter.h"
#include "replay/label_doubts.h"
#include "replay/sessions.h"
#include "replay/stream.h"
#include "replay/timing.h"

namespace gauntlet::replay {

inline constexpr std::uint32_t kScoredRepetitions = 5;
inline constexpr double kCleanLossShare = 0.02;

struct PacketTotals {
  std::uint64_t packets = 0;  // as received, duplicates included
  std::uint64_t duplicates = 0;
  std::uint64_t unique = 0;
  std::uint64_t lost = 0;  // missing sequence numbers
  std::uint64_t reordered = 0;
  std::uint64_t samples = 0;  // of the unique packets
  std::uint64_t damaged_stretches = 0;
  std::uint64_t damaged_bytes = 0;
  std::map<std::uint32_t, std::uint64_t> packets_by_count;  // unique packets by their samples

  void merge(const PacketTotals& other);
  double loss_share() const;  // lost / (lost + unique)
};

struct RepetitionScore {
  std::uint64_t sets = 0;
  std::uint64_t exact = 0;
  std::uint64_t within1 = 0;
  std::uint64_t absolute_error = 0;
  void add(std::uint32_t labelled, std::uint32_t counted);
  double mean_absolute_error() const;  // 0 without sets
};

// Of k among n, 95 %, by Wilson; percent. {0, 100} of none.
struct PercentInterval {
  double low = 0, high = 100;
};
PercentInterval wilson_percent(std::uint64_t k, std::uint64_t n);

struct FileReport {
  std::string session;
  std::string name;
  std::string source;
  std::string format;
  std::string label;     // as typed; empty without
  std::string exercise;  // normalised; empty for none
  PacketTotals totals;
  std::vector<Damage> damage;
  double rate_hz = 0;  // aligned decoder; 0 when the format says nothing of time
  std::uint32_t labelled_repetitions = 0;
  std::uint32_t wrist_repetitions = 0;    // of which one wrist does so many
  std::uint32_t counted_repetitions = 0;  // only where labelled_repetitions > 0
  LabelDoubt doubt = LabelDoubt::none;
  std::vector<double> shown_after_ms;  // see ReplayReport
};

bool is_scored(const FileReport& file);
bool is_clean(const FileReport& file);

struct SessionReport {
  std::string name;
  std::uint64_t files = 0;
  PacketTotals totals;
  RunLengths runs;
  TimingTotals timing;
  // A phone's text log: trials at a desk, not training. Reported, but not in the timing total.
  bool desk_log = false;
  bool degraded() const { return totals.loss_share() >= kCleanLossShare; }
};

struct ExerciseReport {
  std::string exercise;
  RepetitionScore all;
  RepetitionScore clean;
};

// find_repetitions(), find_repetitions_by_template(), or a RepetitionCounter as the set runs.
enum class RepetitionFinder { peaks, matches, running };

struct ReplayReport {
  std::string decoder;
  RepetitionFinder finder = RepetitionFinder::peaks;
  std::vector<FileReport> files;
  std::vector<SessionReport> sessions;
  PacketTotals totals;
  RunLengths clean_runs;     // of the sessions that are not degraded
  RunLengths degraded_runs;  // of those that are
  TimingTotals timing;       // of the sessions that are no desk logs; of all when there is no other
  std::vector<ExerciseReport> exercises;  // in order of name
  RepetitionScore repetitions;            // all scored sets
  RepetitionScore clean_repetitions;
  RepetitionScore certain_repetitions;
  // Of the certain sets, counted as they run: how long after its turning point in the signal each
  // repetition was shown, ms, ascending. Those before the period was known are shown together.
  std::vector<double> shown_after_ms;
  std::vector<UnreadableFile> unreadable;
  bool partial() const { return totals.damaged_stretches > 0 || !unreadable.empty(); }
};

struct ReplayOptions {
  Decoder decoder = Decoder::aligned;
  RepetitionFinder finder = RepetitionFinder::peaks;
  RepetitionCounterOptions repetitions;
};

ReplayReport make_report(const Collection& collection, const ReplayOptions& options);

}  // namespace gauntlet::replay
