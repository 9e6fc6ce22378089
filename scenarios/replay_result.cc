#include "scenarios/replay_result.h"

namespace gauntlet::scenarios {
namespace {

using reports::Cell;
using reports::Table;

double number(std::uint64_t n) { return static_cast<double>(n); }

Table sessions_table(const replay::ReplayReport& report) {
  Table table;
  table.columns = {"session",       "packets",      "duplicates",   "lost share",  "timed packets",
                   "true rate, Hz", "floor20, s/h", "nominal, s/h", "aligned, s/h"};
  const auto add = [&table](const std::string& name, const replay::PacketTotals& totals,
                            const replay::TimingTotals& timing) {
    table.rows.push_back({name, number(totals.packets), number(totals.duplicates),
                          totals.loss_share(), number(timing.packets), timing.rate_hz(),
                          timing.loss_s_per_h(replay::Decoder::floor20),
                          timing.loss_s_per_h(replay::Decoder::nominal),
                          timing.loss_s_per_h(replay::Decoder::aligned)});
  };
  for (const auto& session : report.sessions) add(session.name, session.totals, session.timing);
  add("all", report.totals, report.timing);
  return table;
}

Table runs_table(const replay::ReplayReport& report) {
  Table table;
  table.columns = {"regime", "run of", "length, packets", "times"};
  const auto add = [&table](const char* regime, const char* of,
                            const std::map<std::uint32_t, std::uint64_t>& runs) {
    for (const auto& [length, times] : runs) {
      table.rows.push_back({std::string(regime), std::string(of), number(length), number(times)});
    }
  };
  add("clean", "lost", report.clean_runs.lost);
  add("degraded", "received", report.degraded_runs.received);
  add("degraded", "lost", report.degraded_runs.lost);
  return table;
}

Table exercises_table(const replay::ReplayReport& report) {
  Table table;
  table.columns = {"exercise", "sets", "exact", "within 1", "mean |error|"};
  const auto add = [&table](const std::string& name, const replay::RepetitionScore& score) {
    table.rows.push_back({name, number(score.sets), number(score.exact), number(score.within1),
                          score.mean_absolute_error()});
  };
  for (const auto& exercise : report.exercises) add(exercise.exercise, exercise.all);
  add("all", report.repetitions);
  add("all, less than 2 % of packets lost", report.clean_repetitions);
  add("whose label can be right", report.certain_repetitions);
  return table;
}

}  // namespace

reports::ResultFile replay_result(const replay::ReplayReport& report,
                                  const reports::Provenance& about) {
  reports::ResultFile result = reports::summarise(about, {});
  const auto count = [&result](std::string_view name, std::uint64_t n) {
    reports::add_metric(result, name, number(n), n);
  };
  count("replay.packets", report.totals.packets);
  count("replay.duplicates", report.totals.duplicates);
  count("replay.gaps", report.totals.lost);
  for (const replay::Decoder decoder : replay::kDecoders) {
    const std::string name = "replay.loss_s_per_h." + std::string(replay::to_string(decoder));
    if (report.timing.packets == 0) {
      reports::add_metric(result, name, {}, 0, {}, "no packet of 100 samples at 50 Hz");
    } else {
      reports::add_metric(result, name, report.timing.loss_s_per_h(decoder), report.timing.packets);
    }
  }
  const replay::RepetitionScore& sets = report.repetitions;
  if (sets.sets > 0) {
    const double n = number(sets.sets);
    reports::add_metric(result, "reps.exact", number(sets.exact) / n, sets.sets);
    reports::add_metric(result, "reps.within1", number(sets.within1) / n, sets.sets);
    reports::add_metric(result, "reps.mae", sets.mean_absolute_error(), sets.sets);
  }
  result.tables["replay.sessions"] = sessions_table(report);
  result.tables["replay.runs"] = runs_table(report);
  result.tables["replay.exercises"] = exercises_table(report);
  return result;
}

}  // namespace gauntlet::scenarios
