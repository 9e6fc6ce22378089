#include "core/phone/repetition_profile.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <tuple>

#include "core/base/check.h"

namespace gauntlet {
namespace {

constexpr std::size_t kShares = RepetitionProfile::kShares;
constexpr std::size_t kColumns = std::tuple_size_v<MotionRow>;
constexpr std::size_t kWords = 2 * kColumns;
constexpr double kCutoff_hz = 4;
constexpr double kRateOver_s = 0.16;
// The sensor's own noise and what the mean leaves out.
constexpr double kLeastSpread_mps2 = 0.3;
constexpr double kLeastSpread_mps3 = 1.5;
constexpr std::size_t kMostExercises = 1000;

bool is_rate(std::size_t column) { return column >= 3; }

MotionRow between(std::span<const double> times, std::span<const MotionRow> rows, double t) {
  const auto after = std::ranges::upper_bound(times, t);
  if (after == times.begin()) return rows.front();
  if (after == times.end()) return rows.back();
  const auto i = static_cast<std::size_t>(after - times.begin());
  const double w = (t - times[i - 1]) / (times[i] - times[i - 1]);
  MotionRow v{};
  for (std::size_t k = 0; k < kColumns; ++k) {
    v[k] = rows[i - 1][k] + w * (rows[i][k] - rows[i - 1][k]);
  }
  return v;
}

void append(std::string& out, double value, int decimals) {
  char text[64];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals);
  CHECK(end.ec == std::errc{}, value);
  out.append(text, end.ptr);
}

// The words of the next line, and the line's number.
struct Lines {
  std::string_view rest;
  std::size_t number = 0;
  std::vector<std::string_view> next() {
    ++number;
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    std::vector<std::string_view> words;
    for (;;) {
      const std::size_t begin = std::min(line.find_first_not_of(" \r"), line.size());
      line.remove_prefix(begin);
      if (line.empty()) return words;
      const std::size_t n = std::min(line.find_first_of(" \r"), line.size());
      words.push_back(line.substr(0, n));
      line.remove_prefix(n);
    }
  }
  Error error(const std::string& what) const {
    return {"bad_repetitions", "line " + std::to_string(number) + ": " + what};
  }
};

std::optional<double> number(std::string_view word) {
  double value = 0;
  const auto end = std::from_chars(word.data(), word.data() + word.size(), value);
  const bool all = end.ec == std::errc{} && end.ptr == word.data() + word.size();
  return all && std::abs(value) < 1e6 ? std::optional(value) : std::nullopt;
}

}  // namespace

MotionRows::MotionRows(double rate_hz)
    : smoother_(kCutoff_hz, rate_hz),
      last_(static_cast<std::size_t>(std::max(1.0, std::round(kRateOver_s * rate_hz)))),
      rate_hz_(rate_hz) {}

MotionRow MotionRows::push(const std::array<float, 3>& specific_force_mps2) {
  const Vector3 now = smoother_.push(specific_force_mps2);
  const std::size_t over = std::min(pushed_, last_.size());
  // The oldest of the ring; while it is not full the first.
  const Vector3& then = last_[over < last_.size() ? 0 : pushed_ % last_.size()];
  MotionRow row{now[0], now[1], now[2]};
  for (std::size_t k = 0; over > 0 && k < 3; ++k) {
    row[3 + k] = (now[k] - then[k]) * rate_hz_ / static_cast<double>(over);
  }
  last_[pushed_++ % last_.size()] = now;
  return row;
}

void RepetitionLearner::add(const std::string& exercise, std::span<const HostTime> times,
                            std::span<const float> specific_force_mps2, double rate_hz,
                            HostTime begin, std::span<const HostTime> completed) {
  CHECK(specific_force_mps2.size() == 3 * times.size(), specific_force_mps2.size(), times.size());
  if (times.size() < 2) return;
  MotionRows motion(rate_hz);
  std::vector<double> t;
  std::vector<MotionRow> rows;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const float* v = specific_force_mps2.data() + 3 * i;
    t.push_back(to_seconds(times[i] - begin));
    rows.push_back(motion.push({v[0], v[1], v[2]}));
  }
  double from = 0;
  for (const HostTime at : completed) {
    const double to = to_seconds(at - begin);
    if (from >= t.front() && to <= t.back() && to > from) {
      Example e{to - from, {}};
      for (std::size_t j = 0; j < kShares; ++j) {
        e.rows[j] = between(t, rows, from + (to - from) * (static_cast<double>(j) + 0.5) / kShares);
        for (std::size_t k = 3; k < kColumns; ++k) e.rows[j][k] *= e.period_s;
      }
      examples_[exercise].push_back(e);
    }
    from = to;
  }
}

void RepetitionLearner::merge(const RepetitionLearner& other) {
  for (const auto& [exercise, examples] : other.examples_) {
    auto& mine = examples_[exercise];
    mine.insert(mine.end(), examples.begin(), examples.end());
  }
}

std::vector<RepetitionProfile> RepetitionLearner::profiles() const {
  std::vector<RepetitionProfile> out;
  for (const auto& [exercise, examples] : examples_) {
    if (examples.size() < kLeastRepetitions) continue;
    RepetitionProfile& p = out.emplace_back();
    p.exercise = exercise;
    p.learned = examples.size();
    const auto n = static_cast<double>(examples.size());
    std::vector<double> periods;
    for (const Example& e : examples) periods.push_back(e.period_s);
    std::ranges::sort(periods);
    p.period_s = periods[periods.size() / 2];
    for (std::size_t j = 0; j < kShares; ++j) {
      for (std::size_t k = 0; k < kColumns; ++k) {
        double sum = 0, square = 0;
        for (const Example& e : examples) sum += e.rows[j][k];
        const double mean = sum / n;
        for (const Example& e : examples) {
          const double d = e.rows[j][k] - mean;
          square += d * d;
        }
        const double unit = is_rate(k) ? 1 / p.period_s : 1;
        const double least = is_rate(k) ? kLeastSpread_mps3 : kLeastSpread_mps2;
        p.mean[j][k] = mean * unit;
        p.spread[j][k] = std::sqrt(square / n * unit * unit + least * least);
      }
    }
  }
  return out;
}

std::string to_text(std::span<const RepetitionProfile> profiles) {
  std::string out;
  for (const RepetitionProfile& p : profiles) {
    out += "exercise " + p.exercise + " period_s ";
    append(out, p.period_s, 3);
    out += " repetitions " + std::to_string(p.learned) + "\n";
    for (std::size_t j = 0; j < kShares; ++j) {
      for (std::size_t k = 0; k < kWords; ++k) {
        append(out, k < kColumns ? p.mean[j][k] : p.spread[j][k - kColumns], 2);
        out += k + 1 < kWords ? ' ' : '\n';
      }
    }
  }
  return out;
}

Result<std::vector<RepetitionProfile>> parse_repetition_profiles(std::string_view text) {
  std::vector<RepetitionProfile> out;
  Lines lines{text};
  while (!lines.rest.empty()) {
    const auto head = lines.next();
    if (head.size() != 6 || head[0] != "exercise" || head[2] != "period_s" ||
        head[4] != "repetitions") {
      return lines.error("\"exercise NAME period_s SECONDS repetitions COUNT\" expected");
    }
    if (out.size() == kMostExercises) return lines.error("more than 1000 exercises");
    const auto period_s = number(head[3]), learned = number(head[5]);
    if (!period_s || !(*period_s >= 0.2 && *period_s <= 30)) {
      return lines.error("a period of 0.2 to 30 s expected, not \"" + std::string(head[3]) + "\"");
    }
    if (!learned || *learned < 1) return lines.error("a count of repetitions expected");
    RepetitionProfile p{std::string(head[1]), *period_s, static_cast<std::size_t>(*learned)};
    for (std::size_t j = 0; j < kShares; ++j) {
      const auto words = lines.next();
      if (words.size() != kWords) return lines.error("twelve numbers expected");
      for (std::size_t k = 0; k < kWords; ++k) {
        const auto value = number(words[k]);
        if (!value || (k >= kColumns && *value <= 0)) {
          return lines.error("\"" + std::string(words[k]) + "\" is no " +
                             (k < kColumns ? "mean" : "spread above 0"));
        }
        (k < kColumns ? p.mean[j][k] : p.spread[j][k - kColumns]) = *value;
      }
    }
    out.push_back(std::move(p));
  }
  return out;
}

}  // namespace gauntlet
