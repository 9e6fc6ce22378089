// Where coroutine frames come from: free lists by size, so that a model that calls a Task per
// wake-up allocates nothing once warm. One pool per thread; a frame may be freed on another thread.
#pragma once

#include <cstddef>

namespace gauntlet::sim::detail {

void* allocate_frame(std::size_t bytes);
void free_frame(void* frame, std::size_t bytes) noexcept;

}  // namespace gauntlet::sim::detail
