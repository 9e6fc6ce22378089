// A campaign file: whom an attacker meets, what he may vary, what he wants, how it is searched for
// and how the answer is confirmed. docs/campaigns.md explains every key by example.
//
// Rules that it keeps (and load_campaign() insists on): search, confirmation and costs use
// different seeds, since an interval over the samples of an adaptive search is worth nothing; every
// variant of the system meets a search of its own, by an attacker who knows the defence; effort
// (Pa, m/s2, W, requests, ppm) is one parameter, whose largest value is the budget; each campaign
// has a system too weak to resist and a run without attack, or says why nature forbids the former.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adversarial/attack_options.h"
#include "campaign/splitting.h"
#include "campaign/temporal_logic.h"
#include "core/base/options.h"
#include "scenarios/options_toml.h"

namespace gauntlet::campaign {

enum class Scale : std::uint8_t { linear, logarithmic, choice };

// An option of the scenario, by the path that --set takes, and the values it may have.
struct ParameterOptions {
  std::string path;
  Scale scale = Scale::linear;
  double min = 0, max = 1;
  std::vector<std::string> values;  // scale choice
  std::int64_t grid_points = 5;     // search.method grid: how many of linear and log
  void describe(OptionVisitor& v);
};

// What the attack costs its attacker: a number of the scenario. `integer`: only whole values.
struct EffortOptions {
  std::string path;
  std::string unit;
  Scale scale = Scale::linear;
  double min = 0, max = 1;  // max: the budget
  bool integer = false;
  std::int64_t levels = 6;      // of the frontier, both ends included
  double required_share = 0.5;  // an effort succeeds where this share of attacks surely does
  void describe(OptionVisitor& v);
};

// Beside the effort: no attack beyond any of these is tried. 0: no limit.
struct BudgetOptions {
  double pressure_pa = 0;  // of the loudspeaker, at reference_m
  double power_w = 0;      // radiated
  double nearest_m = 0;    // the attacker comes no nearer
  double time_s = 0;       // for which he is at it
  double requests = 0;
  void describe(OptionVisitor& v);
};

// measured: its success is a finding. must_break: a positive control, too weak to resist; the
// campaign is worthless if it does. no_attack: a negative control, the same without any attack.
enum class Role : std::uint8_t { measured, must_break, no_attack };
std::string_view to_string(Role role);

struct VariantOptions {
  std::string name;
  Role role = Role::measured;
  std::vector<std::string> set;       // overrides of the system: path=value
  std::vector<std::string> attacker;  // and of an attacker who knows this one
  std::string success;                // instead of the campaign's; empty: the same
  double stated_rate = 0;             // no_attack: how often the formula holds by itself
  bool stated_at_most = false;        // no_attack: or more rarely, as a detector's rate is stated
  void describe(OptionVisitor& v);
};

enum class SearchMethod : std::uint8_t { grid, random, cma_es, splitting };
// largest: at the whole budget alone. each: at every level of effort, which costs as many searches.
enum class SearchAt : std::uint8_t { largest, each };

struct SearchOptions {
  SearchMethod method = SearchMethod::cma_es;
  SearchAt at = SearchAt::largest;
  std::int64_t points = 40;  // random and CMA-ES: at most
  std::int64_t first_seed = 1;
  std::int64_t seeds = 2;      // each point meets the same ones
  SplittingOptions splitting;  // method splitting
  void describe(OptionVisitor& v);
};

struct ConfirmationOptions {
  std::int64_t first_seed = 1001;
  std::int64_t seeds = 40;  // of each level of effort
  double level = 0.95;
  void describe(OptionVisitor& v);
};

// What a defence costs on clean data: the same people with and without, nobody attacking.
struct CostOptions {
  std::string scenario;  // empty: not measured
  std::vector<std::string> set;
  std::vector<std::string> metrics;
  std::int64_t first_seed = 2001;
  std::int64_t seeds = 8;
  void describe(OptionVisitor& v);
};

// Whether the first system's best attack is noticed (campaign/detection.h): clean life for the
// false alarms, whose guard is switched on.
struct DetectionOptions {
  std::string scenario;  // empty: not measured
  std::vector<std::string> set;
  std::int64_t first_seed = 4001;  // of attacked runs; clean life has as many behind them
  std::int64_t seeds = 8;
  void describe(OptionVisitor& v);
};

// Counted over the confirming runs: accepted of tried requests, each a metric of the run.
struct TallyOptions {
  std::string tried;  // empty: nothing is counted
  std::string succeeded;
  void describe(OptionVisitor& v);
};

enum class Severity : std::uint8_t { low, medium, high };
std::string_view to_string(Severity severity);

struct CampaignOptions {
  std::string name;
  std::string about;
  std::string row;        // of the catalogue: "P2"
  std::string knowledge;  // what the attacker is taken to know, in words
  std::string scenario;
  std::vector<std::string> set;                     // overrides for all variants
  std::vector<adversarial::AttackOptions> attacks;  // instead of the scenario's, when there are any
  std::string success;    // campaign/temporal_logic.h over campaign/run_signals.h
  std::string forbidden;  // why nothing can be found, where nature forbids it
  Severity severity = Severity::high;
  std::vector<std::string> taxonomy;  // "CWE-…", "OWASP-API…", "ATTACK-ICS-T…"
  EffortOptions effort;
  BudgetOptions budget;
  std::vector<ParameterOptions> parameters;
  SearchOptions search;
  ConfirmationOptions confirmation;
  TallyOptions tally;
  CostOptions costs;
  DetectionOptions detection;
  std::vector<VariantOptions> variants;
  void describe(OptionVisitor& v);
};

struct Campaign {
  CampaignOptions options;
  std::vector<std::string> base_set;  // options.set, and the attacks as an override
  scenarios::LoadedText source;
};

// False when `problems` is not empty. The attacked scenario itself is not read.
bool load_campaign(const std::string& path, const std::vector<scenarios::Override>& overrides,
                   Campaign& campaign, std::vector<scenarios::Diagnostic>& problems);
bool load_campaign_text(const std::string& name, const std::string& text, Campaign& campaign,
                        std::vector<scenarios::Diagnostic>& problems);

// Where a key stands in the file, for what is found out later: "parameter[1].path".
scenarios::Diagnostic diagnostic_at(const Campaign& campaign, const std::string& key,
                                    std::string message);

// Several campaigns as one, which `gauntlet attack` runs one after the other. `uncovered`: rows of
// the catalogue that no campaign of it covers, each with the reason.
struct UncoveredOptions {
  std::string row;
  std::string why;
  void describe(OptionVisitor& v);
};
struct SuiteOptions {
  std::string name;
  std::string about;
  std::vector<std::string> campaigns;  // paths, relative to the suite's own file
  std::vector<UncoveredOptions> uncovered;
  std::string text;  // the file
  void describe(OptionVisitor& v);
};
// Whether the file has the key "campaigns".
bool is_suite(const std::string& path);
bool load_suite(const std::string& path, SuiteOptions& suite,
                std::vector<scenarios::Diagnostic>& problems);

}  // namespace gauntlet::campaign
