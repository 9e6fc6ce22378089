// Tracks from whatever a user names:
//
//   a folder with subjects_info.csv     sp-sw-har: phone and watch of each execution, with who it
//                                       was
//   a .csv file, or a folder of them    the layout of track_csv.h
//   an .h5 file                         tracks (track_hdf5.h) or captures (recording_hdf5.h)
//   .raw, .dat, or a folder of them     captures (sessions.h), placed in time by the aligned
//                                       decoder: a track a recorded set, labelled with its exercise
//
// A folder with captures anywhere below it is read as captures: the .csv files beside them are what
// their first decoder made of them, resampled. A file of a folder that cannot be read is one of
// `unreadable` and ends nothing; one that was named itself is an error. Error codes: those of the
// readers, and "nothing".
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "replay/sessions.h"
#include "replay/track.h"

namespace gauntlet::replay {

struct Imported {
  std::vector<SampleTrack> tracks;
  std::vector<UnreadableFile> unreadable;  // files of a folder that could not be read at all
  std::size_t damaged = 0;                 // captures of which a part could not be read
  std::size_t left_out = 0;                // captures without a sample that can be decoded
};

// `progress`: share of the files done.
Result<Imported> import_tracks(std::span<const std::string> paths,
                               const std::function<void(double)>& progress = {});

// One recorded set of a session.
SampleTrack track_of(const Session& session, const LabelledRecording& recording);

}  // namespace gauntlet::replay
