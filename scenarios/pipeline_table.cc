#include "scenarios/pipeline_table.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <map>

#include "core/learn/device_selection.h"
#include "reports/metrics/activity.h"
#include "reports/statistics/paired.h"

namespace gauntlet::scenarios {
namespace {

constexpr std::array kFields{
    &PipelineLine::pipeline,   &PipelineLine::world,       &PipelineLine::split,
    &PipelineLine::accuracy,   &PipelineLine::f1,          &PipelineLine::events,
    &PipelineLine::within_one, &PipelineLine::count_error, &PipelineLine::lag_ms,
    &PipelineLine::cost_ms,    &PipelineLine::note};

std::string fixed(double x, int digits) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", digits, x);
  return text;
}

std::string with_interval(double x, const std::optional<reports::Interval>& i) {
  if (!i) return fixed(x, 2);
  return fixed(x, 2) + " [" + fixed(i->lo, 2) + ", " + fixed(i->hi, 2) + "]";
}

std::string mean_of(const TrialResult& t, const std::string& metric, int digits) {
  const auto s = t.summary(metric);
  return s ? fixed(s->mean, digits) : "";
}

std::string interval_of(const TrialResult& t, const std::string& metric) {
  const auto s = t.summary(metric);
  return s ? with_interval(s->mean, s->interval) : "";
}

// Frames are windows here: they follow each other at one distance.
reports::EventCounts events_of(const EvaluationRow& row, const learn::Dataset& d) {
  reports::EventCounts all;
  for (std::size_t i = 0; i < d.size();) {
    std::size_t end = i + 1;
    while (end < d.size() && d.recording[end] == d.recording[i]) ++end;
    for (std::size_t c = 0; c < d.classes.size(); ++c) {
      if (d.classes[c] == "no exercise") continue;
      std::vector<bool> truth, answer;
      for (std::size_t k = i; k < end; ++k) {
        truth.push_back(d.label[k] == c);
        answer.push_back(row.held_out.answers[k] == c);
      }
      const auto e = reports::count_activity(truth, answer).events;
      all.correct += e.correct;
      all.deleted += e.deleted;
      all.inserted += e.inserted;
    }
    i = end;
  }
  return all;
}

}  // namespace

PipelineLine line_of(const PipelinePreset& preset, const TrialResult& t) {
  PipelineLine line;
  line.pipeline = preset.name;
  line.world = "simulated, " + std::to_string(t.people) + " people";
  line.split = t.split;
  line.f1 = interval_of(t, "f1.macro");
  // Events are made of windows: without any there are none to judge.
  if (!line.f1.empty()) {
    line.events = mean_of(t, "events.correct", 1) + " / " + mean_of(t, "events.deleted", 1) +
                  " / " + mean_of(t, "events.inserted", 1);
  }
  line.within_one = interval_of(t, "reps.within1");
  line.count_error = mean_of(t, "reps.mae", 2);
  line.lag_ms = mean_of(t, "lag.display_ms.p50", 0);
  if (!line.lag_ms.empty()) line.lag_ms += " / " + mean_of(t, "lag.display_ms.p95", 0);
  line.cost_ms = preset.pipeline.kind == PipelineKind::external
                     ? fixed(preset.pipeline.answer_cost_ms, 0)
                     : fixed(preset.phone.classify_cost_ms, 0);
  return line;
}

PipelineLine line_of(const PipelinePreset& preset, const EvaluationRow& row,
                     const learn::Dataset& data) {
  PipelineLine line;
  line.pipeline = row.pipeline;
  line.world = row.data;
  line.split = row.split;
  line.accuracy = with_interval(row.held_out.evaluation.accuracy, row.accuracy);
  line.f1 = with_interval(row.held_out.evaluation.macro_f1, row.macro_f1);
  const auto e = events_of(row, data);
  line.events = std::to_string(e.correct) + " / " + std::to_string(e.deleted) + " / " +
                std::to_string(e.inserted);
  line.cost_ms = fixed(preset.phone.classify_cost_ms, 0);
  line.note = "accuracy " + line.accuracy;
  for (const auto& s : row.sets) {
    if (s.evidence == "signal") {
      line.note += "; whole sets, top-1: " + with_interval(s.top1, s.interval);
    }
    if (s.evidence == "all four") {
      line.note += ", with context (simulated) " + with_interval(s.top1, s.interval);
    }
  }
  if (row.second_stage_share && !row.layers.empty()) {
    // The published means of one stage and of two (learn/device_selection.h).
    constexpr double kOneStage = 105, kFirst = 12.5;
    line.note += "; " + fixed(*row.second_stage_share, 2) + " of windows reach stage two: " +
                 fixed(learn::two_stage_latency_ms(kFirst, kOneStage, *row.second_stage_share), 0) +
                 " ms against " + fixed(kOneStage, 0) + " in one stage";
  }
  for (const LayerRow& l : row.layers) {
    if (l.layer == "alone") continue;
    line.note += "; " + l.layer + " " + (l.interval ? with_interval(l.accuracy, l.interval) : "-");
    if (l.latency_ms) line.note += " in " + fixed(*l.latency_ms, 0) + " ms";
  }
  return line;
}

RecordedCounts count_recorded(const replay::ReplayReport& report) {
  std::map<std::string, replay::RepetitionScore> sessions;
  for (const auto& f : report.files) {
    const bool scored = f.labelled_repetitions >= replay::kScoredRepetitions &&
                        f.totals.loss_share() < replay::kCleanLossShare;
    if (scored) sessions[f.session].add(f.wrist_repetitions, f.counted_repetitions);
  }
  std::vector<replay::RepetitionScore> scores;
  for (const auto& [session, score] : sessions) scores.push_back(score);
  const auto& all = report.clean_repetitions;
  if (all.sets == 0) return {};
  const auto interval = reports::bootstrap_interval(scores.size(), [&](auto drawn) {
    double within = 0, sets = 0;
    for (const std::size_t k : drawn) {
      within += static_cast<double>(scores[k].within1);
      sets += static_cast<double>(scores[k].sets);
    }
    return within / sets;
  });
  return {with_interval(static_cast<double>(all.within1) / static_cast<double>(all.sets), interval),
          fixed(all.mean_absolute_error(), 2)};
}

std::string to_text(const std::vector<PipelineLine>& lines) {
  std::string text;
  for (const PipelineLine& line : lines) {
    for (const auto field : kFields) text += line.*field + "\n";
  }
  return text;
}

std::optional<std::vector<PipelineLine>> lines_from(const std::string& text) {
  std::vector<PipelineLine> lines;
  std::size_t field = 0;
  for (std::size_t at = 0; at < text.size(); ++field) {
    const auto end = text.find('\n', at);
    if (end == std::string::npos) return std::nullopt;
    if (field % kFields.size() == 0) lines.emplace_back();
    lines.back().*kFields[field % kFields.size()] = text.substr(at, end - at);
    at = end + 1;
  }
  if (lines.empty() || field % kFields.size() != 0) return std::nullopt;
  return lines;
}

}  // namespace gauntlet::scenarios
