#include "replay/recording.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <utility>

#include "core/files/whole_file.h"
#include "replay/binary_source.h"
#include "replay/log_source.h"

namespace gauntlet::replay {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, RecordingFormat>, 5> kNames{{
    {"pebble16", RecordingFormat::pebble16},
    {"pebble5", RecordingFormat::pebble5},
    {"muvr20", RecordingFormat::muvr20},
    {"lift-log", RecordingFormat::lift_log},
    {"cab1", RecordingFormat::cab1},
}};

std::string accepted_names() {
  std::string text = "auto";
  for (const auto& [name, format] : kNames) text.append(", ").append(name);
  return text;
}

Recording parse_as(RecordingFormat format, std::span<const std::byte> source) {
  Recording recording;
  recording.format = format;
  switch (format) {
    case RecordingFormat::pebble5:
      parse_frames(wire::FrameFormat::pebble5, source, recording);
      break;
    case RecordingFormat::pebble16:
      parse_frames(wire::FrameFormat::pebble16, source, recording);
      break;
    case RecordingFormat::muvr20:
      parse_frames(wire::FrameFormat::muvr20, source, recording);
      break;
    case RecordingFormat::cab1:
      parse_wrappers(source, recording);
      break;
    case RecordingFormat::lift_log:
      parse_log(source, recording);
      break;
  }
  return recording;
}

std::uint64_t damaged_bytes(const Recording& recording) {
  std::uint64_t sum = 0;
  for (const Damage& d : recording.damage) sum += d.bytes;
  return sum;
}

// The milliseconds in ".../ad-1420573868817.dat".
std::optional<HostTime> arrival_in_name(const fs::path& path) {
  const std::string stem = path.stem().string();
  const std::size_t dash = stem.find('-');
  if (dash != 2) return std::nullopt;
  std::int64_t ms = 0;
  const char* const last = stem.data() + stem.size();
  const auto [end, error] = std::from_chars(stem.data() + dash + 1, last, ms);
  constexpr std::int64_t kYear2100_ms = 4'102'444'800'000;
  if (error != std::errc{} || end != last || ms < 0 || ms > kYear2100_ms) return std::nullopt;
  return HostTime{std::chrono::milliseconds{ms}};
}

}  // namespace

std::string_view to_string(RecordingFormat format) {
  const auto it = std::ranges::find(kNames, format, [](const auto& entry) { return entry.second; });
  return it == kNames.end() ? "unknown" : it->first;
}

Result<std::optional<RecordingFormat>> recording_format(std::string_view name) {
  if (name == "auto") return std::optional<RecordingFormat>{};
  for (const auto& [known, format] : kNames) {
    if (known == name) return std::optional{format};
  }
  return Error{"bad_format", std::string("'").append(name) +
                                 "' is no recording format; accepted: " + accepted_names()};
}

void Recording::add(const wire::FrameView& frame, std::uint64_t source_offset,
                    std::optional<HostTime> arrival, std::optional<std::uint8_t> location) {
  packets.push_back(
      {frame.format, bytes.size(), frame.bytes.size(), source_offset, arrival, location});
  bytes.insert(bytes.end(), frame.bytes.begin(), frame.bytes.end());
}

Result<Recording> parse_recording(std::span<const std::byte> source, std::string name,
                                  std::optional<RecordingFormat> format) {
  std::optional<Recording> best;
  for (const auto& [known, candidate] : kNames) {
    if (format && candidate != *format) continue;
    Recording parsed = parse_as(candidate, source);
    if (parsed.packets.empty()) continue;
    if (!best || damaged_bytes(parsed) < damaged_bytes(*best)) best = std::move(parsed);
  }
  if (!best) {
    const std::string wanted = format ? std::string(to_string(*format)) : accepted_names();
    return Error{"unknown_format", std::string("'").append(name) + "' (" +
                                       std::to_string(source.size()) +
                                       " bytes) holds no whole frame; tried: " + wanted};
  }
  best->source = std::move(name);
  return std::move(*best);
}

Result<Recording> read_recording(const std::string& path, std::optional<RecordingFormat> format) {
  const auto bytes = read_whole_file(path);
  if (!bytes) return Error{"unreadable", bytes.error().message};
  auto recording = parse_recording(std::as_bytes(std::span(*bytes)), path, format);
  if (recording.ok() && recording->packets.size() == 1 && !recording->packets[0].arrival) {
    recording->packets[0].arrival = arrival_in_name(path);
  }
  return recording;
}

}  // namespace gauntlet::replay
