#include "campaign/campaign.h"

#include <algorithm>

#include "campaign/attack_search.h"

namespace gauntlet::campaign {
namespace {

class Runner {
 public:
  Runner(const Campaign& campaign, Trials& trials) : options_(campaign.options), trials_(trials) {}

  Result<VariantResult> run(const VariantOptions& variant) {
    VariantResult result;
    result.variant = variant;
    Result<void> done = variant.role == Role::no_attack ? watch(result) : attack(result);
    if (!done) return done.error();
    judge(result);
    return result;
  }

 private:
  std::string effort_text(double effort) const {
    return options_.effort.path + "=" + number_text(effort);
  }
  std::vector<std::string> overrides(const VariantResult& result, double effort) const {
    std::vector<std::string> set = result.variant.set;
    set.insert(set.end(), result.attack.begin(), result.attack.end());
    set.push_back(effort_text(effort));
    return set;
  }

  // What happens where nobody attacks.
  Result<void> watch(VariantResult& result) {
    return confirm(result, 0, result.variant.set, 1 - options_.confirmation.level);
  }

  Result<void> attack(VariantResult& result) {
    std::vector<std::string> fixed = result.variant.set;
    fixed.push_back(effort_text(options_.effort.max));
    const auto found = search_attack(options_, fixed, "campaign/" + result.variant.name, trials_);
    if (!found) return found.error();
    result.attack = found->set;
    result.points = found->points;
    result.points_successful = found->points_successful;
    result.search_robustness = found->robustness;
    const double alpha =
        (1 - options_.confirmation.level) / static_cast<double>(options_.effort.levels);
    for (std::int64_t i = 0; i < options_.effort.levels; ++i) {
      const double effort = effort_at(options_.effort, i);
      const auto done = confirm(result, effort, overrides(result, effort), alpha);
      if (!done) return done;
      const Level& level = result.levels.back();
      if (!result.smallest_effort && level.successes > 0 &&
          level.interval.lo >= options_.effort.required_share) {
        result.smallest_effort = effort;
      }
    }
    return result.example ? shrink(result) : Result<void>();
  }

  // One level on fresh seeds; the first success is kept.
  Result<void> confirm(VariantResult& result, double effort, const std::vector<std::string>& set,
                       double alpha) {
    std::vector<Trial> todo;
    for (std::int64_t s = 0; s < options_.confirmation.seeds; ++s) {
      todo.push_back({set, static_cast<std::uint64_t>(options_.confirmation.first_seed + s)});
    }
    const auto outcomes = trials_.run(todo);
    if (!outcomes) return outcomes.error();
    Level level;
    level.effort = effort;
    level.seeds = outcomes->size();
    for (std::size_t i = 0; i < outcomes->size(); ++i) {
      if (!(*outcomes)[i].holds) continue;
      ++level.successes;
      if (result.example || result.variant.role == Role::no_attack) continue;
      result.example = CounterExample{todo[i], effort, (*outcomes)[i], {}};
    }
    level.interval = reports::clopper_pearson_interval(level.successes, level.seeds, 1 - alpha);
    result.levels.push_back(level);
    return {};
  }

  // Whether the success remains; then it is the example.
  Result<bool> still(CounterExample& example, std::vector<std::string> set, double effort) {
    const Trial trial{std::move(set), example.trial.seed};
    const auto outcome = trials_.run({trial});
    if (!outcome) return outcome.error();
    if (!outcome->front().holds) return false;
    example.trial = trial;
    example.effort = effort;
    example.outcome = outcome->front();
    return true;
  }

  Result<void> shrink(VariantResult& result) {
    CounterExample& example = *result.example;
    for (const std::string& each : result.attack) {
      std::vector<std::string> set = example.trial.set;
      set.erase(std::find(set.begin(), set.end(), each));
      if (const auto ok = still(example, std::move(set), example.effort); !ok) return ok.error();
    }
    // The lowest level at which anything was found, so the one below it failed on every seed.
    const auto at = std::find_if(result.levels.begin(), result.levels.end(),
                                 [](const Level& level) { return level.successes > 0; });
    if (at != result.levels.begin()) {
      constexpr int kHalvings = 6;
      double fails = (at - 1)->effort;
      for (int i = 0; i < kHalvings; ++i) {
        const double effort = fails + (example.effort - fails) / 2;
        std::vector<std::string> set = example.trial.set;
        set.back() = effort_text(effort);
        const auto ok = still(example, std::move(set), effort);
        if (!ok) return ok.error();
        if (!*ok) fails = effort;
      }
    }
    const auto scenario = trials_.scenario_of(example.trial);
    if (!scenario) return scenario.error();
    example.scenario_text = scenario->source.effective;
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
      const auto& interval = result.levels.front().interval;
      const double stated = result.variant.stated_rate;
      if (stated < interval.lo || stated > interval.hi) {
        result.control_failure = "without any attack the formula holds in " +
                                 std::to_string(result.levels.front().successes) + " of " +
                                 std::to_string(result.levels.front().seeds) +
                                 " runs, which is not the stated rate of " + number_text(stated);
      }
    }
  }

  const CampaignOptions& options_;
  Trials& trials_;
};

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

Result<CampaignResult> run_campaign(const Campaign& campaign, Trials& trials) {
  CampaignResult result;
  Runner runner(campaign, trials);
  for (const VariantOptions& variant : campaign.options.variants) {
    auto one = runner.run(variant);
    if (!one) return one.error();
    result.variants.push_back(std::move(*one));
  }
  result.simulated = trials.simulated();
  result.remembered = trials.remembered();
  return result;
}

}  // namespace gauntlet::campaign
