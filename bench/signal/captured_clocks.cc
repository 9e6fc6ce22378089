// Captures whose packets have an arrival time and a device's stamp: three logs of muvr, stamps in
// ms, of 17 s, 31 s and 289 s. Nothing longer was recorded with arrivals. Lift's recordings have
// arrivals but no stamps, and their count of samples is no clock: against it arrivals run away by
// 1.5 to 12 %, a recording each its own, so there is nothing to be right about.
//
// Hindsight: of all straight lines below every (stamp, arrival - stamp) of a recording the one with
// the least mean distance to them (Moon, Skelly, Towsley, INFOCOM 1999): the edge of the lower
// convex hull that spans the mean stamp. A line is enough for five minutes. Error: the time given
// to a packet's last sample, when it arrives, less the line's. What every one-way method leaves in,
// the constant delay, is in both.
//
// Halves: what the method knew after half of a recording (the time of its last packet, the skew)
// foretells the packets of the second; against the line of the second half alone.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "bench/signal/tables.h"
#include "core/signal/clock_aligner.h"
#include "replay/sessions.h"

namespace gauntlet {
namespace {

struct Captured {
  std::string name;
  std::vector<FrameTiming> frames;
};

std::vector<FrameTiming> frames_of(const replay::Recording& recording) {
  std::vector<FrameTiming> out;
  for (const auto& packet : recording.packets) {
    if (!packet.arrival) continue;
    const auto frame = recording.frame(packet);
    FrameTiming t;
    t.count = frame.count();
    t.nominal_hz = static_cast<double>(frame.header.rate_hz);
    t.bytes = static_cast<std::uint32_t>(frame.bytes.size());
    t.arrival = *packet.arrival;
    const Duration nominal = from_seconds(t.count / t.nominal_hz);
    t.duration = frame.duration().value_or(Duration{0});
    const auto end = frame.end();
    if (!end || (!out.empty() && *end <= out.back().end)) continue;  // later: a packet's twin
    t.end = *end;
    if (!out.empty()) {
      const double span = to_seconds(std::max(t.duration, nominal));
      const auto missing = std::llround(to_seconds(t.end - out.back().end) / span) - 1;
      t.sequence = out.back().sequence + 1 + static_cast<std::uint64_t>(std::max(0LL, missing));
    }
    out.push_back(t);
  }
  return out;
}

// Arrival less device time, and device time, in seconds since the first packet of the recording.
struct Line {
  double offset = 0, slope = 0;
  double at(double s) const { return offset + slope * s; }
};

double device_s(const FrameTiming& f, const FrameTiming& first) {
  return to_seconds(f.end - first.end);
}
double lag_s(HostTime host, const FrameTiming& f, const FrameTiming& first) {
  return to_seconds(host - first.arrival) - device_s(f, first);
}

Line hindsight(std::span<const FrameTiming> frames, const FrameTiming& first) {
  double mean = 0;
  for (const auto& f : frames) mean += device_s(f, first) / static_cast<double>(frames.size());
  Line best;
  double least = -1;
  // Every pair whose line is below all: few packets, no hull needed.
  for (std::size_t i = 0; i < frames.size(); ++i) {
    for (std::size_t k = i + 1; k < frames.size(); ++k) {
      const double x = device_s(frames[i], first), y = lag_s(frames[i].arrival, frames[i], first);
      const double run = device_s(frames[k], first) - x;
      if (run <= 0 || x > mean || x + run < mean) continue;
      Line line;
      line.slope = (lag_s(frames[k].arrival, frames[k], first) - y) / run;
      line.offset = y - line.slope * x;
      double above = 0;
      bool below_all = true;
      for (const auto& f : frames) {
        const double d = lag_s(f.arrival, f, first) - line.at(device_s(f, first));
        below_all = below_all && d > -1e-9;
        above += d;
      }
      if (!below_all || (least >= 0 && above >= least)) continue;
      least = above;
      best = line;
    }
  }
  return best;
}

struct Errors {
  std::vector<double> early, late, foretold;  // ms
};

constexpr double kEarly_s = 30;
constexpr std::size_t kFewest = 8;  // packets: fewer have no halves

void judge(AlignerMethod method, std::span<const FrameTiming> frames, Errors& errors) {
  AlignerOptions options;
  options.method = method;
  const auto aligner = make_clock_aligner(options);
  const FrameTiming& first = frames.front();
  const Line line = hindsight(frames, first);
  const std::size_t half = frames.size() / 2;
  const Line later = hindsight(frames.subspan(half), first);
  HostTime last{};
  double skew = 0;
  std::vector<HostTime> times;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const FrameTiming& f = frames[i];
    times.resize(f.count);
    aligner->on_frame(f, times);
    const double s = device_s(f, first);
    const double error = 1000 * (lag_s(times.back(), f, first) - line.at(s));
    (s <= kEarly_s ? errors.early : errors.late).push_back(std::abs(error));
    if (i + 1 == half) {
      last = times.back();
      skew = aligner->estimate().skew_ppm * 1e-6;
    }
    if (i < half) continue;
    const double ahead = to_seconds(f.end - frames[half - 1].end);
    const double foretold = lag_s(last, frames[half - 1], first) + skew * ahead - later.at(s);
    errors.foretold.push_back(std::abs(1000 * foretold));
  }
}

void print_cell(const std::vector<double>& v) {
  if (v.empty()) {
    std::printf("%18s", "");
  } else {
    std::printf("%9.1f / %6.1f", quantile(v, 0.5), quantile(v, 0.95));
  }
}

void print_table(const std::vector<Captured>& captured) {
  std::size_t packets = 0;
  for (const auto& c : captured) packets += c.frames.size();
  std::printf("\nclock alignment on %zu captures, %zu packets: ms from hindsight, p50 / p95\n",
              captured.size(), packets);
  std::printf("%-14s%18s%18s%18s\n", "method", "first 30 s", "after", "half foretold");
  for (const auto& [name, method] : kAligners) {
    Errors errors;
    for (const auto& c : captured) judge(method, c.frames, errors);
    std::printf("%-14s", name);
    print_cell(errors.early);
    print_cell(errors.late);
    print_cell(errors.foretold);
    std::printf("\n");
  }
  for (const auto& c : captured) {
    const Line line = hindsight(c.frames, c.frames.front());
    std::printf("  %-24s %3zu packets, %5.1f s, hindsight %+.0f ppm\n", c.name.c_str(),
                c.frames.size(), device_s(c.frames.back(), c.frames.front()), 1e6 * line.slope);
  }
}

}  // namespace

void print_captured_aligners(const std::string& data_folder) {
  const std::string folder = data_folder + "/muvr-pebble/logs";
  const auto read = replay::read_collection(std::span(&folder, 1));
  if (!read) {
    std::fprintf(stderr, "bench_signal: %s\n", read.error().message.c_str());
    return;
  }
  std::vector<Captured> captured;
  for (const auto& session : read->sessions) {
    for (const auto& r : session.recordings) {
      auto frames = frames_of(r.recording);
      if (frames.size() >= kFewest) captured.push_back({r.name, std::move(frames)});
    }
  }
  print_table(captured);
}

}  // namespace gauntlet
