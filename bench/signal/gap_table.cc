// Gaps cut at random out of sets, one axis at a time, half a second or more away from either end's
// context: anywhere in a set, and in its middle third, where the repetitions are. Recorded sets
// hold the way to the bar and rest as well; those of our own world begin with their first
// repetition.
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bench/signal/tables.h"
#include "core/signal/gap_fill.h"
#include "replay/track_import.h"
#include "sim/body/motion.h"
#include "sim/body/script.h"
#include "sim/engine/random.h"

namespace gauntlet {
namespace {

using Axes = std::vector<std::vector<double>>;

constexpr std::array<std::size_t, 3> kGaps{3, 15, 40};  // 60, 300, 800 ms at 50 Hz
constexpr std::size_t kBefore = 500, kAfter = 300;
constexpr std::size_t kLeast = kBefore + kAfter + 200;
constexpr std::size_t kProcessEvery = 20;  // the process costs most; no multiple of the three axes

void add_axes(std::span<const float> xyz, Axes& to) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::vector<double> x;
    for (std::size_t i = axis; i < xyz.size(); i += 3) x.push_back(static_cast<double>(xyz[i]));
    to.push_back(std::move(x));
  }
}

// Stretches of exercise without a gap, 50 Hz.
Axes recorded_sets(const std::string& folder) {
  Axes out;
  const auto imported = replay::import_tracks(std::span(&folder, 1));
  if (!imported) {
    std::fprintf(stderr, "bench_signal: %s\n", imported.error().message.c_str());
    return out;
  }
  for (const replay::SampleTrack& track : imported->tracks) {
    if (track.rows() < kLeast || track.label.empty() || track.labels.front().empty()) continue;
    std::int64_t longest = 0;
    for (std::size_t i = 1; i < track.rows(); ++i) {
      longest = std::max(longest, track.time_ns[i] - track.time_ns[i - 1]);
    }
    if (longest <= 30'000'000) add_axes(track.force_mps2, out);
  }
  return out;
}

// What the wrists of eight simulated people feel in the sets of a gym hour, at 50 Hz, rounded to
// the watch's 8 mg.
Axes simulated_sets() {
  Axes out;
  for (int person = 0; person < 8; ++person) {
    const sim::RandomStream stream(1, "person/" + std::to_string(person) + "/session");
    auto script = sim::make_script(sim::gym_hour_plan(), {}, stream);
    if (!script) continue;
    const auto shared = std::make_shared<const sim::Script>(std::move(*script));
    const auto motion = sim::make_motion(shared, sim::Worn::wrist);
    for (const TrueSet& set : shared->sets()) {
      std::vector<WorldTime> t;
      for (WorldTime at = set.begin; at <= set.end; at += std::chrono::milliseconds(20)) {
        t.push_back(at);
      }
      if (t.size() < kLeast) continue;
      std::vector<float> force(3 * t.size());
      motion->evaluate(t, force.data(), nullptr);
      constexpr float kStep_mps2 = 0.008F * 9.80665F;
      for (float& f : force) f = kStep_mps2 * std::round(f / kStep_mps2);
      add_axes(force, out);
    }
  }
  return out;
}

struct Error {
  double square = 0;
  std::size_t samples = 0;
};

void cut_and_fill(GapMethod method, bool waits, bool middle, std::size_t gap, std::size_t number,
                  std::span<const double> x, Error& error) {
  double mean = 0, variance = 0;
  for (const double v : x) mean += v / static_cast<double>(x.size());
  for (const double v : x) variance += (v - mean) * (v - mean);
  variance /= static_cast<double>(x.size());
  if (variance < 0.01) return;
  std::size_t first = kBefore, last = x.size() - kAfter - gap;
  if (middle) {
    first = std::max(first, x.size() / 3);
    last = std::min(last, 2 * x.size() / 3);
  }
  if (first >= last) return;
  sim::RandomStream r(number, "gap");
  const std::size_t at =
      first + static_cast<std::size_t>(r.uniform(0, 1) * static_cast<double>(last - first));
  std::vector<double> out(gap);
  fill_gap(method, {}, x.first(at), waits ? x.subspan(at + gap) : std::span<const double>{}, out);
  for (std::size_t i = 0; i < gap; ++i) {
    error.square += (out[i] - x[at + i]) * (out[i] - x[at + i]) / variance;
    ++error.samples;
  }
}

void print_table(const char* of, const Axes& axes) {
  std::printf("\ngap filling on %zu axes of %s (periodic: every %zuth), RMSE / SD of the set\n",
              axes.size(), of, kProcessEvery);
  std::printf("%-12s%30s%30s\n", "", "anywhere", "middle third");
  std::printf("%-12s", "method");
  for (int i = 0; i < 2; ++i) std::printf("%10s%10s%10s", "60 ms", "300 ms", "800 ms");
  std::printf("\n");
  const std::pair<const char*, GapMethod> methods[] = {{"hold", GapMethod::hold},
                                                       {"burg", GapMethod::burg},
                                                       {"seasonal", GapMethod::seasonal},
                                                       {"automatic", GapMethod::automatic},
                                                       {"periodic", GapMethod::periodic},
                                                       {"linear *", GapMethod::linear},
                                                       {"burg both *", GapMethod::burg_both},
                                                       {"periodic *", GapMethod::periodic}};
  for (const auto& [name, method] : methods) {
    const bool waits = std::string(name).back() == '*';
    std::printf("%-12s", name);
    for (const bool middle : {false, true}) {
      for (const std::size_t gap : kGaps) {
        Error error;
        for (std::size_t s = 0; s < axes.size(); ++s) {
          if (method == GapMethod::periodic && s % kProcessEvery != 0) continue;
          cut_and_fill(method, waits, middle, gap, s, axes[s], error);
        }
        if (error.samples == 0) {
          std::printf("%10s", "");
        } else {
          std::printf("%10.2f", std::sqrt(error.square / static_cast<double>(error.samples)));
        }
      }
    }
    std::printf("\n");
  }
}

}  // namespace

void print_gaps(const std::string& sessions) {
  print_table("simulated sets", simulated_sets());
  if (!sessions.empty()) print_table("recorded sets", recorded_sets(sessions));
  std::printf("* waits for what comes after the gap\n");
}

}  // namespace gauntlet
