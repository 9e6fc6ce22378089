// Remembers tokens whose signature was found good, byte for byte, so that a phone that uploads with
// one token for an hour has it verified once. Bounded: beyond `tokens_max` the oldest is forgotten.
// Whoever asks must still check the times and that the key is held: both change while it is
// remembered. A copy remembers nothing. Not thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace gauntlet {

template <class Claims>
class VerifiedTokens {
 public:
  struct Entry {
    Claims claims;
    std::string kid;
  };

  explicit VerifiedTokens(std::size_t tokens_max) : tokens_max_(tokens_max) {}
  VerifiedTokens(const VerifiedTokens& other) : tokens_max_(other.tokens_max_) {}
  VerifiedTokens(VerifiedTokens&&) noexcept = default;
  VerifiedTokens& operator=(VerifiedTokens other) noexcept {
    entries_.swap(other.entries_);
    oldest_first_.swap(other.oldest_first_);
    std::swap(tokens_max_, other.tokens_max_);
    return *this;
  }
  ~VerifiedTokens() = default;

  const Entry* find(std::string_view token) const {
    const auto found = entries_.find(token);
    return found == entries_.end() ? nullptr : &found->second;
  }
  void remember(std::string_view token, Entry entry) {
    if (tokens_max_ == 0) return;
    const auto [at, fresh] = entries_.try_emplace(std::string(token), std::move(entry));
    if (!fresh) return;
    oldest_first_.push_back(at->first);
    if (entries_.size() <= tokens_max_) return;
    entries_.erase(entries_.find(oldest_first_.front()));
    oldest_first_.pop_front();
  }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };
  std::size_t tokens_max_;
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
  std::deque<std::string_view> oldest_first_;  // into the keys, which do not move
};

}  // namespace gauntlet
