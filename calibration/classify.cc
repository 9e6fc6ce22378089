#include "calibration/classify.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>

#include "core/learn/draws.h"
#include "core/learn/evaluation.h"
#include "core/learn/features.h"
#include "core/learn/ridge.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::calibration {
namespace {

constexpr std::size_t kRows = kWindowRows;
constexpr std::size_t kRocket = 504;
constexpr std::array<const char*, 3> kAxes{"x", "y", "z"};
constexpr std::array<double, 5> kBands_hz{0.4, 1, 3, 8, 20};
constexpr int kResamples = 1000;

// cos and sin of 2 pi k / kRows.
struct Circle {
  std::array<double, kRows> cos{}, sin{};
  Circle() {
    for (std::size_t k = 0; k < kRows; ++k) {
      const auto turn = static_cast<std::uint64_t>(static_cast<double>(k) / kRows * 0x1p64);
      const auto both = sim::portable::sine_cosine(turn);
      cos[k] = both.cosine;
      sin[k] = both.sine;
    }
  }
};

// Share of the three axes' power in each band, and all of it.
void band_powers(const float* w, std::vector<float>& out) {
  static const Circle circle;
  std::array<double, kBands_hz.size() - 1> power{};
  constexpr double kStep_hz = kGridRate_hz / kRows;
  for (std::size_t f = 1; static_cast<double>(f) * kStep_hz <= kBands_hz.back(); ++f) {
    const double hz = static_cast<double>(f) * kStep_hz;
    std::size_t band = 0;
    while (band + 2 < kBands_hz.size() && hz > kBands_hz[band + 1]) ++band;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      double re = 0, im = 0;
      for (std::size_t i = 0; i < kRows; ++i) {
        const double v = static_cast<double>(w[3 * i + axis]);
        re += v * circle.cos[f * i % kRows];
        im += v * circle.sin[f * i % kRows];
      }
      power[band] += re * re + im * im;
    }
  }
  double all = 1e-9;
  for (const double p : power) all += p;
  for (const double p : power) out.push_back(static_cast<float>(p / all));
  for (const double p : power) {
    out.push_back(static_cast<float>(sim::portable::log(p / (kRows * kRows) + 1e-9)));
  }
}

struct Moments {
  double mean = 0, sd = 0, kurtosis = 0;
};

Moments moments(const std::array<double, kRows>& v) {
  Moments m;
  for (const double x : v) m.mean += x / kRows;
  double second = 0, fourth = 0;
  for (const double x : v) {
    const double d = x - m.mean;
    second += d * d / kRows;
    fourth += d * d * d * d / kRows;
  }
  m.sd = std::sqrt(second);
  m.kurtosis = second > 1e-12 ? fourth / (second * second) : 0;
  return m;
}

// Windows as rows of features.
struct Table {
  std::vector<float> rows;
  std::size_t width = 0;
};

Table named_table(const Windows& w) {
  Table t;
  t.width = feature_names().size();
  for (std::size_t i = 0; i < w.size(); ++i) {
    const auto row = named_features(w.values.data() + i * 3 * kRows);
    t.rows.insert(t.rows.end(), row.begin(), row.end());
  }
  return t;
}

// `examples`: where the features' biases come from.
Table learned_table(const Windows& w, const Windows& examples) {
  learn::FeatureSet set;
  set.minirocket = learn::fit_minirocket(examples.values, kRows, 3, kRocket, 1);
  Table t;
  t.width = set.size();
  t.rows.resize(w.size() * t.width);
  learn::FeatureScratch scratch;
  for (std::size_t i = 0; i < w.size(); ++i) {
    learn::extract(set, w.values.data() + i * 3 * kRows, scratch, t.rows.data() + i * t.width);
  }
  return t;
}

struct Problem {
  std::vector<std::uint32_t> labels, folds;
  std::size_t classes = 2, fold_count = 0;
  std::vector<std::uint8_t> use;
};

std::vector<float> held_out(const Table& table, const Problem& p) {
  learn::RidgeProblem problem;
  problem.rows = table.rows;
  problem.features = table.width;
  problem.labels = p.labels;
  problem.classes = p.classes;
  problem.folds = p.folds;
  problem.fold_count = p.fold_count;
  problem.use = p.use;
  learn::RidgeOptions options;
  options.threads = 2;  // the result does not depend on it
  return learn::fit_ridge(problem, options).held_out;
}

// As many windows of each (group, label) from both, evenly spread over what there is.
std::pair<Windows, Windows> balanced(const Windows& a, const Windows& b) {
  std::map<std::pair<std::uint32_t, std::string>, std::array<std::vector<std::size_t>, 2>> cells;
  for (std::size_t i = 0; i < a.size(); ++i) cells[{a.groups[i], a.labels[i]}][0].push_back(i);
  for (std::size_t i = 0; i < b.size(); ++i) cells[{b.groups[i], b.labels[i]}][1].push_back(i);
  std::pair<Windows, Windows> out;
  for (const auto& [cell, indices] : cells) {
    const std::size_t n = std::min(indices[0].size(), indices[1].size());
    for (std::size_t k = 0; k < n; ++k) {
      out.first.append(a, indices[0][k * indices[0].size() / n]);
      out.second.append(b, indices[1][k * indices[1].size() / n]);
    }
  }
  return out;
}

double median_of(std::vector<double> v) {
  return v.empty() ? 0 : reports::quantile_in_place(v, 0.5);
}

// Mean over groups of the area within each.
reports::MeanEstimate areas_by_group(const std::vector<float>& scores, const Problem& p) {
  std::vector<double> areas;
  for (std::uint32_t g = 0; g < p.fold_count; ++g) {
    std::vector<double> positive, negative;
    for (std::size_t i = 0; i < p.labels.size(); ++i) {
      if (p.folds[i] != g) continue;
      const double score =
          static_cast<double>(scores[2 * i + 1]) - static_cast<double>(scores[2 * i]);
      (p.labels[i] == 1 ? positive : negative).push_back(score);
    }
    if (positive.size() >= 5) areas.push_back(area_under_curve(positive, negative));
  }
  if (areas.empty()) areas.push_back(0.5);
  auto estimate = reports::estimate_mean(areas);
  // An area is a probability.
  if (estimate.interval) {
    estimate.interval->lo = std::max(estimate.interval->lo, 0.0);
    estimate.interval->hi = std::min(estimate.interval->hi, 1.0);
  }
  return estimate;
}

std::vector<std::string> labels_of(const Windows& a, const Windows& b) {
  std::set<std::string> names(a.labels.begin(), a.labels.end());
  names.insert(b.labels.begin(), b.labels.end());
  return {names.begin(), names.end()};
}

std::uint32_t index_of(const std::vector<std::string>& sorted, const std::string& name) {
  return static_cast<std::uint32_t>(std::lower_bound(sorted.begin(), sorted.end(), name) -
                                    sorted.begin());
}

// Groups renumbered from 0 in order; returns how many there are.
std::size_t renumber(std::vector<std::uint32_t>& groups) {
  std::map<std::uint32_t, std::uint32_t> numbers;
  for (const auto g : groups) numbers.emplace(g, 0);
  std::uint32_t next = 0;
  for (auto& [group, number] : numbers) number = next++;
  for (auto& g : groups) g = numbers.at(g);
  return numbers.size();
}

double macro_f1(const std::vector<double>& confusion, std::size_t classes) {
  double sum = 0;
  std::size_t occurring = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    double row = 0, column = 0;
    for (std::size_t o = 0; o < classes; ++o) {
      row += confusion[c * classes + o];
      column += confusion[o * classes + c];
    }
    if (row == 0) continue;
    ++occurring;
    sum += 2 * confusion[c * classes + c] / (row + column);
  }
  return occurring > 0 ? sum / static_cast<double>(occurring) : 0;
}

// 95 % of them.
reports::Interval middle_of(std::vector<double> values) {
  const double low = reports::quantile_in_place(values, 0.025);
  return {low, reports::quantile_in_place(values, 0.975)};
}

Transfer judged(const std::vector<float>& scores, std::size_t first, const Windows& test,
                const std::vector<std::string>& names) {
  const std::size_t classes = names.size();
  auto groups = test.groups;
  const std::size_t count = renumber(groups);
  std::vector<std::vector<double>> confusion(count, std::vector<double>(classes * classes));
  std::vector<double> all(classes * classes);
  for (std::size_t i = 0; i < test.size(); ++i) {
    const float* s = scores.data() + (first + i) * classes;
    const auto answer = static_cast<std::size_t>(std::max_element(s, s + classes) - s);
    const std::size_t cell = index_of(names, test.labels[i]) * classes + answer;
    ++confusion[groups[i]][cell];
    ++all[cell];
  }
  Transfer out;
  out.windows = test.size();
  out.groups = count;
  out.macro_f1 = macro_f1(all, classes);
  for (std::size_t c = 0; c < classes; ++c) {
    out.accuracy += all[c * classes + c] / static_cast<double>(test.size());
    double row = 0, column = 0;
    for (std::size_t o = 0; o < classes; ++o) {
      row += all[c * classes + o];
      column += all[o * classes + c];
    }
    if (row > 0) {
      out.f1.emplace_back(names[c], 2 * all[c * classes + c] / (row + column));
    }
  }
  learn::Draws draws(1);
  std::vector<double> values;
  for (int r = 0; r < kResamples; ++r) {
    std::vector<double> sum(classes * classes);
    for (std::size_t g = 0; g < count; ++g) {
      const auto& one = confusion[draws.below(count)];
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += one[i];
    }
    values.push_back(macro_f1(sum, classes));
  }
  out.resampled = values;
  out.interval = middle_of(std::move(values));
  return out;
}

}  // namespace

double area_under_curve(const std::vector<double>& positive, const std::vector<double>& negative) {
  if (positive.empty() || negative.empty()) return 0.5;
  std::vector<std::pair<double, int>> all;
  for (const double v : positive) all.emplace_back(v, 1);
  for (const double v : negative) all.emplace_back(v, 0);
  std::sort(all.begin(), all.end());
  // Midranks: equal values share theirs.
  double ranks = 0;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t j = i;
    double of_positive = 0;
    for (; j < all.size() && all[j].first == all[i].first; ++j) of_positive += all[j].second;
    ranks += of_positive * (static_cast<double>(i + j + 1) / 2);
    i = j;
  }
  const double n = static_cast<double>(positive.size()), m = static_cast<double>(negative.size());
  return (ranks - n * (n + 1) / 2) / (n * m);
}

const std::vector<std::string>& feature_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const char* axis : kAxes) {
      for (const char* what :
           {"mean of ", "sd of ", "least ", "greatest ", "step of ", "kurtosis of "}) {
        out.push_back(std::string(what) + axis);
      }
    }
    for (const char* what : {"mean of norm", "sd of norm", "kurtosis of norm", "sd of norm's steps",
                             "kurtosis of norm's steps"}) {
      out.emplace_back(what);
    }
    for (const char* what : {"share of power", "log power"}) {
      for (std::size_t b = 0; b + 1 < kBands_hz.size(); ++b) {
        out.push_back(std::string(what) + (b == 0   ? " below 1 Hz"
                                           : b == 1 ? ", 1 to 3 Hz"
                                           : b == 2 ? ", 3 to 8 Hz"
                                                    : ", 8 to 20 Hz"));
      }
    }
    for (const char* pair : {"x and y", "x and z", "y and z"}) {
      out.push_back(std::string("correlation of ") + pair);
    }
    return out;
  }();
  return names;
}

std::vector<float> named_features(const float* w) {
  std::vector<float> out;
  std::array<std::array<double, kRows>, 3> axis{};
  std::array<Moments, 3> of{};
  for (std::size_t k = 0; k < 3; ++k) {
    double step = 0;
    for (std::size_t i = 0; i < kRows; ++i) {
      axis[k][i] = static_cast<double>(w[3 * i + k]);
      if (i > 0) step += std::abs(axis[k][i] - axis[k][i - 1]) / (kRows - 1);
    }
    of[k] = moments(axis[k]);
    const auto [least, greatest] = std::minmax_element(axis[k].begin(), axis[k].end());
    for (const double v : {of[k].mean, of[k].sd, *least, *greatest, step, of[k].kurtosis}) {
      out.push_back(static_cast<float>(v));
    }
  }
  std::array<double, kRows> norm{}, steps{};
  for (std::size_t i = 0; i < kRows; ++i) {
    norm[i] =
        std::sqrt(axis[0][i] * axis[0][i] + axis[1][i] * axis[1][i] + axis[2][i] * axis[2][i]);
    steps[i] = i > 0 ? norm[i] - norm[i - 1] : 0;
  }
  const Moments n = moments(norm), s = moments(steps);
  for (const double v : {n.mean, n.sd, n.kurtosis, s.sd, s.kurtosis}) {
    out.push_back(static_cast<float>(v));
  }
  band_powers(w, out);
  for (const auto& [a, b] : {std::pair{0, 1}, std::pair{0, 2}, std::pair{1, 2}}) {
    const auto i = static_cast<std::size_t>(a), j = static_cast<std::size_t>(b);
    double product = 0;
    for (std::size_t r = 0; r < kRows; ++r) {
      product += (axis[i][r] - of[i].mean) * (axis[j][r] - of[j].mean) / kRows;
    }
    out.push_back(static_cast<float>(product / (of[i].sd * of[j].sd + 1e-9)));
  }
  return out;
}

Discrimination discriminate(const Windows& all_recorded, const Windows& all_simulated) {
  const auto [recorded, simulated] = balanced(all_recorded, all_simulated);
  Discrimination out;
  out.recorded = recorded.size();
  out.simulated = simulated.size();
  if (recorded.size() < 20) return out;
  Windows both = recorded;
  for (std::size_t i = 0; i < simulated.size(); ++i) both.append(simulated, i);
  Problem p;
  p.folds = both.groups;
  p.fold_count = renumber(p.folds);
  p.labels.assign(both.size(), 1);
  std::fill(p.labels.begin(), p.labels.begin() + static_cast<std::ptrdiff_t>(recorded.size()), 0);
  p.use.assign(both.size(), 1);
  out.groups = p.fold_count;
  if (p.fold_count < 2) return out;
  const Table named = named_table(both);
  const auto by_names = areas_by_group(held_out(named, p), p);
  const auto by_all = areas_by_group(held_out(learned_table(both, both), p), p);
  out.area = by_all.mean;
  out.interval = by_all.interval;
  out.area_named = by_names.mean;
  out.interval_named = by_names.interval;
  for (std::size_t f = 0; f < named.width; ++f) {
    std::vector<double> real, made;
    for (std::size_t i = 0; i < both.size(); ++i) {
      (p.labels[i] == 0 ? real : made)
          .push_back(static_cast<double>(named.rows[i * named.width + f]));
    }
    const double area = area_under_curve(made, real);
    out.features.push_back(
        {feature_names()[f], std::max(area, 1 - area), median_of(real), median_of(made)});
  }
  std::stable_sort(out.features.begin(), out.features.end(),
                   [](const auto& a, const auto& b) { return a.area > b.area; });
  return out;
}

Transfer transfer(const Windows& train, const Windows& test) {
  const auto names = labels_of(train, test);
  Windows both = train;
  for (std::size_t i = 0; i < test.size(); ++i) both.append(test, i);
  Problem p;
  p.classes = names.size();
  for (const auto& label : both.labels) p.labels.push_back(index_of(names, label));
  // Five rounds over the trainers' groups choose the penalty; who is tested is in none of them, and
  // is scored by the fit on the last four fifths.
  auto groups = train.groups;
  renumber(groups);
  for (const auto g : groups) p.folds.push_back(g % 5);
  p.folds.resize(both.size(), 0);
  p.fold_count = 5;
  p.use.assign(both.size(), 0);
  std::fill(p.use.begin(), p.use.begin() + static_cast<std::ptrdiff_t>(train.size()), 1);
  return judged(held_out(learned_table(both, train), p), train.size(), test, names);
}

Transfer leave_one_group_out(const Windows& windows) {
  const auto names = labels_of(windows, windows);
  Problem p;
  p.classes = names.size();
  for (const auto& label : windows.labels) p.labels.push_back(index_of(names, label));
  p.folds = windows.groups;
  p.fold_count = renumber(p.folds);
  p.use.assign(windows.size(), 1);
  return judged(held_out(learned_table(windows, windows), p), 0, windows, names);
}

Gap gap_between(const Transfer& a, const Transfer& b) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.resampled.size(); ++i) {
    differences.push_back(a.resampled[i] - b.resampled.at(i));
  }
  return {a.macro_f1 - b.macro_f1, middle_of(std::move(differences))};
}

Windows only(const Windows& windows, const std::set<std::string>& labels) {
  Windows out;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (labels.contains(windows.labels[i])) out.append(windows, i);
  }
  return out;
}

}  // namespace gauntlet::calibration
