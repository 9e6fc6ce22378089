// How many sockets and files a process may have open: as many as the hard limit allows, from now on
// (getrlimit(2)); what is asked for first is often 1024, which a thousand connections exhaust.
#pragma once

#include <cstddef>

namespace gauntlet::cli {

std::size_t raise_descriptors();

}  // namespace gauntlet::cli
