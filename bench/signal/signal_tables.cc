// Tables of the signal room: how far apart two devices' samples are placed by each clock aligner
// (simulated, where the truth is known), how far each aligner is from hindsight on captures, and
// what each way to fill a gap is worth on sets of our own world and on recorded ones. Same tables
// on every run.
//
//   bench_signal [FOLDER]   FOLDER: the recordings; else the one that GAUNTLET_DATA names
//
// Devices of the first table: skew normal with 40 ppm, 5 ppm of it swinging with temperature over
// half an hour; a frame of 25 samples each half second at 50 Hz; delay uniform to 30 ms plus
// exponential with a mean of 15 ms; 5 % of frames sent again after 200 to 400 ms more.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/signal/tables.h"
#include "core/signal/clock_aligner.h"
#include "sim/engine/random.h"

namespace gauntlet {

double quantile(std::vector<double> v, double p) {
  if (v.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(p * static_cast<double>(v.size() - 1));
  std::nth_element(v.begin(), v.begin() + at, v.end());
  return v[static_cast<std::size_t>(at)];
}

namespace {

constexpr int kPairs = 100;
constexpr double kRate_hz = 50;
constexpr std::uint32_t kFrame = 25;
constexpr std::array<double, 3> kHorizons_s{30, 600, 1800};

// Error of the placed time of each frame's middle sample, by frame.
std::vector<double> placed_errors_ms(AlignerMethod method, int device) {
  sim::RandomStream r(1, "device/" + std::to_string(device));
  const double skew = 40e-6 * r.normal();
  const double phase = r.uniform(0, 6.283185307179586);
  const double origin_s = r.uniform(0, 1000);
  AlignerOptions options;
  options.method = method;
  const auto aligner = make_clock_aligner(options);
  std::vector<HostTime> times(kFrame);
  std::vector<double> errors;
  double last_arrival_s = 0;
  const int frames = static_cast<int>(kHorizons_s.back() * kRate_hz / kFrame);
  for (int f = 0; f < frames; ++f) {
    const double end_s = (f + 1) * kFrame / kRate_hz;  // on the device's clock
    const auto true_s = [&](double device_s) {
      const double swing = 5e-6 * 1800 / 6.2832 * std::sin(device_s / 1800 * 6.2832 + phase);
      return 10 + device_s * (1 + skew) + swing;
    };
    double delay_s = r.uniform(0, 0.030) + r.exponential(0.015);
    if (r.uniform(0, 1) < 0.05) delay_s += r.uniform(0.2, 0.4);
    last_arrival_s = std::max(last_arrival_s, true_s(end_s) + delay_s);
    FrameTiming timing;
    timing.end = time_from_seconds<DeviceTime>(origin_s + end_s - 1 / kRate_hz);
    timing.duration = from_seconds(kFrame / kRate_hz);
    timing.count = kFrame;
    timing.sequence = static_cast<std::uint64_t>(f);
    timing.nominal_hz = kRate_hz;
    timing.arrival = time_from_seconds<HostTime>(last_arrival_s);
    aligner->on_frame(timing, times);
    const double middle_s = end_s - (kFrame + 1) / 2.0 / kRate_hz;
    errors.push_back(1000 * (seconds_since_origin(times[kFrame / 2]) - true_s(middle_s)));
  }
  return errors;
}

void print_aligners() {
  std::printf("clock alignment, error between two devices, p50 / p95 in ms, %d pairs\n", kPairs);
  std::printf("%-14s", "method");
  for (const double h : kHorizons_s) std::printf("%16.0f s", h);
  std::printf("\n");
  for (const auto& [name, method] : kAligners) {
    std::map<double, std::vector<double>> errors;
    for (int pair = 0; pair < kPairs; ++pair) {
      const auto a = placed_errors_ms(method, 2 * pair);
      const auto b = placed_errors_ms(method, 2 * pair + 1);
      for (const double h : kHorizons_s) {
        // The last ten frames before the horizon.
        const auto end = static_cast<std::size_t>(h * kRate_hz / kFrame);
        for (std::size_t f = end - 10; f < end; ++f) errors[h].push_back(std::abs(a[f] - b[f]));
      }
    }
    std::printf("%-14s", name);
    for (const double h : kHorizons_s) {
      std::printf("%10.1f / %5.1f", quantile(errors[h], 0.5), quantile(errors[h], 0.95));
    }
    std::printf("\n");
  }
}

}  // namespace
}  // namespace gauntlet

int main(int argc, char** argv) {
  gauntlet::print_aligners();
  const char* data = std::getenv("GAUNTLET_DATA");
  const std::string folder = argc > 1 ? argv[1] : data != nullptr ? data : "";
  if (!folder.empty()) gauntlet::print_captured_aligners(folder);
  gauntlet::print_gaps(folder.empty() ? "" : folder + "/muvr-pebble/sessions");
  if (folder.empty()) std::printf("\nno recordings: neither named nor GAUNTLET_DATA\n");
}
