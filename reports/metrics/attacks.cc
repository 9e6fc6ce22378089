#include "reports/metrics/attacks.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "reports/metrics/refusals.h"
#include "reports/statistics/intervals.h"

namespace gauntlet::reports {
namespace {

constexpr Duration kOnset = std::chrono::seconds{5}, kAfter = std::chrono::seconds{10};
constexpr Duration kGap = std::chrono::minutes{1};  // a longer one was not watched
constexpr const char* kStages[] = {"sensor", "link", "intake", "guard", "classifier", "services"};

// An attack on a device, on the phone's clock.
struct Span {
  DeviceIndex device;
  HostTime begin, end;
};

std::vector<Span> spans_of(const Truth& truth) {
  std::vector<Span> out;
  for (const TrueAttack& a : truth.attacks) {
    for (std::size_t d = 0; d < truth.devices.size(); ++d) {
      if (truth.devices[d].name != a.device) continue;
      out.push_back({static_cast<DeviceIndex>(d), truth.host_clock.to_host(a.begin),
                     truth.host_clock.to_host(a.end)});
    }
  }
  return out;
}

// Nothing: neither clean nor under attack.
std::optional<bool> under_attack(const std::vector<Span>& spans, const GuardScored& g) {
  bool near = false;
  for (const Span& s : spans) {
    if (s.device != g.device) continue;
    if (g.to >= s.begin + kOnset && g.to <= s.end) return true;
    near = near || (g.to >= s.begin && g.to <= s.end + kAfter);
  }
  if (near) return std::nullopt;
  return false;
}

// Of each stretch between two scores that are both clean.
void count_clean(DetectorScores& d, const GuardScored*& before, const GuardScored& g) {
  d.clean.push_back(g.score);
  if (before && g.to - before->to <= kGap) d.clean_s += to_seconds(g.to - before->to);
  d.clean_alarms += g.alarm && !(before && before->alarm);
  before = &g;
}

double area_under_curve(std::vector<double> clean, const std::vector<double>& attacked) {
  std::sort(clean.begin(), clean.end());
  double sum = 0;
  for (const double x : attacked) {
    const auto [lo, hi] = std::equal_range(clean.begin(), clean.end(), x);
    sum += static_cast<double>(lo - clean.begin()) + 0.5 * static_cast<double>(hi - lo);
  }
  return sum / static_cast<double>(clean.size()) / static_cast<double>(attacked.size());
}

double share_above(std::vector<double> clean, const std::vector<double>& attacked, double p) {
  const double limit = quantile_in_place(clean, p);
  const auto above =
      std::count_if(attacked.begin(), attacked.end(), [limit](double x) { return x > limit; });
  return static_cast<double>(above) / static_cast<double>(attacked.size());
}

void find_alarms(const std::string& name, const std::vector<GuardScored>& scores,
                 const std::vector<Span>& spans, DetectorScores& out) {
  out.attacks = spans.size();
  for (const Span& s : spans) {
    const auto first = std::find_if(scores.begin(), scores.end(), [&](const GuardScored& g) {
      return g.detector == name && g.device == s.device && g.alarm && g.to >= s.begin &&
             g.to <= s.end;
    });
    if (first == scores.end()) continue;
    ++out.noticed;
    out.delay_s += to_seconds(first->to - s.begin);
  }
}

void measure_detection(const std::string& name, const DetectorScores& d, MetricValues& out) {
  out.set_share("guard.detected." + name, d.noticed, d.attacks, "no attack on a device");
  if (d.noticed > 0) {
    out.set("guard.delay_s." + name, d.delay_s / static_cast<double>(d.noticed), d.noticed);
  } else {
    out.set_missing("guard.delay_s." + name, "it noticed none");
  }
}

void measure_guard(const RunRecord& record, MetricValues& out) {
  for (const auto& [name, d] : detector_scores(record)) {
    if (d.clean_s > 0) {
      out.set("guard.alarms_per_h." + name, 3600 * static_cast<double>(d.clean_alarms) / d.clean_s,
              d.clean_alarms);
    } else {
      out.set_missing("guard.alarms_per_h." + name, "no clean life");
    }
    if (d.attacks == 0) continue;
    measure_detection(name, d, out);
    for (const char* metric : {"guard.auc.", "guard.tpr_at_1pct.", "guard.tpr_at_10pct."}) {
      if (!d.clean.empty() && !d.attacked.empty()) continue;
      out.set_missing(metric + name, "no window of both kinds");
    }
    if (d.clean.empty() || d.attacked.empty()) continue;
    const std::uint64_t n = d.attacked.size();
    out.set("guard.auc." + name, area_under_curve(d.clean, d.attacked), n);
    out.set("guard.tpr_at_1pct." + name, share_above(d.clean, d.attacked, 0.99), n);
    out.set("guard.tpr_at_10pct." + name, share_above(d.clean, d.attacked, 0.9), n);
  }
}

// Devices under attack during which the device or its link refused something.
std::uint64_t refused_by(const Truth& truth, std::initializer_list<std::string_view> defences,
                         const std::vector<Span>& spans) {
  return static_cast<std::uint64_t>(std::count_if(spans.begin(), spans.end(), [&](const Span& s) {
    const auto& all = truth.devices[s.device].refusals;
    return std::any_of(all.begin(), all.end(), [&](const TrueRefusal& r) {
      const HostTime at = truth.host_clock.to_host(r.at);
      return std::find(defences.begin(), defences.end(), r.defence) != defences.end() &&
             at >= s.begin && at <= s.end;
    });
  }));
}

// What an attack on the services does to whoever else asks them.
void measure_uploads_meanwhile(const RunRecord& record, MetricValues& out) {
  std::vector<double> ms;
  for (const UploadAttempted& u : record.events.uploads) {
    const bool meanwhile = std::any_of(record.truth.attacks.begin(), record.truth.attacks.end(),
                                       [&u, &clock = record.truth.host_clock](const TrueAttack& a) {
                                         return a.device.empty() &&
                                                u.at >= clock.to_host(a.begin) &&
                                                u.at - u.took <= clock.to_host(a.end);
                                       });
    if (meanwhile) ms.push_back(to_ms(u.took));
  }
  const std::uint64_t n = ms.size();
  if (n == 0) {
    out.set_missing("attack.upload_ms.p99", "nothing was uploaded meanwhile");
  } else {
    out.set("attack.upload_ms.p99", quantile_in_place(ms, 0.99), n);
  }
}

void measure_stages(const RunRecord& record, const std::vector<Span>& spans, MetricValues& out) {
  const Truth& truth = record.truth;
  for (const char* stage : kStages) {
    const auto n = std::count_if(truth.attacks.begin(), truth.attacks.end(),
                                 [stage](const TrueAttack& a) { return a.stage == stage; });
    if (n > 0)
      out.set_count(std::string("attack.should_stop.") + stage, static_cast<std::uint64_t>(n));
  }
  std::uint64_t intake = 0, guard = 0;
  for (const Span& s : spans) {
    intake += std::any_of(record.events.rejected.begin(), record.events.rejected.end(),
                          [&s](const SamplesRejected& r) {
                            return r.frame.device == s.device && r.at >= s.begin &&
                                   r.at <= s.end + kAfter && refused_at_intake(r.reason);
                          });
    guard += std::any_of(
        record.events.guard.begin(), record.events.guard.end(), [&s](const GuardScored& g) {
          return g.alarm && g.device == s.device && g.to >= s.begin && g.to <= s.end;
        });
  }
  out.set_share("attack.stopped.intake", intake, spans.size(), "no attack on a device");
  out.set_share("attack.stopped.guard", guard, spans.size(), "no attack on a device");
  out.set_share("attack.stopped.link", refused_by(truth, {"round_trip"}, spans), spans.size(),
                "no attack on a device");
  const bool watched = std::any_of(spans.begin(), spans.end(), [&truth](const Span& s) {
    return truth.devices[s.device].watches;
  });
  if (watched) {
    out.set_share("attack.stopped.sensor",
                  refused_by(truth, {"saturation_flag", "dark_slots"}, spans), spans.size(),
                  "no attack on a device");
  }
  const ServicesAccount& s = record.services;
  if (s.attack_requests == 0) return;
  out.set_count("attack.requests", s.attack_requests);
  out.set_count("attack.accepted", s.attack_accepted);
  out.set_count("attack.over_quota", s.attack_over_quota);
  const bool stopped = s.attack_accepted == 0 && (!s.flooded || s.attack_over_quota > 0);
  out.set("attack.stopped.services", stopped ? 1 : 0, s.attack_requests);
  measure_uploads_meanwhile(record, out);
}

}  // namespace

std::map<std::string, DetectorScores> detector_scores(const RunRecord& record) {
  const std::vector<Span> spans = spans_of(record.truth);
  std::map<std::string, DetectorScores> detectors;
  std::map<std::pair<std::string_view, DeviceIndex>, const GuardScored*> before;
  for (const GuardScored& g : record.events.guard) {
    DetectorScores& d = detectors[std::string(g.detector)];
    const auto attacked = under_attack(spans, g);
    if (attacked && *attacked) d.attacked.push_back(g.score);
    const GuardScored*& last = before[{g.detector, g.device}];
    if (attacked && !*attacked) {
      count_clean(d, last, g);
    } else {
      last = nullptr;
    }
  }
  for (auto& [name, d] : detectors) find_alarms(name, record.events.guard, spans, d);
  return detectors;
}

void measure_attacks(const RunRecord& record, MetricValues& out) {
  const std::vector<Span> spans = spans_of(record.truth);
  measure_guard(record, out);
  if (record.truth.attacks.empty()) return;
  measure_stages(record, spans, out);
  for (const TrueDevice& device : record.truth.devices) {
    for (const TrueStream& stream : device.streams) {
      const TrueInjection& i = stream.injected;
      if (i.samples == 0) continue;
      const std::string of = device.name + "." + std::string(to_string(stream.id.sensor));
      const double n = static_cast<double>(i.samples);
      const double bias =
          std::sqrt(i.sum[0] * i.sum[0] + i.sum[1] * i.sum[1] + i.sum[2] * i.sum[2]) / n;
      out.set("attack.signal_bias." + of, bias, i.samples);
      out.set_count("attack.signal_changed." + of, i.samples);
      out.set("attack.signal_rms." + of, std::sqrt(i.square / n), i.samples);
    }
  }
}

}  // namespace gauntlet::reports
