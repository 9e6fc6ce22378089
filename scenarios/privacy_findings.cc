#include "scenarios/privacy_findings.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "privacy/bayes_leakage.h"
#include "privacy/person_scorer.h"
#include "privacy/store.h"
#include "scenarios/privacy_attacks.h"
#include "scenarios/privacy_tokens.h"

namespace gauntlet::scenarios {
namespace {

using privacy::Estimate;
using privacy::Example;
using privacy::SeenSession;

using View = std::vector<double> SessionView::*;
using Windows = std::vector<TrafficWindow> SessionView::*;

// Planted leaks of known size: a feature in which each person is this far from the next, in sds of
// one session, and for guessers one that tells people apart in pairs.
constexpr double kPlantedSd = 6;
constexpr double kPlantedWeight = 1000;

Estimate share(std::uint64_t k, std::uint64_t n) {
  return {static_cast<double>(k) / static_cast<double>(n), reports::clopper_pearson_interval(k, n)};
}

class Finder {
 public:
  Finder(const PopulationRun& run, const ScenarioOptions& options, std::uint64_t seed)
      : run_(run), options_(options), root_(seed, "privacy/findings") {
    each_ = static_cast<std::size_t>(options.privacy.sessions);
    const double known = options.privacy.known_share * static_cast<double>(run.who.size());
    known_ = std::clamp<std::size_t>(static_cast<std::size_t>(std::lround(known)), 4,
                                     run.who.size() - 4);
    people_ = run.who.size() - known_;
  }

  Findings find(const SharedParts& parts, std::uint64_t seed);

 private:
  const SessionView& session(std::size_t person, std::size_t n) const {
    return run_.sessions[person * each_ + n];
  }
  sim::RandomStream stream(const std::string& name) const { return root_.child(name); }
  Finding& add(Finding finding) {
    if (finding.planted) {
      finding.verdict = privacy::judge(finding.measured, finding.baseline, *finding.planted);
    }
    // What has no upper end bounds nothing.
    if (finding.verdict == privacy::Verdict::bounded && std::isinf(finding.measured.interval->hi)) {
      finding.verdict = privacy::Verdict::inconclusive;
    }
    out_.rows.push_back(std::move(finding));
    return out_.rows.back();
  }
  // Who may as well see nothing leaks no less than nothing, though a guesser that was led astray by
  // what it saw may do worse.
  void order(const std::string& less, const Estimate& a, const std::string& more, Estimate b) {
    if (b.interval) b.interval->hi = std::max(b.interval->hi, 0.0);
    out_.order.push_back({less, more, privacy::in_order(a, b)});
  }

  std::vector<SeenSession> sessions(View view, std::size_t first, std::size_t last,
                                    std::size_t from, std::size_t to, bool planted) const;
  privacy::Comparisons comparisons(bool planted) const;
  privacy::Comparisons calibration(bool planted) const;
  privacy::Comparisons within_clusters(privacy::Comparisons c, std::size_t first) const;
  privacy::LeakageEstimate guess_person(View view, bool with_cluster, bool planted) const;
  privacy::LeakageEstimate guess_doing(Windows windows, bool padded, bool planted) const;
  void traffic_of(const char* adversary, Windows windows, const char* what, const char* remedy);

  void identifiers();
  void people_guessed();
  void linked();
  void tokens(const SharedParts& parts, std::uint64_t seed);
  void joined();
  void traffic();
  void anonymity();
  void worth();

  const PopulationRun& run_;
  const ScenarioOptions& options_;
  sim::RandomStream root_;
  std::size_t each_ = 0, known_ = 0, people_ = 0;
  Estimate linked_;  // M2, cluster not known
  Findings out_;
};

// Features of people [first, last) in sessions [from, to).
std::vector<SeenSession> Finder::sessions(View view, std::size_t first, std::size_t last,
                                          std::size_t from, std::size_t to, bool planted) const {
  std::vector<SeenSession> out;
  for (std::size_t p = first; p < last; ++p) {
    const sim::RandomStream person = stream("planted/person/" + std::to_string(p));
    const double own = kPlantedSd * static_cast<double>(p - first);
    for (std::size_t s = from; s < to; ++s) {
      out.push_back({p, session(p, s).*view});
      sim::RandomStream day = person.child(std::to_string(s));
      if (planted) out.back().seen.push_back(own + day.normal());
    }
  }
  return out;
}

privacy::Comparisons Finder::comparisons(bool planted) const {
  const View v = &SessionView::stored;
  const std::size_t all = run_.who.size();
  return privacy::compare(privacy::PersonScorer(sessions(v, 0, known_, 0, each_, planted)),
                          sessions(v, known_, all, 0, each_ - 1, planted),
                          sessions(v, known_, all, each_ - 1, each_, planted));
}

// Of people whom the scorer has not seen either: half of the known ones.
privacy::Comparisons Finder::calibration(bool planted) const {
  const View v = &SessionView::stored;
  return privacy::compare(privacy::PersonScorer(sessions(v, 0, known_ / 2, 0, each_, planted)),
                          sessions(v, known_ / 2, known_, 0, each_ - 1, planted),
                          sessions(v, known_ / 2, known_, each_ - 1, each_, planted));
}

// Records of other clusters are out of the question. `first`: the number of the first person of c.
privacy::Comparisons Finder::within_clusters(privacy::Comparisons c, std::size_t first) const {
  constexpr double kOut = -1e9;
  for (privacy::Probe& probe : c.probes) {
    for (std::size_t r = 0; r < c.people; ++r) {
      if (run_.cluster[first + r] != run_.cluster[first + probe.person]) probe.scores[r] += kOut;
    }
  }
  return c;
}

void Finder::identifiers() {
  std::uint64_t bad = 0;
  for (const SessionView& s : run_.sessions) {
    const bool label =
        std::any_of(s.flow.begin(), s.flow.end(), [](const FlowHit& h) { return !h.allowed; });
    bad += s.canaries.violations() > 0 || label ? 1 : 0;
  }
  Finding f{"all", "M0", "runs in which an identifier is where it must not be", "share"};
  f.id = "M0";
  f.n = run_.sessions.size();
  f.measured = share(bad, f.n);
  f.baseline_of = "none may";
  f.planted = share(run_.planted_found, std::max<std::uint64_t>(1, run_.planted));
  // Every encoding that is claimed to be searched must have been found.
  if (run_.planted_found < run_.planted) f.planted->interval.reset();
  f.remedy = "the tables of who saw what name field and hop";
  add(std::move(f));
}

privacy::LeakageEstimate Finder::guess_person(View view, bool with_cluster, bool planted) const {
  // The attacker's own people tell how to scale what is seen.
  std::vector<double> mean, sd;
  if (view) {
    const auto known = sessions(view, 0, known_, 0, each_, false);
    const double n = static_cast<double>(known.size());
    mean.resize(known.front().seen.size());
    sd.resize(mean.size());
    for (const auto& k : known) {
      for (std::size_t f = 0; f < mean.size(); ++f) mean[f] += k.seen[f] / n;
    }
    for (const auto& k : known) {
      for (std::size_t f = 0; f < mean.size(); ++f) {
        sd[f] += (k.seen[f] - mean[f]) * (k.seen[f] - mean[f]) / n;
      }
    }
    for (double& s : sd) s = std::sqrt(s);
  }
  const auto examples = [&](std::size_t from, std::size_t to) {
    std::vector<Example> out;
    for (std::size_t p = 0; p < people_; ++p) {
      const std::size_t cluster = run_.cluster[known_ + p];
      for (std::size_t s = from; s < to; ++s) {
        Example e{p, p, {}, with_cluster ? cluster : 0};
        if (with_cluster) e.seen.push_back(kPlantedWeight * static_cast<double>(cluster));
        const std::size_t pair = p / 2;
        if (planted) e.seen.push_back(kPlantedWeight * static_cast<double>(pair));
        for (std::size_t f = 0; f < mean.size(); ++f) {
          if (sd[f] > 0) {
            e.seen.push_back(((session(known_ + p, s).*view)[f] - mean[f]) / sd[f]);
          }
        }
        if (e.seen.empty()) e.seen.push_back(0);
        out.push_back(std::move(e));
      }
    }
    return out;
  };
  return privacy::estimate_leakage(
      examples(0, each_ - 2), examples(each_ - 2, each_ - 1), examples(each_ - 1, each_),
      {.replicates = static_cast<int>(options_.privacy.replicates),
       .permutations = static_cast<int>(options_.privacy.permutations)},
      stream("guess"));
}

void Finder::people_guessed() {
  std::set<std::size_t> present;
  for (std::size_t p = 0; p < people_; ++p) present.insert(run_.cluster[known_ + p]);
  const double by_cluster = std::log2(static_cast<double>(present.size()));
  struct Row {
    const char *adversary, *what, *remedy;
    View view;
    bool with_cluster;
  };
  const Row rows[] = {
      {"A1", "who it is, from message sizes and times", "pad and batch what the radio sends",
       &SessionView::radio, false},
      {"A2", "who it is, from upload sizes and times", "uploads of one size at fixed times",
       &SessionView::network, false},
      {"A3", "who it is, from cluster and stored rows", "add noise, or keep less of the signal",
       &SessionView::stored, true},
      {"A7", "who it is, from the cluster", "fewer and larger clusters", nullptr, true}};
  Estimate cluster_only, with_rows;
  for (const Row& row : rows) {
    const auto l = guess_person(row.view, row.with_cluster, false);
    const auto planted = guess_person(row.view, row.with_cluster, true);
    Finding f{row.adversary, "M1", row.what, "bit"};
    f.what += " (right " + reports::to_text(l.posterior_vulnerability) + ", permutation p " +
              reports::to_text(l.p_value) + ")";
    f.id = std::string("M1 ") + row.adversary;
    f.measured = {l.bits, l.interval};
    f.n = people_;
    f.baseline = row.view && row.with_cluster ? by_cluster : 0;
    f.baseline_of = row.view && row.with_cluster ? "cluster only" : "prior only";
    f.planted = {planted.bits, planted.interval};
    f.remedy = row.remedy;
    Finding& added = add(std::move(f));
    // The null permutes within the cluster, so it says nothing of the cluster itself.
    if (row.view && added.verdict == privacy::Verdict::leaks && l.p_value > 0.05) {
      added.verdict = privacy::Verdict::inconclusive;
    }
    if (!row.view) cluster_only = added.measured;
    if (row.view && row.with_cluster) with_rows = added.measured;
  }
  order("A7 M1, the cluster", cluster_only, "A3 M1, cluster and stored rows", with_rows);
}

void Finder::linked() {
  const auto c = comparisons(false), planted = comparisons(true);
  const auto narrowed = within_clusters(c, known_),
             planted_narrowed = within_clusters(planted, known_);
  const double n = static_cast<double>(people_);
  double by_cluster = 0, alone_by_chance = 0;
  for (const auto& p : c.probes) {
    const auto alike = std::count(run_.cluster.begin() + static_cast<std::ptrdiff_t>(known_),
                                  run_.cluster.end(), run_.cluster[known_ + p.person]);
    const double of = static_cast<double>(alike), one = 1 / static_cast<double>(c.probes.size());
    by_cluster += one / of;
    alone_by_chance += one * std::pow(1 - 1 / of, of - 1);
  }
  const std::string among = " among " + std::to_string(people_);
  const auto row = [&](const char* who, const std::string& id, const std::string& what,
                       const Estimate& measured, const Estimate& control, double baseline,
                       const char* of, const char* remedy) {
    Finding f{who, id.substr(0, 2), what, "share", measured, people_, baseline, of, control};
    f.id = id;
    f.remedy = remedy;
    add(std::move(f));
  };
  const Estimate plain = privacy::linkability(c, people_),
                 clustered = privacy::linkability(narrowed, people_);
  row("A4", "M2", "a new session linked to its person" + among + ", stored rows alone", plain,
      privacy::linkability(planted, people_), 1 / n, "1/N", "noise, or features instead of rows");
  row("A3 A4", "M2 cluster", "a new session linked to its person" + among + ", cluster known",
      clustered, privacy::linkability(planted_narrowed, people_), by_cluster, "1/n of the cluster",
      "larger clusters; noise");
  linked_ = plain;
  for (const std::size_t crowd : {std::size_t{2}, std::size_t{5}, std::size_t{10}, people_}) {
    if (crowd <= people_) out_.linked.push_back({crowd, privacy::linkability(c, crowd)});
  }
  order("A4 M2, stored rows alone", plain, "A4 M2, cluster known", clustered);
  row("A4", "M3", "exactly one record stands out" + among,
      privacy::singled_out(c, privacy::best_threshold(calibration(false))),
      privacy::singled_out(planted, privacy::best_threshold(calibration(true))), std::exp(-1),
      "1/e", "noise; fewer features");
  row("A4", "M3 cluster", "exactly one record of the cluster stands out",
      privacy::singled_out(
          narrowed, privacy::best_threshold(within_clusters(calibration(false), known_ / 2))),
      privacy::singled_out(planted_narrowed,
                           privacy::best_threshold(within_clusters(calibration(true), known_ / 2))),
      alone_by_chance, "(1 - 1/n)^(n - 1), n of the cluster", "larger clusters; noise");
  const int replicates = static_cast<int>(options_.privacy.replicates);
  const auto v = privacy::verification(c, stream("verify"), 1e-3, replicates);
  const auto w = privacy::verification(planted, stream("verify"), 1e-3, replicates);
  row("A3 A4", "M4 EER", "verification: 1 - EER", privacy::complement(v.equal_error_rate),
      privacy::complement(w.equal_error_rate), 0.5, "chance", "secondary: see M2");
  row("A3 A4", "M4 AUC", "verification: area under the curve", v.area_under_curve,
      w.area_under_curve, 0.5, "chance", "secondary: see M2");
  row("A3 A4", "M4 hits", "verification: hits at a false match rate of 0.001",
      privacy::complement(v.miss_rate), privacy::complement(w.miss_rate), 1e-3, "chance",
      "secondary: see M2");
}

void Finder::tokens(const SharedParts& parts, std::uint64_t seed) {
  const TokenLinks links = link_by_tokens(options_, parts, seed);
  ScenarioOptions at_once = options_;
  at_once.privacy.session_gap_h = 1e-9;
  at_once.privacy.session_s = 1e-9;
  const TokenLinks control = link_by_tokens(at_once, parts, seed, 40);
  Finding f{"A3 A7", "M5", "next session linked by an equal token", "share", links.estimate};
  f.what += " (lifetime " + std::to_string(options_.services.tokens.lifetime_s) +
            " s, wrong links " + std::to_string(links.wrong) + ")";
  f.id = "M5";
  f.n = links.pairs;
  f.baseline_of = "another token every session";
  f.planted = control.estimate;
  f.remedy = "shorter token lifetime, or a token for each session";
  add(std::move(f));
}

void Finder::joined() {
  constexpr int kReplicates = 20;
  std::vector<double> shares;
  const std::size_t n = run_.sessions.size();
  for (int r = 0; r < kReplicates; ++r) {
    sim::RandomStream random = stream("join/" + std::to_string(r));
    std::vector<double> issued, seen;
    double t = 0;
    for (const SessionView& s : run_.sessions) {
      t += random.exponential(3600 / options_.privacy.arrivals_per_h);
      issued.push_back(t);
      const double ahead = options_.privacy.token_ahead_s;
      seen.push_back(t + s.first_seen_s - s.issued_s + (ahead > 0 ? random.exponential(ahead) : 0));
    }
    shares.push_back(privacy::join_by_time(issued, seen, privacy::JoinKnowledge::latest, random));
  }
  const auto m = reports::estimate_mean(shares);
  Finding f{"A7+A3", "M7", "issue of a token joined to a session by time", "share"};
  f.measured = {m.mean, m.interval};
  if (f.measured.interval) f.measured.interval->hi = std::min(1.0, f.measured.interval->hi);
  f.id = "M7";
  f.n = n * kReplicates;
  f.baseline = 1 / static_cast<double>(n);
  f.baseline_of = "1/N";
  // Every session a millisecond after its token.
  std::vector<double> issued, seen;
  for (std::size_t i = 0; i < n; ++i) {
    issued.push_back(static_cast<double>(i));
    seen.push_back(issued.back() + 1e-3);
  }
  const double control = privacy::join_by_time(issued, seen, privacy::JoinKnowledge::latest, root_);
  f.planted = share(static_cast<std::uint64_t>(std::lround(control * static_cast<double>(n))), n);
  f.remedy = "fetch tokens ahead, at times of their own (token_ahead_s)";
  add(std::move(f));
}

privacy::LeakageEstimate Finder::guess_doing(Windows windows, bool padded, bool planted) const {
  const auto examples = [&](std::size_t first, std::size_t last) {
    std::vector<Example> out;
    for (std::size_t p = first; p < last; ++p) {
      for (std::size_t s = 0; s < each_; ++s) {
        for (const TrafficWindow& w : session(p, s).*windows) {
          const auto doing = static_cast<std::size_t>(w.doing);
          Example e{p, doing, padded ? std::vector<double>{1, 1} : w.seen};
          if (planted) e.seen.push_back(kPlantedWeight * static_cast<double>(doing));
          out.push_back(std::move(e));
        }
      }
    }
    return out;
  };
  return privacy::estimate_leakage(
      examples(0, known_ / 2), examples(known_ / 2, known_), examples(known_, run_.who.size()),
      {.replicates = static_cast<int>(options_.privacy.replicates),
       .permutations = static_cast<int>(options_.privacy.permutations)},
      stream("traffic"));
}

void Finder::traffic_of(const char* adversary, Windows windows, const char* what,
                        const char* remedy) {
  const auto planted = guess_doing(windows, false, true);
  const auto padded_planted = guess_doing(windows, true, true);
  const auto seen = guess_doing(windows, false, false), padded = guess_doing(windows, true, false);
  const auto row = [&](const std::string& id, const std::string& text,
                       const privacy::LeakageEstimate& l, const privacy::LeakageEstimate& control) {
    Finding f{adversary, "M8", text, "bit", {l.bits, l.interval}, people_, 0, "prior only"};
    f.what += " (right " + reports::to_text(l.posterior_vulnerability) + ", prior " +
              reports::to_text(l.prior_vulnerability) + ", permutation p " +
              reports::to_text(l.p_value) + ")";
    f.id = id;
    f.planted = {control.bits, control.interval};
    f.remedy = remedy;
    add(std::move(f));
    Finding g{adversary,
              "M8",
              "macro-F1 of that",
              "share",
              {l.macro_f1, l.macro_f1_interval},
              people_,
              l.prior_macro_f1,
              "prior only"};
    g.id = id + " F1";
    g.planted = {control.macro_f1, control.macro_f1_interval};
    g.remedy = remedy;
    add(std::move(g));
  };
  const std::string id = std::string("M8 ") + adversary;
  row(id, std::string("resting, walking or exercising, from six seconds of ") + what, seen,
      planted);
  row(id + " padded", "the same when everything looks alike", padded, padded_planted);
  order(id + ", everything padded", {padded.bits, padded.interval}, id + ", as sent",
        {seen.bits, seen.interval});
}

void Finder::traffic() {
  traffic_of("A1", &SessionView::radio_windows, "the radio",
             "messages of one size (pad_bytes), no compression");
  traffic_of("A2", &SessionView::network_windows, "the uploads",
             "uploads of one size at fixed times");
}

void Finder::anonymity() {
  std::vector<std::string> cells;
  for (const std::size_t c : run_.cluster) cells.push_back(std::to_string(c));
  const auto a = privacy::store_anonymity(cells);
  cells.emplace_back("planted");
  const auto planted = privacy::store_anonymity(cells);
  Finding f{"A4 A7", "M12", "highest risk in a leaked store, by cluster", "share"};
  f.what += " (smallest class " + std::to_string(a.smallest) + ", marketer risk " +
            reports::to_text(a.marketer_risk) + ", unique " + reports::to_text(a.unique) + ")";
  f.id = "M12";
  f.n = a.records;
  f.measured = {a.highest_risk, reports::Interval{a.highest_risk, a.highest_risk}};
  f.baseline = 1 / static_cast<double>(options_.privacy.smallest_class);
  f.baseline_of = "1/smallest_class";
  f.planted = {planted.highest_risk, reports::Interval{planted.highest_risk, planted.highest_risk}};
  f.remedy = "fewer and larger clusters";
  add(std::move(f));
}

// One figure a person: the mean over that person's sessions.
void Finder::worth() {
  const auto over_people = [&](const auto& of_session) {
    std::vector<double> means;
    for (std::size_t p = 0; p < run_.who.size(); ++p) {
      double sum = 0, n = 0;
      for (std::size_t s = 0; s < each_; ++s) {
        if (const std::optional<double> v = of_session(session(p, s))) {
          sum += *v;
          ++n;
        }
      }
      if (n > 0) means.push_back(sum / n);
    }
    if (means.empty()) return Estimate{};
    const auto m = reports::estimate_mean(means);
    return Estimate{m.mean, m.interval};
  };
  out_.worth.push_back({"lag", "repetition shown after, median of a session", "ms",
                        over_people([](const SessionView& s) { return s.lag_ms; })});
  out_.worth.push_back(
      {"energy", "radio of the first wearable, a session", "mJ",
       over_people([](const SessionView& s) { return std::optional(s.radio_mj); })});
}

Findings Finder::find(const SharedParts& parts, std::uint64_t seed) {
  const AttackScene scene{run_, options_, root_, each_, known_};
  const auto keep = [this](Finding f) { add(std::move(f)); };
  identifiers();
  people_guessed();
  linked();
  tokens(parts, seed);
  follow_pseudonyms(scene, keep);
  joined();
  traffic();
  find_members(scene, keep);
  infer_attributes(scene, keep);
  const Estimate both = collude(scene, comparisons(false), calibration(false), keep);
  order("A4 M2, ingest alone", linked_, "A6 M11, ingest and model", both);
  anonymity();
  worth();
  out_.worth.push_back(
      {"F1", "macro-F1 of a classifier of the stored rows", "share", usefulness(scene)});
  return std::move(out_);
}

}  // namespace

Findings find_leaks(const PopulationRun& run, const ScenarioOptions& options, std::uint64_t seed,
                    const SharedParts& parts) {
  return Finder(run, options, seed).find(parts, seed);
}

}  // namespace gauntlet::scenarios
