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

// --- adapting ----------------------------------------------------------------------------------

int CalendarQueue::wanted_bucket_bits() const {
  // Ring = N x kTarget gaps = 2 x pending gaps.
  return std::clamp(static_cast<int>(std::bit_width(2 * size() / kTarget)), kMinBucketBits,
                    kMaxBucketBits);
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
  const std::size_t stride = size() / 512 + 1;
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
  return nearest_log2(span / (0.1 * static_cast<double>(size())) * kTarget);
}

// Called with an empty run. Loads that alternate between two rates would have a rebuild at every
// look; each one in a row doubles the patience before the next.
void CalendarQueue::adapt() {
  const int bits = static_cast<int>(std::bit_width(mask_));
  const int wanted = wanted_bucket_bits();
  const bool outgrown = wanted > bits + 1;
  const int shift = outgrown ? -1 : measured_shift();
  const bool misfit = shift >= 0 && (shift > shift_ + 1 || shift < shift_);
  const bool oversized = wanted < bits - 2;
  if (!outgrown && !misfit && !oversized) {
    patience_ = std::max<std::size_t>(1, patience_ / 2);
    look_again();
    return;
  }
  if (!outgrown) patience_ = std::min(2 * patience_, kPatienceMax);
  std::int64_t least = 0;
  const int sampled = sampled_shift(least);
  rebuild(shift >= 0 ? shift : sampled, wanted, least);
}

void CalendarQueue::look_again() {
  window_ = {};
  look_after_ = patience_ * std::max<std::size_t>(512, size());
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
  // Where wanted_bucket_bits() is two more than there are.
  outgrown_from_ = bucket_bits >= kMaxBucketBits - 1 ? ~std::size_t{0} : kTarget << bucket_bits;

  stored_ = 0;
  const auto again = [this](const Event& e) { push(e); };
  for (std::size_t i = 0; i < old_end; ++i) drain(old_buckets[i], again);
  for (auto& level : old_far) {
    for (List& list : level) drain(list, again);
  }
  for (const Event& e : opened) push(e);
  look_again();
}

std::vector<Event> CalendarQueue::take_opened() {
  std::vector<Event> opened = late_.events();
  late_.events().clear();
  opened.insert(opened.end(), head_, tail_);
  set_run(0, 0);
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
      --stored_;
    }
  });
}

void CalendarQueue::sweep() {
  unstage();
  ++sweeps_;
  tail_ = drop_stale(head_, tail_);
  auto& late = late_.events();
  const std::vector<Event> old_late = late;
  late.clear();
  for (const Event& e : old_late) {
    if (live(e)) late_.push(e);
  }
  set_fence();
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
