// The presets "pebble" of wearable and link against the recordings of the real ones: two-sample
// Kolmogorov-Smirnov at 1 %, with the recordings' own n.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/wire/frame.h"
#include "replay/sessions.h"
#include "replay/stream.h"
#include "reports/statistics/intervals.h"
#include "reports/statistics/kolmogorov.h"
#include "sim/link/link.h"
#include "sim/wearable/wearable.h"
#include "tests/recorded_data.h"

namespace gauntlet::sim {
namespace {

struct Stamps {
  std::vector<std::vector<double>> full_ms, short_ms;  // durations of frames of 100 and of 70, by
                                                       // day
  std::vector<double> lost_runs;
  std::uint64_t received = 0, lost = 0;
};

// What the sensor's oscillator made of 50 Hz while frames of so many periods lasted so long.
double error_ppm(double periods, const std::vector<double>& durations_ms) {
  return 1e6 * (20 * periods / reports::estimate_mean(durations_ms).mean - 1);
}

Stamps of_captures(const std::filesystem::path& folder) {
  Stamps s;
  const std::vector<std::string> paths{folder.string()};
  const auto collection = replay::read_collection(paths);
  EXPECT_TRUE(collection.ok());
  for (const replay::Session& session : collection->sessions) {
    std::vector<double> full, shorter;
    for (const auto& labelled : session.recordings) {
      const replay::PacketStream stream = replay::clean(labelled.recording);
      for (std::size_t i = 0; i < stream.unique.size(); ++i) {
        const auto frame = labelled.recording.frame(labelled.recording.packets[stream.unique[i]]);
        const auto ms = static_cast<double>(frame.header.duration_ms);
        // Not the first of a set, which may have waited for the set to begin.
        if (frame.count() == 100 && ms < 2100) full.push_back(ms);
        if (frame.count() == 70 && ms < 2300) shorter.push_back(ms);
        ++s.received;
        if (stream.lost_before[i] > 0) s.lost_runs.push_back(stream.lost_before[i]);
        s.lost += stream.lost_before[i];
      }
    }
    s.full_ms.push_back(full);
    s.short_ms.push_back(shorter);
  }
  return s;
}

struct Day {
  std::vector<wire::FrameHeader> arrived;  // first copies
  std::vector<double> delay_ms;
};

Day simulate(double hours, std::uint64_t seed, std::optional<double> rate_error_ppm = {}) {
  Simulation simulation;
  TrueDevice truth;
  Counters dropped;
  Day day;
  const auto still = make_still_motion();
  WearableOptions watch = wearable_preset("pebble");
  SensorOptions& o = watch.sensors[0];
  if (rate_error_ppm) {
    o.oscillator.error_ppm = *rate_error_ppm;
    o.oscillator.error_sd_ppm = 0;
  }
  o.noise = o.bias = o.alignment = o.temperature = false;  // the clocks are what matters here
  Link link(simulation, link_preset("pebble"), RandomStream(seed, "link/watch"), truth, dropped,
            [&](const Delivery& d) {
              if (d.duplicate) return;
              const auto frame = wire::read_whole_frame(wire::FrameFormat::pebble16, d.bytes);
              day.arrived.push_back(frame->header);
            });
  std::map<std::int64_t, WorldTime> sent;
  Wearable device(
      simulation, watch, 0, RandomStream(seed, "wearable/watch"), *still, WorldTime{},
      WorldTime{from_seconds(3600 * hours)}, truth, dropped,
      [&](const Message& m) {
        sent[m.first_sample] = simulation.now();
        link.send(m);
      },
      [&link] { return link.busy(); });
  device.start();
  simulation.run();
  std::set<std::int64_t> seen;
  for (const TrueFrame& f : truth.frames) {
    if (f.count == 100 && seen.insert(f.first).second) {
      day.delay_ms.push_back(to_ms(f.arrived - sent.at(f.first)));
    }
  }
  return day;
}

Stamps of_simulation(int days, std::optional<double> rate_error_ppm = {}) {
  Stamps s;
  for (int d = 0; d < days; ++d) {
    const Day day = simulate(1.2, 100 + static_cast<std::uint64_t>(d), rate_error_ppm);
    std::vector<double> full, shorter;
    for (std::size_t i = 0; i < day.arrived.size(); ++i) {
      const auto& h = day.arrived[i];
      if (h.count == 100 && h.duration_ms < 2100) {
        full.push_back(static_cast<double>(h.duration_ms));
      }
      if (h.count == 70 && h.duration_ms < 2300) {
        shorter.push_back(static_cast<double>(h.duration_ms));
      }
      ++s.received;
      if (i == 0) continue;
      const auto lost = (h.sequence - day.arrived[i - 1].sequence + 255) % 256;
      if (lost > 0) s.lost_runs.push_back(static_cast<double>(lost));
      s.lost += lost;
    }
    s.full_ms.push_back(full);
    s.short_ms.push_back(shorter);
  }
  return s;
}

double compare(const char* what, const std::vector<double>& recorded,
               const std::vector<double>& simulated) {
  const reports::KsTest ks = reports::ks_two_sample(recorded, simulated);
  std::printf("%s: D %.4f, p %.3g, n %zu recorded, %zu simulated\n", what, ks.statistic, ks.p,
              recorded.size(), simulated.size());
  return ks.p;
}

class Captures : public testing::Test {
 protected:
  static const Stamps& simulated() {
    static const Stamps stamps = of_simulation(30);
    return stamps;
  }
};

TEST_F(Captures, LossesComeInRunsAsLongAsTheRecordings) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions");
  const Stamps recorded = of_captures(folder);
  EXPECT_GE(compare("loss runs", recorded.lost_runs, simulated().lost_runs), 0.01);
  const auto share = [](const Stamps& s) {
    return static_cast<double>(s.lost) / static_cast<double>(s.lost + s.received);
  };
  std::printf("lost: %.1f %% recorded, %.1f %% simulated\n", 100 * share(recorded),
              100 * share(simulated()));
  // A session's share has an sd of about 18 % (nine sessions: 0 to 41 %).
  EXPECT_NEAR(share(recorded), share(simulated()), 4 * 0.18 * std::sqrt(1.0 / 9 + 1.0 / 30));
}

std::vector<double> together(const std::vector<std::vector<double>>& days) {
  std::vector<double> all;
  for (const auto& day : days) all.insert(all.end(), day.begin(), day.end());
  return all;
}

// Session by session and mode by mode, at the rate that the sensor had then, since durations of one
// day are not independent of one another; at 1 % for all of them together. Full frames of three of
// the nine sessions fall short: means of a quarter move by up to 2.5 ms within them, more than the
// oscillator's model does.
TEST_F(Captures, DurationsOfFramesScatterAsTheRecordings) {
  RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions");
  const Stamps recorded = of_captures(folder);
  const double level = 0.01 / static_cast<double>(2 * recorded.full_ms.size());
  int rejected = 0;
  for (std::size_t day = 0; day < recorded.full_ms.size(); ++day) {
    const Stamps full = of_simulation(10, error_ppm(100, recorded.full_ms[day]));
    rejected += compare("frames of 100", recorded.full_ms[day], together(full.full_ms)) < level;
    if (recorded.short_ms[day].empty()) continue;
    const Stamps shorter = of_simulation(10, error_ppm(110, recorded.short_ms[day]));
    EXPECT_GE(compare("frames of 70", recorded.short_ms[day], together(shorter.short_ms)), level);
  }
  EXPECT_LE(rejected, 3);
}

// Less what they all have in common: the recordings know delays only against their own least, under
// a straight line for the two clocks' drift.
TEST_F(Captures, DelaysAreTheRecordings) {
  RECORDED_DATA_OR_SKIP(log, "muvr-pebble/logs/pebble_no_movement.dat");
  const auto recording = replay::read_recording(log.string());
  ASSERT_TRUE(recording.ok());
  std::set<std::uint64_t> seen;
  std::vector<double> at_s, late_ms;
  for (const replay::Packet& p : recording->packets) {
    const auto frame = recording->frame(p);
    if (!seen.insert(frame.header.end_ms).second) continue;
    const auto late = p.arrival->time_since_epoch() - frame.end()->time_since_epoch();
    at_s.push_back(1e-3 * static_cast<double>(frame.header.end_ms));
    late_ms.push_back(to_ms(late));
  }
  // The line below all of them with the least distance to them.
  std::vector<double> excess;
  double least = 1e300;
  for (int ppm = -200; ppm <= 200; ++ppm) {
    std::vector<double> above;
    for (std::size_t i = 0; i < at_s.size(); ++i) {
      above.push_back(late_ms[i] - 1e-3 * ppm * (at_s[i] - at_s[0]));
    }
    const double bottom = *std::min_element(above.begin(), above.end());
    double sum = 0;
    for (double& a : above) sum += a -= bottom;
    if (sum < least) least = sum, excess = above;
  }
  EXPECT_EQ(excess.size(), 141u);
  std::vector<double> simulated;
  for (std::uint64_t day = 0; simulated.size() < 5000; ++day) {
    for (const double d : simulate(1, 500 + day).delay_ms) {
      if (d < 2200) simulated.push_back(d);  // none of the log's was sent in a degraded time
    }
  }
  // The least of as many as the log has, not of thousands.
  std::vector<double> sorted = simulated;
  const double bottom = reports::quantile_in_place(sorted, 1.0 / 141);
  for (double& d : simulated) d -= bottom;
  EXPECT_GE(compare("delays", excess, simulated), 0.01);
}

}  // namespace
}  // namespace gauntlet::sim
