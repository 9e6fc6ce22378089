#include "calibration/cycles.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "calibration/recorded_motion.h"
#include "core/base/check.h"
#include "core/phone/repetition_counter.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::calibration {

Grid grid_of(const replay::SampleTrack& track, std::size_t first, std::size_t last) {
  CHECK(first < last && last <= track.rows(), first, last, track.rows());
  auto part = std::make_shared<replay::SampleTrack>();
  const auto at = [](auto& v, std::size_t i) { return v.begin() + static_cast<std::ptrdiff_t>(i); };
  part->time_ns.assign(at(track.time_ns, first), at(track.time_ns, last));
  part->force_mps2.assign(at(track.force_mps2, 3 * first), at(track.force_mps2, 3 * last));
  Grid grid;
  if (part->rows() < 2 || part->length_s() <= 0) return grid;
  const auto n = static_cast<std::size_t>(part->length_s() * kGridRate_hz) + 1;
  std::vector<WorldTime> t;
  for (std::size_t i = 0; i < n; ++i) {
    t.push_back(time_from_seconds<WorldTime>(static_cast<double>(i) / kGridRate_hz));
  }
  std::vector<float> force(3 * n);
  make_recorded_motion(part, part->time_ns.front(), 0.45 * kGridRate_hz)
      ->evaluate(t, force.data(), nullptr);
  for (std::size_t i = 0; i < n; ++i)
    grid.push_back({force[3 * i], force[3 * i + 1], force[3 * i + 2]});
  return grid;
}

Cycle cycle_between(std::span<const std::array<float, 3>> grid, double from, double to) {
  Cycle out{};
  const double last = static_cast<double>(grid.size() - 1);
  for (std::size_t p = 0; p < kPhases; ++p) {
    const double row = std::clamp(from + (to - from) * static_cast<double>(p) / kPhases, 0.0, last);
    const auto i = std::min(static_cast<std::size_t>(row), grid.size() - 1);
    const auto j = std::min(i + 1, grid.size() - 1);
    const double share = row - static_cast<double>(i);
    for (std::size_t k = 0; k < 3; ++k) {
      const double a = static_cast<double>(grid[i][k]), b = static_cast<double>(grid[j][k]);
      out[p][k] = a + share * (b - a);
    }
  }
  return out;
}

namespace {

// The counter finds turning points on rows 80 ms apart. Each is moved to where the signal about it
// is most like the mean of what is about the others; twice, because the mean gets sharper.
void sharpen(std::span<const std::array<float, 3>> grid, std::vector<std::size_t>& turns) {
  const auto rows = static_cast<std::ptrdiff_t>(grid.size());
  const auto half =
      static_cast<std::ptrdiff_t>((turns.back() - turns.front()) / (turns.size() - 1) / 3);
  const std::ptrdiff_t reach = std::min<std::ptrdiff_t>(8, half);
  constexpr std::ptrdiff_t kNone = std::numeric_limits<std::ptrdiff_t>::max();
  const auto at = [&](std::ptrdiff_t row, std::size_t k) {
    return static_cast<double>(
        grid[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(row, 0, rows - 1))][k]);
  };
  for (int round = 0; round < 2; ++round) {
    std::vector<std::array<double, 3>> shape(static_cast<std::size_t>(2 * half + 1));
    for (std::size_t k = 0; k < 3; ++k) {
      double mean = 0;
      for (std::ptrdiff_t j = -half; j <= half; ++j) {
        double& v = shape[static_cast<std::size_t>(j + half)][k];
        for (const std::size_t turn : turns) v += at(static_cast<std::ptrdiff_t>(turn) + j, k);
        mean += v / static_cast<double>(2 * half + 1);
      }
      for (auto& row : shape) row[k] -= mean;
    }
    // Turns too near the ends of the set to be compared move as the others do.
    std::vector<std::ptrdiff_t> shifts, inner;
    for (const std::size_t turn : turns) {
      const auto row = static_cast<std::ptrdiff_t>(turn);
      double most = 0;
      std::ptrdiff_t best = kNone;
      for (std::ptrdiff_t shift = -reach; shift <= reach; ++shift) {
        if (row - reach - half < 0 || row + reach + half >= rows) break;
        double product = 0;
        for (std::ptrdiff_t j = -half; j <= half; ++j) {
          for (std::size_t k = 0; k < 3; ++k) {
            product += shape[static_cast<std::size_t>(j + half)][k] * at(row + shift + j, k);
          }
        }
        if (best == kNone || product > most) {
          most = product;
          best = shift;
        }
      }
      shifts.push_back(best);
      if (best != kNone) inner.push_back(best);
    }
    if (inner.empty()) return;
    std::sort(inner.begin(), inner.end());
    for (std::size_t i = 0; i < turns.size(); ++i) {
      const std::ptrdiff_t shift = shifts[i] == kNone ? inner[inner.size() / 2] : shifts[i];
      turns[i] = static_cast<std::size_t>(
          std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(turns[i]) + shift, 0, rows - 1));
    }
  }
  std::sort(turns.begin(), turns.end());
  turns.erase(std::unique(turns.begin(), turns.end()), turns.end());
}

}  // namespace

Cycles find_cycles(std::span<const std::array<float, 3>> grid) {
  Cycles out;
  RepetitionCounterOptions options;
  options.rate_hz = kGridRate_hz;
  out.turns = find_repetitions(options, grid);
  if (out.turns.size() < 3) return {};
  sharpen(grid, out.turns);
  if (out.turns.size() < 3) return {};
  std::vector<Cycle> all;
  for (std::size_t i = 0; i + 1 < out.turns.size(); ++i) {
    const double from = static_cast<double>(out.turns[i]),
                 to = static_cast<double>(out.turns[i + 1]);
    all.push_back(cycle_between(grid, from, to));
    out.length_s.push_back((to - from) / kGridRate_hz);
  }
  const double n = static_cast<double>(all.size());
  std::array<double, 3> centre{};
  for (std::size_t p = 0; p < kPhases; ++p) {
    for (std::size_t k = 0; k < 3; ++k) {
      for (const Cycle& c : all) out.mean[p][k] += c[p][k] / n;
      centre[k] += out.mean[p][k] / kPhases;
    }
  }
  for (const Cycle& c : all) {
    double sum = 0;
    for (const auto& row : c) {
      for (std::size_t k = 0; k < 3; ++k) sum += (row[k] - centre[k]) * (row[k] - centre[k]);
    }
    out.size_mps2.push_back(std::sqrt(sum / kPhases));
  }
  return out;
}

Pace pace_of(std::span<const double> length_s) {
  Pace pace;
  const std::size_t n = length_s.size();
  if (n == 0) return pace;
  std::vector<double> logs;
  for (const double s : length_s) logs.push_back(sim::portable::log(std::max(s, 1e-3)));
  const auto fit = [&](double fatigue, double& mean) {
    std::vector<double> rest(n);
    mean = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double done = n > 1 ? static_cast<double>(i) / static_cast<double>(n - 1) : 0;
      rest[i] = logs[i] - sim::portable::log(1 + fatigue * done * done);
      mean += rest[i] / static_cast<double>(n);
    }
    double squares = 0;
    for (const double r : rest) squares += (r - mean) * (r - mean);
    return squares;
  };
  // One parameter over a short range: a grid is enough, and never stops at a lesser minimum.
  double best = 0, mean = 0;
  double least = fit(0, mean);
  for (int i = -30; i <= 200 && n >= 4; ++i) {
    const double squares = fit(0.01 * i, mean);
    if (squares < least) {
      least = squares;
      best = 0.01 * i;
    }
  }
  least = fit(best, mean);
  pace.first_s = sim::portable::exp(mean);
  pace.fatigue = best;
  const double freedom = static_cast<double>(n) - (n >= 4 ? 2 : 1);
  pace.variation = freedom > 0 ? std::sqrt(least / freedom) : 0;
  return pace;
}

}  // namespace gauntlet::calibration
