#include "privacy/store.h"

#include <algorithm>
#include <map>

#include "core/base/check.h"

namespace gauntlet::privacy {

StoreAnonymity store_anonymity(std::span<const std::string> quasi_identifiers) {
  std::map<std::string_view, std::uint64_t> sizes;
  for (const std::string& q : quasi_identifiers) ++sizes[q];
  StoreAnonymity out;
  out.records = quasi_identifiers.size();
  out.classes = sizes.size();
  if (sizes.empty()) return out;
  std::uint64_t alone = 0;
  out.smallest = out.records;
  for (const auto& [q, size] : sizes) {
    out.smallest = std::min(out.smallest, size);
    alone += size == 1 ? 1 : 0;
  }
  const double n = static_cast<double>(out.records);
  out.highest_risk = 1 / static_cast<double>(out.smallest);
  out.marketer_risk = static_cast<double>(out.classes) / n;
  out.unique = static_cast<double>(alone) / n;
  return out;
}

double join_by_time(std::span<const double> issued_s, std::span<const double> seen_s,
                    JoinKnowledge knowledge, sim::RandomStream random) {
  CHECK(issued_s.size() == seen_s.size() && !issued_s.empty(), issued_s.size(), seen_s.size());
  struct Entry {
    double at_s;
    bool seen;
    std::size_t person;
  };
  std::vector<Entry> log;
  for (std::size_t i = 0; i < issued_s.size(); ++i) {
    CHECK(issued_s[i] <= seen_s[i], i, issued_s[i], seen_s[i]);
    log.push_back({issued_s[i], false, i});
    log.push_back({seen_s[i], true, i});
  }
  std::stable_sort(log.begin(), log.end(), [](const Entry& a, const Entry& b) {
    return a.at_s != b.at_s ? a.at_s < b.at_s : a.seen < b.seen;
  });
  std::vector<std::size_t> open;  // in order of issue
  std::size_t right = 0;
  for (const Entry& e : log) {
    if (!e.seen) {
      open.push_back(e.person);
      continue;
    }
    const bool told = knowledge == JoinKnowledge::told;
    const std::size_t at = told ? random.below(open.size()) : open.size() - 1;
    right += open[at] == e.person ? 1 : 0;
    open.erase(told ? std::find(open.begin(), open.end(), e.person)
                    : open.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return static_cast<double>(right) / static_cast<double>(issued_s.size());
}

}  // namespace gauntlet::privacy
