#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "privacy/normal_model.h"
#include "scenarios/privacy_findings.h"

namespace gauntlet::scenarios {
namespace {

using reports::Table;
using reports::to_text;

std::string between(const std::optional<reports::Interval>& i) {
  if (!i) return "none";
  if (std::isinf(i->hi)) return "at least " + to_text(i->lo);
  return to_text(i->lo) + " … " + to_text(i->hi);
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

// The same by the labels that rode along with messages.
Table labels_table(const PopulationRun& run) {
  struct Seen {
    std::uint64_t runs = 0, messages = 0;
    bool allowed = true;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Seen> seen;
  for (const SessionView& s : run.sessions) {
    for (const FlowHit& h : s.flow) {
      Seen& x = seen[{h.hop, h.field, h.carrier}];
      ++x.runs;
      x.messages += h.messages;
      x.allowed &= h.allowed;
    }
  }
  Table t{{"hop", "field", "carried", "sessions", "of", "messages", "policy"}, {}};
  for (const auto& [key, x] : seen) {
    t.rows.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key),
                      static_cast<double>(x.runs), static_cast<double>(run.sessions.size()),
                      static_cast<double>(x.messages),
                      std::string(x.allowed ? "allowed" : "VIOLATION")});
  }
  return t;
}

// Labels must know of whatever a canary showed on a wire.
std::vector<std::string> unlabelled(const PopulationRun& run) {
  std::set<std::string> out;
  for (const SessionView& s : run.sessions) {
    for (const reports::CanaryHit& h : s.canaries.hits) {
      if (!h.place.starts_with("wire.")) continue;
      const std::string hop = h.place.substr(5);
      const bool known = std::any_of(s.flow.begin(), s.flow.end(), [&](const FlowHit& f) {
        return f.hop == hop && f.field == h.identifier;
      });
      if (!known) out.insert(h.identifier + " is on " + h.place + ", and no label says so");
    }
  }
  return {out.begin(), out.end()};
}

Table order_table(const Findings& findings) {
  Table t{{"sees less", "sees more", "leaks in that order"}, {}};
  for (const Order& o : findings.order) {
    t.rows.push_back({o.less, o.more, std::string(o.kept ? "yes" : "NO")});
  }
  return t;
}

// M2 by the number of people: measured, and what normal scores with the measured equal error rate
// would give among more of them; where the cluster is known, among those of one cluster.
Table by_people(const Findings& findings, std::size_t clusters) {
  Table t{{"people", "linked", "interval 95 %", "cluster", "d'", "said by"}, {}};
  for (const Linked& l : findings.linked) {
    t.rows.push_back({static_cast<double>(l.people), l.share.value, between(l.share.interval),
                      std::string("not known"), std::string(), std::string("measured")});
  }
  for (const Finding& f : findings.rows) {
    if (f.id != "M4 EER") continue;
    const double rate = 1 - f.measured.value;
    if (rate <= 0 || rate >= 0.5) continue;
    const double d = privacy::d_prime_of_equal_error_rate(rate);
    for (const std::size_t n : {10u, 100u, 1000u, 10000u}) {
      for (const bool known : {false, true}) {
        const std::size_t among = known ? (n + clusters - 1) / clusters : n;
        t.rows.push_back({static_cast<double>(n), among < 2 ? 1 : privacy::linkability(d, among),
                          std::string("none"), std::string(known ? "known" : "not known"), d,
                          std::string("extrapolation: normal scores")});
      }
    }
  }
  return t;
}

Table worth_table(const Findings& findings) {
  Table t{{"what", "value", "unit", "interval 95 %"}, {}};
  for (const Worth& w : findings.worth) {
    t.rows.push_back({w.what, w.measured.value, w.unit, between(w.measured.interval)});
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
  out.provenance.duration_s = session_length_s(options);
  out.provenance.split =
      "attacks learn from people who are not evaluated; probes are sessions that are not "
      "enrolled; " +
      std::to_string(options.privacy.people) + " simulated people, " +
      std::to_string(options.privacy.sessions) + " sessions of " +
      to_text(session_length_s(options)) + " s each";
  out.tables["leakage"] = leakage_table(findings);
  out.tables["what it is for, and costs"] = worth_table(findings);
  out.tables["who saw what"] = who_saw_what(run);
  out.tables["who saw what, by labels"] = labels_table(run);
  out.tables["order: who sees more cannot leak less"] = order_table(findings);
  out.tables["linked among how many people"] =
      by_people(findings, static_cast<std::size_t>(options.privacy.clusters));
  out.failures = unlabelled(run);
  for (const Order& o : findings.order) {
    if (!o.kept) out.failures.push_back("\"" + o.less + "\" leaks more than \"" + o.more + "\"");
  }
  return out;
}

}  // namespace gauntlet::scenarios
