#include "replay/recording_hdf5.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

#include "replay/decoded.h"
#include "replay/stream.h"

namespace gauntlet::replay {
namespace {

constexpr int kGzip = 4;
constexpr std::int64_t kNoArrival = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kNoLocation = -1;

// Columns of packets/index.
enum Column : std::size_t { kFormat, kFirst, kSize, kSourceOffset, kArrival, kLocation, kColumns };

Error format_error(std::string_view group, std::string_view what) {
  return {"format", std::string(group).append(": ").append(what)};
}

std::vector<std::int64_t> index_of(const Recording& recording) {
  std::vector<std::int64_t> rows;
  for (const Packet& p : recording.packets) {
    const std::array<std::int64_t, kColumns> row{
        static_cast<std::int64_t>(p.format),
        static_cast<std::int64_t>(p.first),
        static_cast<std::int64_t>(p.size),
        static_cast<std::int64_t>(p.source_offset),
        p.arrival ? p.arrival->time_since_epoch().count() : kNoArrival,
        p.location ? std::int64_t{*p.location} : kNoLocation};
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return rows;
}

void write_packets(const Recording& recording, const std::string& group, Hdf5Writer& file) {
  const auto index = index_of(recording);
  file.write(group + "/packets/index", std::span(index),
             {.rows = recording.packets.size(), .cols = kColumns, .gzip = kGzip});
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(recording.bytes.data()),
                        recording.bytes.size());
  file.write(group + "/packets/bytes", bytes, {.rows = bytes.size(), .gzip = kGzip});
  std::vector<std::uint64_t> extents;
  std::vector<std::string> reasons;
  for (const Damage& d : recording.damage) {
    extents.push_back(d.offset);
    extents.push_back(d.bytes);
    reasons.push_back(d.reason);
  }
  file.write(group + "/damage/extents", std::span<const std::uint64_t>(extents),
             {.rows = reasons.size(), .cols = 2});
  file.write_strings(group + "/damage/reasons", reasons);
}

void write_samples(const Recording& recording, Decoder decoder, const std::string& group,
                   Hdf5Writer& file) {
  const auto samples = decode(recording, clean(recording), decoder);
  const std::size_t n = samples.time_ms.size();
  file.write(group + "/samples/time_ms", std::span<const double>(samples.time_ms),
             {.rows = n, .gzip = kGzip});
  file.write(group + "/samples/counts", std::span<const std::int16_t>(samples.counts),
             {.rows = n, .cols = 3, .gzip = kGzip});
  file.write(group + "/samples/regular", std::span<const std::uint8_t>(samples.regular),
             {.rows = n, .gzip = kGzip});
  file.attribute(group + "/samples", "decoder", to_string(decoder));
  file.attribute(group + "/samples", "sensor", gauntlet::to_string(samples.sensor));
  file.attribute(group + "/samples", "rate_hz", samples.rate_hz);
}

bool fits(const std::int64_t* row, std::size_t bytes) {
  const auto first = row[kFirst], size = row[kSize], total = static_cast<std::int64_t>(bytes);
  return row[kFormat] >= 0 && row[kFormat] <= 3 && first >= 0 && size >= 0 && first <= total &&
         size <= total - first && row[kLocation] >= -1 && row[kLocation] <= 255;
}

Result<Recording> read_packets(const Hdf5Reader& file, const std::string& group) {
  const auto index = file.read<std::int64_t>(group + "/packets/index");
  const auto bytes = file.read<std::uint8_t>(group + "/packets/bytes");
  if (!index.ok()) return index.error();
  if (!bytes.ok()) return bytes.error();
  if (index->cols != kColumns) return format_error(group, "packets/index has another width");
  const auto source = std::as_bytes(std::span(bytes->values));
  Recording recording;
  for (std::size_t i = 0; i < index->rows; ++i) {
    const std::int64_t* row = index->values.data() + i * kColumns;
    if (!fits(row, source.size())) return format_error(group, "packets/index is out of range");
    const auto part =
        source.subspan(static_cast<std::size_t>(row[kFirst]), static_cast<std::size_t>(row[kSize]));
    const auto frame = wire::read_whole_frame(static_cast<wire::FrameFormat>(row[kFormat]), part);
    if (!frame.ok()) return format_error(group, frame.error().message);
    std::optional<HostTime> arrival;
    if (row[kArrival] != kNoArrival) arrival = HostTime{Duration{row[kArrival]}};
    std::optional<std::uint8_t> location;
    if (row[kLocation] >= 0) location = static_cast<std::uint8_t>(row[kLocation]);
    recording.add(*frame, static_cast<std::uint64_t>(row[kSourceOffset]), arrival, location);
  }
  return recording;
}

Result<std::vector<Damage>> read_damage(const Hdf5Reader& file, const std::string& group) {
  const auto extents = file.read<std::uint64_t>(group + "/damage/extents");
  const auto reasons = file.read_strings(group + "/damage/reasons");
  if (!extents.ok()) return extents.error();
  if (!reasons.ok()) return reasons.error();
  if (extents->cols != 2 || extents->rows != reasons->size()) {
    return format_error(group, "damage has another shape");
  }
  std::vector<Damage> damage;
  for (std::size_t i = 0; i < reasons->size(); ++i) {
    damage.push_back({extents->values[2 * i], extents->values[2 * i + 1], (*reasons)[i]});
  }
  return damage;
}

// A '/' in a name would be a group of its own, and two of one name the same group.
std::string unused_name(std::string text, std::set<std::string>& used) {
  std::ranges::replace(text, '/', '_');
  if (text.empty() || text == ".") text = std::string(1, '_');
  std::string name = text;
  for (int n = 2; !used.insert(name).second; ++n) {
    name = std::string(text).append("-").append(std::to_string(n));
  }
  return name;
}

}  // namespace

void write_recording(const LabelledRecording& entry, Decoder decoder, std::string_view at,
                     Hdf5Writer& file) {
  const std::string group(at);
  write_packets(entry.recording, group, file);
  write_samples(entry.recording, decoder, group, file);
  file.attribute(group, "source", entry.recording.source);
  file.attribute(group, "format", to_string(entry.recording.format));
  if (!entry.label) return;
  file.attribute(group, "label", entry.label->raw);
  file.attribute(group, "exercise", entry.label->exercise);
  file.attribute(group, "repetitions", std::int64_t{entry.label->repetitions});
}

Result<LabelledRecording> read_recording(const Hdf5Reader& file, std::string_view at) {
  const std::string group(at);
  auto packets = read_packets(file, group);
  if (!packets.ok()) return packets.error();
  auto damage = read_damage(file, group);
  if (!damage.ok()) return damage.error();
  const auto source = file.text_attribute(group, "source");
  const auto name = file.text_attribute(group, "format");
  if (!source.ok()) return source.error();
  if (!name.ok()) return name.error();
  const auto format = recording_format(*name);
  if (!format.ok() || !*format) return format_error(group, "unknown recording format");
  LabelledRecording entry{group.substr(group.rfind('/') + 1), std::move(packets).value(), {}};
  entry.recording.source = *source;
  entry.recording.format = **format;
  entry.recording.damage = std::move(damage).value();
  const auto label = file.text_attribute(group, "label");
  if (label.ok()) {
    auto labels = parse_labels("0=" + *label);
    if (labels.bad_lines > 0) return format_error(group, "label is no label");
    entry.label = labels.by_set.at(0);
  }
  return entry;
}

Result<void> write_collection(const Collection& collection, Decoder decoder,
                              const std::string& path) {
  auto file = Hdf5Writer::create(path);
  if (!file.ok()) return file.error();
  file->attribute("/", "kind", "gauntlet recordings");
  file->attribute("/", "schema", kRecordingSchema);
  file->group("/sessions");
  std::set<std::string> session_names;
  for (const Session& session : collection.sessions) {
    const std::string group = "/sessions/" + unused_name(session.name, session_names) + "/";
    std::set<std::string> names;
    for (const LabelledRecording& entry : session.recordings) {
      write_recording(entry, decoder, group + unused_name(entry.name, names), *file);
    }
  }
  return file->commit();
}

Result<Collection> read_collection_hdf5(const std::string& path) {
  const auto file = Hdf5Reader::open(path);
  if (!file.ok()) return file.error();
  const auto schema = file->integer_attribute("/", "schema");
  if (!schema.ok() || *schema != kRecordingSchema) {
    return format_error(path, "no recordings of schema " + std::to_string(kRecordingSchema));
  }
  const auto sessions = file->children("/sessions");
  if (!sessions.ok()) return sessions.error();
  Collection collection;
  for (const std::string& name : *sessions) {
    Session session{name, {}};
    const std::string group = "/sessions/" + name;
    const auto recordings = file->children(group);
    if (!recordings.ok()) return recordings.error();
    for (const std::string& recording : *recordings) {
      auto entry = read_recording(*file, std::string(group).append("/").append(recording));
      if (!entry.ok()) return entry.error();
      session.recordings.push_back(std::move(entry).value());
    }
    collection.sessions.push_back(std::move(session));
  }
  return collection;
}

}  // namespace gauntlet::replay
