// A campaign file: what an attacker may vary, what he wants, how it is searched for and how the
// answer is confirmed.
//
// Rules that it keeps (and load_campaign() insists on): search and confirmation use different
// seeds, since an interval over the samples of an adaptive search is worth nothing; every variant
// of the system meets a search of its own, so that the attacker knows the defence; effort (Pa, m,
// W, requests, dB) is one parameter, whose largest value is the budget.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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

// What the attack costs its attacker: a number of the scenario.
struct EffortOptions {
  std::string path;
  std::string unit;
  Scale scale = Scale::linear;
  double min = 0, max = 1;      // max: the budget
  std::int64_t levels = 6;      // of the frontier, both ends included
  double required_share = 0.5;  // an effort succeeds where this share of attacks surely does
  void describe(OptionVisitor& v);
};

// measured: its success is a finding. must_break: a positive control, too weak to resist; the
// campaign is worthless if it does. no_attack: a negative control without the attack.
enum class Role : std::uint8_t { measured, must_break, no_attack };

struct VariantOptions {
  std::string name;
  Role role = Role::measured;
  std::vector<std::string> set;  // overrides: path=value
  double stated_rate = 0;        // no_attack: how often the formula holds by itself
  void describe(OptionVisitor& v);
};

enum class SearchMethod : std::uint8_t { grid, random, cma_es };

struct SearchOptions {
  SearchMethod method = SearchMethod::cma_es;
  std::int64_t points = 40;  // random and CMA-ES: at most
  std::int64_t first_seed = 1;
  std::int64_t seeds = 2;  // each point meets the same ones
  void describe(OptionVisitor& v);
};

struct ConfirmationOptions {
  std::int64_t first_seed = 1001;
  std::int64_t seeds = 40;  // of each level of effort
  double level = 0.95;
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
  std::string success;  // campaign/temporal_logic.h over campaign/run_signals.h
  Severity severity = Severity::high;
  std::vector<std::string> taxonomy;  // "CWE-…", "OWASP-…", "ATTACK-ICS-T…"
  EffortOptions effort;
  std::vector<ParameterOptions> parameters;
  SearchOptions search;
  ConfirmationOptions confirmation;
  std::vector<VariantOptions> variants;  // none: one, the scenario as it is
  void describe(OptionVisitor& v);
};

struct Campaign {
  CampaignOptions options;
  FormulaPtr success;
  scenarios::LoadedText source;
};

// False when `problems` is not empty. The scenario itself is not read.
bool load_campaign(const std::string& path, const std::vector<scenarios::Override>& overrides,
                   Campaign& campaign, std::vector<scenarios::Diagnostic>& problems);
bool load_campaign_text(const std::string& name, const std::string& text, Campaign& campaign,
                        std::vector<scenarios::Diagnostic>& problems);

}  // namespace gauntlet::campaign
