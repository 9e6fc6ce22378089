// libFuzzer: whatever the bytes, reading never looks beyond them, and what is accepted encodes to
// the same bytes. First byte: which reader.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/check.h"
#include "core/wire/cab1.h"
#include "core/wire/frame.h"

namespace {

using namespace gauntlet::wire;

void try_frame(FrameFormat format, std::span<const std::byte> bytes) {
  const auto frame = read_frame(format, bytes);
  if (!frame.ok() || !frame->decodable()) return;
  std::vector<std::int16_t> xyz(std::size_t{3} * frame->count());
  std::vector<std::uint8_t> pads(frame->count());
  frame->decode(xyz, pads);
  std::vector<std::byte> again(frame_bytes(format, frame->count()));
  again.resize(write_frame(format, frame->header, xyz, again, pads, Clip::word).bytes);
  if (format == FrameFormat::delta18) {  // the same values may have several codes
    std::vector<std::int16_t> twice(xyz.size());
    read_whole_frame(format, again)->decode(twice);
    CHECK(twice == xyz);
    return;
  }
  CHECK(std::ranges::equal(again, frame->bytes));
}

void try_wrapper(std::span<const std::byte> bytes) {
  const auto view = read_cab1(bytes);
  if (!view.ok()) return;
  CHECK(std::ranges::equal(write_cab1(view->timestamp, view->parts), bytes.first(view->size)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // A copy that ends where the input ends, so that the sanitizer sees the first byte too many.
  const auto* const first = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> bytes(first + 1, first + size);
  switch (data[0] % 5) {
    case 0:
      try_frame(FrameFormat::pebble5, bytes);
      break;
    case 1:
      try_frame(FrameFormat::pebble16, bytes);
      break;
    case 2:
      try_frame(FrameFormat::muvr20, bytes);
      break;
    case 3:
      try_frame(FrameFormat::delta18, bytes);
      break;
    default:
      try_wrapper(bytes);
      break;
  }
  return 0;
}
