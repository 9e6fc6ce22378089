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

// Trivial, so that reaching it takes no initialisation; whoever first keeps a frame on a thread has
// the thread give all of them back at its end.
struct Pool {
  std::array<Free*, kClasses> free{};
  std::array<std::size_t, kClasses> kept{};
  bool emptied_at_end = false;
};
constinit thread_local Pool pool;

std::size_t class_of(std::size_t bytes) { return (bytes - 1) / kStep; }

void* take(std::size_t c) {
  Free* const frame = pool.free[c];
  pool.free[c] = frame->next;
  --pool.kept[c];
  return frame;
}

struct EmptyAtEnd {
  ~EmptyAtEnd() {
    for (std::size_t c = 0; c < kClasses; ++c) {
      while (pool.free[c] != nullptr) ::operator delete(take(c), (c + 1) * kStep, kLine);
    }
    pool.emptied_at_end = false;
  }
};

// Out of line, so that the usual way needs no registers saved.
[[gnu::noinline]] void* allocate_slowly(std::size_t bytes) {
  const std::size_t c = class_of(bytes);
  return c >= kClasses ? ::operator new(bytes) : ::operator new((c + 1) * kStep, kLine);
}

[[gnu::noinline]] void free_slowly(void* frame, std::size_t bytes) noexcept {
  const std::size_t c = class_of(bytes);
  if (c >= kClasses) {
    ::operator delete(frame, bytes);
  } else if (pool.kept[c] == kKeptMax) {
    ::operator delete(frame, (c + 1) * kStep, kLine);
  } else {
    static thread_local const EmptyAtEnd empty_at_end;
    pool.emptied_at_end = true;
    free_frame(frame, bytes);
  }
}

}  // namespace

void* allocate_frame(std::size_t bytes) {
  const std::size_t c = class_of(bytes);
  if (c >= kClasses || pool.free[c] == nullptr) [[unlikely]]
    return allocate_slowly(bytes);
  return take(c);
}

void free_frame(void* frame, std::size_t bytes) noexcept {
  const std::size_t c = class_of(bytes);
  if (c >= kClasses || pool.kept[c] == kKeptMax || !pool.emptied_at_end) [[unlikely]] {
    free_slowly(frame, bytes);
    return;
  }
  ++pool.kept[c];
  pool.free[c] = ::new (frame) Free{pool.free[c]};
}

}  // namespace gauntlet::sim::detail
