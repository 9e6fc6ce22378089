// Frames that prove who sent them: 8 bytes behind a frame, a counter's low 16 bits and 48 bits of
// HMAC-SHA-256 over the whole counter and the frame.
//
// Why 8: a frame a second of 50 samples in a link of 280 bytes a second leaves no more. A forgery
// passes with 2^-48 a try. The receiver completes the counter from what it has seen; up to 32,767
// lost frames do no harm, and a frame whose counter was there before, or is more than 63 behind
// the newest, is refused. Order of arrival does not matter within those. Construction: RFC 2104
// truncated as by NIST SP 800-107 5.1; the window is that of RFC 4303, 3.4.3.
//
// Leaves out: how both sides came by the key; one key is for one device and one direction, and a
// device keeps its counter over restarts. Clock domain: none. Not thread-safe.
//
// Error codes: "tag_missing" (too short to hold one), "tag_wrong", "tag_replayed".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace gauntlet {

inline constexpr std::size_t kFrameTagBytes = 8;

class FrameTagger {
 public:
  // A key of 32 bytes; counters begin at `next`, never at 0.
  explicit FrameTagger(std::string key, std::uint64_t next = 1);
  // Puts frame and tag into `out`.
  void tag(std::span<const std::byte> frame, std::vector<std::byte>& out);

 private:
  std::string key_;
  std::uint64_t next_;
};

class FrameTagChecker {
 public:
  explicit FrameTagChecker(std::string key);
  // The frame without its tag.
  Result<std::span<const std::byte>> check(std::span<const std::byte> tagged);

 private:
  std::uint64_t complete(std::uint64_t low) const;
  std::string key_;
  std::uint64_t newest_ = 0;
  std::uint64_t seen_ = 0;  // bit k: newest_ - k
};

}  // namespace gauntlet
