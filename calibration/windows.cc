#include "calibration/windows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "calibration/simulated_capture.h"
#include "replay/track_import.h"
#include "sim/body/exercises.h"
#include "sim/body/get_up_and_go.h"
#include "sim/body/script.h"

namespace gauntlet::calibration {
namespace {

constexpr double kCaptureStep_s = 1.25 / 48.879;  // a degraded packet's samples are 32 ms apart
constexpr auto kRecordedWrist = sim::Side::left;  // of all captures and of all of sp-sw-har
constexpr double kSetTrim_s = 2;                  // labels were typed by hand

std::string session_of(const replay::SampleTrack& t) {
  return t.session.substr(0, t.session.find('/'));
}

// Sessions in order of appearance, each with its tracks.
std::vector<std::vector<const replay::SampleTrack*>> by_session(
    const std::vector<replay::SampleTrack>& tracks) {
  std::vector<std::vector<const replay::SampleTrack*>> out;
  for (const auto& t : tracks) {
    if (out.empty() || session_of(*out.back().front()) != session_of(t)) out.emplace_back();
    out.back().push_back(&t);
  }
  return out;
}

// The recorded session's sets, in order, as a plan.
sim::PlanOptions plan_of(const std::vector<const replay::SampleTrack*>& session) {
  sim::PlanOptions plan = sim::gym_hour_plan();
  plan.exercises.clear();
  for (const auto* t : session) {
    const std::string label(t->label_at(0));
    if (!sim::find_exercise(label)) continue;
    if (!plan.exercises.empty() && plan.exercises.back().exercise == label) {
      ++plan.exercises.back().sets;
    } else {
      plan.exercises.push_back({label, 1, 10, 60, 10});
    }
  }
  return plan;
}

// Labels a simulated capture with its truth and cuts it as a recorded one.
void cut_session(const sim::Script& script, const replay::SampleTrack& whole, double origin_s,
                 std::uint32_t group, Windows& out) {
  replay::SampleTrack track = whole;
  track.label.assign(track.rows(), track.label_index(""));
  for (const TrueSet& set : script.sets()) {
    const std::uint32_t index = track.label_index(set.exercise);
    for (std::size_t i = 0; i < track.rows(); ++i) {
      const double s = static_cast<double>(track.time_ns[i]) * 1e-9 - origin_s;
      if (s >= seconds_since_origin(set.begin) && s <= seconds_since_origin(set.end)) {
        track.label[i] = index;
      }
    }
  }
  cut_windows(track, group, {kCaptureStep_s, kSetTrim_s}, out);
}

// The watch of sp-sw-har: 104.27 Hz, +-8 g and finer steps than the captures'.
sim::SensorOptions har_watch() {
  sim::SensorOptions s;
  s.nominal_rate_hz = 100;
  s.oscillator.error_ppm = 42'700;
  s.oscillator.error_sd_ppm = 500;
  s.oscillator.error_limit_ppm = 50'000;
  s.range = 8000;
  s.resolution = 0.244;
  return s;
}

// The label of most rows of the window that begins at `row`.
std::string label_of_most(const replay::SampleTrack& track, std::size_t row, std::size_t end) {
  std::map<std::string_view, std::size_t> rows;
  const std::int64_t until =
      track.time_ns[row] +
      static_cast<std::int64_t>(1e9 * static_cast<double>(kWindowRows) / kGridRate_hz);
  for (; row < end && track.time_ns[row] < until; ++row) ++rows[track.label_at(row)];
  const auto most = std::max_element(
      rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return std::string(most->first);
}

struct Course {
  const char* activity;
  const char* label;
};
constexpr Course kCourse[] = {{"sitting", "SEATED"},
                              {"standing_up", "STANDING_UP"},
                              {"walking", "WALKING"},
                              {"turning", "TURNING"},
                              {"sitting_down", "SITTING_DOWN"}};

// A recording goes from sitting to sitting: the course is cut in the middle of each.
void cut_course(const sim::Script& script, const std::vector<WorldTime>& t,
                const std::vector<float>& force_mps2, std::uint32_t group, Windows& out) {
  replay::SampleTrack track;
  std::size_t i = 0;
  const auto take_until = [&](WorldTime end, const std::string& label) {
    for (; i < t.size() && t[i] < end; ++i) {
      // Whole milliseconds, as the recorder stamps.
      track.time_ns.push_back(t[i].time_since_epoch().count() / 1'000'000 * 1'000'000);
      for (std::size_t k = 0; k < 3; ++k) track.force_mps2.push_back(force_mps2[3 * i + k]);
      track.label.push_back(track.label_index(label));
    }
  };
  bool begun = false;
  for (const TrueActivity& activity : script.activities()) {
    const auto* const part =
        std::find_if(std::begin(kCourse), std::end(kCourse),
                     [&](const Course& c) { return activity.name == c.activity; });
    const std::string label = part == std::end(kCourse) ? "" : part->label;
    if (activity.name == kCourse[0].activity) {
      take_until(activity.begin + (activity.end - activity.begin) / 2, label);
      if (begun) cut_windows(track, group, {0.06, 0, true}, out);
      track = {};
      begun = true;
    }
    take_until(activity.end, label);
  }
}

}  // namespace

void Windows::add(std::span<const std::array<float, 3>> grid, const std::string& label,
                  std::uint32_t group) {
  for (const auto& row : grid) values.insert(values.end(), row.begin(), row.end());
  labels.push_back(label);
  groups.push_back(group);
}

void Windows::append(const Windows& other, std::size_t i) {
  constexpr auto kSize = static_cast<std::ptrdiff_t>(3 * kWindowRows);
  const auto first = other.values.begin() + static_cast<std::ptrdiff_t>(i) * kSize;
  values.insert(values.end(), first, first + kSize);
  labels.push_back(other.labels[i]);
  groups.push_back(other.groups[i]);
}

void cut_windows(const replay::SampleTrack& track, std::uint32_t group, const CutOptions& options,
                 Windows& out) {
  const auto& t = track.time_ns;
  const auto seconds = [&t](std::size_t a, std::size_t b) {
    return static_cast<double>(t[b] - t[a]) * 1e-9;
  };
  for (std::size_t first = 0; first < track.rows();) {
    std::size_t last = first + 1;
    while (last < track.rows() &&
           (options.majority || track.label_at(last) == track.label_at(first)) &&
           seconds(last - 1, last) <= options.max_step_s) {
      ++last;
    }
    std::size_t begin = first, end = last;
    while (begin < end && seconds(first, begin) < options.trim_s) ++begin;
    while (end > begin && seconds(end - 1, last - 1) < options.trim_s) --end;
    if (end > begin + 1) {
      const Grid grid = grid_of(track, begin, end);
      const std::size_t hop = options.majority ? kWindowRows / 2 : kWindowRows;
      std::size_t row = begin;
      for (std::size_t at = 0; at + kWindowRows <= grid.size(); at += hop) {
        while (seconds(begin, row) < static_cast<double>(at) / kGridRate_hz) ++row;
        const std::string label =
            options.majority ? label_of_most(track, row, end) : std::string(track.label_at(first));
        out.add(std::span(grid).subspan(at, kWindowRows), label, group);
      }
    }
    first = last;
  }
}

Windows gym_windows(const std::vector<replay::SampleTrack>& tracks) {
  Windows out;
  std::uint32_t group = 0;
  for (const auto& session : by_session(tracks)) {
    for (const auto* t : session) {
      if (!t->label.empty()) cut_windows(*t, group, {kCaptureStep_s, kSetTrim_s}, out);
    }
    ++group;
  }
  return out;
}

std::set<std::string> shared_exercises(const std::vector<replay::SampleTrack>& tracks) {
  std::set<std::string> out;
  for (const auto& t : tracks) {
    if (sim::find_exercise(t.label_at(0))) out.emplace(t.label_at(0));
  }
  return out;
}

Windows simulated_gym_windows(const std::vector<replay::SampleTrack>& tracks, std::size_t people,
                              std::uint64_t seed, const std::function<void(double)>& progress) {
  Windows out;
  const auto sessions = by_session(tracks);
  const sim::Population population;
  SimulatedCapture options;
  options.device.clock.offset_sd_s = 0;
  std::uint32_t group = 0;
  for (std::size_t s = 0; s < sessions.size(); ++s) {
    const sim::PlanOptions plan = plan_of(sessions[s]);
    for (std::size_t p = 0; p < people && !plan.exercises.empty(); ++p) {
      const sim::RandomStream root(seed, "calibration/gym/" + std::to_string(s * people + p));
      sim::PersonOptions person = population.draw(root);
      person.placement.wrist = kRecordedWrist;
      auto made = sim::make_script(plan, person, root.child("session"));
      CHECK(made.ok(), made.error().message);
      const auto script = std::make_shared<const sim::Script>(std::move(*made));
      const auto motion = sim::make_motion(script, sim::Worn::wrist);
      replay::LabelledRecording entry{"0", {}, std::nullopt};
      entry.recording = simulate_capture(options, *motion, script->begin(), script->end(), root);
      const replay::SampleTrack whole = replay::track_of({"simulated", {}}, entry);
      cut_session(*script, whole, options.device.clock.origin_unix_s,
                  static_cast<std::uint32_t>(people == 1 ? s : group), out);
      ++group;
    }
    if (progress) progress(static_cast<double>(s + 1) / static_cast<double>(sessions.size()));
  }
  return out;
}

Windows people_windows(const std::vector<replay::SampleTrack>& tracks) {
  Windows out;
  std::map<std::string, std::uint32_t> people;
  for (const auto& t : tracks) {
    if (t.worn != "wrist") continue;
    const auto group = people.emplace(t.subject.id, static_cast<std::uint32_t>(people.size()));
    cut_windows(t, group.first->second, {0.06, 0, true}, out);
  }
  return out;
}

Windows simulated_people_windows(const std::vector<replay::SampleTrack>& tracks,
                                 std::size_t people_each, std::uint64_t seed,
                                 const std::function<void(double)>& progress) {
  std::vector<const replay::SampleTrack*> recorded;  // one a person
  std::set<std::string> seen;
  for (const auto& t : tracks) {
    if (t.worn == "wrist" && seen.insert(t.subject.id).second) recorded.push_back(&t);
  }
  Windows out;
  const sim::Population population;
  for (std::size_t p = 0; p < recorded.size() * people_each; ++p) {
    const replay::Subject& who = recorded[p % recorded.size()]->subject;
    const sim::RandomStream root(seed, "calibration/course/" + std::to_string(p));
    sim::PersonOptions person = population.draw(root);
    person.placement.wrist = kRecordedWrist;
    person.body.height_m = who.height_m.value_or(person.body.height_m);
    person.body.weight_kg = who.weight_kg.value_or(person.body.weight_kg);
    sim::GetUpAndGoOptions course;
    course.rounds = 10;
    const auto script = std::make_shared<const sim::Script>(
        sim::make_get_up_and_go(course, person, root.child("session")));
    const auto motion = sim::make_motion(script, sim::Worn::wrist);
    sim::SampledSensor sensor(har_watch(), {}, {}, root.child("watch"), true, *motion,
                              script->begin(), script->end());
    std::vector<WorldTime> t;
    sensor.take(static_cast<std::size_t>(-1), WorldTime::max(), t);
    std::vector<float> force_mps2(3 * t.size());
    TrueStream truth;
    sensor.sample(t, force_mps2.data(), truth);
    cut_course(*script, t, force_mps2,
               static_cast<std::uint32_t>(people_each == 1 ? p % recorded.size() : p), out);
    if (progress) {
      progress(static_cast<double>(p + 1) / static_cast<double>(recorded.size() * people_each));
    }
  }
  return out;
}

}  // namespace gauntlet::calibration
