#include "campaign/campaign.h"

#include <algorithm>
#include <cmath>

#include "campaign/attack_search.h"
#include "campaign/shrink.h"
#include "reports/statistics/distributions.h"

namespace gauntlet::campaign {
namespace {

using Set = std::vector<std::string>;

void append(Set& set, const Set& more) { set.insert(set.end(), more.begin(), more.end()); }

class Runner {
 public:
  Runner(const Campaign& campaign, const CampaignFiles& files, Trials& trials)
      : campaign_(campaign), options_(campaign.options), files_(files), trials_(trials) {}

  Result<VariantResult> run(const VariantOptions& variant) {
    VariantResult result;
    result.variant = variant;
    Set metrics;
    if (!options_.tally.tried.empty()) metrics = {options_.tally.tried, options_.tally.succeeded};
    auto question = Question::make(variant.success.empty() ? options_.success : variant.success,
                                   metrics, options_.budget);
    if (!question) return question.error();
    question_ = std::move(*question);
    Result<void> done = variant.role == Role::no_attack ? watch(result) : attack(result);
    if (done) done = charge(result);
    if (!done) return done.error();
    judge(result);
    if (!reference_ && variant.role != Role::no_attack) reference_ = result.attack;
    return result;
  }

 private:
  Set system_of(const VariantOptions& variant) const {
    Set set = campaign_.base_set;
    append(set, variant.set);
    return set;
  }

  // What happens where nobody attacks.
  Result<void> watch(VariantResult& result) {
    Set set = system_of(result.variant);
    set.push_back("attack=[]");
    auto level = confirm(result, 0, set, 1 - options_.confirmation.level);
    if (!level) return level.error();
    result.levels.push_back(std::move(*level));
    result.p_value = binomial_test(result);
    return {};
  }

  static double binomial_test(const VariantResult& result) {
    const Level& level = result.levels.front();
    const double stated = result.variant.stated_rate;
    const auto k = static_cast<std::int64_t>(level.successes);
    const auto n = static_cast<std::int64_t>(level.seeds);
    const double as_many = 1 - reports::binomial_cdf(k - 1, n, stated);
    if (result.variant.stated_at_most) return as_many;
    return std::min(1.0, 2 * std::min(as_many, reports::binomial_cdf(k, n, stated)));
  }

  Result<FoundAttack> search(const Set& system, const VariantOptions& variant, double effort,
                             const std::string& name) {
    Set fixed = system;
    append(fixed, variant.attacker);
    fixed.push_back(effort_text(options_.effort, effort));
    return search_attack({options_, question_, files_.scenario, fixed, name}, trials_);
  }

  Result<void> attack(VariantResult& result) {
    const Set system = system_of(result.variant);
    const std::string stream = "campaign/" + result.variant.name;
    const auto found = search(system, result.variant, options_.effort.max, stream);
    if (!found) return found.error();
    result.attack = found->set;
    result.points = found->points;
    result.points_successful = found->points_successful;
    result.search_robustness = found->robustness;
    result.blind = found->blind;
    if (const auto done = climb(result, system, stream); !done) return done;
    if (const auto done = transfer(result, system); !done) return done;
    return result.example ? shrink(result) : Result<void>();
  }

  // The frontier.
  Result<void> climb(VariantResult& result, const Set& system, const std::string& stream) {
    const double alpha =
        (1 - options_.confirmation.level) / static_cast<double>(options_.effort.levels);
    for (std::int64_t i = 0; i < options_.effort.levels; ++i) {
      const double effort = effort_at(options_.effort, i);
      Set best = result.attack;
      if (options_.search.at == SearchAt::each && i + 1 < options_.effort.levels) {
        auto found = search(system, result.variant, effort, stream + "/level/" + std::to_string(i));
        if (!found) return found.error();
        result.points += found->points;
        result.points_successful += found->points_successful;
        best = std::move(found->set);
      }
      Set set = system;
      append(set, result.variant.attacker);
      append(set, best);
      set.push_back(effort_text(options_.effort, effort));
      auto level = confirm(result, effort, set, alpha);
      if (!level) return level.error();
      level->attack = std::move(best);
      if (!result.smallest_effort && level->successes > 0 &&
          level->interval.lo >= options_.effort.required_share) {
        result.smallest_effort = effort;
      }
      result.levels.push_back(std::move(*level));
    }
    return {};
  }

  // The undefended system's best attack, by somebody who does not know of the defence.
  Result<void> transfer(VariantResult& result, const Set& system) {
    if (!reference_) return {};
    Set set = system;
    append(set, *reference_);
    set.push_back(effort_text(options_.effort, options_.effort.max));
    VariantResult aside;  // its successes are no counter-examples of the best attack
    aside.variant.role = Role::no_attack;
    auto level = confirm(aside, options_.effort.max, set, 1 - options_.confirmation.level);
    if (!level) return level.error();
    level->attack = *reference_;
    result.naive = std::move(*level);
    return {};
  }

  // One level on fresh seeds; the first success is kept. The last level confirmed is tallied.
  Result<Level> confirm(VariantResult& result, double effort, const Set& set, double alpha) {
    std::vector<Trial> todo;
    for (std::int64_t s = 0; s < options_.confirmation.seeds; ++s) {
      todo.push_back(
          {files_.scenario, set, static_cast<std::uint64_t>(options_.confirmation.first_seed + s)});
    }
    const auto outcomes = trials_.run(todo, question_);
    if (!outcomes) return outcomes.error();
    Level level;
    level.effort = effort;
    level.seeds = outcomes->size();
    for (std::size_t i = 0; i < outcomes->size(); ++i) {
      const Outcome& outcome = (*outcomes)[i];
      level.robustness += outcome.robustness / static_cast<double>(outcomes->size());
      if (!outcome.holds) continue;
      ++level.successes;
      if (result.example || result.variant.role == Role::no_attack) continue;
      result.example = CounterExample{todo[i], effort, outcome, {}, {}};
    }
    level.interval = reports::clopper_pearson_interval(level.successes, level.seeds, 1 - alpha);
    count(result, *outcomes);
    return level;
  }

  void count(VariantResult& result, const std::vector<Outcome>& outcomes) const {
    result.tally.reset();
    if (options_.tally.tried.empty()) return;
    Tally tally;
    for (const Outcome& outcome : outcomes) {
      if (outcome.metrics.size() < 2 || std::isnan(outcome.metrics[0])) continue;
      tally.tried += static_cast<std::uint64_t>(outcome.metrics[0]);
      if (!std::isnan(outcome.metrics[1])) {
        tally.succeeded += static_cast<std::uint64_t>(outcome.metrics[1]);
      }
    }
    if (tally.tried == 0) return;
    tally.interval = reports::clopper_pearson_interval(tally.succeeded, tally.tried,
                                                       options_.confirmation.level);
    result.tally = tally;
  }

  Result<void> shrink(VariantResult& result) {
    double fails = options_.effort.min;
    for (const Level& level : result.levels) {
      if (level.successes > 0) break;
      fails = level.effort;
    }
    return shrink_example({options_, question_, fails}, trials_, *result.example);
  }

  // What this system costs where nobody attacks; pairs with the first variant's runs.
  Result<void> charge(VariantResult& result) {
    const CostOptions& c = options_.costs;
    if (c.scenario.empty() || result.variant.role == Role::no_attack) return {};
    Set set = c.set;
    for (const std::string& each : result.variant.set) {
      if (!each.starts_with("attack")) set.push_back(each);
    }
    set.push_back("attack=[]");
    std::vector<Trial> todo;
    for (std::int64_t s = 0; s < c.seeds; ++s) {
      todo.push_back({files_.costs, set, static_cast<std::uint64_t>(c.first_seed + s)});
    }
    const auto asked = Question::make("", c.metrics);
    const auto outcomes = trials_.run(todo, *asked);
    if (!outcomes) return outcomes.error();
    for (std::size_t m = 0; m < c.metrics.size(); ++m) {
      std::vector<double> here, there, values;
      for (std::size_t s = 0; s < outcomes->size(); ++s) {
        const double value = (*outcomes)[s].metrics[m];
        if (std::isnan(value)) continue;
        values.push_back(value);
        if (clean_.empty() || std::isnan(clean_[s].metrics[m])) continue;
        here.push_back(value);
        there.push_back(clean_[s].metrics[m]);
      }
      MetricCost cost{c.metrics[m], {}, {}};
      if (!values.empty()) cost.value = reports::estimate_mean(values);
      if (!here.empty()) cost.difference = reports::paired_difference(there, here);
      result.costs.push_back(std::move(cost));
    }
    if (clean_.empty()) clean_ = *outcomes;
    return {};
  }

  void judge(VariantResult& result) const {
    if (result.variant.role == Role::must_break && !result.smallest_effort) {
      result.control_failure =
          "this system is too weak to resist, and no effort within the budget surely succeeds "
          "against it " +
          std::to_string(static_cast<int>(100 * options_.effort.required_share)) +
          " % of the time: the campaign would miss what it looks for";
    }
    if (result.variant.role == Role::no_attack) {
      const double stated = result.variant.stated_rate;
      if (*result.p_value < 1 - options_.confirmation.level) {
        result.control_failure = "without any attack the formula holds in " +
                                 std::to_string(result.levels.front().successes) + " of " +
                                 std::to_string(result.levels.front().seeds) + " runs, which is " +
                                 (result.variant.stated_at_most ? "beyond" : "not") +
                                 " the stated rate of " + number_text(stated);
      }
    }
  }

  const Campaign& campaign_;
  const CampaignOptions& options_;
  const CampaignFiles& files_;
  Trials& trials_;
  Question question_;
  std::optional<Set> reference_;  // the best attack on the first system
  std::vector<Outcome> clean_;    // the first system's
};

// The attacks again, with the guard on.
class Watch {
 public:
  Watch(const Campaign& campaign, const CampaignFiles& files, Trials& trials)
      : campaign_(campaign), o_(campaign.options.detection), files_(files), trials_(trials) {}

  Result<Detection> detection(const std::vector<VariantResult>& variants, CleanLives& lives) {
    Detection out;
    const VariantResult* first = nullptr;
    for (const VariantResult& v : variants) {
      if (v.variant.role == Role::no_attack) continue;
      std::vector<PersonScores> attacked(static_cast<std::size_t>(o_.seeds));
      std::vector<reports::SeedResult> results(attacked.size());
      const auto done =
          trials_.each_whole(attacks_on(v), [&](std::size_t i, const scenarios::SeedRun& run) {
            attacked[i] = reports::detector_scores(*run.record);
            results[i] = run.result;
          });
      if (!done) return done.error();
      out.systems.push_back({v.variant.name, stages_of(results)});
      if (first) continue;
      first = &v;
      const auto clean = lives.of(clean_hours(v), trials_);
      if (!clean) return clean.error();
      out.detectors = detectors_of(attacked, *clean);
    }
    return out;
  }

 private:
  std::vector<Trial> trials_of(const std::string& scenario, Set set, std::int64_t from) const {
    set.push_back("phone.guard.on=true");
    std::vector<Trial> out;
    for (std::int64_t s = 0; s < o_.seeds; ++s) {
      out.push_back({scenario, set, static_cast<std::uint64_t>(from + s)});
    }
    return out;
  }
  std::vector<Trial> attacks_on(const VariantResult& v) const {
    Set set = campaign_.base_set;
    append(set, v.variant.set);
    append(set, v.variant.attacker);
    append(set, v.attack);
    set.push_back(effort_text(campaign_.options.effort, campaign_.options.effort.max));
    return trials_of(files_.scenario, std::move(set), o_.first_seed);
  }
  std::vector<Trial> clean_hours(const VariantResult& v) const {
    Set set = o_.set;
    for (const std::string& each : v.variant.set) {
      if (!each.starts_with("attack")) set.push_back(each);
    }
    set.push_back("attack=[]");
    return trials_of(files_.detection, std::move(set), o_.first_seed + o_.seeds);
  }

  const Campaign& campaign_;
  const DetectionOptions& o_;
  const CampaignFiles& files_;
  Trials& trials_;
};

// A formula that holds now and then by itself is no finding where it holds no more often under
// attack. (One that nearly always holds by itself asks whether an attack goes unhindered.)
void drop_what_happens_anyway(std::vector<VariantResult>& variants) {
  double by_itself = 0;
  for (const VariantResult& v : variants) {
    const bool same = v.variant.role == Role::no_attack && v.variant.success.empty();
    if (same && v.variant.stated_rate < 0.5) by_itself = v.variant.stated_rate;
  }
  if (by_itself == 0) return;
  for (VariantResult& v : variants) {
    if (v.variant.role != Role::measured) continue;
    if (std::any_of(v.levels.begin(), v.levels.end(),
                    [by_itself](const Level& l) { return l.interval.lo > by_itself; })) {
      continue;
    }
    v.example.reset();
    v.smallest_effort.reset();
  }
}

void choose_shown(const Campaign& campaign, const CampaignFiles& files, CampaignResult& result) {
  const VariantResult* best = nullptr;
  for (const VariantResult& v : result.variants) {
    if (v.variant.role == Role::no_attack) continue;
    const auto rank = [](const VariantResult& x) {
      return !x.found() ? 0 : x.variant.role == Role::measured ? 2 : 1;
    };
    if (!best || rank(v) > rank(*best)) best = &v;
  }
  if (!best) return;
  result.shown_variant = best->variant.name;
  if (best->example) {
    result.shown = best->example->trial;
    return;
  }
  Set set = campaign.base_set;
  append(set, best->variant.set);
  append(set, best->variant.attacker);
  append(set, best->attack);
  set.push_back(effort_text(campaign.options.effort, campaign.options.effort.max));
  result.shown = {files.scenario, set,
                  static_cast<std::uint64_t>(campaign.options.confirmation.first_seed)};
}

}  // namespace

bool CampaignResult::controls_hold() const {
  return std::all_of(variants.begin(), variants.end(),
                     [](const VariantResult& v) { return v.control_failure.empty(); });
}

bool CampaignResult::any_finding() const {
  return std::any_of(variants.begin(), variants.end(), [](const VariantResult& v) {
    return v.variant.role == Role::measured && v.found();
  });
}

Result<CampaignResult> run_campaign(const Campaign& campaign, const CampaignFiles& files,
                                    Trials& trials, CleanLives& clean) {
  CampaignResult result;
  Runner runner(campaign, files, trials);
  for (const VariantOptions& variant : campaign.options.variants) {
    auto one = runner.run(variant);
    if (!one) return one.error();
    result.variants.push_back(std::move(*one));
  }
  drop_what_happens_anyway(result.variants);
  choose_shown(campaign, files, result);
  if (!campaign.options.detection.scenario.empty()) {
    auto detection = Watch(campaign, files, trials).detection(result.variants, clean);
    if (!detection) return detection.error();
    result.detection = std::move(*detection);
  }
  return result;
}

}  // namespace gauntlet::campaign
