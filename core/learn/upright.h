// A window seen from the world's upright instead of from the device: what stays the same however a
// phone lies in a pocket. Upright is the direction of the window's mean specific force (the limb's
// own acceleration averages out over seconds; a device that turns over within the window is told
// wrongly for a part of it).
//
// Two channels a sensor: the component along upright (of the angular rate: how fast its wearer
// turns round) and the length of what is left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace gauntlet::learn {

// `window`: rows of 3 or 6 channels; `out`: as many rows of 2 or 4. Units stay.
inline constexpr std::uint32_t upright_channels(std::uint32_t channels) { return channels / 3 * 2; }
void upright(std::span<const float> window, std::uint32_t channels, std::span<float> out);

}  // namespace gauntlet::learn
