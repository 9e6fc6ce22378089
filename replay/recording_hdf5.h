// Recordings in HDF5: all that is in them, bit for bit, and beside it the samples as most readers
// want them. The layout is in docs/recording-format.md.
//
// Reading takes the packets from their bytes alone and refuses (error format) what is no layout of
// this version; the decoded samples are there for others.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/files/hdf5.h"
#include "replay/alignment.h"
#include "replay/sessions.h"

namespace gauntlet::replay {

inline constexpr std::int64_t kRecordingSchema = 1;

// Writes one recording below `group` ("/sessions/jan-back-22-05/1").
void write_recording(const LabelledRecording& recording, Decoder decoder, std::string_view group,
                     Hdf5Writer& file);
Result<LabelledRecording> read_recording(const Hdf5Reader& file, std::string_view group);

// A whole file, at once or not at all.
Result<void> write_collection(const Collection& collection, Decoder decoder,
                              const std::string& path);
Result<Collection> read_collection_hdf5(const std::string& path);

}  // namespace gauntlet::replay
