// Two tables: how far apart two devices' samples are placed by each clock aligner (simulated, since
// only there the truth is known), and what each way to fill a gap is worth on real gym sets, out of
// which gaps are cut. Same tables on every run.
//
//   bench_signal [FOLDER]   FOLDER: muvr-pebble/sessions, for the second table; else below the
//                           folder that GAUNTLET_DATA names
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

#include "core/signal/clock_aligner.h"
#include "core/signal/gap_fill.h"
#include "replay/track_import.h"
#include "sim/engine/random.h"

namespace gauntlet {
namespace {

constexpr int kPairs = 100;
constexpr double kRate_hz = 50;
constexpr std::uint32_t kFrame = 25;
constexpr std::array<double, 3> kHorizons_s{30, 600, 1800};

double quantile(std::vector<double> v, double p) {
  if (v.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(p * static_cast<double>(v.size() - 1));
  std::nth_element(v.begin(), v.begin() + at, v.end());
  return v[static_cast<std::size_t>(at)];
}

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
  const std::pair<const char*, AlignerMethod> methods[] = {
      {"first-seen", AlignerMethod::first_seen},
      {"+ round-even", AlignerMethod::round_even},
      {"least squares", AlignerMethod::least_squares},
      {"lower hull", AlignerMethod::hull},
      {"gated Kalman", AlignerMethod::kalman}};
  for (const auto& [name, method] : methods) {
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

// Stretches of exercise without a gap, 50 Hz, one axis each.
std::vector<std::vector<double>> real_stretches(const std::string& folder) {
  std::vector<std::vector<double>> out;
  const auto imported = replay::import_tracks(std::span(&folder, 1));
  if (!imported) {
    std::fprintf(stderr, "bench_signal: %s\n", imported.error().message.c_str());
    return out;
  }
  for (const replay::SampleTrack& track : imported->tracks) {
    if (track.rows() < 1000 || track.label.empty() || track.labels.front().empty()) continue;
    std::int64_t longest = 0;
    for (std::size_t i = 1; i < track.rows(); ++i) {
      longest = std::max(longest, track.time_ns[i] - track.time_ns[i - 1]);
    }
    if (longest > 30'000'000) continue;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::vector<double> x;
      for (std::size_t i = 0; i < track.rows(); ++i) {
        x.push_back(static_cast<double>(track.force_mps2[3 * i + axis]));
      }
      out.push_back(std::move(x));
    }
  }
  return out;
}

void print_gaps(const std::vector<std::vector<double>>& stretches) {
  constexpr std::array<std::size_t, 3> kGaps{3, 15, 40};  // 60, 300, 800 ms
  constexpr std::size_t kBefore = 500, kAfter = 300;
  std::printf(
      "\ngap filling on %zu axes of recorded sets (periodic: a twentieth of them), RMSE / SD of "
      "the set\n",
      stretches.size());
  std::printf("%-12s%10s%10s%10s\n", "method", "60 ms", "300 ms", "800 ms");
  const std::pair<const char*, GapMethod> methods[] = {{"hold", GapMethod::hold},
                                                       {"burg", GapMethod::burg},
                                                       {"seasonal", GapMethod::seasonal},
                                                       {"automatic", GapMethod::automatic},
                                                       {"periodic", GapMethod::periodic},
                                                       {"linear *", GapMethod::linear},
                                                       {"burg both *", GapMethod::burg_both},
                                                       {"periodic *", GapMethod::periodic}};
  for (const auto& [name, method] : methods) {
    const bool waits = name[std::char_traits<char>::length(name) - 1] == '*';
    std::printf("%-12s", name);
    for (const std::size_t gap : kGaps) {
      double square = 0, n = 0;
      for (std::size_t s = 0; s < stretches.size(); ++s) {
        // The process is cubic in what it looks at: every twentieth axis must do.
        if (method == GapMethod::periodic && s % 20 != 0) continue;
        const std::span x(stretches[s]);
        if (x.size() < kBefore + gap + kAfter + 1) continue;
        double mean = 0, variance = 0;
        for (const double v : x) mean += v / static_cast<double>(x.size());
        for (const double v : x) variance += (v - mean) * (v - mean);
        variance /= static_cast<double>(x.size());
        if (variance < 0.01) continue;
        sim::RandomStream r(s, "gap");
        const std::size_t room = x.size() - kBefore - gap - kAfter;
        std::vector<double> out(gap);
        {
          const std::size_t at =
              kBefore + static_cast<std::size_t>(r.uniform(0, 1) * static_cast<double>(room));
          fill_gap(method, {}, x.first(at), waits ? x.subspan(at + gap) : std::span<const double>{},
                   out);
          for (std::size_t i = 0; i < gap; ++i) {
            square += (out[i] - x[at + i]) * (out[i] - x[at + i]) / variance;
            n += 1;
          }
        }
      }
      std::printf("%10.2f", std::sqrt(square / std::max(n, 1.0)));
    }
    std::printf("\n");
  }
  std::printf("* waits for what comes after the gap\n");
}

}  // namespace
}  // namespace gauntlet

int main(int argc, char** argv) {
  gauntlet::print_aligners();
  const char* data = std::getenv("GAUNTLET_DATA");
  if (argc < 2 && data == nullptr) {
    std::printf("\ngap filling: no recordings named, and no GAUNTLET_DATA\n");
    return 0;
  }
  const auto stretches = gauntlet::real_stretches(
      argc < 2 ? std::string(data) + "/muvr-pebble/sessions" : std::string(argv[1]));
  if (stretches.empty()) return 2;
  gauntlet::print_gaps(stretches);
}
