#include "core/authz/frame_tag.h"

#include <algorithm>
#include <utility>

#include "core/authz/crypto.h"
#include "core/base/check.h"

namespace gauntlet {
namespace {

constexpr std::size_t kCounterBytes = 2;
constexpr std::uint64_t kCounterSpan = 1ULL << (8 * kCounterBytes);
constexpr std::uint64_t kWindow = 64;

std::string mac(std::string_view key, std::uint64_t counter, std::span<const std::byte> frame) {
  std::string text;
  text.reserve(8 + frame.size());
  for (int i = 0; i < 8; ++i) text += static_cast<char>(counter >> (8 * i) & 0xff);
  text.append(reinterpret_cast<const char*>(frame.data()), frame.size());
  return crypto::hmac_sha256(key, text).substr(0, kFrameTagBytes - kCounterBytes);
}

}  // namespace

FrameTagger::FrameTagger(std::string key, std::uint64_t next) : key_(std::move(key)), next_(next) {
  CHECK(key_.size() == crypto::kKeyBytes && next > 0, key_.size(), next);
}

void FrameTagger::tag(std::span<const std::byte> frame, std::vector<std::byte>& out) {
  out.assign(frame.begin(), frame.end());
  const std::uint64_t counter = next_++;
  for (std::size_t i = 0; i < kCounterBytes; ++i) {
    out.push_back(static_cast<std::byte>(counter >> (8 * i) & 0xff));
  }
  for (const char c : mac(key_, counter, frame)) out.push_back(static_cast<std::byte>(c));
}

FrameTagChecker::FrameTagChecker(std::string key) : key_(std::move(key)) {
  CHECK(key_.size() == crypto::kKeyBytes, key_.size());
}

// The counter nearest to the newest one that ends in these bits.
std::uint64_t FrameTagChecker::complete(std::uint64_t low) const {
  std::uint64_t counter = newest_ / kCounterSpan * kCounterSpan + low;
  if (counter + kCounterSpan / 2 <= newest_) {
    counter += kCounterSpan;
  } else if (counter > newest_ + kCounterSpan / 2 && counter >= kCounterSpan) {
    counter -= kCounterSpan;
  }
  return counter;
}

Result<std::span<const std::byte>> FrameTagChecker::check(std::span<const std::byte> tagged) {
  if (tagged.size() < kFrameTagBytes) return Error{"tag_missing", "shorter than a tag"};
  const auto frame = tagged.first(tagged.size() - kFrameTagBytes);
  const auto tag = tagged.last(kFrameTagBytes);
  std::uint64_t low = 0;
  for (std::size_t i = 0; i < kCounterBytes; ++i) {
    low |= std::to_integer<std::uint64_t>(tag[i]) << (8 * i);
  }
  const std::uint64_t counter = complete(low);
  const std::string_view sent(reinterpret_cast<const char*>(tag.data()) + kCounterBytes,
                              kFrameTagBytes - kCounterBytes);
  if (!crypto::equal_constant_time(mac(key_, counter, frame), sent)) {
    return Error{"tag_wrong", "not of this key, counter and frame"};
  }
  if (counter == 0) return Error{"tag_replayed", "no frame has counter 0"};
  if (counter > newest_) {
    const std::uint64_t ahead = counter - newest_;
    seen_ = ahead < kWindow ? seen_ << ahead : 0;
    newest_ = counter;
  } else if (newest_ - counter >= kWindow || (seen_ >> (newest_ - counter) & 1) != 0) {
    return Error{"tag_replayed", "its counter was there before"};
  }
  seen_ |= 1ULL << (newest_ - counter);
  return frame;
}

}  // namespace gauntlet
