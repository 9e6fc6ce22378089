// A prefetch that is really issued.
#pragma once

namespace gauntlet::sim {

// The empty statement has an "effect": without one GCC takes a function that only prefetches for
// pure and drops the call (which cost a factor of three at a million pending events).
inline void prefetch(const void* address) {
  __builtin_prefetch(address, 1);
  asm volatile("");
}

}  // namespace gauntlet::sim
