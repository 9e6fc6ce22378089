#include "scenarios/track_windows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "core/base/check.h"

namespace gauntlet::scenarios {
namespace {

constexpr std::size_t kMostRows = 10'000'000;

struct Grid {
  std::vector<float> values;  // rows x channels
  std::vector<std::uint8_t> in_gap;
  std::vector<std::uint32_t> label;
};

Grid lay(const replay::SampleTrack& track, const WindowOptions& o, std::uint32_t channels) {
  Grid grid;
  const auto& t = track.time_ns;
  const double step_ns = 1e9 / o.rate_hz;
  const double span = static_cast<double>(t.back() - t.front());
  const auto rows =
      static_cast<std::size_t>(std::min(span / step_ns + 1, static_cast<double>(kMostRows)));
  std::size_t right = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    const double at = static_cast<double>(r) * step_ns;  // after the first sample
    const auto offset = [&](std::size_t i) { return static_cast<double>(t[i] - t.front()); };
    while (right + 1 < t.size() && offset(right) < at) ++right;
    const std::size_t left = right == 0 ? 0 : right - 1;
    const double width = offset(right) - offset(left);
    const double share = width > 0 ? (at - offset(left)) / width : 1;
    for (std::uint32_t c = 0; c < channels; ++c) {
      const auto& from = c < 3 ? track.force_mps2 : track.rate_radps;
      const double a = static_cast<double>(from[3 * left + c % 3]);
      const double b = static_cast<double>(from[3 * right + c % 3]);
      grid.values.push_back(static_cast<float>(a + share * (b - a)));
    }
    grid.in_gap.push_back(width > o.gap_ms * 1e6 ? 1 : 0);
    grid.label.push_back(track.label[share < 0.5 ? left : right]);
  }
  return grid;
}

std::uint32_t most_frequent(std::span<const std::uint32_t> labels) {
  std::map<std::uint32_t, std::size_t> count;
  for (const std::uint32_t l : labels) ++count[l];
  std::uint32_t best = labels.front();
  for (const auto& [label, n] : count) {
    if (n > count[best]) best = label;
  }
  return best;
}

std::string class_of(const replay::SampleTrack& track, std::uint32_t label) {
  const std::string& name = track.labels[label];
  return name.empty() ? "no exercise" : name;
}

std::string group_of(const replay::SampleTrack& track) {
  if (!track.subject.id.empty()) return track.subject.id;
  return track.session.substr(0, track.session.rfind('/'));
}

// What the rows of each window are called; a row's place is its window's times the length plus its
// own.
struct RowNames {
  std::vector<std::string> names;
  std::vector<std::uint32_t> row;

  void add(const replay::SampleTrack& track, std::span<const std::uint32_t> labels) {
    std::vector<std::uint32_t> index;
    for (std::uint32_t l = 0; l < track.labels.size(); ++l) {
      const std::string name = class_of(track, l);
      const auto at = std::ranges::find(names, name);
      index.push_back(static_cast<std::uint32_t>(at - names.begin()));
      if (at == names.end()) names.push_back(name);
    }
    for (const std::uint32_t l : labels) row.push_back(index[l]);
  }
  std::uint32_t class_in(const learn::Dataset& data, std::size_t at) const {
    const auto found = std::ranges::find(data.classes, names[row[at]]);
    if (found == data.classes.end()) return learn::Dataset::kNoLabel;
    return static_cast<std::uint32_t>(found - data.classes.begin());
  }
};

// Without the windows of classes in too few groups; the other classes keep their order. Then rows
// are named as well.
void leave_out_rare(TrackWindows& out, std::size_t least_groups, const RowNames& rows) {
  const learn::Dataset all = std::move(out.data);
  std::vector<std::set<std::uint32_t>> groups(all.classes.size());
  for (std::size_t i = 0; i < all.size(); ++i) groups[all.label[i]].insert(all.group[i]);
  for (std::size_t c = 0; c < groups.size(); ++c) {
    if (groups[c].size() < least_groups) out.rare_classes.push_back(all.classes[c]);
  }
  learn::Dataset& kept = out.data = {};
  kept.name = all.name;
  kept.rate_hz = all.rate_hz;
  kept.length = all.length;
  kept.channels = all.channels;
  kept.hop = all.hop;
  std::vector<std::size_t> from;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (groups[all.label[i]].size() < least_groups) {
      ++out.rare;
      continue;
    }
    kept.add(all.window(i), all.classes[all.label[i]], all.groups[all.group[i]], all.recording[i]);
    from.push_back(i);
  }
  for (const std::size_t i : from) {
    for (std::size_t r = 0; r < all.length; ++r) {
      kept.row_label.push_back(rows.class_in(kept, i * all.length + r));
    }
  }
}

learn::Dataset with_neighbours(const learn::Dataset& data, std::int64_t neighbours) {
  learn::Dataset out = data;
  out.seen = static_cast<std::uint32_t>(1 + 2 * neighbours);
  out.channels = data.channels * out.seen;
  out.values.clear();
  const auto size = static_cast<std::int64_t>(data.size());
  for (std::int64_t i = 0; i < size; ++i) {
    std::vector<std::size_t> seen{static_cast<std::size_t>(i)};
    for (std::int64_t k = 1; k <= neighbours; ++k) {
      for (const std::int64_t other : {i - k, i + k}) {
        const bool there = other >= 0 && other < size &&
                           data.recording[static_cast<std::size_t>(other)] ==
                               data.recording[static_cast<std::size_t>(i)];
        seen.push_back(static_cast<std::size_t>(there ? other : i));
      }
    }
    for (std::size_t t = 0; t < data.length; ++t) {
      for (const std::size_t w : seen) {
        const auto row = data.window(w).subspan(t * data.channels, data.channels);
        out.values.insert(out.values.end(), row.begin(), row.end());
      }
    }
  }
  return out;
}

}  // namespace

void WindowOptions::describe(OptionVisitor& v) {
  v.number("rate_hz", rate_hz, {5, 1000}, "Hz", "of the grid that tracks are laid on");
  v.number("window_s", window_s, {0.2, 60}, "s", "length of a window");
  v.number("hop_s", hop_s, {0.02, 60}, "s", "distance of windows");
  v.number("gap_ms", gap_ms, {1, 1e6}, "ms", "a longer step between samples is a gap");
  v.number("max_filled", max_filled, {0, 1}, "1", "share of a window that may lie in gaps");
  v.number("least_share", least_share, {0, 1}, "1", "share of a window that carries its label");
  v.integer("least_groups", least_groups, {1, 1000}, "", "groups that a class must occur in");
  v.integer("neighbours", neighbours, {0, 4}, "windows",
            "seen with a window, as many before as behind; of MiniRocket the plain features only");
  v.flag("rotation", rotation, "use the gyroscope where every track has one");
}

Result<TrackWindows> cut_tracks(const std::vector<replay::SampleTrack>& tracks,
                                const WindowOptions& o) {
  TrackWindows out;
  const bool rotation =
      o.rotation && std::ranges::all_of(tracks, [](const auto& t) { return t.has_rate(); });
  const auto length = static_cast<std::size_t>(std::lround(o.window_s * o.rate_hz));
  const auto hop = static_cast<std::size_t>(std::max(1L, std::lround(o.hop_s * o.rate_hz)));
  out.data.rate_hz = o.rate_hz;
  out.data.length = static_cast<std::uint32_t>(length);
  out.data.channels = rotation ? 6 : 3;
  out.data.hop = static_cast<std::uint32_t>(hop);
  RowNames rows;
  for (std::size_t n = 0; n < tracks.size(); ++n) {
    const replay::SampleTrack& track = tracks[n];
    if (track.rows() < 2 || track.label.empty()) continue;
    const Grid grid = lay(track, o, out.data.channels);
    for (std::size_t at = 0; at + length <= grid.label.size(); at += hop) {
      const auto begin = grid.in_gap.begin() + static_cast<std::ptrdiff_t>(at);
      const auto gap = std::count(begin, begin + static_cast<std::ptrdiff_t>(length), 1);
      if (static_cast<double>(gap) > o.max_filled * static_cast<double>(length)) {
        ++out.filled;
        continue;
      }
      const auto labels = std::span(grid.label).subspan(at, length);
      const std::uint32_t label = most_frequent(labels);
      const double share =
          static_cast<double>(std::ranges::count(labels, label)) / static_cast<double>(length);
      if (share < o.least_share) {
        ++out.mixed;
        continue;
      }
      const std::size_t c = out.data.channels;
      out.data.add(std::span(grid.values).subspan(at * c, length * c), class_of(track, label),
                   group_of(track), static_cast<std::uint32_t>(n));
      rows.add(track, labels);
    }
  }
  leave_out_rare(out, static_cast<std::size_t>(o.least_groups), rows);
  if (out.data.size() == 0 || out.data.groups.size() < 2 || out.data.classes.size() < 2) {
    return Error{"nothing", "windows of at least two groups and two classes are needed"};
  }
  if (o.neighbours > 0) out.data = with_neighbours(out.data, o.neighbours);
  return out;
}

}  // namespace gauntlet::scenarios
