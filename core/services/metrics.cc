#include "core/services/metrics.h"

#include <algorithm>
#include <cstdio>

namespace gauntlet {
namespace {

// Exact: doubles would round a sum of nanoseconds after 104 days.
std::string seconds_of(std::int64_t ns) {
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%09lld", static_cast<long long>(ns / 1'000'000'000),
                static_cast<long long>(ns % 1'000'000'000));
  return text;
}

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\n') {
      out.append("\\n");
      continue;
    }
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

std::string label(std::string_view name, std::string_view value) {
  return std::string(name).append("=\"").append(escaped(value)).append("\"");
}

void sample(std::string& out, std::string_view name, const std::string& labels,
            const std::string& value) {
  out.append(name).append("{").append(labels).append("} ").append(value).append("\n");
}

void family(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void append_latency(std::string& out, const ServiceMetrics& metrics) {
  const std::string service = label("service", metrics.service);
  const auto& bounds = LatencyHistogram::kBounds_us;
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    const std::string bound = i < bounds.size() ? seconds_of(bounds[i] * 1000) : "+Inf";
    std::string labels = service;
    labels.append(",").append(label("le", bound));
    sample(out, "gauntlet_answer_seconds_bucket", labels,
           std::to_string(metrics.latency->at_most(i)));
  }
  sample(out, "gauntlet_answer_seconds_sum", service, seconds_of(metrics.latency->sum().count()));
  sample(out, "gauntlet_answer_seconds_count", service, std::to_string(metrics.latency->count()));
}

}  // namespace

void LatencyHistogram::observe(Duration d) {
  d = std::max(d, Duration{});
  sum_ += d;
  const auto bound = std::find_if(kBounds_us.begin(), kBounds_us.end(), [&](std::int64_t us) {
    return d <= std::chrono::microseconds(us);
  });
  ++counts_[static_cast<std::size_t>(bound - kBounds_us.begin())];
}

std::uint64_t LatencyHistogram::at_most(std::size_t i) const {
  std::uint64_t sum = 0;
  for (std::size_t k = 0; k <= i; ++k) sum += counts_.at(k);
  return sum;
}

std::string prometheus_text(std::span<const ServiceMetrics> services) {
  std::string out;
  family(out, "gauntlet_ready", "gauge", "1 while the service's store answers.");
  for (const auto& one : services) {
    sample(out, "gauntlet_ready", label("service", one.service), one.ready ? "1" : "0");
  }
  family(out, "gauntlet_events_total", "counter", "Counted events by service and name.");
  for (const auto& one : services) {
    const std::string service = label("service", one.service);
    for (const auto& [name, n] : one.counters->all()) {
      std::string labels = service;
      labels.append(",").append(label("event", name));
      sample(out, "gauntlet_events_total", labels, std::to_string(n));
    }
  }
  family(out, "gauntlet_answer_seconds", "histogram", "From a whole request to its answer.");
  for (const auto& one : services) append_latency(out, one);
  return out;
}

}  // namespace gauntlet
