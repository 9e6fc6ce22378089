// libFuzzer: whatever the file, every packet kept is whole, and a file of frames is accounted for
// to the last byte. First byte: the format, or automatic.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/check.h"
#include "replay/recording.h"
#include "replay/stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gauntlet::replay;
  if (size == 0) return 0;
  const auto* const first = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> bytes(first + 1, first + size);
  std::optional<RecordingFormat> format;
  if (data[0] % 6 < 5) format = static_cast<RecordingFormat>(data[0] % 6);
  const auto recording = parse_recording(bytes, "fuzz", format);
  if (!recording.ok()) return 0;
  for (const Packet& p : recording->packets) recording->frame(p);
  clean(*recording);
  if (recording->format != RecordingFormat::cab1 &&
      recording->format != RecordingFormat::lift_log) {
    std::uint64_t sum = recording->bytes.size();
    for (const Damage& d : recording->damage) sum += d.bytes;
    CHECK(sum == bytes.size(), sum, bytes.size());
  }
  return 0;
}
