#include "sim/engine/page_array.h"

#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace gauntlet::sim {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::align_val_t alignment(std::size_t bytes) {
  return std::align_val_t{bytes >= kHugePage ? kHugePage : 64};
}

}  // namespace

std::byte* allocate_pages(std::size_t bytes, bool zeroed) {
  auto* pages = static_cast<std::byte*>(::operator new(bytes, alignment(bytes)));
#if defined(__linux__)
  // Only advice: a refusal costs speed, nothing else.
  if (bytes >= kHugePage) (void)::madvise(pages, bytes, MADV_HUGEPAGE);
#endif
  if (zeroed) std::memset(pages, 0, bytes);
  return pages;
}

void free_pages(std::byte* pages, std::size_t bytes) {
  if (pages != nullptr) ::operator delete(pages, alignment(bytes));
}

}  // namespace gauntlet::sim
