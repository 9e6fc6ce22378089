#include "replay/labels.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace gauntlet::replay {
namespace {

using Names = std::pair<std::string_view, std::string_view>;

constexpr std::array<Names, 7> kSpellings{{
    {"biceps-curl-happer", "biceps-curl-hammer"},
    {"dummbell-chest-press-twist", "dumbbell-chest-press-twist"},
    {"tricep-dips", "triceps-dips"},
    {"barbel-biceps-curl", "barbell-biceps-curl"},
    {"bicep-curl", "biceps-curl"},
    {"lat-pulldown/straight", "lat-pulldown-straight"},
    {"lat-pulldown/angled", "lat-pulldown-angled"},
}};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

template <class Number>
std::optional<Number> parse(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Label> parse_label(std::string_view text) {
  const auto fields = split(text, ',');
  if (fields.size() != 5) return std::nullopt;
  const auto weight = parse<double>(fields[3]);
  const auto repetitions = parse<std::uint32_t>(fields[4]);
  if (!weight || !repetitions) return std::nullopt;
  Label label{std::string(text), std::string(fields[0]), {}, std::string(fields[2]), *weight,
              *repetitions};
  if (fields[1] != "x") label.exercise = normalised_exercise(fields[1], fields[2]);
  return label;
}

}  // namespace

std::string normalised_exercise(std::string_view exercise, std::string_view detail) {
  const std::string with_detail = std::string(exercise).append("/").append(detail);
  for (const auto& [written, meant] : kSpellings) {
    if (written == exercise || written == with_detail) return std::string(meant);
  }
  return std::string(exercise);
}

Labels parse_labels(std::string_view text) {
  Labels labels;
  for (std::string_view line : split(text, '\n')) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    const auto set = parse<int>(line.substr(0, line.find('=')));
    const auto label =
        line.find('=') == line.npos ? std::nullopt : parse_label(line.substr(line.find('=') + 1));
    if (set && label) {
      labels.by_set.emplace(*set, *label);
    } else {
      ++labels.bad_lines;
    }
  }
  return labels;
}

}  // namespace gauntlet::replay
