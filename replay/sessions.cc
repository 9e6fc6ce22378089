#include "replay/sessions.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <tuple>

#include "core/files/whole_file.h"

namespace gauntlet::replay {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 4;
constexpr std::size_t kMaxFiles = 100'000;

bool is_recording(const fs::path& path) {
  const auto extension = path.extension();
  return extension == ".raw" || extension == ".dat";
}

// The last number in a name, so that 10.raw comes after 9.raw.
std::int64_t number_in(const fs::path& path) {
  const std::string stem = path.stem().string();
  const std::size_t first = stem.find_last_not_of("0123456789");
  const char* const from = stem.data() + (first == stem.npos ? 0 : first + 1);
  std::int64_t value = std::numeric_limits<std::int64_t>::max();
  std::from_chars(from, stem.data() + stem.size(), value);
  return value;
}

bool by_number(const fs::path& a, const fs::path& b) {
  const auto na = number_in(a), nb = number_in(b);
  return std::tie(na, a) < std::tie(nb, b);
}

using Folders = std::map<fs::path, std::vector<fs::path>>;

std::optional<Error> find_files(const fs::path& path, int depth, std::size_t& n, Folders& found) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    if (depth == 0) return std::nullopt;
    for (const auto& entry : fs::directory_iterator(path, error)) {
      const bool wanted = entry.is_directory() || is_recording(entry.path());
      if (!wanted) continue;
      if (auto failed = find_files(entry.path(), depth - 1, n, found)) return failed;
    }
  } else if (fs::exists(path, error)) {
    if (++n > kMaxFiles) return Error{"too_many", "more than 100000 recordings are named"};
    found[path.parent_path()].push_back(path);
  } else {
    return Error{"unreadable", std::string("'").append(path.string()) + "' does not exist"};
  }
  if (error)
    return Error{"unreadable", std::string("'").append(path.string()) + "': " + error.message()};
  return std::nullopt;
}

Labels labels_beside(const fs::path& folder) {
  const auto text = read_whole_file(folder / "labels.txt");
  return text ? parse_labels(*text) : Labels{};
}

std::string session_name(const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  return whole.has_filename() ? whole.filename().string() : whole.parent_path().filename().string();
}

}  // namespace

std::string to_string(const UnreadableFile& file) {
  const bool named = file.error.message.find(file.path) != std::string::npos;
  return (named ? "" : file.path + ": ") + file.error.message;
}

Result<Collection> read_collection(std::span<const std::string> paths,
                                   std::optional<RecordingFormat> format) {
  Folders folders;
  std::size_t n = 0;
  for (const std::string& path : paths) {
    if (auto error = find_files(path, kMaxDepth, n, folders)) return *error;
  }
  Collection collection;
  for (auto& [folder, files] : folders) {
    std::sort(files.begin(), files.end(), by_number);
    files.erase(std::unique(files.begin(), files.end()), files.end());
    if (files.size() > 1) std::erase(files, folder / "all.dat");
    const Labels labels = labels_beside(folder);
    Session session{session_name(folder), {}};
    for (const fs::path& file : files) {
      auto recording = read_recording(file.string(), format);
      if (!recording.ok()) {
        collection.unreadable.push_back({file.string(), recording.error()});
        continue;
      }
      LabelledRecording entry{file.stem().string(), std::move(recording).value(), std::nullopt};
      int set = 0;
      const auto [end, bad] =
          std::from_chars(entry.name.data(), entry.name.data() + entry.name.size(), set);
      const auto label =
          bad == std::errc{} && *end == '\0' ? labels.by_set.find(set) : labels.by_set.end();
      if (label != labels.by_set.end()) entry.label = label->second;
      session.recordings.push_back(std::move(entry));
    }
    if (!session.recordings.empty()) collection.sessions.push_back(std::move(session));
  }
  if (collection.sessions.empty()) {
    if (!collection.unreadable.empty()) return collection.unreadable.front().error;
    return Error{"unreadable", "no .raw or .dat file in the paths given"};
  }
  return collection;
}

}  // namespace gauntlet::replay
