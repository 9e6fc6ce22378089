#include "scenarios/privacy_recorded.h"

#include <cstdint>
#include <map>
#include <set>

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

enum class Part : std::uint8_t { all, enrolled, probes };

void add_runs(const People& people, std::size_t p, Part part, bool planted,
              std::vector<privacy::SeenSession>& out) {
  const sim::RandomStream person(1, "privacy/recorded/" + std::to_string(p));
  const double own = 6 * static_cast<double>(p);  // each six sds of a run from the next
  const std::size_t n = people[p].size();
  const std::size_t from = part == Part::probes ? n / 2 : 0,
                    to = part == Part::enrolled ? n / 2 : n;
  for (std::size_t r = from; r < to; ++r) {
    out.push_back({p, people[p][r]});
    if (planted) out.back().seen.push_back(own + person.child(std::to_string(r)).normal());
  }
}

// Each two people are compared by a scorer that learned from all others.
privacy::Comparisons judged(const People& people, bool planted) {
  privacy::Comparisons out;
  out.people = people.size();
  std::vector<std::size_t> first_probe;
  for (std::size_t p = 0; p < people.size(); ++p) {
    first_probe.push_back(out.probes.size());
    const privacy::Probe probe{p, std::vector<double>(people.size())};
    out.probes.insert(out.probes.end(), people[p].size() - people[p].size() / 2, probe);
  }
  for (std::size_t a = 0; a < people.size(); ++a) {
    for (std::size_t b = a; b < people.size(); ++b) {
      std::vector<privacy::SeenSession> others, enrolled, probes;
      for (std::size_t p = 0; p < people.size(); ++p) {
        if (p != a && p != b) add_runs(people, p, Part::all, planted, others);
      }
      for (const std::size_t p : std::set<std::size_t>{a, b}) {
        add_runs(people, p, Part::enrolled, planted, enrolled);
        add_runs(people, p, Part::probes, planted, probes);
      }
      const auto pair = privacy::compare(privacy::PersonScorer(others), enrolled, probes);
      std::size_t of_a = first_probe[a], of_b = first_probe[b];
      for (const privacy::Probe& p : pair.probes) {
        if (a == b) {
          out.probes[of_a++].scores[a] = p.scores[0];
        } else if (p.person == 0) {
          out.probes[of_a++].scores[b] = p.scores[1];
        } else {
          out.probes[of_b++].scores[a] = p.scores[0];
        }
      }
    }
  }
  return out;
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
  const auto c = judged(people, false), planted = judged(people, true);
  Findings out;
  const auto add = [&](const char* metric, const std::string& what, privacy::Estimate measured,
                       privacy::Estimate control, double baseline, const char* of) {
    Finding f{"A4", metric, device + ": " + what, "share", measured, c.people, baseline,
              of,   control};
    f.verdict = privacy::judge(measured, baseline, control);
    f.remedy = "features instead of rows, fewer of them, for a shorter time";
    out.rows.push_back(std::move(f));
  };
  for (const std::size_t n : {std::size_t{2}, std::size_t{10}, c.people}) {
    if (n > c.people) continue;
    add("M2", "a run linked to its person among " + std::to_string(n), privacy::linkability(c, n),
        privacy::linkability(planted, n), 1 / static_cast<double>(n), "1/N");
  }
  const sim::RandomStream stream(1, "privacy/recorded/bootstrap");
  const auto v = privacy::verification(c, stream, 1e-3, replicates),
             w = privacy::verification(planted, stream, 1e-3, replicates);
  add("M4", "verification: 1 - EER (EER " + reports::to_text(v.equal_error_rate.value) + ")",
      privacy::complement(v.equal_error_rate), privacy::complement(w.equal_error_rate), 0.5,
      "chance");
  add("M4", "verification: area under the curve", v.area_under_curve, w.area_under_curve, 0.5,
      "chance");
  add("M4", "verification: hits at a false match rate of 0.001", privacy::complement(v.miss_rate),
      privacy::complement(w.miss_rate), 1e-3, "chance");
  return out;
}

}  // namespace gauntlet::scenarios
