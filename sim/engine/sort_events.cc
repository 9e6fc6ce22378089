#include "sim/engine/sort_events.h"

#include <algorithm>
#include <bit>

namespace gauntlet::sim {
namespace {

constexpr std::size_t kSmall = 32;
constexpr std::size_t kDealFrom = 64;
constexpr std::size_t kMaxPiles = 4096;

// Each event's rank is the number of lesser ones: n^2 / 2 comparisons without a single branch to
// mispredict, which beats any other sort at these sizes.
void rank_sort(Event* events, std::size_t n) {
  Event copy[kSmall];
  std::uint32_t rank[kSmall] = {};
  for (std::size_t i = 0; i < n; ++i) {
    const Event event = copy[i] = events[i];
    std::uint32_t mine = 0;
    for (std::size_t j = 0; j < i; ++j) {
      const std::uint32_t less = copy[j] < event;
      mine += less;
      rank[j] += 1 - less;
    }
    rank[i] = mine;
  }
  for (std::size_t i = 0; i < n; ++i) events[rank[i]] = copy[i];
}

void sort_pile(Event* first, Event* last) {
  const auto n = static_cast<std::size_t>(last - first);
  if (n <= 1) return;
  if (n <= kSmall) {
    rank_sort(first, n);
  } else {
    std::sort(first, last);
  }
}

// Distribution by time into about n / 4 piles, in order of arrival within each.
void deal(Event* events, std::size_t n, SortScratch& scratch) {
  const auto [least, most] = std::minmax_element(
      events, events + n, [](const Event& a, const Event& b) { return a.time_ns < b.time_ns; });
  const std::int64_t base = least->time_ns;
  const auto span = static_cast<std::uint64_t>(most->time_ns - base);
  const std::size_t piles = std::min(std::bit_ceil(n / 4), kMaxPiles);
  const int shift = std::max(
      0, static_cast<int>(std::bit_width(span)) - static_cast<int>(std::bit_width(piles) - 1));
  const auto pile = [base, shift](const Event& e) {
    return static_cast<std::size_t>(e.time_ns - base) >> shift;
  };
  auto& ends = scratch.ends;
  ends.assign(piles + 1, 0);
  for (std::size_t i = 0; i < n; ++i) ++ends[pile(events[i]) + 1];
  for (std::size_t p = 0; p < piles; ++p) ends[p + 1] += ends[p];
  scratch.events.assign(events, events + n);
  for (const Event& e : scratch.events) events[ends[pile(e)]++] = e;
  std::size_t begin = 0;
  for (std::size_t p = 0; p < piles; ++p) {
    sort_pile(events + begin, events + ends[p]);
    begin = ends[p];
  }
}

// The same on 15 bits of the time within the bucket, eight comparisons at once, into `sorted`.
// False, with nothing of use written, when two events agree in those bits.
template <std::size_t kVectors>
bool rank_by_offset(const Event* events, std::size_t n, Event* sorted, std::int64_t base_ns,
                    int shift) {
  typedef std::int16_t Eight __attribute__((vector_size(16)));
  constexpr std::size_t kLanes = 8;
  constexpr std::int16_t kLast =
      0x7fff;  // no less than any key, so lanes without one change no rank
  alignas(16) std::int16_t key[kVectors * kLanes];
  alignas(16) std::int16_t rank[kVectors * kLanes];
  const Eight unused = Eight{} + kLast;
  __builtin_memcpy(key + (kVectors - 1) * kLanes, &unused, sizeof unused);
  for (std::size_t i = 0; i < n; ++i) {
    key[i] = static_cast<std::int16_t>((events[i].time_ns - base_ns) >> shift);
  }
  Eight keys[kVectors], ranks[kVectors] = {};
  __builtin_memcpy(keys, key, sizeof key);
  for (std::size_t j = 0; j < n; ++j) {
    const Eight other = Eight{} + key[j];
    for (std::size_t v = 0; v < kVectors; ++v) ranks[v] -= keys[v] > other;  // true is -1
  }
  __builtin_memcpy(rank, ranks, sizeof rank);
  std::uint64_t taken = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto place = static_cast<std::uint16_t>(rank[i]);
    taken |= std::uint64_t{1} << place;
    sorted[place] = events[i];
  }
  return taken == (std::uint64_t{1} << n) - 1;
}

bool rank_small(const Event* events, std::size_t n, Event* sorted, std::int64_t base_ns,
                int width_bits) {
  const int shift = std::max(0, width_bits - 15);
  switch ((n - 1) / 8) {
    case 0:
      return rank_by_offset<1>(events, n, sorted, base_ns, shift);
    case 1:
      return rank_by_offset<2>(events, n, sorted, base_ns, shift);
    case 2:
      return rank_by_offset<3>(events, n, sorted, base_ns, shift);
    default:
      return rank_by_offset<4>(events, n, sorted, base_ns, shift);
  }
}

std::size_t distinct_times(const Event* events, std::size_t n) {
  std::size_t distinct = 1;
  for (std::size_t i = 1; i < n; ++i) distinct += events[i].time_ns != events[i - 1].time_ns;
  return distinct;
}

}  // namespace

std::size_t sort_events(const Event* events, std::size_t n, Event* sorted, std::int64_t base_ns,
                        int width_bits, SortScratch& scratch) {
  if (n <= kSmall && rank_small(events, n, sorted, base_ns, width_bits)) return n;
  std::copy(events, events + n, sorted);
  if (!std::is_sorted(sorted, sorted + n)) {
    if (n <= kSmall) {
      rank_sort(sorted, n);
    } else if (n < kDealFrom) {
      std::sort(sorted, sorted + n);
    } else {
      deal(sorted, n, scratch);
    }
  }
  return distinct_times(sorted, n);
}

}  // namespace gauntlet::sim
