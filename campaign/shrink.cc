#include "campaign/shrink.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "campaign/attack_search.h"

namespace gauntlet::campaign {
namespace {

class Shrinker {
 public:
  Shrinker(const ShrinkTask& task, Trials& trials, CounterExample& example)
      : task_(task), trials_(trials), example_(example) {}

  Result<void> run() {
    for (const ParameterOptions& p : task_.options.parameters) {
      if (const auto done = simplify(p); !done) return done;
    }
    if (const auto done = bisect(); !done) return done;
    const auto scenario = Trials::scenario_of(example_.trial);
    if (!scenario) return scenario.error();
    example_.scenario_text = scenario->source.effective;
    example_.cost = cost_of(scenario->options);
    return {};
  }

 private:
  // Whether the success remains; then it is the example.
  Result<bool> still(std::vector<std::string> set, double effort) {
    const Trial trial{example_.trial.scenario, std::move(set), example_.trial.seed};
    const auto outcomes = trials_.run({trial}, task_.question);
    if (!outcomes) return outcomes.error();
    if (!outcomes->front().holds) return false;
    example_.trial = trial;
    example_.effort = effort;
    example_.outcome = outcomes->front();
    return true;
  }

  // The last that is set wins, so it is the one that was searched.
  std::ptrdiff_t place_of(const std::string& path) const {
    const auto& set = example_.trial.set;
    const auto it = std::find_if(set.rbegin(), set.rend(), [&path](const std::string& each) {
      return each.starts_with(path + "=");
    });
    return it == set.rend() ? -1 : set.rend() - it - 1;
  }

  Result<void> simplify(const ParameterOptions& p) {
    const std::ptrdiff_t at = place_of(p.path);
    if (at < 0) return {};
    std::vector<std::string> set = example_.trial.set;
    set.erase(set.begin() + at);
    const auto gone = still(set, example_.effort);
    if (!gone) return gone.error();
    if (*gone || p.scale == Scale::choice) return {};
    set = example_.trial.set;
    double value = 0;
    std::string& text = set[static_cast<std::size_t>(at)];
    const std::size_t equals = text.find('=') + 1;
    std::from_chars(text.data() + equals, text.data() + text.size(), value);
    char two_digits[32];
    std::snprintf(two_digits, sizeof two_digits, "%.2g", value);
    std::from_chars(two_digits, two_digits + sizeof two_digits, value);
    if (value < p.min || value > p.max) return {};
    text = p.path + "=" + number_text(value);
    const auto rounded = still(std::move(set), example_.effort);
    return rounded ? Result<void>() : rounded.error();
  }

  Result<void> bisect() {
    constexpr int kHalvings = 6;
    double fails = task_.fails;
    const std::ptrdiff_t at = place_of(task_.options.effort.path);
    for (int i = 0; i < kHalvings && fails < example_.effort && at >= 0; ++i) {
      const double effort = whole(task_.options.effort, fails + (example_.effort - fails) / 2);
      std::vector<std::string> set = example_.trial.set;
      set[static_cast<std::size_t>(at)] = effort_text(task_.options.effort, effort);
      if (set == example_.trial.set) break;  // whole numbers only
      const auto ok = still(std::move(set), effort);
      if (!ok) return ok.error();
      if (!*ok) fails = effort;
    }
    return {};
  }

  const ShrinkTask& task_;
  Trials& trials_;
  CounterExample& example_;
};

}  // namespace

Result<void> shrink_example(const ShrinkTask& task, Trials& trials, CounterExample& example) {
  return Shrinker(task, trials, example).run();
}

}  // namespace gauntlet::campaign
