// Recordings found in the paths a user names: files, or folders searched for .raw and .dat.
//
// A folder with such files is one session, its recordings in the order of the numbers in their
// names, each with its label if there is a labels.txt. all.dat is left out where the files that it
// concatenates stand beside it. Folders are searched four deep.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "replay/labels.h"
#include "replay/recording.h"

namespace gauntlet::replay {

struct LabelledRecording {
  std::string name;  // of the file, without folder and extension
  Recording recording;
  std::optional<Label> label;
};

struct Session {
  std::string name;  // of the folder
  std::vector<LabelledRecording> recordings;
};

struct UnreadableFile {
  std::string path;
  Error error;
};

// What is wrong with which file.
std::string to_string(const UnreadableFile& file);

struct Collection {
  std::vector<Session> sessions;
  std::vector<UnreadableFile> unreadable;
};

// Errors: a path that does not exist, or paths without a single recording. A file that cannot be
// read at all is one of `unreadable` and ends nothing.
Result<Collection> read_collection(std::span<const std::string> paths,
                                   std::optional<RecordingFormat> format = std::nullopt);

}  // namespace gauntlet::replay
