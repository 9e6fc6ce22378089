#include "sim/engine/calendar_queue.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/check.h"
#include "sim/engine/sort_events.h"

namespace gauntlet::sim {
namespace {

constexpr int kDigitBits = 6;
constexpr int kUnitsPerRingBits = 2;
constexpr std::uint32_t kPrefetchMax = 32;
constexpr std::size_t kPatienceMax = 256;

int digit_level(std::int64_t a, std::int64_t b) {
  const auto x = static_cast<std::uint64_t>(a ^ b);
  return x == 0 ? 0 : (static_cast<int>(std::bit_width(x)) - 1) / kDigitBits;
}
unsigned digit_of(std::int64_t unit, int level) {
  return static_cast<unsigned>(unit >> (kDigitBits * level)) & 63u;
}
// The exponent of the power of two nearest to `x` (on a logarithmic scale), without libm.
int nearest_log2(double x) {
  int exponent = 0;
  while (x >= 1.5 && exponent < 62) {
    x *= 0.5;
    ++exponent;
  }
  return exponent;
}

}  // namespace

CalendarQueue::CalendarQueue(const Slab& slab) : slab_(slab) {
  rebuild(kFirstShift, kMinBucketBits, 0);
  rebuilds_ = 0;
}

std::uint32_t CalendarQueue::allocate_fresh_block() {
  if (block_end_ == blocks_.capacity()) {
    const std::size_t capacity = std::max<std::size_t>(64, 2 * blocks_.capacity());
    blocks_.grow(capacity, block_end_);
    next_.grow(capacity, block_end_);
  }
  return block_end_++;
}

// --- the current run ---------------------------------------------------------------------------

void CalendarQueue::pop_merged() {
  if (head_ == tail_ || late_.top() < run_[head_]) {
    late_.pop();
  } else {
    ++head_;
  }
}

// The consumed front is given back only when it is at least half, so a run that is appended to for
// ever at one instant costs a constant per event.
void CalendarQueue::make_room() {
  if (head_ > 0 && head_ >= run_.capacity() / 2) {
    std::memmove(run_.data(), run_.data() + head_, (tail_ - head_) * sizeof(Event));
  } else {
    PageArray<Event> larger;
    larger.grow(std::max<std::size_t>(64, 2 * run_.capacity()), 0);
    if (tail_ > head_) {
      std::memcpy(larger.data(), run_.data() + head_, (tail_ - head_) * sizeof(Event));
    }
    run_.swap(larger);
  }
  tail_ -= head_;
  head_ = 0;
}

void CalendarQueue::drop_stale() {
  const std::size_t before = tail_;
  std::size_t out = head_;
  for (std::size_t i = head_; i < tail_; ++i) {
    if (live(run_[i])) run_[out++] = run_[i];
  }
  tail_ = out;
  entries_ -= before - out;
  stale_ -= before - out;
}

void CalendarQueue::unstage() {
  if (entries_ >= kPrefetchFrom) {
    for (std::size_t i = 0; i < staged_count_; ++i) {
      const auto index = static_cast<std::size_t>(staged_[i].time_ns >> shift_) & mask_;
      prefetch(&blocks_[buckets_[index].block]);
    }
  }
  for (std::size_t i = 0; i < staged_count_; ++i) {
    put_near(staged_[i].time_ns >> shift_, staged_[i]);
  }
  staged_count_ = 0;
}

// --- finding and opening buckets ---------------------------------------------------------------

// The index of the first non-empty bucket of the ring after `after`, horizon_ when there is none.
std::int64_t CalendarQueue::next_bucket(std::int64_t after) const {
  const auto start = static_cast<std::size_t>(after + 1) & mask_;
  const std::size_t word = start / 64;
  const auto found = [&](std::size_t w, std::uint64_t bits) {
    const std::size_t at = w * 64 + static_cast<std::size_t>(std::countr_zero(bits));
    return after + 1 + static_cast<std::int64_t>((at - start) & mask_);
  };
  if (const std::uint64_t bits = words_[word] & (~std::uint64_t{0} << (start % 64))) {
    return found(word, bits);
  }
  // The rest of the ring through the summary, wrapping around to the bits before `start`.
  const std::size_t from = word + 1;
  std::size_t s = from / 64 % summary_.size();
  std::uint64_t mask = from / 64 < summary_.size() ? ~std::uint64_t{0} << (from % 64) : ~0ull;
  for (std::size_t n = 0; n <= summary_.size(); ++n) {
    if (const std::uint64_t bits = summary_[s] & mask) {
      const std::size_t w = s * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      return found(w, words_[w]);
    }
    mask = ~std::uint64_t{0};
    if (++s == summary_.size()) s = 0;
  }
  return horizon_;
}

// Calls f on the events of at most kPrefetchMax places of a non-empty list.
template <class F>
void CalendarQueue::for_some_in(const List& list, F&& f) {
  std::uint32_t block = list.block;
  std::uint32_t n = (list.count - 1) % kBlockEvents + 1;
  for (std::uint32_t left = std::min(list.count, kPrefetchMax);; block = next_[block]) {
    for (std::uint32_t i = 0; i < n; ++i) f(blocks_[block].events[i]);
    if (left <= n) break;
    left -= n;
    n = std::min(left, kBlockEvents);
  }
}

// Three stages, a bucket apart so that each finds in the cache what it reads: the blocks of the
// third bucket from here, the nodes of the second one's events, and the objects that the nodes of
// the next one's lead to.
void CalendarQueue::prefetch_after(std::int64_t index) {
  const std::int64_t next = next_bucket(index);
  if (next >= horizon_) return;
  for_some_in(buckets_[static_cast<std::size_t>(next) & mask_], [this](const Event& e) {
    const Node& node = slab_[e.slot()];
    if (!node.alarm) return;
    std::byte* const* const objects = reinterpret_cast<std::byte* const*>(node.storage);
    prefetch(objects[0]);
    prefetch(objects[0] + 64);
    prefetch(objects[1]);
    prefetch(objects[1] + 64);
    prefetch(objects[1] + 128);
  });
  const std::int64_t second = next_bucket(next);
  if (second >= horizon_) return;
  for_some_in(buckets_[static_cast<std::size_t>(second) & mask_],
              [this](const Event& e) { prefetch(&slab_[e.slot()]); });
  const std::int64_t third = next_bucket(second);
  if (third >= horizon_) return;
  const List& after = buckets_[static_cast<std::size_t>(third) & mask_];
  std::uint32_t block = after.block;
  // The chain itself must be read to follow it; its links are small and mostly cached.
  for (std::uint32_t left = std::min(after.count, kPrefetchMax);; block = next_[block]) {
    prefetch(&blocks_[block]);
    if (left <= kBlockEvents) break;
    left -= kBlockEvents;
  }
}

bool CalendarQueue::open_next() {
  adapt();
  while (entries_ > 0) {
    unstage();
    const std::int64_t index = next_bucket(current_);
    if (index < horizon_) {
      if (open(index)) return true;
    } else if (!jump()) {
      return false;
    }
  }
  return false;
}

// False when all of its entries were stale.
bool CalendarQueue::open(std::int64_t index) {
  const auto i = static_cast<std::size_t>(index) & mask_;
  List& list = buckets_[i];
  const std::size_t n = list.count;
  head_ = 0;
  tail_ = n;
  // Whole blocks are copied, a constant size; what lies behind the last event is never read.
  if (n + kBlockEvents > run_.capacity()) run_.grow(std::bit_ceil(n + kBlockEvents), 0);

  // Blocks hang from the last to the first; the run keeps the order in which they were filled,
  // which for ties is the sorted one.
  std::uint32_t block = list.block;
  for (std::size_t end = n; end > 0;) {
    const std::size_t begin = (end - 1) / kBlockEvents * kBlockEvents;
    std::memcpy(&run_[begin], blocks_[block].events, sizeof(Block));
    const std::uint32_t previous = next_[block];
    next_[block] = free_block_;
    free_block_ = block;
    block = previous;
    end = begin;
  }
  list.count = 0;
  clear_bit(i);

  if (window_.opened++ == 0) window_.first_index = index;
  current_ = index;
  slide();
  if (entries_ >= kPrefetchFrom) prefetch_after(index);
  if (stale_ * 8 > entries_) drop_stale();
  if (head_ == tail_) return false;
  window_.events += tail_;
  window_.distinct += sort_events(run_.data(), tail_, index << shift_, shift_, scratch_);
  return true;
}

void CalendarQueue::clear_bit(std::size_t i) {
  words_[i / 64] &= ~(std::uint64_t{1} << (i % 64));
  if (words_[i / 64] == 0) summary_[i / 4096] &= ~(std::uint64_t{1} << (i / 64 % 64));
}

// --- the far hierarchy -------------------------------------------------------------------------

void CalendarQueue::put_far(const Event& event) {
  const std::int64_t unit = event.time_ns >> (shift_ + unit_bits_);
  const int level = digit_level(unit, unit_);
  const unsigned digit = digit_of(unit, level);
  put(far_[static_cast<std::size_t>(level)][digit], event);
  far_bits_[static_cast<std::size_t>(level)] |= std::uint64_t{1} << digit;
}

// The ring follows the current bucket a quarter at a time.
void CalendarQueue::slide() {
  const std::int64_t limit = current_ + 1 + static_cast<std::int64_t>(mask_ + 1);
  while (horizon_ + (std::int64_t{1} << unit_bits_) <= limit) flush_unit();
}

// Moves unit_ into the ring.
void CalendarQueue::flush_unit() {
  const unsigned digit = digit_of(unit_, 0);
  if (far_bits_[0] >> digit & 1u) {
    far_bits_[0] &= ~(std::uint64_t{1} << digit);
    drain(far_[0][digit], [this](const Event& e) { stage(e.time_ns >> shift_, e); });
  }
  ++unit_;
  horizon_ = unit_ << unit_bits_;
  for (int level = kFarLevels - 1; level > 0; --level) {
    const std::int64_t below = (std::int64_t{1} << (kDigitBits * level)) - 1;
    if ((unit_ & below) == 0) spread(level, digit_of(unit_, level));
  }
}

// A list whose upper digits now agree with unit_ goes to lower levels.
void CalendarQueue::spread(int level, unsigned digit) {
  std::uint64_t& bits = far_bits_[static_cast<std::size_t>(level)];
  if ((bits >> digit & 1u) == 0) return;
  bits &= ~(std::uint64_t{1} << digit);
  drain(far_[static_cast<std::size_t>(level)][digit], [this](const Event& e) { put_far(e); });
}

// The ring is empty: goes on at the first far list. False when there is none.
bool CalendarQueue::jump() {
  for (int level = 0; level < kFarLevels; ++level) {
    const std::uint64_t bits = far_bits_[static_cast<std::size_t>(level)];
    if (bits == 0) continue;
    const auto digit = static_cast<unsigned>(std::countr_zero(bits));
    const int low = kDigitBits * level;
    const int high = low + kDigitBits;
    const std::int64_t upper = high > 62 ? 0 : unit_ >> high << high;
    unit_ = upper | (std::int64_t{digit} << low);
    horizon_ = unit_ << unit_bits_;
    current_ = horizon_ - 1;
    if (level > 0) spread(level, digit);
    slide();
    return true;
  }
  return false;
}

// --- adapting ----------------------------------------------------------------------------------

int CalendarQueue::wanted_bucket_bits() const {
  // Ring = N x kTarget gaps = 2 x pending gaps.
  const auto n = static_cast<std::size_t>(static_cast<double>(entries_) * (2 / kTarget));
  return std::clamp(static_cast<int>(std::bit_width(n)), kMinBucketBits, kMaxBucketBits);
}

// From the rate of distinct times since the last look; -1 when that says nothing.
int CalendarQueue::measured_shift() const {
  const std::int64_t advanced = current_ - window_.first_index;
  if (window_.distinct < 64 || advanced <= 0) return -1;
  const double per_index =
      static_cast<double>(advanced) / static_cast<double>(window_.distinct) * kTarget;
  // per_index buckets of the present width are one of the wanted width.
  return per_index >= 1 ? std::min(62, shift_ + nearest_log2(per_index))
                        : std::max(0, shift_ - nearest_log2(1 / per_index));
}

// From the pending times themselves, for a queue that was filled faster than it ran: their first
// tenth. Also finds the least.
int CalendarQueue::sampled_shift(std::int64_t& least) {
  sample_.clear();
  const std::size_t stride = entries_ / 512 + 1;
  std::size_t i = 0;
  least = std::numeric_limits<std::int64_t>::max();
  for_each([&](const Event& e) {
    least = std::min(least, e.time_ns);
    if (i++ % stride == 0) sample_.push_back(e.time_ns);
  });
  const auto tenth = sample_.begin() + static_cast<std::ptrdiff_t>(sample_.size() / 10);
  std::nth_element(sample_.begin(), tenth, sample_.end());
  const double span = static_cast<double>(*tenth - least);
  if (span <= 0) return shift_;
  return nearest_log2(span / (0.1 * static_cast<double>(entries_)) * kTarget);
}

// Called with an empty run. Loads that alternate between two rates would have a rebuild at every
// look; each one in a row doubles the patience before the next.
void CalendarQueue::adapt() {
  const int bits = static_cast<int>(std::bit_width(mask_));
  const int wanted = wanted_bucket_bits();
  const bool outgrown = wanted > bits + 1;
  if (!outgrown && window_.events < patience_ * std::max<std::size_t>(512, entries_)) return;
  const int shift = outgrown ? -1 : measured_shift();
  const bool misfit = shift >= 0 && (shift > shift_ + 1 || shift < shift_ - 1);
  const bool oversized = wanted < bits - 2;
  window_ = {};
  if (!outgrown && !misfit && !oversized) {
    patience_ = std::max<std::size_t>(1, patience_ / 2);
    return;
  }
  if (!outgrown) patience_ = std::min(2 * patience_, kPatienceMax);
  std::int64_t least = 0;
  const int sampled = sampled_shift(least);
  rebuild(shift >= 0 ? shift : sampled, wanted, least);
}

std::uint32_t CalendarQueue::reversed(const List& list) {
  std::uint32_t previous = kNoBlock;
  std::uint32_t block = list.block;
  for (std::uint32_t left = (list.count + kBlockEvents - 1) / kBlockEvents; left > 0; --left) {
    const std::uint32_t next = next_[block];
    next_[block] = previous;
    previous = block;
    block = next;
  }
  return previous;
}

// Empties a list in the order in which it was filled.
template <class F>
void CalendarQueue::drain(List& list, F&& f) {
  std::uint32_t block = reversed(list);
  std::uint32_t left = list.count;
  list.count = 0;
  while (left > 0) {
    const Block events = blocks_[block];
    const std::uint32_t next = next_[block];
    if (left > kBlockEvents) prefetch(&blocks_[next]);
    next_[block] = free_block_;
    free_block_ = block;
    const std::uint32_t n = std::min(left, kBlockEvents);
    for (std::uint32_t i = 0; i < n; ++i) f(events.events[i]);
    left -= n;
    block = next;
  }
}

void CalendarQueue::rebuild(int shift, int bucket_bits, std::int64_t least) {
  ++rebuilds_;
  unstage();
  PageArray<List> old_buckets = std::move(buckets_);
  const std::size_t old_end = old_buckets.data() == nullptr ? 0 : mask_ + 1;
  auto old_far = far_;
  const std::vector<Event> opened = take_opened();

  buckets_.reset_zeroed(std::size_t{1} << bucket_bits);
  mask_ = (std::size_t{1} << bucket_bits) - 1;
  words_.assign((mask_ + 64) / 64, 0);
  summary_.assign((mask_ + 4096) / 4096, 0);
  far_ = {};
  far_bits_ = {};
  shift_ = shift;
  unit_bits_ = bucket_bits - kUnitsPerRingBits;
  current_ = (least >> shift_) - 1;
  unit_ = (current_ + 1 + static_cast<std::int64_t>(mask_ + 1)) >> unit_bits_;
  horizon_ = unit_ << unit_bits_;
  window_ = {};

  entries_ = 0;
  const auto again = [this](const Event& e) { push(e); };
  for (std::size_t i = 0; i < old_end; ++i) drain(old_buckets[i], again);
  for (auto& level : old_far) {
    for (List& list : level) drain(list, again);
  }
  for (const Event& e : opened) push(e);
}

std::vector<Event> CalendarQueue::take_opened() {
  std::vector<Event> opened = late_.events();
  late_.events().clear();
  for (std::size_t i = head_; i < tail_; ++i) opened.push_back(run_[i]);
  head_ = tail_ = 0;
  return opened;
}

// The current bucket ran ahead of what is being scheduled (somebody looked at a far event, then
// scheduled many near ones), or is far too wide: starts again at the least time.
void CalendarQueue::retreat() {
  std::int64_t least = 0;
  const int shift = sampled_shift(least);
  rebuild(shift, wanted_bucket_bits(), least);
}

// --- stale entries -----------------------------------------------------------------------------

void CalendarQueue::keep_live(List& list) {
  List old = list;
  list.count = 0;
  drain(old, [this, &list](const Event& e) {
    if (live(e)) {
      put(list, e);
    } else {
      --entries_;
    }
  });
}

void CalendarQueue::sweep() {
  unstage();
  ++sweeps_;
  drop_stale();
  auto& late = late_.events();
  const std::vector<Event> old_late = late;
  late.clear();
  for (const Event& e : old_late) {
    if (live(e)) {
      late_.push(e);
    } else {
      --entries_;
    }
  }
  for (std::size_t i = 0; i <= mask_; ++i) {
    if (buckets_[i].count == 0) continue;
    keep_live(buckets_[i]);
    if (buckets_[i].count == 0) clear_bit(i);
  }
  for (std::size_t level = 0; level < far_.size(); ++level) {
    for (std::size_t digit = 0; digit < 64; ++digit) {
      List& list = far_[level][digit];
      if (list.count == 0) continue;
      keep_live(list);
      if (list.count == 0) far_bits_[level] &= ~(std::uint64_t{1} << digit);
    }
  }
  stale_ = 0;
}

}  // namespace gauntlet::sim
