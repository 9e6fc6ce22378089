// What a man in the middle does to messages, and what the phone's intake makes of it.
#include "adversarial/frame_attack.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "adversarial/jamming.h"
#include "core/authz/frame_tag.h"
#include "core/events/event_log.h"
#include "core/phone/frame_intake.h"

namespace gauntlet::adversarial {
namespace {

const std::string kKey(32, 'k');

struct Arrived {
  std::vector<std::byte> bytes;
  std::int64_t first;
  std::uint32_t count;
  double at_s;
};

// A frame of 50 samples a second, x = the frame's number, with or without tags.
struct Way {
  explicit Way(const AttackOptions& options, const std::string& tag_key = {},
               double round_trip_ms = 0)
      : attack(simulation, options, sim::RandomStream(1, "attack/0"), tag_key, round_trip_ms,
               dropped, [this](const sim::Message& m) {
                 arrived.push_back({{m.bytes.begin(), m.bytes.end()},
                                    m.first_sample,
                                    m.count,
                                    seconds_since_origin(simulation.now())});
               }) {
    if (!tag_key.empty()) tagger.emplace(tag_key);
  }
  void run(int frames) {
    for (int i = 0; i < frames; ++i) {
      simulation.at(WorldTime{std::chrono::seconds{i + 1}}, [this, i] { send(i); });
    }
    simulation.run();
  }
  void send(int i) {
    const std::vector<std::int16_t> xyz = [i] {
      std::vector<std::int16_t> v(150, 0);
      for (std::size_t k = 0; k < 50; ++k) v[3 * k] = static_cast<std::int16_t>(i);
      return v;
    }();
    const auto header =
        wire::pebble16_header(SensorKind::accelerometer, 50, 50, static_cast<std::uint8_t>(i),
                              DeviceTime{std::chrono::seconds{100 + i}}, std::chrono::seconds{1});
    std::vector<std::byte> bytes(266), tagged;
    wire::write_frame(wire::FrameFormat::pebble16, header, xyz, bytes);
    if (tagger) {
      tagger->tag(bytes, tagged);
      bytes = tagged;
    }
    attack.send({bytes, SensorKind::accelerometer, 50 * i, 50, simulation.now()});
  }
  // Frames accepted and samples rejected, by reason.
  std::map<std::string, std::uint64_t> intake() const {
    PhoneOptions options;
    if (tagger) options.frame_keys = {kKey};
    EventLog log;
    Counters counters;
    FrameIntake intake(options, log, counters);
    for (const Arrived& a : arrived) {
      intake.on_frame(0, a.bytes, HostTime{from_seconds(1000 + a.at_s)});
    }
    std::map<std::string, std::uint64_t> out;
    for (const auto& a : log.aligned) {
      out[a.sensor == SensorKind::accelerometer ? "accepted" : "accepted as another"] += a.count;
    }
    for (const auto& r : log.rejected) out[r.reason] += r.count;
    return out;
  }

  sim::Simulation simulation;
  Counters dropped;
  std::vector<Arrived> arrived;
  std::optional<FrameTagger> tagger;
  FrameAttack attack;
};

AttackOptions on(FrameAct act, double start_s = 0) {
  AttackOptions o;
  o.kind = AttackKind::frame;
  o.start_s = start_s;
  o.frame.act = act;
  o.frame.length_s = 10;
  o.frame.record_s = 0;
  return o;
}

wire::FrameHeader header_of(const Arrived& a) {
  return wire::read_header(wire::FrameFormat::pebble16, a.bytes);
}

TEST(FrameAttack, OffItChangesNothing) {
  Way way(on(FrameAct::modify, 1000));
  way.run(20);
  ASSERT_EQ(way.arrived.size(), 20u);
  EXPECT_EQ(way.intake()["accepted"], 1000u);
}

TEST(FrameAttack, ARelayIsLateByItsDelayAndLostBeyondTheWindow) {
  Way way(on(FrameAct::relay));
  way.run(5);
  ASSERT_EQ(way.arrived.size(), 5u);
  EXPECT_NEAR(way.arrived[0].at_s, 1.008, 1e-9);
  AttackOptions slow = on(FrameAct::relay);
  slow.frame.relay_ms = 16;  // there and back: 32 ms, the window is 30
  Way lost(slow);
  lost.run(5);
  EXPECT_TRUE(lost.arrived.empty());
  EXPECT_EQ(lost.dropped.total(), 250u);
  Way measured(on(FrameAct::relay), {}, 10);  // 16 ms more than a link that measures it allows
  measured.run(5);
  EXPECT_TRUE(measured.arrived.empty());
  ASSERT_EQ(measured.attack.refusals().size(), 5u);  // a frame a second
  for (const TrueRefusal& r : measured.attack.refusals()) EXPECT_EQ(r.defence, "round_trip");
}

TEST(FrameAttack, DelayGrowsByItsRate) {
  AttackOptions o = on(FrameAct::delay);
  o.frame.delay_ms = 100;
  o.frame.delay_ppm = 1000;
  Way way(o);
  way.run(60);
  EXPECT_NEAR(way.arrived[59].at_s, 60 + 0.1 + 0.06, 1e-6);
}

TEST(FrameAttack, StampsRunOnAndRollOverAt32Bits) {
  AttackOptions o = on(FrameAct::stamps);
  o.frame.ramp_ppm = 10'000;
  Way ramp(o);
  ramp.run(50);
  EXPECT_EQ(header_of(ramp.arrived[49]).end_ms, 149'000u + 500u);
  EXPECT_EQ(ramp.arrived[49].first, 50 * 49);
  o.frame.ramp_ppm = 0;
  o.frame.roll_over = true;
  Way roll(o);
  roll.run(20);
  EXPECT_EQ(header_of(roll.arrived[0]).end_ms, (1ULL << 32) - 10'000);
  EXPECT_EQ(header_of(roll.arrived[12]).end_ms, 2000u);
}

TEST(FrameAttack, AVerbatimReplayIsADuplicateAndAFreshenedOneIsBelieved) {
  AttackOptions o = on(FrameAct::replay, 10.5);
  o.knowledge = Knowledge::none;
  Way plain(o);
  plain.run(20);
  EXPECT_EQ(plain.arrived.size(), 30u);
  auto seen = plain.intake();
  EXPECT_EQ(seen["accepted"], 1000u);
  EXPECT_EQ(seen["duplicate"], 500u);
  o.knowledge = Knowledge::white_box;
  Way fresh(o);
  fresh.run(20);
  EXPECT_EQ(fresh.arrived.size(), 20u);
  EXPECT_EQ(fresh.arrived[15].first, -1);
  EXPECT_EQ(fresh.intake()["accepted"], 1000u);
  EXPECT_EQ(fresh.dropped.get("attack.replaced"), 500u);
  std::vector<std::int16_t> xyz(150);
  wire::read_whole_frame(wire::FrameFormat::pebble16, fresh.arrived[15].bytes)->decode(xyz);
  EXPECT_EQ(xyz[0], 5);  // what was true ten frames ago
}

TEST(FrameAttack, InjectedMotionHasItsAmplitudeAndRate) {
  AttackOptions o = on(FrameAct::inject);
  o.frame.amplitude_mps2 = 9.80665;
  o.frame.target_hz = 1;
  Way way(o);
  way.run(10);
  std::vector<std::int16_t> xyz(150);
  wire::read_whole_frame(wire::FrameFormat::pebble16, way.arrived[4].bytes)->decode(xyz);
  std::int16_t most = 0;
  for (std::size_t i = 0; i < 50; ++i) most = std::max(most, xyz[3 * i]);
  EXPECT_NEAR(most, 1004, 3);
  EXPECT_EQ(way.intake()["accepted"], 500u);
}

TEST(FrameTagDefence, EveryChangeIsRefusedUnlessTheKeyIsKnown) {
  for (const FrameAct act : {FrameAct::inject, FrameAct::modify, FrameAct::stamps, FrameAct::replay,
                             FrameAct::malformed}) {
    AttackOptions o = on(act, 10.5);
    o.frame.jump_s = 0.01;
    Way way(o, kKey);
    way.run(30);
    auto seen = way.intake();
    EXPECT_EQ(seen["accepted"], 500u) << static_cast<int>(act);
    EXPECT_GT(seen["tag_wrong"] + seen["tag_missing"], 0u) << static_cast<int>(act);
    if (act == FrameAct::malformed) continue;
    o.frame.knows_tag_key = true;
    Way known(o, kKey);
    known.run(30);
    EXPECT_GE(known.intake()["accepted"], 1400u) << static_cast<int>(act);
  }
  AttackOptions o = on(FrameAct::replay, 10.5);
  o.knowledge = Knowledge::none;
  Way replay(o, kKey);
  replay.run(20);
  auto seen = replay.intake();
  EXPECT_EQ(seen["accepted"], 1000u);
  EXPECT_EQ(seen["tag_replayed"], 500u);
}

// 266 bytes and a tag of 8 are 274: with the 4 that the essay's profile adds, 278 of 280. 16 are
// not.
TEST(FrameTagDefence, CostsEightBytesAFrame) {
  Way way(on(FrameAct::modify, 1000), kKey);
  way.run(1);
  EXPECT_EQ(way.arrived[0].bytes.size(), 266u + 8u);
}

// Every way to be malformed, many times, into the real decoder.
TEST(MalformedFrames, AreRefusedByTheRealDecoder) {
  for (const Malformed how : {Malformed::any, Malformed::count, Malformed::length,
                              Malformed::padding, Malformed::truncation, Malformed::magic}) {
    AttackOptions o = on(FrameAct::malformed, 2.5);
    o.frame.malformed = how;
    Way way(o);
    way.run(500);
    EXPECT_EQ(way.arrived.size(), 500u);
    EXPECT_EQ(way.intake()["accepted"], 100u) << static_cast<int>(how);
  }
}

TEST(KeyStrength, HalfOfAllKeysAreTriedOnAverage) {
  AttackOptions o = on(FrameAct::inject);
  o.frame.key_bytes = 1;
  o.frame.keys_per_s = 1;
  double sum_s = 0;
  constexpr int kRuns = 4000;
  for (int seed = 0; seed < kRuns; ++seed) {
    sim::RandomStream random(static_cast<std::uint64_t>(seed), "attack/0/key");
    sum_s += seconds_since_origin(key_found(o, random));
  }
  EXPECT_NEAR(sum_s / kRuns, 128, 4 * 256 / std::sqrt(12.0 * kRuns));
  o.frame.key_bytes = 16;
  o.frame.keys_per_s = 1e12;
  sim::RandomStream random(1, "attack/0/key");
  EXPECT_EQ(key_found(o, random), WorldTime::max());
  Way way(o);  // with 16 bytes the frames pass as they were
  way.run(50);
  EXPECT_EQ(way.arrived[49].first, 50 * 49);
}

TEST(Jamming, SpoilsWhatOverlapsABurstWhenItIsStrongEnough) {
  AttackOptions o;
  o.kind = AttackKind::jamming;
  o.start_s = 10;
  o.stop_s = 40;
  o.jamming.burst_s = 2;
  o.jamming.pause_s = 3;
  const Jammer jammer(o);
  const auto spoils = [&jammer](double from, double to) {
    return jammer.spoils(time_from_seconds<WorldTime>(from), time_from_seconds<WorldTime>(to));
  };
  EXPECT_FALSE(spoils(9, 9.9));
  EXPECT_TRUE(spoils(9, 10.1));
  EXPECT_TRUE(spoils(11, 11.1));
  EXPECT_FALSE(spoils(12.1, 14.9));
  EXPECT_TRUE(spoils(12.1, 15.1));
  EXPECT_TRUE(spoils(36, 36.5));
  EXPECT_FALSE(spoils(40, 41));
  // -60 against 20 - 40 - 22 log10(3) = -30.5 dBm.
  EXPECT_NEAR(signal_to_interference_db(o.jamming), -60 + 20 + 22 * std::log10(3.0), 1e-9);
  o.jamming.power_dbm = -60;
  EXPECT_FALSE(Jammer(o).spoils(WorldTime{}, WorldTime{std::chrono::seconds{30}}));
}

}  // namespace
}  // namespace gauntlet::adversarial
