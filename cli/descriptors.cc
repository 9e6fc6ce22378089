#include "cli/descriptors.h"

#include <sys/resource.h>

#include <limits>

namespace gauntlet::cli {

std::size_t raise_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
  if (limit.rlim_cur < limit.rlim_max) {
    const rlimit most{limit.rlim_max, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &most) == 0) limit = most;
  }
  return limit.rlim_cur;
}

}  // namespace gauntlet::cli
