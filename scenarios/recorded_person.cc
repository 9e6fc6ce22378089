#include "scenarios/recorded_person.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <set>

#include "calibration/recorded_motion.h"
#include "core/base/nearest.h"
#include "replay/track_import.h"
#include "sim/body/exercises.h"

namespace gauntlet::scenarios {
namespace {

Error bad(const std::string& what) { return {"bad_recording", "person.from_recording: " + what}; }

// Calls f(options) for every inertial sensor that is worn there.
template <class F>
void for_sensors(const ScenarioOptions& options, sim::Worn worn, F f) {
  for (const WornOptions& w : options.wearables) {
    if (w.device.worn != worn) continue;
    for (const sim::SensorOptions& s : w.device.sensors) f(s);
  }
  const auto& phone = options.phone_device;
  if (!phone.sensors_on || phone.sensors.worn != worn) return;
  for (const sim::SensorOptions& s : phone.sensors.sensors) f(s);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

Result<std::string> choose_session(const std::vector<replay::SampleTrack>& tracks,
                                   const std::string& wanted) {
  if (wanted.empty()) return tracks.front().session;
  std::set<std::string_view> sessions;
  for (const auto& t : tracks) sessions.insert(t.session);
  if (sessions.contains(wanted)) return wanted;
  const std::vector<std::string_view> known(sessions.begin(), sessions.end());
  return bad("no session is called \"" + wanted + "\"" + did_you_mean(wanted, known) +
             "; there are " + std::to_string(known.size()) + ", the first is \"" +
             std::string(known.front()) + "\"");
}

}  // namespace

sim::PersonOptions RecordedPerson::who(sim::PersonOptions person) const {
  const replay::Subject& s = (wrist ? wrist : pocket)->subject;
  person.body.height_m = s.height_m.value_or(person.body.height_m);
  person.body.weight_kg = s.weight_kg.value_or(person.body.weight_kg);
  person.body.age_years = s.age_years.value_or(person.body.age_years);
  if (!s.sex.empty()) person.body.sex = s.sex == "female" ? sim::Sex::female : sim::Sex::male;
  if (!s.hand.empty()) person.body.hand = s.hand == "left" ? sim::Side::left : sim::Side::right;
  return person;
}

std::unique_ptr<sim::Motion> RecordedPerson::motion(sim::Worn worn, double bandwidth_hz) const {
  const auto& track = worn == sim::Worn::wrist ? wrist : pocket;
  if (!track) return nullptr;
  return calibration::make_recorded_motion(track, origin_ns, bandwidth_hz);
}

void RecordedPerson::fill(Truth& truth) const {
  truth.sets.clear();
  truth.activities.clear();
  const replay::SampleTrack& t = *(wrist ? wrist : pocket);
  const auto at = [&](std::size_t row) {
    return row < t.rows() ? WorldTime{Duration{t.time_ns[row] - origin_ns}} : truth.end;
  };
  WorldTime begin = truth.begin;
  for (std::size_t row = 0; row < t.rows();) {
    const std::string_view label = t.label_at(row);
    while (row < t.rows() && t.label_at(row) == label) ++row;
    const WorldTime end = at(row);
    if (sim::find_exercise(label)) {
      truth.sets.push_back({std::string(label), begin, end, {}});
    } else {
      truth.activities.push_back({label.empty() ? "unlabelled" : lower(label), begin, end});
    }
    begin = end;
  }
}

Result<std::shared_ptr<const RecordedPerson>> load_recorded_person(const ScenarioOptions& options) {
  const WhoOptions& who = options.person;
  if (who.from_recording.empty()) return std::shared_ptr<const RecordedPerson>{};
  auto imported = replay::import_tracks(std::span(&who.from_recording, 1));
  if (!imported) return imported.error();
  const auto session = choose_session(imported->tracks, who.recording);
  if (!session) return session.error();
  auto out = std::make_shared<RecordedPerson>();
  std::int64_t end_ns = std::numeric_limits<std::int64_t>::min();
  out->origin_ns = std::numeric_limits<std::int64_t>::max();
  for (replay::SampleTrack& t : imported->tracks) {
    if (t.session != *session || t.rows() < 2) continue;
    auto& place = t.worn == "pocket" ? out->pocket : out->wrist;
    if (place) return bad("session \"" + *session + "\" has two devices in one place");
    out->origin_ns = std::min(out->origin_ns, t.time_ns.front());
    end_ns = std::max(end_ns, t.time_ns.back());
    place = std::make_shared<const replay::SampleTrack>(std::move(t));
  }
  if (!out->wrist && !out->pocket) return bad("session \"" + *session + "\" has no samples");
  out->length_s = static_cast<double>(end_ns - out->origin_ns) * 1e-9;
  if (out->length_s < 15) {
    return bad("session \"" + *session + "\" lasts " + std::to_string(out->length_s) +
               " s; at least 15 are needed");
  }
  for (const sim::Worn worn : {sim::Worn::wrist, sim::Worn::pocket}) {
    const auto& track = worn == sim::Worn::wrist ? out->wrist : out->pocket;
    bool gyroscope = false;
    for_sensors(options, worn, [&gyroscope](const sim::SensorOptions& s) {
      gyroscope = gyroscope || s.kind == SensorKind::gyroscope;
    });
    if (gyroscope && track && !track->has_rate()) {
      return bad("a gyroscope is simulated on the " + track->worn + " where none was recorded (\"" +
                 *session + "\")");
    }
  }
  return std::shared_ptr<const RecordedPerson>(std::move(out));
}

double bandwidth_of(const ScenarioOptions& options, sim::Worn worn) {
  double lowest_hz = 1e6;
  for_sensors(options, worn, [&lowest_hz](const sim::SensorOptions& s) {
    lowest_hz = std::min(lowest_hz, s.nominal_rate_hz);
  });
  return 0.45 * lowest_hz;
}

}  // namespace gauntlet::scenarios
