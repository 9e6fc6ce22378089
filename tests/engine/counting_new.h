// A binary that links counting_new.cc counts every operator new in it.
#pragma once

#include <cstdint>

namespace gauntlet::sim::testing {

std::uint64_t allocations();

}  // namespace gauntlet::sim::testing
