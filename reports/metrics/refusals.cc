#include "reports/metrics/refusals.h"

#include <algorithm>
#include <span>
#include <vector>

#include "core/base/check.h"

namespace gauntlet::reports {
namespace {

constexpr Duration kAfter = std::chrono::seconds{10};
constexpr Duration kWindow = std::chrono::seconds{1};
constexpr std::string_view kDevices[] = {"saturation_flag", "dark_slots", "round_trip"};
constexpr std::string_view kIntake[] = {"frame_tag", "decoder"};
constexpr std::string_view kServices[] = {"token_check", "quota"};

bool one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_by(const SamplesRejected& r, std::string_view by) {
  return refused_at_intake(r.reason) && r.reason.starts_with("tag_") == (by == "frame_tag");
}

std::vector<HostTime> times_of(const RunRecord& record, DeviceIndex device, std::string_view by) {
  std::vector<HostTime> out;
  if (one_of(kDevices, by)) {
    for (const TrueRefusal& r : record.truth.devices[device].refusals) {
      if (r.defence == by) out.push_back(record.truth.host_clock.to_host(r.at));
    }
  } else {
    for (const SamplesRejected& r : record.events.rejected) {
      if (r.frame.device == device && is_by(r, by)) out.push_back(r.at);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

struct Span {
  HostTime begin, end;
};

void score_device(const RunRecord& record, const std::vector<Span>& spans,
                  const std::vector<HostTime>& refused, RefusalScores& out) {
  for (const Span& s : spans) {
    ++out.attacks;
    const auto first = std::lower_bound(refused.begin(), refused.end(), s.begin);
    if (first == refused.end() || *first > s.end + kAfter) continue;
    ++out.noticed;
    out.delay_s += to_seconds(*first - s.begin);
  }
  const HostTime end = record.truth.host_clock.to_host(record.truth.end);
  bool rang = false;
  for (HostTime t = record.truth.host_clock.to_host(record.truth.begin); t + kWindow <= end;
       t += kWindow) {
    const auto at = std::lower_bound(refused.begin(), refused.end(), t);
    const bool hit = at != refused.end() && *at < t + kWindow;
    const auto within = [t](Duration after) {
      return [t, after](const Span& s) { return t + kWindow > s.begin && t <= s.end + after; };
    };
    if (std::any_of(spans.begin(), spans.end(), within({}))) {
      ++out.attacked_windows;
      out.hits += hit;
    } else if (std::none_of(spans.begin(), spans.end(), within(kAfter))) {
      ++out.clean_windows;
      out.clean_s += to_seconds(kWindow);
      out.false_hits += hit;
      out.false_alarms += hit && !rang;
      rang = hit;
    }
  }
}

RefusalScores score_services(const RunRecord& record, std::string_view by) {
  const ServicesAccount& s = record.services;
  RefusalScores out;
  if (s.attack_requests == 0) return out;
  const bool quota = by == "quota";
  out.attacks = 1;
  out.attacked_windows = s.attack_requests;
  out.hits = quota ? s.attack_over_quota : s.attack_refused - s.attack_over_quota;
  out.noticed = out.hits > 0;
  if (out.noticed && s.refused_after_s) out.delay_s = *s.refused_after_s;
  for (const UploadAttempted& u : record.events.uploads) {
    ++out.clean_windows;
    out.false_hits += quota ? u.status == 429 : u.status == 401 || u.status == 403;
  }
  out.false_alarms = out.false_hits;
  out.clean_s = to_seconds(record.truth.end - record.truth.begin);
  return out;
}

}  // namespace

void RefusalScores::add(const RefusalScores& o) {
  attacks += o.attacks;
  noticed += o.noticed;
  delay_s += o.delay_s;
  attacked_windows += o.attacked_windows;
  hits += o.hits;
  clean_windows += o.clean_windows;
  false_hits += o.false_hits;
  false_alarms += o.false_alarms;
  clean_s += o.clean_s;
}

bool refused_at_intake(std::string_view reason) {
  static constexpr std::string_view kClean[] = {"duplicate", "unsupported", "stale", "overlap",
                                                "out_of_order"};
  return !one_of(kClean, reason);
}

RefusalScores refusal_scores(const RunRecord& record, std::string_view by) {
  if (one_of(kServices, by)) return score_services(record, by);
  CHECK(one_of(kDevices, by) || one_of(kIntake, by), by);
  RefusalScores out;
  const Truth& truth = record.truth;
  for (std::size_t d = 0; d < truth.devices.size(); ++d) {
    std::vector<Span> spans;
    for (const TrueAttack& a : truth.attacks) {
      if (a.device != truth.devices[d].name) continue;
      spans.push_back({truth.host_clock.to_host(a.begin), truth.host_clock.to_host(a.end)});
    }
    if (spans.empty()) continue;
    score_device(record, spans, times_of(record, static_cast<DeviceIndex>(d), by), out);
  }
  return out;
}

}  // namespace gauntlet::reports
