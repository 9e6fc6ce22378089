#include "sim/engine/calendar_queue.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/base/check.h"
#include "sim/engine/sort_events.h"

namespace gauntlet::sim {
namespace {

constexpr int kDigitBits = 6;
constexpr std::uint32_t kPrefetchMax = 32;

int digit_level(std::int64_t a, std::int64_t b) {
  const auto x = static_cast<std::uint64_t>(a ^ b);
  return x == 0 ? 0 : (static_cast<int>(std::bit_width(x)) - 1) / kDigitBits;
}
unsigned digit_of(std::int64_t unit, int level) {
  return static_cast<unsigned>(unit >> (kDigitBits * level)) & 63u;
}

}  // namespace

CalendarQueue::CalendarQueue(const Slab& slab) : slab_(slab) {
  rebuild(kFirstShift, kMinBucketBits, 0);
  rebuilds_ = 0;
}

void CalendarQueue::add_block(List& list) {
  std::uint32_t fresh = free_block_;
  if (fresh != kNoBlock) [[likely]] {
    free_block_ = next_[fresh];
  } else {
    fresh = allocate_fresh_block();
  }
  next_[fresh] = list.block;
  list.block = fresh;
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

const Event* CalendarQueue::front_slowly() {
  if (!late_.empty()) {
    return head_ != tail_ && *head_ < late_.top() ? head_ : &late_.top();
  }
  if (head_ != tail_) {
    next_chunk();
    return head_;
  }
  return stored_ > 0 && open_next() ? head_ : nullptr;
}

const Event* CalendarQueue::take_slowly(std::int64_t until_ns) {
  const Event* first = front_slowly();
  if (first == nullptr || first->time_ns > until_ns) return nullptr;
  taken_ = *first;
  pop();
  return &taken_;
}

void CalendarQueue::pop_merged() {
  if (head_ == tail_ || late_.top() < *head_) {
    late_.pop();
    set_fence();
  } else {
    ++head_;
  }
}

void CalendarQueue::set_run(std::size_t head, std::size_t tail) {
  head_ = run_.data() + head;
  tail_ = run_.data() + tail;
  next_chunk();
}

// A long run (a burst) is fetched ahead by itself: nodes two chunks before their turn, objects one.
void CalendarQueue::next_chunk() {
  if (tail_ - head_ <= kChunk || size() < prefetch_from()) {
    chunk_end_ = run_.data() + run_.capacity();
  } else {
    chunk_end_ = head_ + kChunk;
    Event* const second = std::min(tail_, chunk_end_ + kChunk);
    if (slab_.has_alarms()) {
      for (Event* e = chunk_end_; e < second; ++e) prefetch_objects(*e);
    }
    Event* const third = std::min(tail_, second + kChunk);
    for (Event* e = second; e < third; ++e) prefetch(&slab_[e->slot()]);
  }
  set_fence();
}

// Near the end of the run, else into the heap.
void CalendarQueue::insert_late(Event event) {
  ++window_.events;
  if (tail_ == run_.data() + run_.capacity()) make_room();
  if (tail_ - head_ > kLateReach && event < tail_[-kLateReach]) {
    late_.push(event);
    set_fence();
    if (late_.size() > kLateMax && late_.size() > size() / 2) retreat();
    return;
  }
  Event* place = tail_++;
  for (; place > head_ && event < place[-1]; --place) *place = place[-1];
  *place = event;
  set_fence();
}

// The consumed front is given back only when it is at least half, so a run that is appended to for
// ever at one instant costs a constant per event.
void CalendarQueue::make_room() {
  const auto kept = static_cast<std::size_t>(tail_ - head_);
  if (kept > 0 && kept <= run_.capacity() / 2) {
    std::memmove(run_.data(), head_, kept * sizeof(Event));
  } else if (kept > 0 || run_.capacity() == 0) {
    PageArray<Event> larger;
    larger.grow(std::max<std::size_t>(64, 2 * run_.capacity()), 0);
    if (kept > 0) std::memcpy(larger.data(), head_, kept * sizeof(Event));
    run_.swap(larger);
  }
  set_run(0, kept);
}

// Returns the new end.
Event* CalendarQueue::drop_stale(Event* first, Event* last) {
  Event* const end = std::remove_if(first, last, [this](const Event& e) { return !live(e); });
  stale_ -= static_cast<std::size_t>(last - end);
  return end;
}

void CalendarQueue::unstage() {
  if (staged_count_ == 0) return;
  for (std::size_t i = 0; i < staged_count_; ++i) {
    const auto index = static_cast<std::size_t>(staged_[i].time_ns >> shift_) & mask_;
    prefetch(&blocks_[buckets_[index].block]);
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
  if (slab_.has_alarms()) {
    for_some_in(buckets_[static_cast<std::size_t>(next) & mask_],
                [this](const Event& e) { prefetch_objects(e); });
  }
  const std::int64_t second = next_bucket(next);
  if (second >= horizon_) return;
  for_some_in(buckets_[static_cast<std::size_t>(second) & mask_],
              [this](const Event& e) { prefetch(&slab_[e.slot()]); });
  if (stored_ < kStageFrom) return;
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

void CalendarQueue::prefetch_objects(const Event& event) {
  const Node& node = slab_[event.slot()];
  if (!node.alarm) return;
  const Node::Objects& objects = node.objects();
  prefetch(objects.alarm);
  prefetch(reinterpret_cast<const std::byte*>(objects.alarm) + 64);
  const std::byte* const end = objects.memory + 64 * std::size_t{objects.lines};
  for (const std::byte* line = objects.memory; line != end; line += 64) prefetch(line);
}

bool CalendarQueue::open_next() {
  if (window_.events >= look_after_ || stored_ >= outgrown_from_) adapt();
  while (stored_ > 0) {
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
  // Whole blocks are copied, a constant size; what lies behind the last event is never read.
  const std::size_t room = n + kBlockEvents;
  if (room > opened_.capacity()) opened_.grow(std::bit_ceil(room), 0);
  if (room > run_.capacity()) run_.grow(opened_.capacity(), 0);

  // Blocks hang from the last to the first; the run keeps the order in which they were filled,
  // which for ties is the sorted one.
  std::uint32_t block = list.block;
  for (std::size_t end = n; end > 0;) {
    const std::size_t begin = (end - 1) / kBlockEvents * kBlockEvents;
    std::memcpy(&opened_[begin], blocks_[block].events, sizeof(Block));
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
  if (stored_ >= prefetch_from()) prefetch_after(index);
  stored_ -= n;
  Event* const opened = opened_.data();
  const std::size_t kept = stale_ * 8 > stored_ + n
                               ? static_cast<std::size_t>(drop_stale(opened, opened + n) - opened)
                               : n;
  if (kept > 0) {
    window_.events += kept;
    window_.distinct += sort_events(opened, kept, run_.data(), index << shift_, shift_, scratch_);
  }
  set_run(0, kept);
  return kept > 0;
}

void CalendarQueue::set_bit(std::size_t i) {
  words_[i / 64] |= std::uint64_t{1} << (i % 64);
  summary_[i / 4096] |= std::uint64_t{1} << (i / 64 % 64);
}

void CalendarQueue::clear_bit(std::size_t i) {
  words_[i / 64] &= ~(std::uint64_t{1} << (i % 64));
  if (words_[i / 64] == 0) summary_[i / 4096] &= ~(std::uint64_t{1} << (i / 64 % 64));
}

// --- the far hierarchy -------------------------------------------------------------------------

void CalendarQueue::put_far(Event event) {
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
    drain(far_[0][digit], [this](const Event& e) { put_ring(e.time_ns >> shift_, e); });
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

}  // namespace gauntlet::sim
