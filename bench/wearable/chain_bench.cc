// A wearable's samples, stage by stage and as a whole: motion, instants, sensor chain, packing,
// link, decoding. `ns_per_sample` is CPU time of one 3-axis sample.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "core/events/no_events.h"
#include "core/phone/frame_intake.h"
#include "core/wire/frame.h"
#include "sim/body/motion_kernel.h"
#include "sim/link/link.h"
#include "sim/wearable/sensor_frames.h"
#include "sim/wearable/wearable.h"

namespace gauntlet::sim {
namespace {

constexpr std::size_t kBatch = 100;

std::shared_ptr<const Script> gym_hour() {
  static const auto script = std::make_shared<const Script>(
      make_script(gym_hour_plan(), PersonOptions{}, RandomStream(1, "person/0/session")).value());
  return script;
}

void report(benchmark::State& state, std::size_t samples) {
  const auto n = static_cast<double>(samples);
  state.counters["samples_per_s"] = benchmark::Counter(n, benchmark::Counter::kIsRate);
  state.counters["ns_per_sample"] =
      benchmark::Counter(n * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

std::vector<WorldTime> instants(std::size_t n) {
  std::vector<WorldTime> t(n);
  for (std::size_t i = 0; i < n; ++i) t[i] = WorldTime{from_seconds(0.02 * static_cast<double>(i))};
  return t;
}

void motion(benchmark::State& state, Worn worn) {
  const auto motion = make_motion(gym_hour(), worn);
  const auto t = instants(130'000);
  std::vector<float> force(3 * kBatch);
  std::size_t samples = 0, at = 0;
  for (auto _ : state) {
    motion->evaluate(std::span(t).subspan(at, kBatch), force.data(), nullptr);
    benchmark::DoNotOptimize(force.data());
    samples += kBatch;
    at = (at + kBatch) % t.size();
  }
  report(state, samples);
}
BENCHMARK_CAPTURE(motion, wrist, Worn::wrist);
BENCHMARK_CAPTURE(motion, pocket, Worn::pocket);

// One instruction set's kernel on a piece of the trajectory: what a machine without the others
// gets.
void motion_kernel(benchmark::State& state, const detail::MotionKernel& kernel) {
  if (!kernel.supported) return state.SkipWithError("not on this processor");
  const auto script = gym_hour();
  const Trajectory& trajectory = script->trajectory();
  const detail::MotionKernel::Body body{Limbs(1.75), Side::left, nullptr, nullptr};
  std::vector<std::int64_t> t(kBatch);
  std::vector<float> force(3 * kBatch);
  std::size_t samples = 0, at = 0;
  for (auto _ : state) {
    const Trajectory::Piece& piece = trajectory.pieces()[at];
    const Duration step = (piece.end - piece.begin) / kBatch;
    for (std::size_t i = 0; i < kBatch; ++i) {
      t[i] = (piece.begin + step * static_cast<std::int64_t>(i) - trajectory.begin()).count();
    }
    kinematics::RhythmView rhythm;
    const auto view = kinematics::view_of(trajectory, piece, true, rhythm);
    kernel.wrist(view, kinematics::wobbles_of(trajectory), body,
                 {t.data(), t.data(), kBatch, force.data(), nullptr, nullptr});
    benchmark::DoNotOptimize(force.data());
    samples += kBatch;
    at = (at + 1) % trajectory.pieces().size();
  }
  report(state, samples);
}
BENCHMARK_CAPTURE(motion_kernel, baseline, detail::baseline_motion_kernel());
BENCHMARK_CAPTURE(motion_kernel, avx2, detail::avx2_motion_kernel());
BENCHMARK_CAPTURE(motion_kernel, avx512, detail::avx512_motion_kernel());

// Four a sample are what the pebble preset needs: three of noise, one of jitter.
void four_normals(benchmark::State& state) {
  RandomStream stream(1, "floor");
  std::vector<float> z(4 * kBatch);
  std::size_t samples = 0;
  for (auto _ : state) {
    stream.fill_normal(z);
    benchmark::DoNotOptimize(z.data());
    samples += kBatch;
  }
  report(state, samples);
}
BENCHMARK(four_normals);

// What truth and frames are made of: 20 bytes of truth written, 12 of readings written and read.
void copies(benchmark::State& state) {
  std::vector<float> from(3 * 130'000), to(3 * 130'000);
  std::vector<WorldTime> t = instants(130'000), u(130'000);
  std::size_t samples = 0, at = 0;
  for (auto _ : state) {
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(3 * at), 3 * kBatch,
                to.begin() + static_cast<std::ptrdiff_t>(3 * at));
    std::copy_n(t.begin() + static_cast<std::ptrdiff_t>(at), kBatch,
                u.begin() + static_cast<std::ptrdiff_t>(at));
    benchmark::DoNotOptimize(to.data());
    benchmark::DoNotOptimize(u.data());
    samples += kBatch;
    at = (at + kBatch) % t.size();
  }
  report(state, samples);
}
BENCHMARK(copies);

// Mount or low-pass, by the sensor's difference with and without; the still motion costs nothing.
void sampled_sensor(benchmark::State& state, bool lowpass) {
  const auto still = make_still_motion();
  SensorOptions o = sensor_preset("pebble-accelerometer");
  o.lowpass = lowpass;
  std::size_t samples = 0;
  std::vector<WorldTime> t;
  std::vector<float> xyz(3 * kBatch);
  for (auto _ : state) {
    SampledSensor sensor(o, {}, {0, o.kind}, RandomStream(1, "w"), true, *still, WorldTime{},
                         WorldTime{std::chrono::seconds{1000}});
    TrueStream truth = sensor.make_truth();
    for (;;) {
      t.clear();
      sensor.take(kBatch, WorldTime::max(), t);
      if (t.empty()) break;
      sensor.sample(t, xyz.data(), truth);
      samples += t.size();
    }
  }
  report(state, samples);
}
BENCHMARK_CAPTURE(sampled_sensor, with_lowpass, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sampled_sensor, without, false)->Unit(benchmark::kMillisecond);

void frame(benchmark::State& state) {
  std::vector<float> rows(3 * kBatch, 1.5F);
  std::vector<std::int16_t> counts(3 * kBatch);
  std::vector<std::byte> bytes(frame_bytes_max(kBatch));
  SensorFrame header{SensorKind::accelerometer, kBatch, 50, 0, DeviceTime{},
                     std::chrono::seconds{2}};
  std::size_t samples = 0;
  for (auto _ : state) {
    ++header.sequence;
    benchmark::DoNotOptimize(write_sensor_frame(header, rows, counts, bytes));
    samples += kBatch;
  }
  report(state, samples);
}
BENCHMARK(frame);

void sample_clock(benchmark::State& state) {
  const SensorOptions o = sensor_preset("pebble-accelerometer");
  SampleClock clock(o.nominal_rate_hz, o.sampling_jitter_us, o.oscillator, {},
                    RandomStream(1, "o"));
  clock.start(WorldTime{});
  std::size_t samples = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kBatch; ++i) benchmark::DoNotOptimize(clock.take());
    samples += kBatch;
  }
  report(state, samples);
}
BENCHMARK(sample_clock);

void chain(benchmark::State& state, const char* preset) {
  const SensorOptions o = sensor_preset(preset);
  SensorChain chain(std::make_shared<const SensorOptions>(o), {}, o.nominal_rate_hz, WorldTime{},
                    RandomStream(1, "c"));
  auto t = instants(kBatch);
  std::vector<float> xyz(3 * kBatch);
  std::size_t samples = 0;
  for (auto _ : state) {
    for (float& x : xyz) x = 1;
    chain.apply(t, nullptr, xyz.data());
    benchmark::DoNotOptimize(xyz.data());
    samples += kBatch;
    for (WorldTime& at : t) at += std::chrono::seconds{2};
  }
  report(state, samples);
}
BENCHMARK_CAPTURE(chain, pebble_accelerometer, "pebble-accelerometer");
BENCHMARK_CAPTURE(chain, phone_accelerometer, "phone-accelerometer");
BENCHMARK_CAPTURE(chain, phone_gyroscope, "phone-gyroscope");

void stamp_clock(benchmark::State& state) {
  StampClock clock({}, {}, RandomStream(1, "s"), WorldTime{});
  WorldTime t;
  std::size_t samples = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(clock.read(t));
    t += std::chrono::seconds{2};
    samples += kBatch;
  }
  report(state, samples);
}
BENCHMARK(stamp_clock);

std::vector<std::int16_t> counts() {
  std::vector<std::int16_t> xyz(3 * kBatch);
  for (std::size_t i = 0; i < xyz.size(); ++i)
    xyz[i] = static_cast<std::int16_t>(37 * i % 8000 - 4000);
  return xyz;
}

void pack(benchmark::State& state) {
  const auto xyz = counts();
  std::vector<std::byte> bytes(wire::kSampleBytes * kBatch);
  std::size_t samples = 0;
  for (auto _ : state) {
    wire::encode_samples(xyz, {}, bytes);
    benchmark::DoNotOptimize(bytes.data());
    samples += kBatch;
  }
  report(state, samples);
}
BENCHMARK(pack);

void unpack(benchmark::State& state) {
  auto xyz = counts();
  std::vector<std::byte> bytes(wire::kSampleBytes * kBatch);
  wire::encode_samples(xyz, {}, bytes);
  std::size_t samples = 0;
  for (auto _ : state) {
    wire::decode_samples(bytes, xyz);
    benchmark::DoNotOptimize(xyz.data());
    samples += kBatch;
  }
  report(state, samples);
}
BENCHMARK(unpack);

// Motion to decoded samples through simulated firmware and radio. With a batch of 100 the kernel's
// events and the link's bookkeeping are shared by so many samples.
void whole_chain(benchmark::State& state, const char* preset, bool linked) {
  const auto motion = make_motion(gym_hour(), Worn::wrist);
  const WearableOptions options = wearable_preset(preset);
  std::size_t samples = 0, decoded = 0;
  std::uint64_t seed = 0;
  for (auto _ : state) {
    Simulation simulation;
    TrueDevice truth;
    Counters dropped;
    std::vector<std::int16_t> xyz;
    const auto decode = [&](std::span<const std::byte> bytes) {
      const auto frame = wire::read_whole_frame(wire::FrameFormat::pebble16, bytes);
      xyz.resize(3 * frame->count());
      frame->decode(xyz);
      decoded += frame->count();
    };
    Link link(simulation, LinkOptions{}, RandomStream(++seed, "link/watch"), truth, dropped,
              [&](const Delivery& d) { decode(d.bytes); });
    Wearable wearable(
        simulation, options, 0, RandomStream(seed, "wearable/watch"), *motion, WorldTime{},
        WorldTime{std::chrono::seconds{2600}}, truth, dropped,
        linked ? link.sink() : [&](const Message& m) { decode(m.bytes); });
    wearable.start();
    simulation.run();
    for (const TrueStream& s : truth.streams) samples += s.sampled_at.size();
  }
  benchmark::DoNotOptimize(decoded);
  report(state, samples);
}
BENCHMARK_CAPTURE(whole_chain, pebble_without_link, "pebble", false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(whole_chain, pebble, "pebble", true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(whole_chain, pebble_two_sensors, "pebble-two-sensors", true)
    ->Unit(benchmark::kMillisecond);

// A gym hour to conditioned rows: world, link, decoding, alignment, gap filling, filters; no
// services, no classification, no metrics. Events go nowhere.
void gym_hour_fused(benchmark::State& state) {
  const auto motion = make_motion(gym_hour(), Worn::wrist);
  const WearableOptions options = wearable_preset("pebble");
  const Duration length = std::chrono::seconds{3600};
  double simulated_s = 0;
  std::size_t samples = 0;
  std::uint64_t seed = 0;
  for (auto _ : state) {
    Simulation simulation;
    TrueDevice truth;
    Counters dropped, counters;
    NoEvents sink;
    const PhoneOptions phone;
    FrameIntake intake(phone, sink, counters);
    const auto host = [&] { return HostTime{simulation.now().time_since_epoch()}; };
    Link link(simulation, LinkOptions{}, RandomStream(++seed, "link/watch"), truth, dropped,
              [&](const Delivery& d) { intake.on_frame(0, d.bytes, host()); });
    Wearable wearable(simulation, options, 0, RandomStream(seed, "wearable/watch"), *motion,
                      WorldTime{}, WorldTime{length}, truth, dropped, link.sink());
    wearable.start();
    const Duration period = from_ms(phone.fusion_period_ms);
    for (Duration t = period; t <= length; t += period) {
      simulation.run(WorldTime{t});
      intake.fuse(host(), false);
    }
    simulated_s += to_seconds(length);
    samples += truth.streams.front().sampled_at.size();
  }
  report(state, samples);
  state.counters["x_real_time"] = benchmark::Counter(simulated_s, benchmark::Counter::kIsRate);
}
BENCHMARK(gym_hour_fused)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gauntlet::sim
