#include "reports/metrics/windows.h"

#include <algorithm>
#include <map>

namespace gauntlet::reports {

namespace {

struct Span {
  HostTime begin, end;
  const std::string* label;
};

std::vector<Span> true_spans(const RunRecord& record) {
  std::vector<Span> out;
  for (const TrueSet& s : record.truth.sets) {
    out.push_back({record.truth.host_clock.to_host(s.begin), record.truth.host_clock.to_host(s.end),
                   &s.exercise});
  }
  std::sort(out.begin(), out.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
  return out;
}

std::string true_label(const std::vector<Span>& spans, HostTime from, HostTime to) {
  std::map<std::string, Duration> covered;
  auto it = std::upper_bound(spans.begin(), spans.end(), from,
                             [](HostTime t, const Span& s) { return t < s.end; });
  Duration idle = to - from;
  for (; it != spans.end() && it->begin < to; ++it) {
    const Duration overlap = std::min(to, it->end) - std::max(from, it->begin);
    covered[*it->label] += overlap;
    idle -= overlap;
  }
  std::string best = kNoExercise;
  Duration most = idle;
  for (const auto& [label, overlap] : covered) {
    const bool wins = best == kNoExercise ? overlap >= most : overlap > most;
    if (overlap.count() > 0 && wins) best = label, most = overlap;
  }
  return best;
}

using Cells = std::map<std::pair<std::string, std::string>, std::uint64_t>;

bool class_before(const std::string& a, const std::string& b) {
  if ((a == kNoExercise) != (b == kNoExercise)) return b == kNoExercise;
  return a < b;
}

ConfusionMatrix matrix_of(const Cells& cells) {
  ConfusionMatrix out;
  for (const auto& [cell, n] : cells) {
    out.classes.push_back(cell.first);
    out.classes.push_back(cell.second);
  }
  std::sort(out.classes.begin(), out.classes.end(), class_before);
  out.classes.erase(std::unique(out.classes.begin(), out.classes.end()), out.classes.end());
  const auto index = [&](const std::string& name) {
    return static_cast<std::size_t>(
        std::lower_bound(out.classes.begin(), out.classes.end(), name, class_before) -
        out.classes.begin());
  };
  out.counts.assign(out.classes.size(), std::vector<std::uint64_t>(out.classes.size(), 0));
  for (const auto& [cell, n] : cells) out.counts[index(cell.first)][index(cell.second)] += n;
  return out;
}

Cells cells_of(const ConfusionMatrix& m) {
  Cells out;
  for (std::size_t t = 0; t < m.classes.size(); ++t) {
    for (std::size_t p = 0; p < m.classes.size(); ++p) {
      if (m.counts[t][p] > 0) out[{m.classes[t], m.classes[p]}] += m.counts[t][p];
    }
  }
  return out;
}

}  // namespace

std::uint64_t ConfusionMatrix::total() const {
  std::uint64_t sum = 0;
  for (const auto& row : counts) {
    for (const std::uint64_t n : row) sum += n;
  }
  return sum;
}

ConfusionMatrix confuse(const RunRecord& record) {
  const std::vector<Span> spans = true_spans(record);
  Cells cells;
  for (const WindowClassified& w : record.events.windows) {
    if (w.to <= w.from) continue;
    const std::string predicted = w.label.empty() ? kNoExercise : w.label;
    ++cells[{true_label(spans, w.from, w.to), predicted}];
  }
  return matrix_of(cells);
}

void merge(ConfusionMatrix& into, const ConfusionMatrix& other) {
  Cells cells = cells_of(into);
  for (const auto& [cell, n] : cells_of(other)) cells[cell] += n;
  into = matrix_of(cells);
}

double f1_of_class(const ConfusionMatrix& matrix, std::size_t index) {
  std::uint64_t in_truth = 0, predicted = 0;
  for (std::size_t k = 0; k < matrix.classes.size(); ++k) {
    in_truth += matrix.counts[index][k];
    predicted += matrix.counts[k][index];
  }
  CHECK(in_truth + predicted > 0, matrix.classes[index]);
  return 2 * static_cast<double>(matrix.counts[index][index]) /
         static_cast<double>(in_truth + predicted);
}

void measure_windows(const ConfusionMatrix& matrix, MetricValues& out) {
  double sum = 0, sum_no_null = 0;
  std::size_t classes_no_null = 0;
  for (std::size_t k = 0; k < matrix.classes.size(); ++k) {
    const double f1 = f1_of_class(matrix, k);
    sum += f1;
    if (matrix.classes[k] == kNoExercise) continue;
    sum_no_null += f1;
    ++classes_no_null;
  }
  const std::uint64_t n = matrix.total();
  if (matrix.classes.empty()) {
    out.set_missing("f1.macro", "no window was classified");
  } else {
    out.set("f1.macro", sum / static_cast<double>(matrix.classes.size()), n);
  }
  if (classes_no_null == 0) {
    out.set_missing("f1.macro_no_null", "no exercise occurs in truth or prediction");
  } else {
    out.set("f1.macro_no_null", sum_no_null / static_cast<double>(classes_no_null), n);
  }
}

}  // namespace gauntlet::reports
