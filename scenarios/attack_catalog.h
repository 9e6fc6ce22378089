// The catalogue of attacks as runs: each row with what switches it on in a scenario, what success
// is, and the defence that is expected to stop it; and what each defence costs on clean data.
//
// A row runs on the same seeds with nobody attacking, undefended, and defended. It succeeds on a
// seed when its metric, less that of the clean run where there is one, is beyond the limit. What a
// detector flags while it goes on is seen, not undone: both are told.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "reports/metrics/refusals.h"
#include "reports/statistics/intervals.h"
#include "scenarios/scenario.h"

namespace gauntlet::scenarios {

struct AttackRow {
  std::string_view row;         // of the catalogue: "P2"
  std::string_view what;        // in words
  std::vector<Override> world;  // of gym-hour
  std::string attack;           // of its block: kind = "...", ...
  std::string_view defence;     // in words
  std::vector<Override> defended;
  std::string_view metric;
  double limit = 0;           // success beyond; in the metric's unit
  std::string_view detector;  // of the phone's guard, that should flag it; empty: none
  std::string_view why;       // why undefended it does not succeed; empty: it does
  std::string_view remains;   // why defended it succeeds all the same; empty: it does not
  // What refuses it, of the defended system (reports/metrics/refusals.h); empty: nothing does.
  std::string_view refuser = {};
};
const std::vector<AttackRow>& attack_rows();

struct AttackOutcome {
  double value = 0;  // mean over seeds
  std::uint64_t succeeded = 0, seeds = 0;
};
struct AttackResult {
  AttackOutcome undefended, defended;
  // Of the row's detector, in the undefended run: share of seeds in which it raised an alarm while
  // the attack was on, its delay, and its ROC.
  double flagged = 0;
  std::optional<double> delay_s;
  std::optional<double> auc, tpr_at_1pct;
  std::optional<reports::Interval> auc_ci95;
  // Of the row's refuser, in the defended run, over all seeds.
  std::optional<reports::RefusalScores> refused;
};

// Each row is 900 s of gym-hour, the attack from 300 to 600 s; consecutive seeds on all cores.
struct CatalogRun {
  std::string scenario = "scenarios/catalog/gym-hour.toml";
  std::size_t seeds = 5;
  std::uint64_t first_seed = 1;
};
Result<AttackResult> run_attack_row(const AttackRow& row, const CatalogRun& how);

// A defence, an attacker who does not know it, and one who does. Of both their effects: the metric
// less that of the run where nobody attacks.
struct AdaptiveRow {
  std::string_view defence;
  std::vector<Override> world;  // of gym-hour, the defence switched on
  std::string naive, adaptive;  // blocks, as AttackRow::attack; may be several: {...}, {...}
  std::string_view how;         // what the one who knows does
  std::string_view metric;
  std::string_view why;  // why knowing it does not help; empty: it helps, or does not hurt
};
const std::vector<AdaptiveRow>& adaptive_rows();
struct AdaptiveResult {
  AttackOutcome naive, adaptive;
};
Result<AdaptiveResult> run_adaptive_row(const AdaptiveRow& row, const CatalogRun& how);

// What a defence costs where nobody attacks.
struct DefenceRow {
  std::string_view name;
  std::vector<Override> overrides;
};
const std::vector<DefenceRow>& defence_rows();
// Of these metrics, in this order; nothing where there is none.
std::span<const std::string_view> defence_cost_metrics();
// `more`: than the first row on the same seeds, with the interval of paired differences; of the
// first row itself there is none.
struct DefenceCost {
  std::optional<double> mean;
  std::optional<reports::MeanEstimate> more;
};
// `each` is given the rows in their order, as they are done.
Result<void> run_defence_rows(
    const CatalogRun& how,
    const std::function<void(const DefenceRow&, const std::vector<DefenceCost>&)>& each);

}  // namespace gauntlet::scenarios
