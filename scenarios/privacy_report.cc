#include <cmath>
#include <map>
#include <set>

#include "privacy/normal_model.h"
#include "scenarios/privacy_findings.h"

namespace gauntlet::scenarios {
namespace {

using reports::Table;
using reports::to_text;

std::string between(const std::optional<reports::Interval>& i) {
  return i ? to_text(i->lo) + " … " + to_text(i->hi) : "none";
}

std::string verdict_text(const Finding& f) {
  std::string text(privacy::to_string(f.verdict));
  if (f.verdict == privacy::Verdict::bounded && f.measured.interval) {
    text += " by " + to_text(f.measured.interval->hi);
  }
  return text;
}

// Over all sessions: how many runs found the identifier at the place, in which forms.
Table who_saw_what(const PopulationRun& run) {
  struct Seen {
    std::set<std::string> forms;
    std::uint64_t runs = 0;
    bool allowed = true;
  };
  std::map<std::pair<std::string, std::string>, Seen> seen;
  for (const SessionView& s : run.sessions) {
    for (const reports::CanaryHit& h : s.canaries.hits) {
      Seen& x = seen[{h.place, h.identifier}];
      ++x.runs;
      x.forms.insert(h.forms.begin(), h.forms.end());
      x.allowed &= h.allowed;
    }
    for (const std::string& place : s.canaries.joined) {
      Seen& x = seen[{place, "user_id with session_id"}];
      ++x.runs;
      x.allowed = false;
    }
  }
  Table t{{"hop or store", "field", "sessions", "of", "forms", "policy"}, {}};
  for (const auto& [key, x] : seen) {
    std::string forms;
    for (const auto& f : x.forms) forms += (forms.empty() ? "" : ", ") + f;
    t.rows.push_back({key.first, key.second, static_cast<double>(x.runs),
                      static_cast<double>(run.sessions.size()), forms,
                      std::string(x.allowed ? "allowed" : "VIOLATION")});
  }
  return t;
}

Table order_table(const Findings& findings) {
  Table t{{"sees less", "sees more", "leaks in that order"}, {}};
  for (const Order& o : findings.order) {
    t.rows.push_back({o.less, o.more, std::string(o.kept ? "yes" : "NO")});
  }
  return t;
}

// What normal scores with the measured equal error rate would give among more people.
Table extrapolation(const Findings& findings) {
  Table t{{"people", "linkability if scores were normal", "d'"}, {}};
  for (const Finding& f : findings.rows) {
    if (f.what != "verification: 1 - EER") continue;
    const double rate = 1 - f.measured.value;
    if (rate <= 0 || rate >= 0.5) continue;
    const double d = privacy::d_prime_of_equal_error_rate(rate);
    for (const std::size_t n : {10u, 100u, 1000u, 10000u}) {
      t.rows.push_back({static_cast<double>(n), privacy::linkability(d, n), d});
    }
  }
  return t;
}

}  // namespace

reports::Table leakage_table(const Findings& findings) {
  Table t{{"adversary", "metric", "what", "value", "unit", "interval 95 %", "n", "baseline",
           "baseline is", "planted leak", "verdict", "what one would change"},
          {}};
  for (const Finding& f : findings.rows) {
    t.rows.push_back(
        {f.adversary, f.metric, f.what, f.measured.value, f.unit, between(f.measured.interval),
         static_cast<double>(f.n), f.baseline, f.baseline_of,
         f.planted ? to_text(f.planted->value) + " (" + between(f.planted->interval) + ")"
                   : std::string("none"),
         verdict_text(f), f.remedy});
  }
  return t;
}

reports::ResultFile privacy_result(const PopulationRun& run, const Findings& findings,
                                   const ScenarioOptions& options, reports::Provenance about) {
  reports::ResultFile out;
  out.provenance = std::move(about);
  out.provenance.duration_s = options.privacy.session_s;
  out.provenance.split =
      "attacks learn from people who are not evaluated; probes are sessions that are not "
      "enrolled; " +
      std::to_string(options.privacy.people) + " simulated people, " +
      std::to_string(options.privacy.sessions) + " sessions of " +
      to_text(options.privacy.session_s) + " s each";
  out.tables["leakage"] = leakage_table(findings);
  out.tables["who saw what"] = who_saw_what(run);
  out.tables["order: who sees more cannot leak less"] = order_table(findings);
  Table far = extrapolation(findings);
  if (!far.rows.empty()) out.tables["extrapolation, not a measurement"] = std::move(far);
  for (const Order& o : findings.order) {
    if (!o.kept) out.failures.push_back("\"" + o.less + "\" leaks more than \"" + o.more + "\"");
  }
  return out;
}

}  // namespace gauntlet::scenarios
