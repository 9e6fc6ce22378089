#include "core/phone/repetition_profile.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/base/check.h"
#include "core/phone/repetition_counter.h"

namespace gauntlet {
namespace {

constexpr std::size_t kShares = RepetitionProfile::kShares;
constexpr double kLeastSpread_mps2 = 0.3;  // the sensor's own noise and what the mean leaves out
constexpr std::size_t kMostExercises = 1000;

Vector3 between(std::span<const double> times, std::span<const Vector3> rows, double t) {
  const auto after = std::ranges::upper_bound(times, t);
  if (after == times.begin()) return rows.front();
  if (after == times.end()) return rows.back();
  const auto i = static_cast<std::size_t>(after - times.begin());
  const double w = (t - times[i - 1]) / (times[i] - times[i - 1]);
  Vector3 v{};
  for (std::size_t k = 0; k < 3; ++k) v[k] = rows[i - 1][k] + w * (rows[i][k] - rows[i - 1][k]);
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

void RepetitionLearner::add(const std::string& exercise, std::span<const HostTime> times,
                            std::span<const float> specific_force_mps2, double rate_hz,
                            HostTime begin, std::span<const HostTime> completed) {
  CHECK(specific_force_mps2.size() == 3 * times.size(), specific_force_mps2.size(), times.size());
  if (times.size() < 2) return;
  MotionSmoother smoother(kProfileCutoff_hz, rate_hz);
  std::vector<double> t;
  std::vector<Vector3> rows;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const float* v = specific_force_mps2.data() + 3 * i;
    t.push_back(to_seconds(times[i] - begin));
    rows.push_back(smoother.push({v[0], v[1], v[2]}));
  }
  double from = 0;
  for (const HostTime at : completed) {
    const double to = to_seconds(at - begin);
    if (from >= t.front() && to <= t.back() && to > from) {
      Example e{to - from, {}};
      for (std::size_t j = 0; j < kShares; ++j) {
        e.rows[j] = between(t, rows, from + (to - from) * (static_cast<double>(j) + 0.5) / kShares);
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
      for (std::size_t k = 0; k < 3; ++k) {
        double sum = 0, square = 0;
        for (const Example& e : examples) sum += e.rows[j][k];
        p.mean[j][k] = sum / n;
        for (const Example& e : examples) {
          const double d = e.rows[j][k] - p.mean[j][k];
          square += d * d;
        }
        p.spread[j][k] = std::sqrt(square / n + kLeastSpread_mps2 * kLeastSpread_mps2);
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
      for (std::size_t k = 0; k < 6; ++k) {
        append(out, k < 3 ? p.mean[j][k] : p.spread[j][k - 3], 2);
        out += k < 5 ? ' ' : '\n';
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
      if (words.size() != 6) return lines.error("six numbers expected");
      for (std::size_t k = 0; k < 6; ++k) {
        const auto value = number(words[k]);
        if (!value || (k >= 3 && *value <= 0)) {
          return lines.error("\"" + std::string(words[k]) + "\" is no " +
                             (k < 3 ? "mean" : "spread above 0"));
        }
        (k < 3 ? p.mean[j][k] : p.spread[j][k - 3]) = *value;
      }
    }
    out.push_back(std::move(p));
  }
  return out;
}

}  // namespace gauntlet
