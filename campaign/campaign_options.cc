#include "campaign/campaign_options.h"

namespace gauntlet::campaign {

std::string_view to_string(Severity severity) {
  constexpr std::string_view kNames[] = {"low", "medium", "high"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string_view to_string(Role role) {
  constexpr std::string_view kNames[] = {"measured", "must_break", "no_attack"};
  return kNames[static_cast<std::size_t>(role)];
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
  v.flag("integer", integer, "whole values only");
  v.integer("levels", levels, {2, 100}, "1", "values on the frontier, both ends included");
  v.number("required_share", required_share, {0, 1}, "1",
           "the smallest effort that succeeds does so at least this often", "proposal");
}

void BudgetOptions::describe(OptionVisitor& v) {
  v.number("pressure_pa", pressure_pa, {0, 1e6}, "Pa", "of a loudspeaker at reference_m; 0: any");
  v.number("power_w", power_w, {0, 1e9}, "W", "radiated; 0: any");
  v.number("nearest_m", nearest_m, {0, 1e6}, "m", "comes no nearer; 0: as near as he likes");
  v.number("time_s", time_s, {0, 1e9}, "s", "for which he is at it; 0: any");
  v.number("requests", requests, {0, 1e12}, "1", "to the services; 0: any");
}

void VariantOptions::describe(OptionVisitor& v) {
  v.text("name", name, "of this variant of the system");
  v.choice("role", role,
           {{"measured", Role::measured},
            {"must_break", Role::must_break},
            {"no_attack", Role::no_attack}},
           "a system under attack, a control that must fall, a control without attack");
  v.strings("set", set, "overrides of the system: path=value");
  v.strings("attacker", attacker, "overrides of the attacker who knows this system: path=value");
  v.text("success", success,
         "a formula of its own: what an alarm is, for a control without attack");
  v.number("stated_rate", stated_rate, {0, 1}, "1",
           "no_attack: how often the formula holds by itself");
  v.flag("stated_at_most", stated_at_most, "no_attack: that or more rarely");
}

void SearchOptions::describe(OptionVisitor& v) {
  v.choice("method", method,
           {{"grid", SearchMethod::grid},
            {"random", SearchMethod::random},
            {"cma_es", SearchMethod::cma_es},
            {"splitting", SearchMethod::splitting}},
           "how parameters are looked for");
  v.choice("at", at, {{"largest", SearchAt::largest}, {"each", SearchAt::each}},
           "at the largest effort alone, or at each level anew");
  v.integer("points", points, {1, 1e6}, "1", "random, cma_es: points at most");
  v.integer("first_seed", first_seed, {0, 1e15}, "1", "first seed of the search");
  v.integer("seeds", seeds, {1, 1e6}, "1", "seeds of each point");
  v.table("splitting", splitting, "method splitting");
}

void ConfirmationOptions::describe(OptionVisitor& v) {
  v.integer("first_seed", first_seed, {0, 1e15}, "1", "first fresh seed");
  v.integer("seeds", seeds, {1, 1e6}, "1", "fresh seeds of each level of effort");
  v.number("level", level, {0.5, 0.9999}, "1", "that all intervals of a variant hold together");
}

void CostOptions::describe(OptionVisitor& v) {
  v.text("scenario", scenario, "clean life in which defences are charged; empty: not measured");
  v.strings("set", set, "its overrides");
  v.strings("metrics", metrics, "what is charged (gauntlet metrics)");
  v.integer("first_seed", first_seed, {0, 1e15}, "1", "its first seed");
  v.integer("seeds", seeds, {1, 1e6}, "1", "its seeds");
}

void DetectionOptions::describe(OptionVisitor& v) {
  v.text("scenario", scenario, "clean life in which detectors ring; empty: not measured");
  v.strings("set", set, "its overrides");
  v.integer("first_seed", first_seed, {0, 1e15}, "1", "first seed of the attacked runs");
  v.integer("seeds", seeds, {2, 1e6}, "1", "attacked runs, and as many clean ones behind them");
}

void TallyOptions::describe(OptionVisitor& v) {
  v.text("tried", tried, "metric: how often something was tried in a run");
  v.text("succeeded", succeeded, "metric: how often it succeeded");
}

void CampaignOptions::describe(OptionVisitor& v) {
  v.text("name", name, "of the campaign");
  v.text("about", about, "what it asks, in a sentence");
  v.text("row", row, "of the catalogue of attacks");
  v.text("knowledge", knowledge, "what the attacker is taken to know");
  v.text("scenario", scenario, "the scenario that is attacked");
  v.strings("set", set, "its overrides, for all variants: path=value");
  v.list("attack", attacks, "instead of the scenario's own attacks");
  v.text("success", success, "a formula over the signals of a run");
  v.text("forbidden", forbidden, "why the attack cannot succeed, where nature forbids it");
  v.choice("severity", severity,
           {{"low", Severity::low}, {"medium", Severity::medium}, {"high", Severity::high}},
           "of a success");
  v.strings("taxonomy", taxonomy, "CWE, OWASP and ATT&CK for ICS identifiers");
  v.table("effort", effort, "what an attack costs");
  v.table("budget", budget, "what else is limited");
  v.list("parameter", parameters, "what the attacker may choose");
  v.table("search", search, "how the best attack is looked for");
  v.table("confirmation", confirmation, "how it is confirmed");
  v.table("tally", tally, "what is counted over the confirming runs");
  v.table("costs", costs, "what defences cost on clean data");
  v.table("detection", detection, "whether the attack is noticed");
  v.list("variant", variants, "of the system under attack");
}

void UncoveredOptions::describe(OptionVisitor& v) {
  v.text("row", row, "of the catalogue");
  v.text("why", why, "no campaign covers it");
}

void SuiteOptions::describe(OptionVisitor& v) {
  v.text("name", name, "of the suite");
  v.text("about", about, "what it asks, in a sentence");
  v.strings("campaigns", campaigns, "files, relative to this one");
  v.list("uncovered", uncovered, "rows of the catalogue without a campaign");
}

}  // namespace gauntlet::campaign
