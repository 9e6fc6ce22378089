#include "replay/replay_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/phone/template_counter.h"
#include "replay/decoded.h"

namespace gauntlet::replay {
namespace {

PacketTotals totals_of(const Recording& recording, const PacketStream& stream) {
  PacketTotals totals;
  totals.packets = recording.packets.size();
  totals.duplicates = stream.duplicates;
  totals.unique = stream.unique.size();
  totals.lost = stream.lost;
  totals.reordered = stream.reordered;
  for (const std::size_t i : stream.unique) {
    const std::uint32_t count = recording.frame(recording.packets[i]).count();
    totals.samples += count;
    ++totals.packets_by_count[count];
  }
  totals.damaged_stretches = recording.damage.size();
  for (const Damage& d : recording.damage) totals.damaged_bytes += d.bytes;
  return totals;
}

using Grid = std::vector<std::array<float, 3>>;

// How long after its turning point each was shown, ms.
std::vector<double> count_while_it_runs(const RepetitionCounterOptions& options, const Grid& grid) {
  RepetitionCounter counter(options);
  std::vector<double> after_ms;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    const HostTime t = time_from_seconds<HostTime>(static_cast<double>(i) / options.rate_hz);
    counter.push(t, grid[i]);
    for (const Repetition& r : counter.take_new()) after_ms.push_back(to_ms(t - r.completed));
  }
  return after_ms;
}

void count_repetitions(const Recording& recording, const PacketStream& stream,
                       const ReplayOptions& options, FileReport& report) {
  const auto samples = decode(recording, stream, options.decoder);
  const Grid grid = on_regular_grid(samples, options.repetitions.rate_hz);
  std::size_t n = 0;
  switch (options.finder) {
    case RepetitionFinder::peaks:
      n = find_repetitions(options.repetitions, grid).size();
      break;
    case RepetitionFinder::matches:
      n = find_repetitions_by_template(options.repetitions, grid).size();
      break;
    case RepetitionFinder::running:
      report.shown_after_ms = count_while_it_runs(options.repetitions, grid);
      n = report.shown_after_ms.size();
      break;
  }
  report.counted_repetitions = static_cast<std::uint32_t>(n);
}

FileReport report_file(const std::string& session, const LabelledRecording& file,
                       const PacketStream& stream, const ReplayOptions& options) {
  FileReport report;
  report.session = session;
  report.name = file.name;
  report.source = file.recording.source;
  report.format = to_string(file.recording.format);
  report.totals = totals_of(file.recording, stream);
  report.damage = file.recording.damage;
  report.rate_hz = place(Decoder::aligned, buffers_of(file.recording, stream)).rate_hz;
  if (!file.label) return report;
  report.label = file.label->raw;
  report.exercise = file.label->exercise;
  report.labelled_repetitions = file.label->repetitions;
  if (report.labelled_repetitions > 0) {
    report.wrist_repetitions = repetitions_at_wrist(*file.label);
    report.doubt = label_doubt(session, file.name);
    count_repetitions(file.recording, stream, options, report);
  }
  return report;
}

void score(const FileReport& file, std::map<std::string, ExerciseReport>& exercises,
           ReplayReport& report) {
  if (!is_scored(file)) return;
  ExerciseReport& exercise = exercises[file.exercise];
  exercise.exercise = file.exercise;
  const auto add = [&file](RepetitionScore& score) {
    score.add(file.wrist_repetitions, file.counted_repetitions);
  };
  add(exercise.all);
  add(report.repetitions);
  if (!is_clean(file)) return;
  add(exercise.clean);
  add(report.clean_repetitions);
  if (file.doubt != LabelDoubt::none) return;
  add(report.certain_repetitions);
  report.shown_after_ms.insert(report.shown_after_ms.end(), file.shown_after_ms.begin(),
                               file.shown_after_ms.end());
}

}  // namespace

bool is_scored(const FileReport& file) { return file.labelled_repetitions >= kScoredRepetitions; }

bool is_clean(const FileReport& file) { return file.totals.loss_share() < kCleanLossShare; }

void PacketTotals::merge(const PacketTotals& other) {
  packets += other.packets;
  duplicates += other.duplicates;
  unique += other.unique;
  lost += other.lost;
  reordered += other.reordered;
  samples += other.samples;
  damaged_stretches += other.damaged_stretches;
  damaged_bytes += other.damaged_bytes;
  for (const auto& [count, n] : other.packets_by_count) packets_by_count[count] += n;
}

double PacketTotals::loss_share() const {
  const std::uint64_t sent = lost + unique;
  return sent == 0 ? 0 : static_cast<double>(lost) / static_cast<double>(sent);
}

void RepetitionScore::add(std::uint32_t labelled, std::uint32_t counted) {
  const std::uint32_t error = labelled > counted ? labelled - counted : counted - labelled;
  ++sets;
  exact += error == 0;
  within1 += error <= 1;
  absolute_error += error;
}

double RepetitionScore::mean_absolute_error() const {
  return sets == 0 ? 0 : static_cast<double>(absolute_error) / static_cast<double>(sets);
}

PercentInterval wilson_percent(std::uint64_t k, std::uint64_t n) {
  if (n == 0) return {};
  constexpr double kZ = 1.959963984540054;
  const double count = static_cast<double>(n), p = static_cast<double>(k) / count;
  const double scale = 1 + kZ * kZ / count, middle = p + kZ * kZ / (2 * count);
  const double half = kZ * std::sqrt(p * (1 - p) / count + kZ * kZ / (4 * count * count));
  return {100 * std::max(0.0, middle - half) / scale, 100 * std::min(scale, middle + half) / scale};
}

namespace {

bool is_desk_log(const Session& session) {
  return std::all_of(session.recordings.begin(), session.recordings.end(),
                     [](const LabelledRecording& file) {
                       return file.recording.format == RecordingFormat::lift_log;
                     });
}

TimingTotals timing_of(const std::vector<SessionReport>& sessions, bool desk_logs) {
  TimingTotals total;
  for (const SessionReport& session : sessions) {
    if (session.desk_log == desk_logs) total.merge(session.timing);
  }
  return total;
}

}  // namespace

ReplayReport make_report(const Collection& collection, const ReplayOptions& options) {
  ReplayReport report;
  report.decoder = to_string(options.decoder);
  report.finder = options.finder;
  report.unreadable = collection.unreadable;
  std::map<std::string, ExerciseReport> exercises;
  for (const Session& session : collection.sessions) {
    SessionReport summary;
    summary.name = session.name;
    summary.files = session.recordings.size();
    summary.desk_log = is_desk_log(session);
    for (const LabelledRecording& file : session.recordings) {
      const PacketStream stream = clean(file.recording);
      summary.runs.add(stream);
      summary.timing.add(buffers_of(file.recording, stream));
      report.files.push_back(report_file(session.name, file, stream, options));
      summary.totals.merge(report.files.back().totals);
      score(report.files.back(), exercises, report);
    }
    report.totals.merge(summary.totals);
    (summary.degraded() ? report.degraded_runs : report.clean_runs).merge(summary.runs);
    report.sessions.push_back(std::move(summary));
  }
  report.timing = timing_of(report.sessions, false);
  if (report.timing.packets == 0) report.timing = timing_of(report.sessions, true);
  std::ranges::sort(report.shown_after_ms);
  for (auto& [name, exercise] : exercises) report.exercises.push_back(std::move(exercise));
  return report;
}

}  // namespace gauntlet::replay
