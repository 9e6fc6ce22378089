#include "reports/result.h"

#include <cmath>
#include <cstdio>
#include <system_error>

#include "core/files/whole_file.h"
#include "reports/metrics/registry.h"

namespace gauntlet::reports {

namespace {

std::string why_missing(const std::vector<std::string>& reasons) {
  for (const std::string& r : reasons) {
    if (!r.empty()) return r;
  }
  return "never occurred";
}

// Counts of a family (dropped by reason) are 0 where a seed does not have that member.
bool is_count_of_family(std::string_view name) {
  const MetricInfo* info = find_metric(name);
  return info != nullptr && info->name.ends_with(".*") && info->unit == "count";
}

Metric summarise_metric(const std::string& name, std::span<const SeedResult> seeds) {
  Metric out;
  const MetricInfo* info = find_metric(name);
  CHECK(info != nullptr, name);
  out.unit = info->unit;
  std::vector<double> values;
  std::vector<std::string> reasons;
  for (const SeedResult& s : seeds) {
    const Measured* m = s.values.find(name);
    std::optional<double> value = m ? m->value : std::nullopt;
    if (m == nullptr && is_count_of_family(name)) value = 0;
    if (m) out.n += m->n;
    if (m) reasons.push_back(m->why_not);
    out.per_seed.push_back(value);
    if (value) values.push_back(*value);
  }
  if (values.empty()) {
    out.reason = why_missing(reasons);
    return out;
  }
  const MeanEstimate mean = estimate_mean(values);
  out.value = mean.mean;
  out.ci95 = mean.interval;
  if (values.size() < 2) out.reason = "one seed has no interval";
  return out;
}

Table confusion_table(std::span<const SeedResult> seeds) {
  ConfusionMatrix sum;
  for (const SeedResult& s : seeds) merge(sum, s.confusion);
  Table out;
  out.columns.push_back("truth");
  for (const std::string& c : sum.classes) out.columns.push_back(c);
  out.columns.push_back("f1");
  for (std::size_t t = 0; t < sum.classes.size(); ++t) {
    std::vector<Cell> row{sum.classes[t]};
    for (const std::uint64_t n : sum.counts[t]) row.emplace_back(static_cast<double>(n));
    row.emplace_back(f1_of_class(sum, t));
    out.rows.push_back(std::move(row));
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& w : words) out += (out.empty() ? "" : ", ") + w;
  return out;
}

Table canary_table(std::span<const SeedResult> seeds) {
  Table out{{"seed", "place", "identifier", "found as", "times", "allowed"}, {}};
  for (const SeedResult& s : seeds) {
    const std::string seed = std::to_string(s.seed);
    for (const CanaryHit& h : s.canaries.hits) {
      out.rows.push_back({seed, h.place, h.identifier, joined(h.forms),
                          static_cast<double>(h.count), std::string(h.allowed ? "yes" : "no")});
    }
    for (const std::string& place : s.canaries.joined) {
      out.rows.push_back({seed, place, std::string("user_id and session_id"),
                          std::string("together"), 1.0, std::string("no")});
    }
  }
  return out;
}

}  // namespace

std::string compiler_family() {
#if defined(__clang__)
  return "clang " + std::to_string(__clang_major__);
#elif defined(__GNUC__)
  return "gcc " + std::to_string(__GNUC__);
#else
  return "other";
#endif
}

ResultFile summarise(Provenance provenance, std::span<const SeedResult> seeds) {
  CHECK(provenance.seeds.size() == seeds.size(), provenance.seeds.size(), seeds.size());
  ResultFile out;
  out.provenance = std::move(provenance);
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    CHECK(out.provenance.seeds[i] == seeds[i].seed, seeds[i].seed);
    for (const auto& [name, value] : seeds[i].values.all()) {
      if (out.metrics.find(name) == out.metrics.end()) {
        out.metrics.emplace(name, summarise_metric(name, seeds));
      }
    }
    for (const std::string& f : seeds[i].failures) {
      out.failures.push_back("seed " + std::to_string(seeds[i].seed) + ": " + f);
    }
  }
  if (Table t = confusion_table(seeds); !t.rows.empty()) out.tables["confusion"] = std::move(t);
  if (Table t = canary_table(seeds); !t.rows.empty()) out.tables["canaries"] = std::move(t);
  return out;
}

void add_metric(ResultFile& result, std::string_view name, std::optional<double> value,
                std::uint64_t n, std::optional<Interval> ci95, std::string_view reason) {
  const MetricInfo* info = find_metric(name);
  CHECK(info != nullptr, name);
  CHECK(!value || std::isfinite(*value), name);
  CHECK(value || !reason.empty(), name);
  Metric m;
  m.value = value;
  m.unit = info->unit;
  m.n = n;
  m.ci95 = ci95;
  m.per_seed.push_back(value);
  m.reason = reason;
  result.metrics.insert_or_assign(std::string(name), std::move(m));
}

std::string to_text(double value) {
  char text[40];
  // %g would write 123456 as 1.235e+05: whole numbers are counts and stay whole.
  const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
  std::snprintf(text, sizeof text,
                whole                     ? "%.0f"
                : std::abs(value) >= 1000 ? "%.0f"
                                          : "%.4g",
                value == 0 ? 0.0 : value);
  return text;
}

Result<void> write_result_json(const std::filesystem::path& path, const ResultFile& result) {
  return write_whole_file(path, to_json(result));
}

Result<ResultFile> read_result_json(const std::filesystem::path& path) {
  const auto text = read_whole_file(path);
  if (!text) return text.error();
  Result<ResultFile> result = result_from_json(*text);
  if (!result) return Error{result.error().code, path.string() + ": " + result.error().message};
  return result;
}

}  // namespace gauntlet::reports
