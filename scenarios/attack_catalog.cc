#include "scenarios/attack_catalog.h"

#include <array>
#include <utility>

#include "reports/statistics/paired.h"
#include "scenarios/attack_worlds.h"
#include "scenarios/batch.h"

namespace gauntlet::scenarios {
namespace {

constexpr const char* kLength_s = "900";
constexpr const char* kSpan = "device = \"watch\", start_s = 300, stop_s = 600, ";

Result<reports::ResultFile> run(const Overrides& overrides, const CatalogRun& how,
                                const std::function<void(const SeedRun&)>& each = {}) {
  Scenario scenario;
  std::vector<Diagnostic> problems;
  if (!load_scenario(how.scenario, with({{"plan.length_s", kLength_s}}, overrides), scenario,
                     problems)) {
    return Error{"scenario", to_string(problems)};
  }
  const auto parts = make_shared_parts(scenario.options, scenario.options.model);
  if (!parts) return parts.error();
  reports::Provenance about;
  about.scenario = scenario.options.name;
  about.scenario_text = scenario.source.effective;
  auto batch = run_batch(scenario, *parts, about,
                         {.seeds = consecutive_seeds(how.first_seed, how.seeds),
                          .each = [&each](std::size_t, const SeedRun& seed) {
                            if (each) each(seed);
                          }});
  if (!batch.result.failures.empty()) return Error{"run", batch.result.failures.front()};
  return std::move(batch.result);
}

Override attack_of(const std::string& block) {
  return {"attack", "[{" + std::string(kSpan) + block + "}]"};
}

// 0 where it has no value: nothing of the kind happened.
double value_of(const reports::ResultFile& result, std::string_view metric, std::size_t seed) {
  const auto it = result.metrics.find(metric);
  return it == result.metrics.end() ? 0 : it->second.per_seed[seed].value_or(0);
}

AttackOutcome outcome_of(const AttackRow& row, const reports::ResultFile& clean,
                         const reports::ResultFile& attacked, std::size_t seeds) {
  AttackOutcome out;
  out.seeds = seeds;
  for (std::size_t i = 0; i < seeds; ++i) {
    const double v = value_of(attacked, row.metric, i) - value_of(clean, row.metric, i);
    out.value += v / static_cast<double>(seeds);
    out.succeeded += v > row.limit;
  }
  return out;
}

std::optional<double> mean_of(const reports::ResultFile& result, const std::string& metric) {
  const auto it = result.metrics.find(metric);
  return it == result.metrics.end() ? std::nullopt : it->second.value;
}

constexpr std::array<std::string_view, 5> kCosts = {
    "f1.macro", "lag.display_ms.p95", "link.bytes_per_s", "device.mj_per_h", "reps.mae"};

}  // namespace

Result<AttackResult> run_attack_row(const AttackRow& row, const CatalogRun& how) {
  const Override attack = attack_of(row.attack);
  const auto clean = run(row.world, how);
  if (!clean) return clean.error();
  const auto undefended = run(with(with(row.world, {kGuard}), {attack}), how);
  if (!undefended) return undefended.error();
  AttackResult out;
  if (!row.refuser.empty()) out.refused.emplace();
  const auto defended =
      run(with(with(row.world, {attack}), row.defended), how, [&](const SeedRun& seed) {
        if (out.refused) out.refused->add(reports::refusal_scores(*seed.record, row.refuser));
      });
  if (!defended) return defended.error();
  out.undefended = outcome_of(row, *clean, *undefended, how.seeds);
  out.defended = outcome_of(row, *clean, *defended, how.seeds);
  if (row.detector.empty()) return out;
  const std::string detector(row.detector);
  out.flagged = mean_of(*undefended, "guard.detected." + detector).value_or(0);
  out.delay_s = mean_of(*undefended, "guard.delay_s." + detector);
  out.tpr_at_1pct = mean_of(*undefended, "guard.tpr_at_1pct." + detector);
  out.auc = mean_of(*undefended, "guard.auc." + detector);
  if (out.auc) out.auc_ci95 = undefended->metrics.find("guard.auc." + detector)->second.ci95;
  return out;
}

Result<AdaptiveResult> run_adaptive_row(const AdaptiveRow& row, const CatalogRun& how) {
  const auto clean = run(row.world, how);
  if (!clean) return clean.error();
  AdaptiveResult out;
  AttackRow shown{};
  shown.metric = row.metric;
  for (const auto& [attack, outcome] :
       {std::pair(&row.naive, &out.naive), std::pair(&row.adaptive, &out.adaptive)}) {
    const auto attacked = run(with(row.world, {attack_of(*attack)}), how);
    if (!attacked) return attacked.error();
    *outcome = outcome_of(shown, *clean, *attacked, how.seeds);
  }
  return out;
}

std::span<const std::string_view> defence_cost_metrics() { return kCosts; }

namespace {

std::vector<DefenceCost> costs_of(const reports::ResultFile& result,
                                  const reports::ResultFile* undefended) {
  std::vector<DefenceCost> out;
  for (const std::string_view metric : kCosts) {
    DefenceCost& cost = out.emplace_back();
    cost.mean = mean_of(result, std::string(metric));
    if (!undefended) continue;
    const auto here = result.metrics.find(metric), there = undefended->metrics.find(metric);
    if (here == result.metrics.end() || there == undefended->metrics.end()) continue;
    std::vector<double> with_it, without;
    for (std::size_t i = 0; i < here->second.per_seed.size(); ++i) {
      if (!here->second.per_seed[i] || !there->second.per_seed[i]) continue;
      with_it.push_back(*here->second.per_seed[i]);
      without.push_back(*there->second.per_seed[i]);
    }
    if (!with_it.empty()) cost.more = reports::paired_difference(without, with_it).difference;
  }
  return out;
}

}  // namespace

Result<void> run_defence_rows(
    const CatalogRun& how,
    const std::function<void(const DefenceRow&, const std::vector<DefenceCost>&)>& each) {
  std::optional<reports::ResultFile> undefended;
  for (const DefenceRow& row : defence_rows()) {
    auto result = run(row.overrides, how);
    if (!result) {
      return Error{result.error().code, std::string(row.name) + ": " + result.error().message};
    }
    each(row, costs_of(*result, undefended ? &*undefended : nullptr));
    if (!undefended) undefended = std::move(*result);
  }
  return {};
}

}  // namespace gauntlet::scenarios
