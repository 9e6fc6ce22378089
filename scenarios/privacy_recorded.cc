#include "scenarios/privacy_recorded.h"

#include <map>

#include "privacy/person_scorer.h"

namespace gauntlet::scenarios {
namespace {

constexpr double kRate_hz = 50;

// Linear between the track's own time stamps.
std::vector<float> on_grid(const replay::SampleTrack& track, const std::vector<float>& values) {
  std::vector<float> out;
  const double length_s = track.length_s();
  std::size_t i = 0;
  const auto at = [&](std::size_t row) {
    return static_cast<double>(track.time_ns[row] - track.time_ns[0]) * 1e-9;
  };
  for (std::size_t k = 0; static_cast<double>(k) / kRate_hz < length_s; ++k) {
    const double t = static_cast<double>(k) / kRate_hz;
    while (i + 2 < track.rows() && at(i + 1) <= t) ++i;
    const double step = at(i + 1) - at(i);
    const float share = step > 0 ? static_cast<float>((t - at(i)) / step) : 0;
    for (std::size_t c = 0; c < 3; ++c) {
      const float a = values[3 * i + c], b = values[3 * (i + 1) + c];
      out.push_back(a + share * (b - a));
    }
  }
  return out;
}

std::vector<double> features_of(const replay::SampleTrack& track) {
  if (track.rows() < 2 || !track.has_rate()) return {};
  auto out = session_features(on_grid(track, track.force_mps2), kRate_hz);
  const auto rotation = session_features(on_grid(track, track.rate_radps), kRate_hz);
  out.insert(out.end(), rotation.begin(), rotation.end());
  return out;
}

using People = std::vector<std::vector<std::vector<double>>>;  // person, run, feature

std::vector<privacy::SeenSession> runs(const People& people, std::size_t first, std::size_t last,
                                       int part, bool planted) {
  std::vector<privacy::SeenSession> out;
  for (std::size_t p = first; p < last; ++p) {
    sim::RandomStream person(1, "privacy/recorded/" + std::to_string(p));
    const double own = 6 * person.normal();
    const std::size_t n = people[p].size();
    const std::size_t from = part == 2 ? n / 2 : 0, to = part == 1 ? n / 2 : n;
    for (std::size_t r = from; r < to; ++r) {
      out.push_back({p, people[p][r]});
      if (planted) out.back().seen.push_back(own + person.child(std::to_string(r)).normal());
    }
  }
  return out;
}

privacy::Comparisons judged(const People& people, bool first_half, bool planted) {
  const std::size_t half = people.size() / 2, all = people.size();
  const std::size_t a = first_half ? 0 : half, b = first_half ? half : all;
  const std::size_t c = first_half ? half : 0, d = first_half ? all : half;
  return privacy::compare(privacy::PersonScorer(runs(people, c, d, 0, planted)),
                          runs(people, a, b, 1, planted), runs(people, a, b, 2, planted));
}

}  // namespace

Result<Findings> link_recorded(const std::vector<replay::SampleTrack>& tracks,
                               const std::string& device, int replicates) {
  std::map<std::string, std::vector<std::vector<double>>> by_name;
  for (const auto& track : tracks) {
    if (track.device != device || track.subject.id.empty()) continue;
    if (auto f = features_of(track); !f.empty()) by_name[track.subject.id].push_back(std::move(f));
  }
  People people;
  for (auto& [name, r] : by_name) {
    if (r.size() >= 4) people.push_back(std::move(r));
  }
  if (people.size() < 8) {
    return Error{"nothing", "eight people with four recordings of a " + device + " are needed"};
  }
  Findings out;
  for (const bool first : {true, false}) {
    const auto c = judged(people, first, false), planted = judged(people, first, true);
    const std::string half = device + (first ? ", first half" : ", second half");
    const auto add = [&](const char* metric, const std::string& what, privacy::Estimate measured,
                         privacy::Estimate control, double baseline, const char* of) {
      std::string label = half;
      label.append(": ").append(what);
      Finding f{"A4", metric, label, "share", measured, c.people, baseline, of, control};
      f.verdict = privacy::judge(measured, baseline, control);
      out.rows.push_back(std::move(f));
    };
    const double n = static_cast<double>(c.people);
    add("M2", "linked among " + std::to_string(c.people), privacy::linkability(c, c.people),
        privacy::linkability(planted, c.people), 1 / n, "1/N");
    const sim::RandomStream stream(1, "privacy/recorded/bootstrap");
    const auto v = privacy::verification(c, stream, 1e-3, replicates),
               w = privacy::verification(planted, stream, 1e-3, replicates);
    add("M4", "verification: 1 - EER (EER " + reports::to_text(v.equal_error_rate.value) + ")",
        privacy::complement(v.equal_error_rate), privacy::complement(w.equal_error_rate), 0.5,
        "chance");
  }
  return out;
}

}  // namespace gauntlet::scenarios
