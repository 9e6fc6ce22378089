// Tracks in HDF5. The layout is in docs/recording-format.md; reading takes no other one (error
// format) and checks that shapes fit, times do not decrease and numbers are finite.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "replay/track.h"

namespace gauntlet::replay {

inline constexpr std::int64_t kTrackSchema = 1;
inline constexpr const char* kTrackKind = "gauntlet tracks";

// A whole file, at once or not at all. The same tracks give the same bytes.
Result<void> write_tracks(std::span<const SampleTrack> tracks, const std::string& path);
Result<std::vector<SampleTrack>> read_tracks_hdf5(const std::string& path);

}  // namespace gauntlet::replay
