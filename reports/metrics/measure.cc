#include "reports/metrics/measure.h"

#include <algorithm>

#include "reports/metrics/activity.h"
#include "reports/metrics/attacks.h"
#include "reports/metrics/devices.h"
#include "reports/metrics/labels.h"
#include "reports/metrics/registry.h"
#include "reports/metrics/timing.h"

namespace gauntlet::reports {

namespace {

void measure_links(const RunRecord& record, MetricValues& out) {
  std::uint64_t bytes = 0, backlog_bytes = 0, links = 0;
  double rate = 0, backlog_ms = 0;
  for (const LinkAccount& l : record.links) {
    if (!l.radio || l.seconds <= 0) continue;
    ++links;
    bytes += l.bytes;
    rate += static_cast<double>(l.bytes) / l.seconds;
    backlog_ms = std::max(backlog_ms, l.backlog_max_ms);
    backlog_bytes = std::max(backlog_bytes, l.backlog_max_bytes);
  }
  if (links == 0) {
    for (const char* name : {"link.bytes_per_s", "link.backlog_ms.max", "link.backlog_bytes.max"}) {
      out.set_missing(name, "no radio link existed");
    }
    return;
  }
  out.set("link.bytes_per_s", rate, bytes);
  out.set("link.backlog_ms.max", backlog_ms, links);
  out.set("link.backlog_bytes.max", static_cast<double>(backlog_bytes), links);
}

void measure_services(const RunRecord& record, MetricValues& out) {
  out.set_count("authz.accepted", record.services.accepted);
  out.set_count("authz.refused", record.services.refused.total());
  for (const auto& [why, n] : record.services.refused.all())
    out.set_count("authz.refused." + why, n);
  for (const auto& [key, n] : record.services.over_quota.all())
    out.set_count("services.over_quota." + key, n);
  std::uint64_t failed = 0;
  for (const UploadAttempted& u : record.events.uploads) failed += u.status < 200 || u.status > 299;
  out.set("uploads.failed", static_cast<double>(failed), record.events.uploads.size());
}

}  // namespace

SeedResult measure(const RunRecord& record, RunDetail& detail) {
  SeedResult out;
  out.seed = record.seed;
  detail.ledger = trace_samples(record);
  detail.sets = match_sets(record);
  out.confusion = confuse(record);
  out.canaries = search_canaries(record);
  out.failures = books_balance(detail.ledger, record);
  measure_samples(detail.ledger, record, out.values);
  measure_timing(detail.ledger, out.values);
  measure_sets(detail.sets, out.values);
  measure_windows(out.confusion, out.values);
  measure_activity(record, out.values);
  measure_labels(record, out.values);
  measure_links(record, out.values);
  measure_devices(detail.ledger, record, out.values);
  measure_services(record, out.values);
  measure_attacks(record, out.values);
  measure_privacy(out.canaries, out.values);
  for (const auto& [name, value] : out.values.all()) CHECK(find_metric(name) != nullptr, name);
  return out;
}

SeedResult measure(const RunRecord& record) {
  RunDetail detail;
  return measure(record, detail);
}

}  // namespace gauntlet::reports
