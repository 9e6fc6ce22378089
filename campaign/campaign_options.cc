#include "campaign/campaign_options.h"

#include <set>

namespace gauntlet::campaign {
namespace {

using scenarios::Diagnostic;

class Checker {
 public:
  Checker(const CampaignOptions& options, const std::string& file,
          std::vector<Diagnostic>& problems)
      : options_(options), file_(file), problems_(problems) {}

  void check() const {
    if (options_.name.empty()) complain("name is missing");
    if (options_.scenario.empty()) complain("scenario is missing: the file that is attacked");
    check_seeds();
    check_range("effort", options_.effort.path, options_.effort.scale, options_.effort.min,
                options_.effort.max);
    if (options_.effort.scale == Scale::choice) complain("effort.scale must be linear or log");
    for (const ParameterOptions& p : options_.parameters) check_parameter(p);
    check_variants();
  }

 private:
  void complain(const std::string& message) const { problems_.push_back({file_, 0, 0, message}); }

  void check_seeds() const {
    const auto& s = options_.search;
    const auto& c = options_.confirmation;
    if (s.first_seed < c.first_seed + c.seeds && c.first_seed < s.first_seed + s.seeds) {
      complain("search and confirmation share seeds: " + seeds(s.first_seed, s.seeds) + " and " +
               seeds(c.first_seed, c.seeds) +
               "; an interval over the samples of a search would be worth nothing");
    }
  }
  static std::string seeds(std::int64_t first, std::int64_t count) {
    return std::to_string(first) + " to " + std::to_string(first + count - 1);
  }
  void check_range(const std::string& where, const std::string& path, Scale scale, double min,
                   double max) const {
    if (path.empty()) complain(where + ".path is missing: attack[0].acoustic.level_db");
    if (scale == Scale::choice) return;
    if (!(min < max)) {
      complain(where + " " + path + ": min (" + std::to_string(min) + ") must be below max (" +
               std::to_string(max) + ")");
    }
    if (scale == Scale::logarithmic && min <= 0) {
      complain(where + " " + path + ": min must be above 0 on a logarithmic scale");
    }
  }
  void check_parameter(const ParameterOptions& p) const {
    check_range("parameter", p.path, p.scale, p.min, p.max);
    if (p.scale == Scale::choice && p.values.empty()) {
      complain("parameter " + p.path + ": a choice needs values");
    }
    if (p.path == options_.effort.path) complain("parameter " + p.path + " is the effort already");
  }
  void check_variants() const {
    std::set<std::string> names;
    for (const VariantOptions& v : options_.variants) {
      if (v.name.empty()) complain("variant.name is missing");
      if (!names.insert(v.name).second) complain("two variants are called \"" + v.name + "\"");
    }
  }

  const CampaignOptions& options_;
  const std::string& file_;
  std::vector<Diagnostic>& problems_;
};

bool finish(bool read, Campaign& campaign, std::vector<Diagnostic>& problems) {
  if (!read) return false;
  auto& options = campaign.options;
  if (options.variants.empty()) options.variants.push_back({.name = "as it is", .set = {}});
  Checker(options, campaign.source.path, problems).check();
  auto formula = parse_formula(options.success);
  if (formula) {
    campaign.success = *formula;
  } else {
    problems.push_back({campaign.source.path, 0, 0, "success: " + formula.error().message});
  }
  return problems.empty();
}

}  // namespace

std::string_view to_string(Severity severity) {
  constexpr std::string_view kNames[] = {"low", "medium", "high"};
  return kNames[static_cast<std::size_t>(severity)];
}

void ParameterOptions::describe(OptionVisitor& v) {
  v.text("path", path, "the scenario's option, as --set names it");
  v.choice("scale", scale,
           {{"linear", Scale::linear}, {"log", Scale::logarithmic}, {"choice", Scale::choice}},
           "how it is searched");
  v.number("min", min, {}, "", "smallest value");
  v.number("max", max, {}, "", "largest value");
  v.strings("values", values, "choice: the values, as --set takes them");
  v.integer("grid_points", grid_points, {2, 1000}, "1", "grid: values of a range, ends included");
}

void EffortOptions::describe(OptionVisitor& v) {
  v.text("path", path, "the scenario's option that costs the attacker");
  v.text("unit", unit, "its unit");
  v.choice("scale", scale,
           {{"linear", Scale::linear}, {"log", Scale::logarithmic}, {"choice", Scale::choice}},
           "how its levels are spaced");
  v.number("min", min, {}, "", "smallest value");
  v.number("max", max, {}, "", "largest value: the budget");
  v.integer("levels", levels, {2, 100}, "1", "values on the frontier, both ends included");
  v.number("required_share", required_share, {0, 1}, "1",
           "the smallest effort that succeeds does so at least this often", "proposal");
}

void VariantOptions::describe(OptionVisitor& v) {
  v.text("name", name, "of this variant of the system");
  v.choice("role", role,
           {{"measured", Role::measured},
            {"must_break", Role::must_break},
            {"no_attack", Role::no_attack}},
           "a system under attack, a control that must fall, a control without attack");
  v.strings("set", set, "overrides of the scenario: path=value");
  v.number("stated_rate", stated_rate, {0, 1}, "1",
           "no_attack: how often the formula holds by itself");
}

void SearchOptions::describe(OptionVisitor& v) {
  v.choice("method", method,
           {{"grid", SearchMethod::grid},
            {"random", SearchMethod::random},
            {"cma_es", SearchMethod::cma_es}},
           "how parameters are looked for, at the largest effort");
  v.integer("points", points, {1, 1e6}, "1", "random, cma_es: points at most");
  v.integer("first_seed", first_seed, {0, 1e15}, "1", "first seed of the search");
  v.integer("seeds", seeds, {1, 1e6}, "1", "seeds of each point");
}

void ConfirmationOptions::describe(OptionVisitor& v) {
  v.integer("first_seed", first_seed, {0, 1e15}, "1", "first fresh seed");
  v.integer("seeds", seeds, {1, 1e6}, "1", "fresh seeds of each level of effort");
  v.number("level", level, {0.5, 0.9999}, "1", "that all intervals of a variant hold together");
}

void CampaignOptions::describe(OptionVisitor& v) {
  v.text("name", name, "of the campaign");
  v.text("about", about, "what it asks, in a sentence");
  v.text("row", row, "of the catalogue of attacks");
  v.text("knowledge", knowledge, "what the attacker is taken to know");
  v.text("scenario", scenario, "the scenario that is attacked");
  v.text("success", success, "a formula over the signals of a run");
  v.choice("severity", severity,
           {{"low", Severity::low}, {"medium", Severity::medium}, {"high", Severity::high}},
           "of a success");
  v.strings("taxonomy", taxonomy, "CWE, OWASP and ATT&CK for ICS identifiers");
  v.table("effort", effort, "what an attack costs");
  v.list("parameter", parameters, "what the attacker may choose");
  v.table("search", search, "how the best attack is looked for");
  v.table("confirmation", confirmation, "how it is confirmed");
  v.list("variant", variants, "of the system under attack");
}

bool load_campaign(const std::string& path, const std::vector<scenarios::Override>& overrides,
                   Campaign& campaign, std::vector<Diagnostic>& problems) {
  const bool read = scenarios::load_options(
      path, overrides, [&campaign](OptionVisitor& v) { campaign.options.describe(v); },
      campaign.source, problems);
  return finish(read, campaign, problems);
}

bool load_campaign_text(const std::string& name, const std::string& text, Campaign& campaign,
                        std::vector<Diagnostic>& problems) {
  const bool read = scenarios::load_options_text(
      name, text, {}, [&campaign](OptionVisitor& v) { campaign.options.describe(v); },
      campaign.source, problems);
  return finish(read, campaign, problems);
}

}  // namespace gauntlet::campaign
