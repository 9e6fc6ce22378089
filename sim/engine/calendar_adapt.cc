// How the calendar queue follows its load: width and number of buckets, and the sweep of stale
// entries. None of it runs more than once per as many events as are pending.
#include <algorithm>
#include <bit>
#include <limits>

#include "sim/engine/calendar_queue.h"

namespace gauntlet::sim {
namespace {

constexpr int kUnitsPerRingBits = 2;
constexpr std::size_t kPatienceMax = 256;

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
