// The pending events: a lazy calendar queue. Constant amortised time per event whatever the number
// pending and whatever the distribution of their times; order exactly that of Event's operator<.
//
// * Near: a ring of N = 2^n buckets, each 2^shift ns wide and unsorted, a chain of small blocks
//   from one pool. A bucket is sorted only when it becomes current; a two-level bitmap finds it.
// * Current: the opened bucket as a sorted run. What is scheduled into it while it runs is inserted
//   near its end or goes to a small 4-ary heap.
// * Far: beyond the ring, a hierarchy of 64-way buckets by the highest digit in which an event's
//   time differs from the ring's end. An event moves down at most once per level, so heavy tails
//   (Pareto, camel) cannot make it quadratic, the trap of a plain overflow list.
// * Width follows the measured rate of distinct times: 2^shift is about kTarget mean gaps, and N is
//   such that the ring spans about twice the mean delay (Little's law: pending = rate x delay). A
//   rebuild costs O(pending) and happens at most once per that many events.
// * Once the caches no longer hold everything: when a bucket opens, the objects, nodes and blocks
//   of the next three are fetched ahead, a long run chunk by chunk, and an insert waits a little
//   for its bucket's cache line.
//
// After: R. Brown, "Calendar queues" (CACM 31(10), 1988); W. Tang, R. Goh, I. Thng, "Ladder queue"
// (TOMACS 15(3), 2005); hierarchical wheels of G. Varghese and T. Lauck (SOSP 1987).
//
// Entries whose node no longer names their sequence are stale (cancelled or moved): the owner
// counts them here, and they are dropped when their bucket opens or, when they outnumber the live
// ones, in one sweep.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/engine/event.h"
#include "sim/engine/heap_queue.h"
#include "sim/engine/page_array.h"
#include "sim/engine/prefetch.h"
#include "sim/engine/slab.h"
#include "sim/engine/sort_events.h"

namespace gauntlet::sim {

class CalendarQueue {
 public:
  explicit CalendarQueue(const Slab& slab);

  void push(const Event& event) {
    const auto index = event.time_ns >> shift_;
    if (index <= current_) [[unlikely]] {
      insert_late(event);
      return;
    }
    ++stored_;
    if (index >= horizon_) [[unlikely]] {
      put_far(event);
    } else {
      put_ring(index, event);
    }
  }
  // The least entry (possibly stale), null when there is none. Valid until the next call.
  const Event* front() { return head_ < fence_ ? head_ : front_slowly(); }
  // Removes what front() returned.
  void pop() {
    if (head_ < fence_) [[likely]] {
      ++head_;
    } else {
      pop_merged();
    }
  }
  // Both at once, unless the least entry is later than `until_ns`: then null. Valid until the next
  // call.
  const Event* take(std::int64_t until_ns) {
    if (head_ < fence_) [[likely]]
      return head_->time_ns <= until_ns ? head_++ : nullptr;
    return take_slowly(until_ns);
  }
  void add_stale() {
    ++stale_;
    if (stale_ > kSweepFrom && stale_ > size() / 2) sweep();
  }
  void popped_stale() { --stale_; }
  // Drops every stale entry.
  void sweep();

  // Entries, live and stale.
  std::size_t size() const {
    return stored_ + late_.size() + static_cast<std::size_t>(tail_ - head_);
  }
  std::size_t stale() const { return stale_; }
  std::uint64_t rebuilds() const { return rebuilds_; }
  std::uint64_t sweeps() const { return sweeps_; }

  // Calls f(Event&) on each entry in no particular order; f may change keys if it keeps their
  // order.
  template <class F>
  void for_each(F&& f);

 private:
  static constexpr std::uint32_t kBlockEvents = 8;
  static constexpr int kFarLevels = 11;
  static constexpr int kMinBucketBits = 6;
  static constexpr int kMaxBucketBits = 20;
  static constexpr int kFirstShift = 16;
  // Mean distinct times per bucket aimed at: 16 beat 8 from 10^3 to 10^6 pending, as fewer and
  // larger buckets leave more time to prefetch.
  static constexpr std::size_t kTarget = 16;
  static constexpr std::ptrdiff_t kLateReach = 16;
  static constexpr std::size_t kStaged = 32;
  static constexpr std::size_t kLateMax = 256;
  static constexpr std::size_t kSweepFrom = 1024;
  // Below so many entries blocks and nodes are in the inner caches, and to wait for them costs;
  // what alarms lead to is larger (3,500 coroutines: 29 million events a second without, 43 with).
  static constexpr std::size_t kStageFrom = 1u << 15;
  static constexpr std::size_t kPrefetchFrom = 1024;
  static constexpr std::ptrdiff_t kChunk = 32;

  struct Block {
    Event events[kBlockEvents];
  };
  struct List {
    std::uint32_t block;  // the last one of the chain; meaningless when count is 0
    std::uint32_t count;
  };

  void put(List& list, const Event& event) {
    const std::uint32_t at = list.count++ % kBlockEvents;
    if (at == 0) [[unlikely]]
      add_block(list);
    // Member by member: a copy of the whole would wait for both halves to leave the store buffer.
    Event& place = blocks_[list.block].events[at];
    place.time_ns = event.time_ns;
    place.key = event.key;
  }
  void put_ring(std::int64_t index, const Event& event) {
    stored_ < kStageFrom ? put_near(index, event) : stage(index, event);
  }
  // A bucket is a random place in memory. What is bound for one waits here for its cache line, at
  // the latest until the next bucket opens.
  void stage(std::int64_t index, const Event& event) {
    prefetch(&buckets_[static_cast<std::size_t>(index) & mask_]);
    staged_[staged_count_] = event;
    if (++staged_count_ == kStaged) unstage();
  }
  void put_near(std::int64_t index, const Event& event) {
    const auto i = static_cast<std::size_t>(index) & mask_;
    List& list = buckets_[i];
    if (list.count == 0) [[unlikely]]
      set_bit(i);
    put(list, event);
  }

  bool live(const Event& event) const { return slab_[event.slot()].sequence == event.sequence(); }
  void add_block(List& list);
  std::uint32_t allocate_fresh_block();
  void insert_late(Event event);
  void put_far(Event event);
  const Event* front_slowly();
  const Event* take_slowly(std::int64_t until_ns);
  void unstage();
  void pop_merged();
  void retreat();
  void make_room();
  bool open_next();
  bool open(std::int64_t index);
  Event* drop_stale(Event* first, Event* last);
  std::int64_t next_bucket(std::int64_t after) const;
  void prefetch_after(std::int64_t index);
  void prefetch_objects(const Event& event);
  std::size_t prefetch_from() const { return slab_.has_alarms() ? kPrefetchFrom : kStageFrom; }
  template <class F>
  void for_some_in(const List& list, F&& f);
  void slide();
  void flush_unit();
  void spread(int level, unsigned digit);
  bool jump();
  void adapt();
  void look_again();
  int measured_shift() const;
  int sampled_shift(std::int64_t& least);
  void rebuild(int shift, int bucket_bits, std::int64_t least);
  int wanted_bucket_bits() const;
  std::uint32_t reversed(const List& list);
  void keep_live(List& list);
  void set_bit(std::size_t i);
  void clear_bit(std::size_t i);
  void set_run(std::size_t head, std::size_t tail);
  void next_chunk();
  void set_fence() { fence_ = late_.empty() ? std::min(tail_, chunk_end_) : nullptr; }
  std::vector<Event> take_opened();
  template <class F>
  void drain(List& list, F&& f);
  template <class F>
  void for_each_in(const List& list, F&& f);

  static constexpr std::uint32_t kNoBlock = ~0u;

  const Slab& slab_;

  // Indices are time >> shift_. At or before current_: run_ or late_; up to horizon_: the ring.
  std::int64_t current_ = -1;
  std::int64_t horizon_ = 0;
  int shift_ = kFirstShift;
  std::size_t mask_ = 0;
  std::size_t stored_ = 0;  // entries in the ring, staged for it or far
  std::size_t stale_ = 0;

  PageArray<Event> run_;
  Event* head_ = nullptr;
  Event* tail_ = nullptr;
  Event* chunk_end_ = nullptr;  // up to here what the run leads to is in the cache, or need not be
  Event* fence_ = nullptr;  // end of the fast way: a chunk's or the run's; null with late entries
  HeapQueue late_;
  Event taken_;

  std::array<Event, kStaged> staged_;
  std::size_t staged_count_ = 0;
  PageArray<List> buckets_;
  std::vector<std::uint64_t> words_;
  std::vector<std::uint64_t> summary_;

  PageArray<Block> blocks_;
  PageArray<std::uint32_t> next_;
  std::uint32_t free_block_ = kNoBlock;
  std::uint32_t block_end_ = 0;

  // The far hierarchy counts in units of a quarter of the ring; unit_ is the first not in the ring.
  int unit_bits_ = 0;
  std::int64_t unit_ = 0;
  std::array<std::array<List, 64>, kFarLevels> far_{};
  std::array<std::uint64_t, kFarLevels> far_bits_{};

  struct Window {
    std::uint64_t events = 0;    // opened or inserted late
    std::uint64_t distinct = 0;  // of the opened ones, those at a time of their own
    std::uint64_t opened = 0;
    std::int64_t first_index = 0;
  };
  Window window_;
  std::size_t patience_ = 1;
  std::uint64_t look_after_ = 0;  // events in the window
  std::size_t outgrown_from_ = 0;
  std::uint64_t rebuilds_ = 0;
  std::uint64_t sweeps_ = 0;
  std::vector<std::int64_t> sample_;
  PageArray<Event> opened_;
  SortScratch scratch_;
};

template <class F>
void CalendarQueue::for_each_in(const List& list, F&& f) {
  std::uint32_t block = list.block;
  for (std::uint32_t end = list.count; end > 0; block = next_[block]) {
    const std::uint32_t begin = (end - 1) / kBlockEvents * kBlockEvents;
    for (std::uint32_t i = begin; i < end; ++i) f(blocks_[block].events[i - begin]);
    end = begin;
  }
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

template <class F>
void CalendarQueue::for_each(F&& f) {
  unstage();
  for (Event* e = head_; e != tail_; ++e) f(*e);
  for (Event& event : late_.events()) f(event);
  for (std::size_t i = 0; i <= mask_; ++i) for_each_in(buckets_[i], f);
  for (auto& level : far_) {
    for (List& list : level) for_each_in(list, f);
  }
}

}  // namespace gauntlet::sim
