// Remembers the ids of single-use tokens until they expire. Bounded, and it fails closed: when it
// is full of ids that still live, a new one is refused rather than an old one forgotten, because a
// forgotten id could be replayed. Not for upload tokens, which are meant to be used often.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/time.h"

namespace gauntlet {

class ReplayCache {
 public:
  enum class Use : std::uint8_t { first, again, full };

  explicit ReplayCache(std::size_t ids_max) : ids_max_(ids_max) {}

  Use use(std::string_view id, HostTime until, HostTime now) {
    while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) {
      expiry_.erase(by_expiry_.begin()->second);
      by_expiry_.erase(by_expiry_.begin());
    }
    if (expiry_.contains(id)) return Use::again;
    if (expiry_.size() >= ids_max_) return Use::full;
    expiry_.emplace(std::string(id), until);
    by_expiry_.emplace(until, std::string(id));
    return Use::first;
  }
  std::size_t size() const { return expiry_.size(); }

 private:
  std::size_t ids_max_;
  std::map<std::string, HostTime, std::less<>> expiry_;
  std::set<std::pair<HostTime, std::string>> by_expiry_;
};

}  // namespace gauntlet
