#include "calibration/link_proof.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "calibration/simulated_capture.h"
#include "calibration/text.h"
#include "replay/replay_report.h"
#include "replay/stream.h"
#include "replay/timing.h"
#include "reports/statistics/kolmogorov.h"

namespace gauntlet::calibration {
namespace {

constexpr double kRejected = 0.01;

// What a session's packets say.
struct Facts {
  replay::TimingTotals timing;
  replay::RunLengths runs;
  std::vector<double> length_ms;  // of packets of 100 samples
  std::uint64_t unique = 0, lost = 0;

  void add(const replay::Recording& recording) {
    const auto stream = replay::clean(recording);
    const auto buffers = replay::buffers_of(recording, stream);
    timing.add(buffers);
    runs.add(stream);
    unique += stream.unique.size();
    lost += stream.lost;
    for (const replay::Buffer& b : buffers) {
      if (b.count == replay::kTimedCount) length_ms.push_back(static_cast<double>(b.duration_ms()));
    }
  }
  void add(const Facts& other) {
    timing.merge(other.timing);
    runs.merge(other.runs);
    length_ms.insert(length_ms.end(), other.length_ms.begin(), other.length_ms.end());
    unique += other.unique;
    lost += other.lost;
  }
};

// Seconds from the session's beginning to each recording's, and to its end.
std::vector<std::pair<double, double>> spans_of(const replay::Session& session) {
  std::vector<std::pair<double, double>> spans;
  double origin = 0;
  for (const auto& entry : session.recordings) {
    const auto buffers = replay::buffers_of(entry.recording, replay::clean(entry.recording));
    if (buffers.empty()) continue;
    const double begin = 1e-3 * static_cast<double>(buffers.front().start_ms);
    if (spans.empty()) origin = begin;
    // A watch whose clock was set back between two sets: its time goes on here.
    const double shift = !spans.empty() && begin - origin < spans.back().second
                             ? spans.back().second + 60 - (begin - origin)
                             : 0;
    origin -= shift;
    spans.emplace_back(begin - origin, 1e-3 * static_cast<double>(buffers.back().end_ms) - origin);
  }
  return spans;
}

Facts simulate_session(const std::vector<std::pair<double, double>>& spans,
                       const sim::RandomStream& stream) {
  SimulatedCapture options;
  options.device.clock.offset_sd_s = 0;
  const auto still = sim::make_still_motion();
  const auto whole = simulate_capture(
      options, *still, WorldTime{}, time_from_seconds<WorldTime>(spans.back().second + 5), stream);
  Facts facts;
  for (const auto& [begin, end] : spans) {
    // A packet belongs to a recording when its end does; the first one of a recording began with
    // it.
    facts.add(cut(whole, options, begin + 1, end + 1));
  }
  return facts;
}

std::vector<double> expanded(const std::map<std::uint32_t, std::uint64_t>& counts) {
  std::vector<double> out;
  for (const auto& [length, n] : counts) out.insert(out.end(), n, static_cast<double>(length));
  return out;
}

void compare(const std::string& what, const std::vector<double>& recorded,
             const std::vector<double>& simulated, const std::string& note, Section& out) {
  if (recorded.empty() || simulated.empty()) {
    out.findings.push_back({what,
                            0,
                            "1",
                            std::nullopt,
                            recorded.size(),
                            {},
                            Verdict::informs,
                            recorded.empty() ? "none recorded" : "none simulated"});
    return;
  }
  const auto quantiles = [](std::vector<double> v) {
    std::string text;
    for (const double p : {0.5, 0.9, 1.0}) {
      text += (text.empty() ? "" : "/") + number(reports::quantile_in_place(v, p));
    }
    return text;
  };
  out.charts.push_back(
      {what,
       note.empty() ? "value" : note,
       "share",
       false,
       {distribution_of("recorded", recorded), distribution_of("simulated", simulated)}});
  const auto test = reports::ks_two_sample(recorded, simulated);
  out.findings.push_back(
      {what + ", Kolmogorov-Smirnov p", test.p, "1", std::nullopt, recorded.size(),
       "at least " + number(kRejected), test.p >= kRejected ? Verdict::holds : Verdict::falls_short,
       "distance " + number(test.statistic, 3) + " against " + std::to_string(simulated.size()) +
           " simulated; P50/P90/max recorded " + quantiles(recorded) + ", simulated " +
           quantiles(simulated) + (note.empty() ? "" : "; " + note)});
}

// As many as are wanted, evenly spread: the captures' own n.
std::vector<double> thinned(const std::vector<double>& v, std::size_t n) {
  if (v.size() <= n) return v;
  std::vector<double> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(v[i * v.size() / n]);
  return out;
}

// Shares of lengths in whole milliseconds.
class Histogram {
 public:
  void add(const std::vector<double>& values) {
    for (const double v : values) ++counts_[std::lround(v)];
    n_ += static_cast<double>(values.size());
  }
  double distance(const Histogram& other) const {
    double a = 0, b = 0, most = 0;
    auto i = counts_.begin();
    auto j = other.counts_.begin();
    while (i != counts_.end() || j != other.counts_.end()) {
      const bool first = j == other.counts_.end() || (i != counts_.end() && i->first <= j->first);
      const bool second = i == counts_.end() || (j != other.counts_.end() && j->first <= i->first);
      if (first) a += static_cast<double>((i++)->second) / n_;
      if (second) b += static_cast<double>((j++)->second) / other.n_;
      most = std::max(most, std::abs(a - b));
    }
    return most;
  }

 private:
  std::map<long, std::uint64_t> counts_;
  double n_ = 0;
};

// The packets of a session share a rate, so that thousands of them are a few sessions' worth: how
// far as many simulated sessions lie from all simulated ones says how far is usual. `simulated`:
// kDays for each of `recorded`, in its order.
void compare_lengths(const std::vector<Facts>& recorded, const std::vector<Facts>& simulated,
                     sim::RandomStream stream, Section& out) {
  constexpr std::uint64_t kDraws = 999;
  Histogram real, made;
  std::vector<double> real_ms, made_ms;
  for (const Facts& f : recorded) {
    real.add(f.length_ms);
    real_ms.insert(real_ms.end(), f.length_ms.begin(), f.length_ms.end());
  }
  for (const Facts& f : simulated) {
    made.add(f.length_ms);
    made_ms.insert(made_ms.end(), f.length_ms.begin(), f.length_ms.end());
  }
  if (real_ms.empty() || made_ms.empty()) return;
  const double distance = real.distance(made);
  std::uint64_t as_far = 0;
  for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
    Histogram drawn;
    for (std::size_t s = 0; s < recorded.size(); ++s) {
      const auto day = static_cast<std::size_t>(stream.uniform() * kDays);
      drawn.add(simulated[s * kDays + day].length_ms);
    }
    as_far += drawn.distance(made) >= distance ? 1 : 0;
  }
  const double p = static_cast<double>(as_far + 1) / static_cast<double>(kDraws + 1);
  const std::string what = "length of packets of 100 samples";
  out.charts.push_back(
      {what,
       "ms",
       "share",
       false,
       {distribution_of("recorded", real_ms), distribution_of("simulated", made_ms)}});
  out.findings.push_back(
      {what + ", Kolmogorov-Smirnov p by whole sessions", p, "1", std::nullopt, recorded.size(),
       "at least " + number(kRejected), p >= kRejected ? Verdict::holds : Verdict::falls_short,
       "distance " + number(distance, 3) + " of " + std::to_string(real_ms.size()) +
           " packets from " + std::to_string(made_ms.size()) + " simulated; as far lie " +
           std::to_string(as_far) + " of " + std::to_string(kDraws) +
           " draws of as many simulated sessions. Packets of a session share its rate: taken as if "
           "each were independent, p would be " +
           number(reports::ks_two_sample(real_ms, thinned(made_ms, real_ms.size())).p, 2)});
}

void lost_time(const char* how, replay::Decoder decoder, const std::vector<Facts>& recorded,
               const std::vector<Facts>& simulated, Section& out) {
  Facts all;
  std::vector<double> real, made;
  for (const Facts& f : recorded) {
    all.add(f);
    if (f.timing.packets > 0) real.push_back(f.timing.loss_s_per_h(decoder));
  }
  for (const Facts& f : simulated) {
    if (f.timing.packets > 0) made.push_back(f.timing.loss_s_per_h(decoder));
  }
  if (real.empty() || made.empty()) return;
  const auto mean = reports::estimate_mean(made);
  const auto [real_low, real_high] = std::minmax_element(real.begin(), real.end());
  const double low = reports::quantile_in_place(made, 0.025),
               high = reports::quantile_in_place(made, 0.975);
  out.findings.push_back({std::string("time lost ") + how + ", simulated",
                          mean.mean,
                          "s/h",
                          mean.interval,
                          mean.n,
                          {},
                          Verdict::informs,
                          "recorded: " + fixed(all.timing.loss_s_per_h(decoder), 2) +
                              " over all packets; by session " + fixed(*real_low, 1) + " to " +
                              fixed(*real_high, 1) + "; 95 % of simulated sessions lie within " +
                              fixed(low, 1) + " to " + fixed(high, 1)});
  compare(std::string("time lost ") + how + " by session", real, made, "s/h", out);
}

}  // namespace

std::vector<double> excess_delays_ms(const replay::Recording& recording) {
  const auto stream = replay::clean(recording);
  std::vector<std::pair<double, double>> points;  // end of buffer, arrival less end; ms
  for (const std::size_t index : stream.unique) {
    const replay::Packet& packet = recording.packets[index];
    if (!packet.arrival || packet.format != wire::FrameFormat::pebble16) continue;
    const double end = static_cast<double>(recording.frame(packet).header.end_ms);
    points.emplace_back(end, to_ms(packet.arrival->time_since_epoch()) - end);
  }
  if (points.size() < 2) return {};
  std::sort(points.begin(), points.end());
  std::vector<std::pair<double, double>> hull;  // lower, left to right
  for (const auto& p : points) {
    const auto above = [&p](const auto& a, const auto& b) {
      return (b.second - a.second) * (p.first - a.first) >=
             (p.second - a.second) * (b.first - a.first);
    };
    while (hull.size() >= 2 && above(hull[hull.size() - 2], hull.back())) hull.pop_back();
    hull.push_back(p);
  }
  const double middle = 0.5 * (points.front().first + points.back().first);
  std::size_t edge = 1;
  while (edge + 1 < hull.size() && hull[edge].first < middle) ++edge;
  const auto [x0, y0] = hull[edge - 1];
  const auto [x1, y1] = hull[edge];
  const double slope = x1 > x0 ? (y1 - y0) / (x1 - x0) : 0;
  std::vector<double> out;
  for (const auto& [x, y] : points) out.push_back(y - y0 - slope * (x - x0));
  return out;
}

std::vector<Section> prove_link(const replay::Collection& sessions, const replay::Collection& logs,
                                std::uint64_t seed, const std::function<void(double)>& progress) {
  Section time{"Clock",
               "The watch of the captures calls itself 50 Hz. Time lost by flooring each packet's "
               "duration to 20 ms and by believing 50 Hz, day by day.",
               {}};
  Section link{"Packets and radio",
               "Simulated over the captures' own spans and cut into the same recordings.",
               {}};
  std::vector<Facts> recorded, simulated;
  Facts real, made;
  for (std::size_t s = 0; s < sessions.sessions.size(); ++s) {
    const auto spans = spans_of(sessions.sessions[s]);
    if (spans.empty()) continue;  // not one packet
    Facts facts;
    for (const auto& entry : sessions.sessions[s].recordings) facts.add(entry.recording);
    recorded.push_back(facts);
    real.add(facts);
    for (int day = 0; day < kDays; ++day) {
      const sim::RandomStream stream(
          seed, "calibration/link/" + std::to_string(s) + "/" + std::to_string(day));
      simulated.push_back(simulate_session(spans, stream));
      made.add(simulated.back());
    }
    if (progress) {
      progress(static_cast<double>(s + 1) / static_cast<double>(sessions.sessions.size()));
    }
  }
  lost_time("floored to 20 ms", replay::Decoder::floor20, recorded, simulated, time);
  lost_time("believing 50 Hz", replay::Decoder::nominal, recorded, simulated, time);
  compare_lengths(recorded, simulated, sim::RandomStream(seed, "calibration/lengths"), time);
  compare("runs of lost packets", expanded(real.runs.lost), expanded(made.runs.lost), {}, link);
  compare("runs of received packets", expanded(real.runs.received),
          thinned(expanded(made.runs.received), 4 * expanded(real.runs.received).size()), {}, link);
  std::vector<double> real_share, made_share;
  const auto share = [](const Facts& f) {
    return static_cast<double>(f.lost) /
           static_cast<double>(std::max<std::uint64_t>(1, f.lost + f.unique));
  };
  for (const Facts& f : recorded) real_share.push_back(share(f));
  for (const Facts& f : simulated) made_share.push_back(share(f));
  compare("share of packets lost, by session", real_share, made_share, {}, link);

  std::vector<double> real_delay, made_delay;
  for (const auto& session : logs.sessions) {
    for (std::size_t i = 0; i < session.recordings.size(); ++i) {
      const auto delays = excess_delays_ms(session.recordings[i].recording);
      if (delays.empty()) continue;
      real_delay.insert(real_delay.end(), delays.begin(), delays.end());
      SimulatedCapture options;
      options.link.degraded.good_s = 0;  // the logs lost nothing
      const auto still = sim::make_still_motion();
      for (int day = 0; day < kDays; ++day) {
        const sim::RandomStream stream(
            seed, "calibration/delay/" + std::to_string(i) + "/" + std::to_string(day));
        const double span_s = 2.0458 * static_cast<double>(delays.size());
        const auto capture = simulate_capture(options, *still, WorldTime{},
                                              time_from_seconds<WorldTime>(span_s), stream);
        const auto more = excess_delays_ms(capture);
        made_delay.insert(made_delay.end(), more.begin(), more.end());
      }
    }
  }
  compare("excess delay of arrivals", real_delay, made_delay, "ms", link);
  return {time, link};
}

}  // namespace gauntlet::calibration
