#include "reports/metrics/activity.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "reports/statistics/intervals.h"

namespace gauntlet::reports {

namespace {

enum class Kind { hit, miss, alarm, quiet };

struct Segment {
  Kind kind;
  std::size_t frames;
};

Kind kind_of(bool truth, bool answer) {
  if (truth) return answer ? Kind::hit : Kind::miss;
  return answer ? Kind::alarm : Kind::quiet;
}

std::vector<Segment> segments_of(const std::vector<bool>& truth, const std::vector<bool>& answer) {
  std::vector<Segment> out;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const Kind kind = kind_of(truth[i], answer[i]);
    if (out.empty() || out.back().kind != kind) out.push_back({kind, 0});
    ++out.back().frames;
  }
  return out;
}

FrameCounts count_frames(const std::vector<Segment>& segments) {
  FrameCounts f;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool after_hit = i > 0 && segments[i - 1].kind == Kind::hit;
    const bool before_hit = i + 1 < segments.size() && segments[i + 1].kind == Kind::hit;
    const std::uint64_t n = segments[i].frames;
    switch (segments[i].kind) {
      case Kind::hit:
        f.hit += n;
        break;
      case Kind::quiet:
        f.quiet += n;
        break;
      case Kind::miss:
        (after_hit && before_hit ? f.fragmenting
         : before_hit            ? f.underfill_start
         : after_hit             ? f.underfill_end
                                 : f.deletion) += n;
        break;
      case Kind::alarm:
        (after_hit && before_hit ? f.merge
         : before_hit            ? f.overfill_start
         : after_hit             ? f.overfill_end
                                 : f.insertion) += n;
        break;
    }
  }
  return f;
}

struct Stretch {
  std::size_t first = 0, last = 0;  // [first, last)
  std::size_t overlapping = 0;      // stretches of the other side
  bool partner_overlaps_more = false;
};

std::vector<Stretch> stretches_of(const std::vector<bool>& on) {
  std::vector<Stretch> out;
  for (std::size_t i = 0; i < on.size(); ++i) {
    if (!on[i]) continue;
    if (i == 0 || !on[i - 1]) out.push_back({i, i});
    out.back().last = i + 1;
  }
  return out;
}

std::size_t common(const Stretch& a, const Stretch& b) {
  const std::size_t first = std::max(a.first, b.first), last = std::min(a.last, b.last);
  return last > first ? last - first : 0;
}

// A true event that several answers overlap is fragmented; one whose answer overlaps several events
// is merged.
void count_events(std::vector<Stretch>& events, std::vector<Stretch>& answers, EventCounts& out) {
  for (Stretch& e : events) {
    for (Stretch& a : answers) {
      if (common(e, a) == 0) continue;
      ++e.overlapping;
      ++a.overlapping;
    }
  }
  for (Stretch& e : events) {
    for (Stretch& a : answers) {
      if (common(e, a) == 0) continue;
      e.partner_overlaps_more |= a.overlapping > 1;
      a.partner_overlaps_more |= e.overlapping > 1;
    }
  }
  for (const Stretch& e : events) {
    const bool fragmented = e.overlapping > 1, merged = e.partner_overlaps_more;
    ++(e.overlapping == 0     ? out.deleted
       : fragmented && merged ? out.fragmented_and_merged
       : fragmented           ? out.fragmented
       : merged               ? out.merged
                              : out.correct);
  }
  for (const Stretch& a : answers) {
    const bool merging = a.overlapping > 1, fragmenting = a.partner_overlaps_more;
    ++(a.overlapping == 0       ? out.inserted
       : fragmenting && merging ? out.fragmenting_and_merging
       : fragmenting            ? out.fragmenting
       : merging                ? out.merging
                                : out.answered_correct);
  }
}

std::uint64_t count_found(const std::vector<Stretch>& events, const std::vector<Stretch>& answers,
                          double least) {
  std::vector<bool> taken(events.size());
  std::uint64_t found = 0;
  for (const Stretch& a : answers) {
    std::size_t best = events.size();
    double overlap = 0;
    for (std::size_t e = 0; e < events.size(); ++e) {
      const double both = static_cast<double>(common(a, events[e]));
      const double either =
          static_cast<double>(a.last - a.first + events[e].last - events[e].first) - both;
      if (taken[e] || both / either <= overlap) continue;
      overlap = both / either;
      best = e;
    }
    if (best == events.size() || overlap < least) continue;
    taken[best] = true;
    ++found;
  }
  return found;
}

struct Frames {
  std::vector<std::string> truth, answer;  // empty: none
};

Frames frames_of(const RunRecord& record) {
  Frames out;
  std::vector<WindowClassified> windows;
  for (const WindowClassified& w : record.events.windows) {
    if (w.to > w.from) windows.push_back(w);
  }
  if (windows.empty()) return out;
  const auto middle = [](const WindowClassified& w) { return w.from + (w.to - w.from) / 2; };
  std::sort(windows.begin(), windows.end(), [&](const auto& a, const auto& b) {
    return std::tuple(middle(a), a.at, a.label) < std::tuple(middle(b), b.at, b.label);
  });
  const auto& clock = record.truth.host_clock;
  HostTime begin = windows.front().from, end = begin;
  for (const WindowClassified& w : windows)
    begin = std::min(begin, w.from), end = std::max(end, w.to);
  std::size_t at = 0;
  for (HostTime t = begin + kFrame / 2; t < end; t += kFrame) {
    while (at + 1 < windows.size() && std::chrono::abs(middle(windows[at + 1]) - t) <=
                                          std::chrono::abs(middle(windows[at]) - t)) {
      ++at;
    }
    const bool covered = windows[at].from <= t && t < windows[at].to;
    out.answer.push_back(covered ? windows[at].label : "");
    std::string label;
    for (const TrueSet& s : record.truth.sets) {
      if (clock.to_host(s.begin) <= t && t < clock.to_host(s.end)) label = s.exercise;
    }
    out.truth.push_back(std::move(label));
  }
  return out;
}

void add(const ActivityCounts& from, ActivityCounts& to) {
  const auto sum = [](auto& a, const auto& b, auto... members) {
    ((a.*members += b.*members), ...);
  };
  using F = FrameCounts;
  sum(to.frames, from.frames, &F::hit, &F::deletion, &F::fragmenting, &F::underfill_start,
      &F::underfill_end, &F::quiet, &F::insertion, &F::merge, &F::overfill_start, &F::overfill_end);
  using E = EventCounts;
  sum(to.events, from.events, &E::correct, &E::deleted, &E::fragmented, &E::merged,
      &E::fragmented_and_merged, &E::answered_correct, &E::inserted, &E::fragmenting, &E::merging,
      &E::fragmenting_and_merging);
  for (std::size_t i = 0; i < to.found.size(); ++i) to.found[i] += from.found[i];
}

void measure_onsets(const RunRecord& record, MetricValues& out) {
  std::vector<double> onsets_ms;
  for (const TrueSet& s : record.truth.sets) {
    const HostTime begin = record.truth.host_clock.to_host(s.begin);
    const HostTime end = record.truth.host_clock.to_host(s.end);
    const WindowClassified* first = nullptr;
    for (const WindowClassified& w : record.events.windows) {
      const bool right = w.label == s.exercise && w.to > begin && w.from < end;
      if (right && (first == nullptr || w.at < first->at)) first = &w;
    }
    if (first != nullptr) onsets_ms.push_back(std::max(0.0, to_ms(first->at - begin)));
  }
  if (onsets_ms.empty()) {
    for (const char* name : {"onset.ms.p50", "onset.ms.p95"}) {
      out.set_missing(name, "no set was ever named rightly");
    }
  } else {
    const std::uint64_t n = onsets_ms.size();
    out.set("onset.ms.p50", quantile_in_place(onsets_ms, 0.5), n);
    out.set("onset.ms.p95", quantile_in_place(onsets_ms, 0.95), n);
  }
  out.set_share("onset.found_share", onsets_ms.size(), record.truth.sets.size(), "no set occurred");
}

}  // namespace

ActivityCounts count_activity(const std::vector<bool>& truth, const std::vector<bool>& answer) {
  CHECK(truth.size() == answer.size(), truth.size(), answer.size());
  ActivityCounts out;
  out.frames = count_frames(segments_of(truth, answer));
  auto events = stretches_of(truth), answers = stretches_of(answer);
  count_events(events, answers, out.events);
  for (std::size_t i = 0; i < out.found.size(); ++i) {
    out.found[i] = count_found(events, answers, ActivityCounts::kOverlaps[i]);
  }
  const auto positive = static_cast<std::uint64_t>(std::count(truth.begin(), truth.end(), true));
  CHECK(out.frames.positive() == positive, out.frames.positive(), positive);
  CHECK(out.frames.negative() == truth.size() - positive, out.frames.negative());
  CHECK(out.events.events() == events.size(), out.events.events(), events.size());
  CHECK(out.events.answers() == answers.size(), out.events.answers(), answers.size());
  CHECK(out.events.correct == out.events.answered_correct, out.events.correct);
  return out;
}

void measure_activity(const RunRecord& record, MetricValues& out) {
  const Frames frames = frames_of(record);
  std::set<std::string> exercises(frames.truth.begin(), frames.truth.end());
  exercises.insert(frames.answer.begin(), frames.answer.end());
  exercises.erase("");
  ActivityCounts all;
  for (const std::string& exercise : exercises) {
    std::vector<bool> truth, answer;
    for (std::size_t i = 0; i < frames.truth.size(); ++i) {
      truth.push_back(frames.truth[i] == exercise);
      answer.push_back(frames.answer[i] == exercise);
    }
    add(count_activity(truth, answer), all);
  }
  const FrameCounts& f = all.frames;
  const std::uint64_t positive = f.positive(), negative = f.negative();
  constexpr const char* kNoExerciseFrame = "no frame lies in an exercise";
  constexpr const char* kNoFrame = "no frame was classified";
  out.set_share("frames.hit", f.hit, positive, kNoExerciseFrame);
  out.set_share("frames.deletion", f.deletion, positive, kNoExerciseFrame);
  out.set_share("frames.fragmenting", f.fragmenting, positive, kNoExerciseFrame);
  out.set_share("frames.underfill_start", f.underfill_start, positive, kNoExerciseFrame);
  out.set_share("frames.underfill_end", f.underfill_end, positive, kNoExerciseFrame);
  out.set_share("frames.quiet", f.quiet, negative, kNoFrame);
  out.set_share("frames.insertion", f.insertion, negative, kNoFrame);
  out.set_share("frames.merge", f.merge, negative, kNoFrame);
  out.set_share("frames.overfill_start", f.overfill_start, negative, kNoFrame);
  out.set_share("frames.overfill_end", f.overfill_end, negative, kNoFrame);
  const EventCounts& e = all.events;
  out.set_count("events.correct", e.correct);
  out.set_count("events.deleted", e.deleted);
  out.set_count("events.fragmented", e.fragmented);
  out.set_count("events.merged", e.merged);
  out.set_count("events.fragmented_and_merged", e.fragmented_and_merged);
  out.set_count("events.inserted", e.inserted);
  out.set_count("events.fragmenting", e.fragmenting);
  out.set_count("events.merging", e.merging);
  out.set_count("events.fragmenting_and_merging", e.fragmenting_and_merging);
  const std::uint64_t both = e.events() + e.answers();
  constexpr const char* kNames[] = {"segments.f1.iou10", "segments.f1.iou25", "segments.f1.iou50"};
  for (std::size_t i = 0; i < all.found.size(); ++i) {
    out.set_share(kNames[i], 2 * all.found[i], both, "no exercise occurs in truth or answer");
  }
  measure_onsets(record, out);
}

}  // namespace gauntlet::reports
