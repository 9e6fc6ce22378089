// Whether the scenario has what its campaign names: said before the first run, in the campaign's
// own file.
#include <algorithm>

#include "campaign/attack_search.h"
#include "campaign/campaign.h"

namespace gauntlet::campaign {
namespace {

using Set = std::vector<std::string>;

void append(Set& set, const Set& more) { set.insert(set.end(), more.begin(), more.end()); }

class ScenarioChecker {
 public:
  ScenarioChecker(const Campaign& campaign, const CampaignFiles& files,
                  std::vector<scenarios::Diagnostic>& problems)
      : campaign_(campaign), files_(files), problems_(problems) {}

  void check() const {
    const CampaignOptions& o = campaign_.options;
    if (!check_set("scenario", files_.scenario, campaign_.base_set)) return;
    check_values("effort", {effort_text(o.effort, o.effort.min)});
    check_values("effort", {effort_text(o.effort, o.effort.max)});
    for (std::size_t i = 0; i < o.parameters.size(); ++i) {
      const ParameterOptions& p = o.parameters[i];
      const std::string key = "parameter[" + std::to_string(i) + "]";
      if (p.scale == Scale::choice) {
        for (const std::string& value : p.values) check_values(key, {p.path + "=" + value});
      } else {
        check_values(key, {p.path + "=" + value_at(p, 0)});
        check_values(key, {p.path + "=" + value_at(p, 1)});
      }
    }
    if (!o.detection.scenario.empty()) {
      check_set("detection.set", files_.detection, o.detection.set);
    }
    for (std::size_t i = 0; i < o.variants.size(); ++i) {
      const std::string key = "variant[" + std::to_string(i) + "]";
      check_values(key + ".set", o.variants[i].set);
      check_values(key + ".attacker", o.variants[i].attacker);
      if (o.costs.scenario.empty()) continue;
      Set set = o.costs.set;
      for (const std::string& each : o.variants[i].set) {
        if (!each.starts_with("attack")) set.push_back(each);
      }
      check_set(key, files_.costs, set);
    }
  }

 private:
  void check_values(const std::string& key, const Set& values) const {
    Set set = campaign_.base_set;
    append(set, values);
    check_set(key, files_.scenario, set);
  }
  bool check_set(const std::string& key, const std::string& scenario, const Set& set) const {
    const auto loaded = Trials::scenario_of({scenario, set, 1});
    if (loaded) return true;
    // One line, without the place in a text that nobody wrote.
    std::string why = loaded.error().message;
    while (why.starts_with(": ") || why.starts_with("--set: ")) why.erase(0, why.find(' ') + 1);
    while (!why.empty() && why.back() == '\n') why.pop_back();
    std::replace(why.begin(), why.end(), '\n', ';');
    // Both ends of a range make the same mistake.
    auto problem = diagnostic_at(campaign_, key, key + ": " + why);
    if (problems_.empty() || problems_.back().message != problem.message) {
      problems_.push_back(std::move(problem));
    }
    return false;
  }

  const Campaign& campaign_;
  const CampaignFiles& files_;
  std::vector<scenarios::Diagnostic>& problems_;
};

}  // namespace

void check_against_scenario(const Campaign& campaign, const CampaignFiles& files,
                            std::vector<scenarios::Diagnostic>& problems) {
  ScenarioChecker(campaign, files, problems).check();
}

}  // namespace gauntlet::campaign
