// Tracks as text, one row a sample: what anybody can write. Layout: docs/recording-format.md.
//
//   # device: watch
//   # worn: wrist
//   time_ms,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps,label
//   0,0.1,-3.5,9.1,0,0,0.01,walking
//
// Every mistake is an error that names file, line, column (of the text, from 1), the value and what
// is allowed; reading stops at the first one. Codes: unreadable, bad_header, bad_row, too_large.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "replay/track.h"

namespace gauntlet::replay {

inline constexpr std::size_t kMaxTrackRows = 50'000'000;
// Twice what the widest accelerometers and gyroscopes in use measure (200 g, 4,000 deg/s).
inline constexpr double kMaxForce_mps2 = 4000;
inline constexpr double kMaxRate_radps = 140;

// `track` comes with what is known beforehand; what the text says of itself wins. The column names
// of sp-sw-har (x_acc … timestamp, label) are understood as well.
Result<SampleTrack> parse_track_csv(std::string_view text, const std::string& file,
                                    SampleTrack track = {});
Result<SampleTrack> read_track_csv(const std::string& path, SampleTrack track = {});

// In SI units and nanoseconds: reading it gives the same track.
std::string to_csv(const SampleTrack& track);

}  // namespace gauntlet::replay
