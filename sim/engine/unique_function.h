// A move-only void() with 40 bytes inline, so that a capture of a few pointers never allocates and
// the whole fits a slot of the event slab.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace gauntlet::sim {

class UniqueFunction {
 public:
  static constexpr std::size_t kInline = 40;

  UniqueFunction() = default;
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, UniqueFunction> &&
             std::invocable<std::decay_t<F>&>)
  UniqueFunction(F&& f) {
    using Callable = std::decay_t<F>;
    if constexpr (kFits<Callable>) {
      ::new (static_cast<void*>(storage_)) Callable(std::forward<F>(f));
      operate_ = &inline_operation<Callable>;
    } else {
      using Box = std::unique_ptr<Callable>;
      ::new (static_cast<void*>(storage_)) Box(std::make_unique<Callable>(std::forward<F>(f)));
      operate_ = &boxed_operation<Box>;
    }
  }
  UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~UniqueFunction() { reset(); }

  explicit operator bool() const { return operate_ != nullptr; }
  void operator()() { operate_(Operation::call, storage_, nullptr); }

 private:
  enum class Operation : unsigned char { call, move, destroy };
  using Operate = void (*)(Operation, std::byte*, std::byte*);

  template <class F>
  static constexpr bool kFits =
      sizeof(F) <= kInline && alignof(F) <= alignof(std::max_align_t) / 2 &&
      std::is_nothrow_move_constructible_v<F>;

  template <class F>
  static F& as(std::byte* storage) {
    return *std::launder(reinterpret_cast<F*>(storage));
  }
  template <class F>
  static void inline_operation(Operation op, std::byte* self, std::byte* to) {
    F& f = as<F>(self);
    if (op == Operation::call) {
      f();
      return;
    }
    if (op == Operation::move) ::new (static_cast<void*>(to)) F(std::move(f));
    f.~F();
  }
  template <class Box>
  static void boxed_operation(Operation op, std::byte* self, std::byte* to) {
    Box& box = as<Box>(self);
    if (op == Operation::call) {
      (*box)();
      return;
    }
    if (op == Operation::move) ::new (static_cast<void*>(to)) Box(std::move(box));
    box.~Box();
  }
  void take(UniqueFunction& other) {
    if (other.operate_ != nullptr) other.operate_(Operation::move, other.storage_, storage_);
    operate_ = std::exchange(other.operate_, nullptr);
  }
  void reset() {
    if (operate_ != nullptr)
      std::exchange(operate_, nullptr)(Operation::destroy, storage_, nullptr);
  }

  Operate operate_ = nullptr;
  alignas(8) std::byte storage_[kInline];
};

}  // namespace gauntlet::sim
