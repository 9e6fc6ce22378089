// A growing array of trivially copyable elements for the engine's large tables. Unlike std::vector
// it asks for huge pages once it is large: at a million pending events half the time of a plain
// array would go into address translation. New elements are uninitialised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace gauntlet::sim {

// Zero-filled when asked, aligned to 64 bytes, to 2 MiB from 2 MiB on. Never null.
std::byte* allocate_pages(std::size_t bytes, bool zeroed);
void free_pages(std::byte* pages, std::size_t bytes);

template <class T>
class PageArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  PageArray() = default;
  PageArray(PageArray&& other) noexcept { swap(other); }
  PageArray& operator=(PageArray&& other) noexcept {
    swap(other);
    return *this;
  }
  ~PageArray() { free_pages(reinterpret_cast<std::byte*>(data_), capacity_ * sizeof(T)); }

  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  T* data() { return data_; }
  std::size_t capacity() const { return capacity_; }

  // Keeps the first `used` elements.
  void grow(std::size_t capacity, std::size_t used) {
    PageArray larger;
    larger.data_ = reinterpret_cast<T*>(allocate_pages(capacity * sizeof(T), false));
    larger.capacity_ = capacity;
    if (used > 0) std::memcpy(larger.data_, data_, used * sizeof(T));
    swap(larger);
  }
  // Throws the old contents away.
  void reset_zeroed(std::size_t capacity) {
    PageArray fresh;
    fresh.data_ = reinterpret_cast<T*>(allocate_pages(capacity * sizeof(T), true));
    fresh.capacity_ = capacity;
    swap(fresh);
  }
  void swap(PageArray& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  T* data_ = nullptr;
  std::size_t capacity_ = 0;
};

}  // namespace gauntlet::sim
