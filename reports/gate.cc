#include "reports/gate.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "reports/metrics/registry.h"
#include "reports/statistics/distributions.h"
#include "reports/statistics/paired.h"

namespace gauntlet::reports {

namespace {

struct Thresholds {
  double relative = 0;
  double absolute = 0;
  Judge judge = Judge::hard;
};

bool fits(const std::string& rule, const std::string& metric) {
  if (!rule.ends_with(".*")) return rule == metric;
  return metric.starts_with(std::string_view(rule).substr(0, rule.size() - 1));
}

Thresholds thresholds_for(const std::string& metric, const MetricInfo& info,
                          const GateConfig& config) {
  Thresholds out{info.threshold_relative, info.threshold_absolute, Judge::hard};
  for (const GateRule& r : config.rules) {
    if (fits(r.metric, metric)) out = {r.relative, r.absolute, r.judge};
  }
  return out;
}

// How much worse: > 0 is worse.
double worsening(Better better, double baseline, double candidate) {
  switch (better) {
    case Better::lower:
      return candidate - baseline;
    case Better::higher:
      return baseline - candidate;
    case Better::nearer_zero:
      return std::abs(candidate) - std::abs(baseline);
    case Better::neither:
      break;
  }
  return 0;
}

struct Pairs {
  std::vector<double> baseline, candidate;
  std::size_t lost = 0;  // seeds in which only the baseline has a value
};

Pairs pair_up(const Metric& baseline, const Metric& candidate) {
  Pairs out;
  for (std::size_t i = 0; i < baseline.per_seed.size(); ++i) {
    if (!baseline.per_seed[i]) continue;
    if (i >= candidate.per_seed.size() || !candidate.per_seed[i]) {
      ++out.lost;
      continue;
    }
    out.baseline.push_back(*baseline.per_seed[i]);
    out.candidate.push_back(*candidate.per_seed[i]);
  }
  return out;
}

std::string with_unit(double value, const std::string& unit) {
  return to_text(value) + (unit == "share" || unit == "count" ? "" : ' ' + unit);
}

// Seeds at which the interval would be as narrow as its centre is far from the threshold.
std::string seeds_that_would_decide(const MeanEstimate& worse, double threshold, double level) {
  const double distance = std::abs(worse.mean - threshold);
  const double z = normal_quantile((1 + level) / 2);
  const double n =
      std::ceil(std::pow(z * worse.standard_deviation / std::max(distance, 1e-300), 2));
  if (!(n < 10000)) return "; no number of seeds within reason would decide";
  return "; about " + to_text(std::max(n, static_cast<double>(worse.n + 1))) +
         " seeds would decide";
}

// Fills verdict and why of a finding whose numbers stand.
void decide(GateFinding& f, const MeanEstimate& worse, double relative_part, double level) {
  const double floor = f.threshold;
  const bool beyond = worse.mean > floor;
  const std::string by = worse.mean > 0   ? "worse by " + with_unit(worse.mean, f.unit)
                         : worse.mean < 0 ? "better by " + with_unit(-worse.mean, f.unit)
                                          : std::string("unchanged");
  const std::string limit =
      with_unit(floor, f.unit) + (relative_part >= floor && floor > 0 ? " (relative)" : "");
  if (!worse.interval) {
    f.verdict = beyond ? Verdict::regression : Verdict::pass;
    f.why = by + " on one seed, " + (beyond ? "beyond " : "within ") + limit +
            "; exact for this seed, no interval for others";
    return;
  }
  const std::string interval = " [" + to_text(worse.interval->lo) + ", " +
                               to_text(worse.interval->hi) + "] over " + std::to_string(worse.n) +
                               " seeds";
  if (beyond && worse.interval->lo > 0) {
    f.verdict = Verdict::regression;
    f.why = by + interval + ": beyond " + limit + " and surely above 0";
  } else if (worse.interval->hi <= floor) {
    f.verdict = Verdict::pass;
    f.why = by + interval + ": a worsening beyond " + limit + " is excluded";
  } else {
    f.verdict = Verdict::inconclusive;
    f.why = by + interval + ": " +
            (beyond ? "beyond " + limit + ", yet it may be nothing"
                    : "not beyond " + limit + ", yet it may be") +
            seeds_that_would_decide(worse, beyond ? 0 : floor, level);
  }
}

GateFinding not_judged(GateFinding f, std::string why) {
  f.judged = false;
  f.why = std::move(why);
  return f;
}

GateFinding undecided(GateFinding f, std::string why) {
  f.judged = true;
  f.verdict = Verdict::inconclusive;
  f.why = std::move(why);
  return f;
}

GateFinding compare(const std::string& name, const Metric* baseline, const Metric* candidate,
                    const GateConfig& config, double level) {
  GateFinding f;
  f.metric = name;
  f.unit = baseline ? baseline->unit : candidate->unit;
  const MetricInfo* info = find_metric(name);
  if (info == nullptr) return not_judged(f, "this version does not know it");
  const Thresholds limits = thresholds_for(name, *info, config);
  if (limits.judge == Judge::off) return not_judged(f, "switched off");
  f.advisory = limits.judge == Judge::advisory;
  if (info->better == Better::neither) return not_judged(f, "no direction is better");
  if (baseline == nullptr || !baseline->value)
    return not_judged(f, "the baseline does not have it");
  if (candidate == nullptr) return undecided(f, "the candidate does not have it");
  if (baseline->unit != candidate->unit) {
    return undecided(f, "units differ: " + baseline->unit + ", " + candidate->unit);
  }
  const Pairs pairs = pair_up(*baseline, *candidate);
  if (pairs.lost > 0) {
    return undecided(f, "the candidate lacks it in " + std::to_string(pairs.lost) + " of " +
                            std::to_string(pairs.lost + pairs.baseline.size()) + " seeds: " +
                            (candidate->reason.empty() ? "no reason given" : candidate->reason));
  }
  std::vector<double> worse(pairs.baseline.size());
  for (std::size_t i = 0; i < worse.size(); ++i) {
    worse[i] = worsening(info->better, pairs.baseline[i], pairs.candidate[i]);
  }
  f.judged = true;
  f.pairs = worse.size();
  f.baseline = estimate_mean(pairs.baseline).mean;
  f.candidate = estimate_mean(pairs.candidate).mean;
  f.difference = paired_difference(pairs.baseline, pairs.candidate, level).difference.interval;
  const double relative_part = limits.relative * std::abs(*f.baseline);
  f.threshold = std::max(relative_part, limits.absolute);
  decide(f, estimate_mean(worse, level), relative_part, level);
  return f;
}

std::optional<std::string> why_incompatible(const Provenance& a, const Provenance& b) {
  if (a.scenario != b.scenario) {
    return "the baseline is of scenario \"" + a.scenario + "\", the candidate of \"" + b.scenario +
           '"';
  }
  if (a.seeds != b.seeds) {
    return "the seeds differ (" + std::to_string(a.seeds.size()) + " in the baseline, " +
           std::to_string(b.seeds.size()) + " in the candidate): nothing can be paired";
  }
  if (a.duration_s != b.duration_s) {
    return "the baseline lasts " + to_text(a.duration_s) + " s, the candidate " +
           to_text(b.duration_s) + " s";
  }
  return std::nullopt;
}

int rank(const GateFinding& f) {
  if (!f.judged) return 5;
  if (f.verdict == Verdict::pass) return 4;
  return (f.verdict == Verdict::regression ? 0 : 2) + (f.advisory ? 1 : 0);
}

std::vector<std::string> names_in(const ResultFile& a, const ResultFile& b) {
  std::vector<std::string> names;
  for (const auto& [name, m] : a.metrics) names.push_back(name);
  for (const auto& [name, m] : b.metrics) names.push_back(name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<GateFinding> compare_all(const ResultFile& baseline, const ResultFile& candidate,
                                     const GateConfig& config, double level) {
  std::vector<GateFinding> out;
  for (const std::string& name : names_in(baseline, candidate)) {
    const auto b = baseline.metrics.find(name), c = candidate.metrics.find(name);
    out.push_back(compare(name, b == baseline.metrics.end() ? nullptr : &b->second,
                          c == candidate.metrics.end() ? nullptr : &c->second, config, level));
  }
  return out;
}

std::size_t count(const std::vector<GateFinding>& findings, Verdict verdict, bool advisory) {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const GateFinding& f) {
        return f.judged && f.verdict == verdict && f.advisory == advisory;
      }));
}

void conclude(GateReport& report) {
  const auto& all = report.findings;
  const std::size_t worse = count(all, Verdict::regression, false);
  const std::size_t open = count(all, Verdict::inconclusive, false);
  const std::size_t good = count(all, Verdict::pass, false) + count(all, Verdict::pass, true);
  const std::size_t advice = count(all, Verdict::regression, true);
  report.verdict = worse > 0  ? Verdict::regression
                   : open > 0 ? Verdict::inconclusive
                              : Verdict::pass;
  report.why = std::to_string(worse) + " regressed, " + std::to_string(open) + " inconclusive, " +
               std::to_string(good) + " passed";
  if (advice > 0) report.why += ", " + std::to_string(advice) + " regressed (advisory)";
  if (worse + open + good + advice == 0) {
    report.verdict = Verdict::incompatible;
    report.why = "the two have no metric in common that could be judged";
  }
}

GateReport stop(Verdict verdict, std::string why) { return {verdict, std::move(why), {}, {}}; }

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::regression:
      return "regression";
    case Verdict::inconclusive:
      return "inconclusive";
    case Verdict::incompatible:
      return "no or incompatible baseline";
    case Verdict::infrastructure:
      return "infrastructure error";
  }
  return "unknown";
}

void GateRule::describe(OptionVisitor& v) {
  v.text("metric", metric, "a metric's name, or a family of them that ends in .*");
  v.number("relative", relative, {0, 100}, "",
           "worsening that matters, as a share of the baseline");
  v.number("absolute", absolute, {0, 1e12}, "", "worsening that matters, in the metric's unit");
  v.choice("judge", judge,
           {{"hard", Judge::hard}, {"advisory", Judge::advisory}, {"off", Judge::off}},
           "whether a regression fails the gate, is only told, or is not looked for");
}

void GateConfig::describe(OptionVisitor& v) {
  v.number("level", level, {0.5, 0.9999}, "", "confidence level of the intervals");
  v.flag("familywise", familywise, "divide the chance of a false alarm by the number of metrics");
  v.list("rule", rules, "thresholds other than the registry's; of several that fit the last holds");
}

GateReport gate(const ResultFile& baseline, const ResultFile& candidate, const GateConfig& config) {
  if (!candidate.failures.empty()) {
    return stop(Verdict::infrastructure, "the candidate's run failed: " + candidate.failures[0]);
  }
  if (!baseline.failures.empty()) {
    return stop(Verdict::incompatible, "the baseline's run failed: " + baseline.failures[0]);
  }
  if (const auto why = why_incompatible(baseline.provenance, candidate.provenance)) {
    return stop(Verdict::incompatible, *why);
  }
  GateReport out;
  if (baseline.provenance.scenario_text != candidate.provenance.scenario_text) {
    out.notes.push_back("the scenario's text differs: what is compared may be an override");
  }
  if (baseline.provenance.seeds.size() == 1) {
    out.notes.push_back("one seed: thresholds alone decide; run several for intervals");
  }
  out.findings = compare_all(baseline, candidate, config, config.level);
  const auto judged = std::count_if(out.findings.begin(), out.findings.end(),
                                    [](const GateFinding& f) { return f.judged; });
  if (config.familywise && judged > 1) {
    const double level = 1 - (1 - config.level) / static_cast<double>(judged);
    out.findings = compare_all(baseline, candidate, config, level);
    out.notes.push_back("intervals at " + to_text(100 * level) + " % for " +
                        std::to_string(judged) + " metrics judged together");
  }
  std::sort(out.findings.begin(), out.findings.end(),
            [](const GateFinding& a, const GateFinding& b) {
              return std::pair(rank(a), a.metric) < std::pair(rank(b), b.metric);
            });
  conclude(out);
  return out;
}

GateReport gate_files(const std::filesystem::path& baseline, const std::filesystem::path& candidate,
                      const GateConfig& config) {
  const Result<ResultFile> c = read_result_json(candidate);
  if (!c) return stop(Verdict::infrastructure, "candidate: " + c.error().message);
  const Result<ResultFile> b = read_result_json(baseline);
  if (!b) {
    const bool none = b.error().code == "missing" || b.error().code == "schema";
    return stop(none ? Verdict::incompatible : Verdict::infrastructure,
                "baseline: " + b.error().message);
  }
  return gate(*b, *c, config);
}

}  // namespace gauntlet::reports
