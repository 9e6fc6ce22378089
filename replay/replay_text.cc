#include "replay/replay_text.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <ostream>

namespace gauntlet::replay {
namespace {

constexpr std::size_t kMaxProblems = 20;

[[gnu::format(printf, 2, 3)]] void line(std::ostream& out, const char* format, ...) {
  char text[256];
  va_list values;
  va_start(values, format);
  std::vsnprintf(text, sizeof text, format, values);
  va_end(values);
  out << text << '\n';
}

using ull = unsigned long long;

double percent(double share) { return 100 * share; }
double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

void packet_line(std::ostream& out, const char* name, std::uint64_t files, const PacketTotals& t,
                 const char* regime) {
  line(out, "  %-24.24s %5llu %8llu %10llu %8llu %6llu %7.1f %9llu  %s", name, ull{files},
       ull{t.packets}, ull{t.duplicates}, ull{t.unique}, ull{t.lost}, percent(t.loss_share()),
       ull{t.samples}, regime);
}

void print_packets(const ReplayReport& report, std::ostream& out) {
  line(out, "Packets (lost: missing sequence numbers, after duplicates are removed)");
  line(out, "  %-24s %5s %8s %10s %8s %6s %7s %9s  %s", "session", "files", "packets", "duplicates",
       "unique", "lost", "lost %", "samples", "regime");
  for (const SessionReport& s : report.sessions) {
    packet_line(out, s.name.c_str(), s.files, s.totals, s.degraded() ? "degraded" : "clean");
  }
  packet_line(out, "all", report.files.size(), report.totals, "");
}

void print_histogram(std::ostream& out, const char* name,
                     const std::map<std::uint32_t, std::uint64_t>& lengths) {
  // Bins that double: 1, 2, 3-4, 5-8, …
  std::map<int, std::uint64_t> bins;
  for (const auto& [length, n] : lengths) {
    int bin = 0;
    while ((1u << bin) < length) ++bin;
    bins[bin] += n;
  }
  std::string text;
  for (const auto& [bin, n] : bins) {
    const unsigned high = 1u << bin, low = high / 2 + 1;
    text.append("  ");
    if (bin > 1) text.append(std::to_string(low)).append("-");
    text.append(std::to_string(high)).append(": ").append(std::to_string(n));
  }
  line(out, "  %-30s%s", name, text.empty() ? "  none" : text.c_str());
}

void print_runs(const ReplayReport& report, std::ostream& out) {
  line(out, "Run lengths in packets (length: how often)");
  print_histogram(out, "clean sessions, received", report.clean_runs.received);
  print_histogram(out, "clean sessions, lost", report.clean_runs.lost);
  print_histogram(out, "degraded sessions, received", report.degraded_runs.received);
  print_histogram(out, "degraded sessions, lost", report.degraded_runs.lost);
  print_histogram(out, "samples in a packet", report.totals.packets_by_count);
}

void timing_line(std::ostream& out, const char* name, const TimingTotals& t) {
  if (t.packets == 0) return;
  line(out, "  %-24.24s %8llu %10.3f %10.2f %10.2f %10.4f %12.2f", name, ull{t.packets},
       t.rate_hz(), t.loss_s_per_h(Decoder::floor20), t.loss_s_per_h(Decoder::nominal),
       t.loss_s_per_h(Decoder::aligned), t.aligned_rms_ms());
}

void print_timing(const ReplayReport& report, std::ostream& out) {
  if (report.timing.packets == 0) return;
  line(out,
       "Time lost, seconds per hour of the device's own clock (packets of %u samples at %g Hz)",
       kTimedCount, kTimedRate_hz);
  line(out, "  %-24s %8s %10s %10s %10s %10s %12s", "session", "packets", "rate Hz", "floor20",
       "nominal", "aligned", "aligned rms");
  bool logs = false;
  for (const SessionReport& s : report.sessions) {
    timing_line(out, s.name.c_str(), s.timing);
    logs = logs || (s.desk_log && s.timing.packets > 0);
  }
  timing_line(out, logs ? "all but desk logs" : "all", report.timing);
  line(out, "  aligned rms: ms between a packet's end by the aligned decoder and by its own clock");
}

const char* how_counted(RepetitionFinder finder) {
  switch (finder) {
    case RepetitionFinder::peaks:
      break;
    case RepetitionFinder::matches:
      return "; counted by template";
    case RepetitionFinder::running:
      return "; as they run";
  }
  return "";
}

// What is left out of the last row, and why.
void print_doubts(const ReplayReport& report, std::ostream& out) {
  for (const FileReport& f : report.files) {
    if (f.doubt == LabelDoubt::none || !is_scored(f) || !is_clean(f)) continue;
    line(out, "    not %s/%s: typed %u, counted %u; %s", f.session.c_str(), f.name.c_str(),
         f.labelled_repetitions, f.counted_repetitions,
         f.doubt == LabelDoubt::moved ? "label of the recording before"
                                      : "a plot shows another number");
  }
}

void print_repetitions(const ReplayReport& report, std::ostream& out) {
  if (report.repetitions.sets == 0) return;
  line(out, "Repetitions against the labels (sets labelled %u or more; decoder %s%s)",
       kScoredRepetitions, report.decoder.c_str(), how_counted(report.finder));
  line(out, "  %-32s %5s %20s %20s %6s", "exercise", "sets", "exact %", "within 1 %", "MAE");
  for (const ExerciseReport& e : report.exercises) print_score(e.exercise.c_str(), e.all, out);
  print_score("all", report.repetitions, out);
  print_score("all with < 2 % of packets lost", report.clean_repetitions, out);
  print_score("  whose label can be right", report.certain_repetitions, out);
  print_doubts(report, out);
  const auto& after = report.shown_after_ms;
  if (after.empty()) return;
  const auto at = [&after](double share) {
    return after[static_cast<std::size_t>(share * static_cast<double>(after.size() - 1))];
  };
  const auto prompt = std::ranges::upper_bound(after, 250.0) - after.begin();
  line(out,
       "  of these shown after its turning point: p50 %.0f, p95 %.0f ms; within 250 ms %.1f %%",
       at(0.5), at(0.95), percent(static_cast<std::uint64_t>(prompt), after.size()));
}

void print_problems(const ReplayReport& report, std::ostream& out) {
  if (!report.partial()) return;
  line(out, "Not read (%llu stretches, %llu bytes; %zu whole files)",
       ull{report.totals.damaged_stretches}, ull{report.totals.damaged_bytes},
       report.unreadable.size());
  std::size_t n = 0;
  for (const UnreadableFile& file : report.unreadable) {
    if (n++ < kMaxProblems) out << "  " << file.error.message << '\n';
  }
  for (const FileReport& file : report.files) {
    for (const Damage& d : file.damage) {
      if (n++ >= kMaxProblems) continue;
      out << "  " << file.source << " at " << d.offset << ": " << d.bytes << " bytes, " << d.reason
          << '\n';
    }
  }
  if (n > kMaxProblems) out << "  and " << n - kMaxProblems << " more\n";
}

}  // namespace

void print_score(const char* name, const RepetitionScore& s, std::ostream& out) {
  if (s.sets == 0) return;
  const PercentInterval exact = wilson_percent(s.exact, s.sets);
  const PercentInterval within1 = wilson_percent(s.within1, s.sets);
  line(out, "  %-32.32s %5llu %6.1f [%4.1f, %5.1f] %6.1f [%4.1f, %5.1f] %6.2f", name, ull{s.sets},
       percent(s.exact, s.sets), exact.low, exact.high, percent(s.within1, s.sets), within1.low,
       within1.high, s.mean_absolute_error());
}

void print_report(const ReplayReport& report, std::ostream& out) {
  print_packets(report, out);
  out << '\n';
  print_runs(report, out);
  out << '\n';
  print_timing(report, out);
  out << '\n';
  print_repetitions(report, out);
  print_problems(report, out);
}

}  // namespace gauntlet::replay
