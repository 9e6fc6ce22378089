#include "scenarios/fleet_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reports/metrics/registry.h"

namespace gauntlet::scenarios {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// A member of a counted family (dropped by reason) that a person does not have is 0 for them.
bool counts_when_missing(std::string_view name) {
  const reports::MetricInfo* info = reports::find_metric(name);
  return info != nullptr && info->name.ends_with(".*") && info->unit == "count";
}

}  // namespace

bool FleetMetrics::kept(std::string_view name) {
  return !name.starts_with("authz.") && !name.starts_with("privacy.");
}

void FleetMetrics::add(std::size_t person, const reports::SeedResult& result) {
  ++measured_;
  for (const auto& [name, measured] : result.values.all()) {
    if (!kept(name)) continue;
    Column& column = columns_[name];
    if (column.values.empty()) column.values.assign(people_, kNone);
    column.n += measured.n;
    if (measured.value) {
      column.values[person] = *measured.value;
    } else if (column.why.empty() || person < column.why_person) {
      column.why_person = person;
      column.why = measured.why_not;
    }
  }
  reports::merge(confusion_, result.confusion);
  for (const std::string& failure : result.failures) fail(person, failure);
}

reports::Metric FleetMetrics::summary(const std::string& name, const Column& column) const {
  reports::Metric out;
  out.unit = reports::find_metric(name)->unit;
  out.n = column.n;
  std::vector<double> values;
  for (std::size_t person = 0; person < people_; ++person) {
    if (!std::isnan(column.values[person])) values.push_back(column.values[person]);
  }
  if (counts_when_missing(name)) values.resize(measured_, 0.0);
  if (values.empty()) {
    out.reason = column.why;
    out.per_seed.emplace_back();
    return out;
  }
  const reports::MeanEstimate mean = reports::estimate_mean(values);
  out.value = mean.mean;
  out.ci95 = mean.interval;
  out.per_seed.emplace_back(mean.mean);
  if (!out.ci95) out.reason = "one person has no interval";
  return out;
}

void FleetMetrics::write(reports::ResultFile& result) const {
  for (const auto& [name, column] : columns_) result.metrics[name] = summary(name, column);
  for (const auto& [person, whys] : failures_) {
    for (const std::string& why : whys) {
      result.failures.push_back("person " + std::to_string(person) + ": " + why);
    }
  }
  if (confusion_.classes.empty()) return;
  reports::Table& table = result.tables["confusion"];
  table.columns.assign(1, "truth");
  table.columns.insert(table.columns.end(), confusion_.classes.begin(), confusion_.classes.end());
  table.columns.push_back("f1");
  for (std::size_t t = 0; t < confusion_.classes.size(); ++t) {
    std::vector<reports::Cell> row{confusion_.classes[t]};
    for (const std::uint64_t n : confusion_.counts[t]) row.emplace_back(static_cast<double>(n));
    row.emplace_back(reports::f1_of_class(confusion_, t));
    table.rows.push_back(std::move(row));
  }
}

}  // namespace gauntlet::scenarios
