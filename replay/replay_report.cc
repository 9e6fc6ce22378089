#include "replay/replay_report.h"

#include <algorithm>
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

std::uint32_t count_repetitions(const Recording& recording, const PacketStream& stream,
                                const ReplayOptions& options) {
  const auto samples = decode(recording, stream, options.decoder);
  const auto grid = on_regular_grid(samples, options.repetitions.rate_hz);
  const auto find =
      options.finder == RepetitionFinder::peaks ? find_repetitions : find_repetitions_by_template;
  return static_cast<std::uint32_t>(find(options.repetitions, grid).size());
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
    report.counted_repetitions = count_repetitions(file.recording, stream, options);
  }
  return report;
}

void score(const FileReport& file, std::map<std::string, ExerciseReport>& exercises,
           ReplayReport& report) {
  if (file.labelled_repetitions < kScoredRepetitions) return;
  ExerciseReport& exercise = exercises[file.exercise];
  exercise.exercise = file.exercise;
  exercise.all.add(file.labelled_repetitions, file.counted_repetitions);
  report.repetitions.add(file.labelled_repetitions, file.counted_repetitions);
  if (file.totals.loss_share() >= kCleanLossShare) return;
  exercise.clean.add(file.labelled_repetitions, file.counted_repetitions);
  report.clean_repetitions.add(file.labelled_repetitions, file.counted_repetitions);
}

}  // namespace

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
  for (auto& [name, exercise] : exercises) report.exercises.push_back(std::move(exercise));
  return report;
}

}  // namespace gauntlet::replay
