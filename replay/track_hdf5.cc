#include "replay/track_hdf5.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/files/hdf5.h"

namespace gauntlet::replay {
namespace {

std::string numbered(std::size_t i) {
  std::string digits = std::to_string(i);
  return "/tracks/" + std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits;
}

void write_track(const SampleTrack& t, const std::string& group, Hdf5Writer& file) {
  const std::size_t n = t.rows();
  const auto layout = [n](std::size_t cols) {
    return Hdf5Layout{
        .rows = n, .cols = cols, .gzip = gzip_if_large(n * std::max<std::size_t>(cols, 1))};
  };
  file.write(group + "/time_ns", std::span<const std::int64_t>(t.time_ns), layout(0));
  std::vector<float> force_mps2 = t.force_mps2;
  for (float& v : force_mps2) v = t.inverted ? 0 - v : v;
  file.write(group + "/force_mps2", std::span<const float>(force_mps2), layout(3));
  if (t.has_rate())
    file.write(group + "/rate_radps", std::span<const float>(t.rate_radps), layout(3));
  if (!t.label.empty()) {
    file.write(group + "/label", std::span<const std::uint32_t>(t.label), layout(0));
    file.write_strings(group + "/labels", t.labels);
  }
  const auto text = [&](const char* name, const std::string& value) {
    if (!value.empty()) file.attribute(group, name, value);
  };
  const auto figure = [&](const char* name, const std::optional<double>& value) {
    if (value) file.attribute(group, name, *value);
  };
  text("session", t.session);
  text("device", t.device);
  text("worn", t.worn);
  text("source", t.source);
  text("licence", t.licence);
  text("subject", t.subject.id);
  text("sex", t.subject.sex);
  text("hand", t.subject.hand);
  figure("age_years", t.subject.age_years);
  figure("height_m", t.subject.height_m);
  figure("weight_kg", t.subject.weight_kg);
  file.attribute(group, "nominal_rate_hz", t.nominal_rate_hz);
}

std::string text_of(const Hdf5Reader& file, const std::string& group, const char* name) {
  const auto value = file.text_attribute(group, name);
  return value.ok() ? *value : std::string{};
}

std::optional<double> figure_of(const Hdf5Reader& file, const std::string& group,
                                const char* name) {
  const auto value = file.number_attribute(group, name);
  return value.ok() ? std::optional<double>(*value) : std::nullopt;
}

Result<void> read_rows(const Hdf5Reader& file, const std::string& group, const char* name,
                       std::size_t rows, std::vector<float>& out) {
  auto values = file.read<float>(group + "/" + name);
  if (!values.ok()) return values.error();
  if (values->rows != rows || values->cols != 3) {
    return Error{"format", group + "/" + name + ": must have " + std::to_string(rows) +
                               " rows of 3, has " + std::to_string(values->rows) + " of " +
                               std::to_string(values->cols)};
  }
  const auto odd = std::find_if(values->values.begin(), values->values.end(),
                                [](float v) { return !std::isfinite(v); });
  if (odd != values->values.end()) {
    return Error{"format", group + "/" + name + ": row " +
                               std::to_string((odd - values->values.begin()) / 3) +
                               " is no finite number"};
  }
  out = std::move(values->values);
  return {};
}

Result<SampleTrack> read_track(const Hdf5Reader& file, const std::string& group) {
  SampleTrack t;
  auto time = file.read<std::int64_t>(group + "/time_ns");
  if (!time.ok()) return time.error();
  t.time_ns = std::move(time->values);
  const auto back = std::adjacent_find(t.time_ns.begin(), t.time_ns.end(), std::greater<>{});
  if (back != t.time_ns.end()) {
    return Error{"format", group + "/time_ns: row " + std::to_string(back - t.time_ns.begin() + 1) +
                               " is earlier than the row before"};
  }
  if (auto done = read_rows(file, group, "force_mps2", t.rows(), t.force_mps2); !done) {
    return done.error();
  }
  if (file.exists(group + "/rate_radps")) {
    if (auto done = read_rows(file, group, "rate_radps", t.rows(), t.rate_radps); !done) {
      return done.error();
    }
  }
  if (file.exists(group + "/label")) {
    auto label = file.read<std::uint32_t>(group + "/label");
    auto names = file.read_strings(group + "/labels");
    if (!label.ok()) return label.error();
    if (!names.ok()) return names.error();
    const bool fits = label->values.size() == t.rows() &&
                      std::all_of(label->values.begin(), label->values.end(),
                                  [&](std::uint32_t i) { return i < names->size(); });
    if (!fits) return Error{"format", group + "/label: must name one of labels in every row"};
    t.label = std::move(label->values);
    t.labels = std::move(names).value();
  }
  t.session = text_of(file, group, "session");
  t.device = text_of(file, group, "device");
  t.worn = text_of(file, group, "worn");
  t.source = text_of(file, group, "source");
  t.licence = text_of(file, group, "licence");
  t.subject.id = text_of(file, group, "subject");
  t.subject.sex = text_of(file, group, "sex");
  t.subject.hand = text_of(file, group, "hand");
  t.subject.age_years = figure_of(file, group, "age_years");
  t.subject.height_m = figure_of(file, group, "height_m");
  t.subject.weight_kg = figure_of(file, group, "weight_kg");
  t.nominal_rate_hz = figure_of(file, group, "nominal_rate_hz").value_or(0);
  return t;
}

}  // namespace

Result<void> write_tracks(std::span<const SampleTrack> tracks, const std::string& path) {
  auto file = Hdf5Writer::create(path);
  if (!file.ok()) return file.error();
  file->attribute("/", "kind", kTrackKind);
  file->attribute("/", "schema", kTrackSchema);
  file->group("/tracks");
  for (std::size_t i = 0; i < tracks.size(); ++i) write_track(tracks[i], numbered(i), *file);
  return file->commit();
}

Result<std::vector<SampleTrack>> read_tracks_hdf5(const std::string& path) {
  const auto file = Hdf5Reader::open(path);
  if (!file.ok()) return file.error();
  const auto kind = file->text_attribute("/", "kind");
  const auto schema = file->integer_attribute("/", "schema");
  if (!kind.ok() || *kind != kTrackKind || !schema.ok() || *schema != kTrackSchema) {
    return Error{"format", path + ": must be of kind \"" + kTrackKind + "\", schema " +
                               std::to_string(kTrackSchema)};
  }
  const auto names = file->children("/tracks");
  if (!names.ok()) return names.error();
  std::vector<SampleTrack> tracks;
  for (const std::string& name : *names) {
    auto track = read_track(*file, "/tracks/" + name);
    if (!track.ok()) return Error{track.error().code, path + ": " + track.error().message};
    tracks.push_back(std::move(track).value());
  }
  return tracks;
}

}  // namespace gauntlet::replay
