// A run written by hand, in seconds, for known answers: one watch at 1 Hz whose clock needs no
// thought (host = world), and whatever a test adds.
#pragma once

#include "reports/record.h"

namespace gauntlet::reports {

struct SmallRun {
  SmallRun() {
    truth.host_clock.add(world(0), host(0));
    truth.host_clock.add(world(1), host(1));
    truth.devices.push_back({"watch", {{{0, SensorKind::accelerometer}, 1, 1, {}, {}}}, {}});
    links.resize(1);
    links[0].seconds = 100;
  }
  static WorldTime world(double s) { return time_from_seconds<WorldTime>(s); }
  static HostTime host(double s) { return time_from_seconds<HostTime>(s); }

  // Samples at 0, 1, 2, … s.
  void produce(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      stream().sampled_at.push_back(world(static_cast<double>(i)));
      stream().signal.insert(stream().signal.end(), {0, 0, 9.8f});
    }
  }
  FrameRef arrive(std::int64_t first, std::uint32_t count) {
    truth.devices[0].frames.push_back({SensorKind::accelerometer, first, count, world(0)});
    return {0, static_cast<std::uint32_t>(truth.devices[0].frames.size() - 1)};
  }
  void accept(FrameRef frame, std::uint32_t first, std::vector<double> at_s) {
    std::vector<HostTime> estimated;
    for (const double s : at_s) estimated.push_back(host(s));
    events.on(SamplesAligned{frame, SensorKind::accelerometer, first, estimated, host(0)});
  }
  void reject(FrameRef frame, std::uint32_t count, std::string reason) {
    events.on(SamplesRejected{frame, SensorKind::accelerometer, count, std::move(reason), host(0)});
  }
  void set(std::string exercise, double begin_s, double end_s,
           std::vector<double> repetitions_s = {}) {
    TrueSet s{std::move(exercise), world(begin_s), world(end_s), {}};
    for (const double r : repetitions_s) s.repetitions.push_back(world(r));
    truth.sets.push_back(std::move(s));
  }
  void show(Shown::Kind kind, double at_s) {
    events.on(Shown{kind, "squat", 1, host(at_s), host(at_s)});
  }
  void window(double from_s, double to_s, std::string label) {
    events.on(WindowClassified{host(from_s), host(to_s), std::move(label), 1, host(to_s)});
  }
  void mark(double at_s) { events.on(UserMark{UserMark::Kind::set_start, "squat", host(at_s)}); }

  TrueStream& stream() { return truth.devices[0].streams[0]; }
  RunRecord record() const {
    return {truth, events, links, services, places, "small", 1, std::chrono::seconds{100}, "none"};
  }

  Truth truth;
  EventLog events;
  std::vector<LinkAccount> links;
  ServicesAccount services;
  std::vector<SearchedPlace> places;
};

}  // namespace gauntlet::reports
