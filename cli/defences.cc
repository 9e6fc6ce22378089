#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/paths.h"
#include "cli/table.h"
#include "reports/result.h"
#include "scenarios/attack_catalog.h"

namespace gauntlet::cli {
namespace {

std::string text(const std::optional<double>& value) {
  return value ? reports::to_text(*value) : "-";
}

std::string text(const scenarios::AttackOutcome& o) {
  return fmt::format("{} ({}/{})", reports::to_text(o.value), o.succeeded, o.seeds);
}

std::string text(const std::optional<double>& value,
                 const std::optional<reports::Interval>& interval) {
  if (!value || !interval) return text(value);
  return fmt::format("{} ({} … {})", reports::to_text(*value), reports::to_text(interval->lo),
                     reports::to_text(interval->hi));
}

// A mean, or what it is more than the first row's.
std::string text(const scenarios::DefenceCost& cost) {
  if (!cost.more) return text(cost.mean);
  std::string more = (cost.more->mean > 0 ? "+" : "") + reports::to_text(cost.more->mean);
  const auto& range = cost.more->interval;
  if (!range || range->lo == range->hi) return more;
  return fmt::format("{} ({} … {})", more, reports::to_text(range->lo),
                     reports::to_text(range->hi));
}

// k of n, with Clopper and Pearson's interval.
std::string share(std::uint64_t k, std::uint64_t n) {
  if (n == 0) return "-";
  const auto range = reports::clopper_pearson_interval(k, n);
  return fmt::format("{:.4g} ({:.3g} … {:.3g})", static_cast<double>(k) / static_cast<double>(n),
                     range.lo, range.hi);
}

std::string per_hour(const reports::RefusalScores& r) {
  if (r.clean_s <= 0) return "-";
  const auto range = reports::poisson_interval(r.false_alarms);
  const double h = r.clean_s / 3600;
  return fmt::format("{:.3g} ({:.2g} … {:.2g})", static_cast<double>(r.false_alarms) / h,
                     range.lo / h, range.hi / h);
}

int print_attacks(const scenarios::CatalogRun& how, const std::string& only) {
  TextTable table({"row", "attack", "measured by", "undefended", "defence", "defended", "detector",
                   "flagged", "delay s", "ROC area (95 %)", "hits at 1 %"});
  for (const std::size_t column : {1, 2, 4, 6}) table.align_left(column);
  // Detectors that say yes or no: one point of a curve each.
  TextTable refusals({"row", "attack", "refused by", "attacks noticed", "delay s",
                      "windows or requests hit", "false", "false alarms per h"});
  for (const std::size_t column : {1, 2}) refusals.align_left(column);
  for (const scenarios::AttackRow& row : scenarios::attack_rows()) {
    if (!only.empty() && only != row.row) continue;
    const auto r = scenarios::run_attack_row(row, how);
    if (!r) {
      fmt::print(stderr, "{}, {}: {}\n", row.row, row.what, r.error().message);
      return kInfrastructure;
    }
    const bool watched = !row.detector.empty();
    table.add({std::string(row.row), std::string(row.what), std::string(row.metric),
               text(r->undefended), std::string(row.defence), text(r->defended),
               std::string(row.detector), watched ? reports::to_text(r->flagged) : "-",
               text(r->delay_s), text(r->auc, r->auc_ci95), text(r->tpr_at_1pct)});
    if (!r->refused) continue;
    const reports::RefusalScores& d = *r->refused;
    const auto delay =
        d.noticed > 0 ? std::optional(d.delay_s / static_cast<double>(d.noticed)) : std::nullopt;
    refusals.add({std::string(row.row), std::string(row.what), std::string(row.refuser),
                  share(d.noticed, d.attacks), text(delay), share(d.hits, d.attacked_windows),
                  share(d.false_hits, d.clean_windows), per_hour(d)});
  }
  fmt::print("{}\n{}\n", table.text(), refusals.text());
  return kOk;
}

int print_adaptive(const scenarios::CatalogRun& how) {
  TextTable table({"defence", "measured by", "who does not know it", "who does", "how"});
  for (const std::size_t column : {1, 4}) table.align_left(column);
  for (const scenarios::AdaptiveRow& row : scenarios::adaptive_rows()) {
    const auto r = scenarios::run_adaptive_row(row, how);
    if (!r) {
      fmt::print(stderr, "{}: {}\n", row.defence, r.error().message);
      return kInfrastructure;
    }
    table.add({std::string(row.defence), std::string(row.metric), reports::to_text(r->naive.value),
               reports::to_text(r->adaptive.value), std::string(row.how)});
  }
  fmt::print("{}\n", table.text());
  return kOk;
}

int print_costs(const scenarios::CatalogRun& how) {
  std::vector<std::string> columns = {"defence, nobody attacks"};
  for (const auto metric : scenarios::defence_cost_metrics()) columns.emplace_back(metric);
  TextTable table(columns);
  const auto done = scenarios::run_defence_rows(how, [&table](const auto& row, const auto& costs) {
    std::vector<std::string> cells = {std::string(row.name)};
    for (const auto& cost : costs) cells.push_back(text(cost));
    table.add(cells);
  });
  if (!done) {
    fmt::print(stderr, "{}\n", done.error().message);
    return kInfrastructure;
  }
  fmt::print("{}", table.text());
  return kOk;
}

}  // namespace

void add_defences(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("defences", "Every attack of the catalogue against every defence");
  struct Arguments {
    scenarios::CatalogRun how;
    std::string row;
  };
  auto arguments = std::make_shared<Arguments>();
  command->add_option("--seeds", arguments->how.seeds, "How many people meet each attack")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--first-seed", arguments->how.first_seed, "The first of them")
      ->capture_default_str();
  command->add_option("--row", arguments->row, "One row of the catalogue only: P2, R3, ...");
  command->footer("example: gauntlet defences --row P2");
  command->callback([arguments, &exit_code] {
    scenarios::CatalogRun& how = arguments->how;
    if (const auto path = find_shipped(how.scenario)) how.scenario = path->string();
    exit_code = print_attacks(how, arguments->row);
    if (exit_code == kOk && arguments->row.empty()) exit_code = print_adaptive(how);
    if (exit_code == kOk && arguments->row.empty()) exit_code = print_costs(how);
  });
}

}  // namespace gauntlet::cli
