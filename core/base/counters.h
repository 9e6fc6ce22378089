// Named event counters. Every loss is a counted event; names are dotted, the place first
// ("link.outbox_timeout"), and iteration is in name order so that output never depends on hashing.
// Not thread-safe: one set per simulation or service.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace gauntlet {

class Counters {
 public:
  void add(std::string_view name, std::uint64_t n = 1) {
    const auto it = counts_.find(name);
    if (it == counts_.end()) {
      counts_.emplace(std::string(name), n);
    } else {
      it->second += n;
    }
  }
  std::uint64_t get(std::string_view name) const {
    const auto it = counts_.find(name);
    return it == counts_.end() ? 0 : it->second;
  }
  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const auto& [name, n] : counts_) sum += n;
    return sum;
  }
  const std::map<std::string, std::uint64_t, std::less<>>& all() const { return counts_; }
  void merge(const Counters& other) {
    for (const auto& [name, n] : other.counts_) add(name, n);
  }

 private:
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace gauntlet
