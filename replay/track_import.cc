#include "replay/track_import.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

#include "core/base/printable.h"
#include "core/base/units.h"
#include "core/wire/frame.h"
#include "core/wire/sample.h"
#include "replay/decoded.h"
#include "replay/recording_hdf5.h"
#include "replay/stream.h"
#include "replay/track_csv.h"
#include "replay/track_hdf5.h"

namespace gauntlet::replay {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSubjects = "subjects_info.csv";
constexpr const char* kLicence =
    "CC BY 4.0: Matey-Sanz, Casteleyn, Granell 2023, "
    "10.1016/j.dib.2023.109809";

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  while (begin <= line.size()) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    out.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  if (!out.empty() && !out.back().empty() && out.back().back() == '\r') out.back().pop_back();
  return out;
}

using Subjects = std::map<std::string, Subject>;

// subject_id,age,gender,height,weight,dominant_hand,executions
Result<Subjects> read_subjects(const fs::path& path) {
  std::ifstream in(path);
  if (!in) return Error{"unreadable", path.string() + ": cannot be opened"};
  Subjects subjects;
  std::string line;
  for (std::size_t n = 1; std::getline(in, line); ++n) {
    if (n == 1 || line.empty()) continue;
    const auto cells = split(line);
    const std::string where = path.string() + ":" + std::to_string(n) + ": ";
    if (cells.size() < 6) {
      return Error{"bad_row", where + "needed: subject_id, age, gender, height, weight, hand"};
    }
    Subject s;
    s.id = cells[0];
    const auto figure = [&](std::size_t c, double least, double most, double scale,
                            std::optional<double>& target) -> Result<void> {
      double v = 0;
      const auto& text = cells[c];
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
      if (error != std::errc{} || end != text.data() + text.size() || v < least || v > most) {
        std::string message = where;
        message.append("value ")
            .append(std::to_string(c + 1))
            .append(" is \"")
            .append(printable(text));
        message.append("\"; allowed: numbers from ").append(std::to_string(std::lround(least)));
        message.append(" to ").append(std::to_string(std::lround(most)));
        return Error{"bad_row", message};
      }
      target = v * scale;
      return {};
    };
    if (auto r = figure(1, 1, 120, 1, s.age_years); !r) return r.error();
    if (auto r = figure(3, 50, 250, 0.01, s.height_m); !r) return r.error();
    if (auto r = figure(4, 10, 350, 1, s.weight_kg); !r) return r.error();
    s.sex = cells[2] == "F" ? "female" : cells[2] == "M" ? "male" : "";
    s.hand = cells[5] == "R" ? "right" : cells[5] == "L" ? "left" : "";
    subjects[s.id] = s;
  }
  return subjects;
}

// All files below `folder` with this extension, in order of path.
std::vector<fs::path> files_below(const fs::path& folder, std::string_view extension) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it.depth() > 4) it.disable_recursion_pending();
    if (it->path().extension() == extension) found.push_back(it->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class Importer {
 public:
  explicit Importer(const std::function<void(double)>& progress) : progress_(progress) {}

  Result<Imported> import(std::span<const std::string> paths) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      base_ = static_cast<double>(i) / static_cast<double>(paths.size());
      share_ = 1 / static_cast<double>(paths.size());
      if (auto done = one(paths[i]); !done) return done.error();
    }
    if (out_.tracks.empty()) {
      if (out_.unreadable.empty()) {
        return Error{"nothing", "no samples were found in what was named"};
      }
      return error_of(out_.unreadable.front());
    }
    return std::move(out_);
  }

 private:
  static Error error_of(const UnreadableFile& file) { return {file.error.code, to_string(file)}; }

  Result<void> one(const std::string& path) {
    std::error_code error;
    if (!fs::exists(path, error)) return Error{"unreadable", path + ": does not exist"};
    if (!fs::is_directory(path, error)) {
      const auto extension = fs::path(path).extension();
      if (extension == ".csv") return csv(path);
      if (extension == ".h5" || extension == ".hdf5") return hdf5(path);
      return captures(path);
    }
    if (fs::exists(fs::path(path) / kSubjects)) return people(path);
    const bool packets = !files_below(path, ".raw").empty() || !files_below(path, ".dat").empty();
    if (packets) return captures(path);
    several(files_below(path, ".csv"), {});
    return {};
  }

  Result<void> csv(const fs::path& path) {
    // An execution of sp-sw-har named alone keeps what is known of it.
    const fs::path beside = path.parent_path().parent_path() / kSubjects;
    Subjects subjects;
    std::error_code error;
    if (fs::exists(beside, error)) {
      auto read = read_subjects(beside);
      if (!read) return read.error();
      subjects = std::move(read).value();
    }
    several({path}, subjects);
    return out_.unreadable.empty() ? Result<void>{} : error_of(out_.unreadable.front());
  }

  void several(const std::vector<fs::path>& files, const Subjects& subjects) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      auto track = read_track_csv(files[i].string(), known_of(files[i], subjects));
      if (track) {
        out_.tracks.push_back(std::move(track).value());
      } else {
        out_.unreadable.push_back({files[i].string(), track.error()});
      }
      if (progress_) {
        progress_(base_ + share_ * static_cast<double>(i + 1) / static_cast<double>(files.size()));
      }
    }
  }

  // s01_02_sw.csv: person s01, execution 02, the watch.
  static SampleTrack known_of(const fs::path& file, const Subjects& subjects) {
    SampleTrack track;
    const std::string stem = file.stem().string();
    const std::size_t last = stem.rfind('_');
    const auto who = subjects.find(stem.substr(0, stem.find('_')));
    if (last == stem.npos || who == subjects.end()) return track;
    const std::string kind = stem.substr(last + 1);
    if (kind != "sp" && kind != "sw") return track;
    track.session = stem.substr(0, last);
    track.device = kind == "sp" ? "phone" : "watch";
    track.worn = kind == "sp" ? "pocket" : "wrist";
    track.subject = who->second;
    track.nominal_rate_hz = 100;
    track.licence = kLicence;
    return track;
  }

  Result<void> people(const fs::path& folder) {
    auto subjects = read_subjects(folder / kSubjects);
    if (!subjects) return subjects.error();
    std::vector<fs::path> files;
    for (const fs::path& file : files_below(folder, ".csv")) {
      const std::string name = file.filename().string();
      if (name.ends_with("_sp.csv") || name.ends_with("_sw.csv")) files.push_back(file);
    }
    several(files, *subjects);
    return {};
  }

  Result<void> hdf5(const std::string& path) {
    auto tracks = read_tracks_hdf5(path);
    if (tracks) {
      for (SampleTrack& t : *tracks) out_.tracks.push_back(std::move(t));
      return {};
    }
    const auto collection = read_collection_hdf5(path);
    // What is wrong with tracks is worth more than that it is no collection either.
    if (!collection) return tracks.error();
    take(*collection);
    return {};
  }

  Result<void> captures(const std::string& path) {
    const auto collection = read_collection(std::span(&path, 1));
    if (!collection) return collection.error();
    out_.unreadable.insert(out_.unreadable.end(), collection->unreadable.begin(),
                           collection->unreadable.end());
    take(*collection);
    return {};
  }

  void take(const Collection& collection) {
    for (const Session& session : collection.sessions) {
      for (const LabelledRecording& entry : session.recordings) {
        if (entry.recording.partial()) ++out_.damaged;
        SampleTrack track = track_of(session, entry);
        if (track.rows() == 0) {
          ++out_.left_out;
        } else {
          out_.tracks.push_back(std::move(track));
        }
      }
    }
  }

  const std::function<void(double)>& progress_;
  Imported out_;
  double base_ = 0, share_ = 1;
};

}  // namespace

SampleTrack track_of(const Session& session, const LabelledRecording& entry) {
  SampleTrack track;
  track.session = session.name + "/" + entry.name;
  track.device = "watch";
  track.worn = "wrist";
  track.inverted = true;  // -1 g face up, in every capture of this watch
  track.source = entry.recording.source;
  const auto samples = decode(entry.recording, clean(entry.recording), Decoder::aligned);
  const bool rotation = samples.sensor == SensorKind::gyroscope;
  if (rotation || samples.time_ms.empty()) return track;  // a track needs the specific force
  for (const Packet& p : entry.recording.packets) {
    const auto rate = entry.recording.frame(p).header.rate_hz;
    if (rate > 0) track.nominal_rate_hz = static_cast<double>(rate);
  }
  track.time_ns.reserve(samples.time_ms.size());
  for (const double ms : samples.time_ms) {
    // Packets of a watch that was reset overlap by a sample or so: their order is the packets'.
    const auto ns = static_cast<std::int64_t>(std::llround(ms * 1e6));
    track.time_ns.push_back(track.time_ns.empty() ? ns : std::max(ns, track.time_ns.back()));
  }
  track.force_mps2.reserve(samples.counts.size());
  for (const std::int16_t count : samples.counts) {
    track.force_mps2.push_back(static_cast<float>(count * kMps2PerMg));
  }
  if (entry.label) {
    track.label.assign(track.rows(), track.label_index(entry.label->exercise));
  }
  return track;
}

Result<Imported> import_tracks(std::span<const std::string> paths,
                               const std::function<void(double)>& progress) {
  return Importer(progress).import(paths);
}

}  // namespace gauntlet::replay
