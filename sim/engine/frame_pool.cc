#include "sim/engine/frame_pool.h"

#include <array>
#include <new>

namespace gauntlet::sim::detail {
namespace {

// A frame or state begins with its line, so that prefetching finds all of its hot part.
constexpr std::size_t kStep = 64;
constexpr std::align_val_t kLine{kStep};
constexpr std::size_t kClasses = 32;  // up to 2 KiB; larger frames go to the heap
constexpr std::size_t kKeptMax = 1u << 16;

struct Free {
  Free* next;
};

class Pool {
 public:
  ~Pool() {
    for (std::size_t c = 0; c < kClasses; ++c) {
      while (Free* frame = take(c)) ::operator delete(frame, (c + 1) * kStep, kLine);
    }
  }
  Free* take(std::size_t c) {
    Free* frame = free_[c];
    if (frame == nullptr) return nullptr;
    free_[c] = frame->next;
    --kept_[c];
    return frame;
  }
  bool give(std::size_t c, void* frame) {
    if (kept_[c] == kKeptMax) return false;
    ++kept_[c];
    free_[c] = ::new (frame) Free{free_[c]};
    return true;
  }

 private:
  std::array<Free*, kClasses> free_{};
  std::array<std::size_t, kClasses> kept_{};
};

thread_local Pool pool;

std::size_t class_of(std::size_t bytes) { return (bytes - 1) / kStep; }

}  // namespace

void* allocate_frame(std::size_t bytes) {
  const std::size_t c = class_of(bytes);
  if (c >= kClasses) return ::operator new(bytes);
  if (void* frame = pool.take(c)) return frame;
  return ::operator new((c + 1) * kStep, kLine);
}

void free_frame(void* frame, std::size_t bytes) noexcept {
  const std::size_t c = class_of(bytes);
  if (c >= kClasses) {
    ::operator delete(frame, bytes);
  } else if (!pool.give(c, frame)) {
    ::operator delete(frame, (c + 1) * kStep, kLine);
  }
}

}  // namespace gauntlet::sim::detail
