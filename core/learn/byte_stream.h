// Numbers to bytes and back, little-endian, for the model file.
//
// Reading never goes past the end and never trusts a count before the bytes are there. After the
// first failure every read gives nothing; ok() and why() are asked at the end.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gauntlet::learn {

static_assert(std::endian::native == std::endian::little);

class ByteWriter {
 public:
  template <class T>
  void number(T v) {
    raw(&v, sizeof v);
  }
  template <class T>
  void array(const std::vector<T>& v) {
    raw(v.data(), v.size() * sizeof(T));
  }
  // A u32 count, then the values.
  template <class T>
  void list(const std::vector<T>& v) {
    number(static_cast<std::uint32_t>(v.size()));
    array(v);
  }
  template <class Length>
  void text(const std::string& s) {
    number(static_cast<Length>(s.size()));
    raw(s.data(), s.size());
  }
  void raw(const void* p, std::size_t n) {
    if (n == 0) return;
    const std::size_t at = bytes.size();
    bytes.resize(at + n);
    std::memcpy(bytes.data() + at, p, n);
  }
  std::vector<std::byte> bytes;
};

class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : left_(bytes) {}
  template <class T>
  T number() {
    T v{};
    if (take(sizeof v)) std::memcpy(&v, taken_, sizeof v);
    return v;
  }
  template <class T>
  void array(std::vector<T>& out, std::size_t n) {
    if (n > left_.size() / sizeof(T)) return fail("a count says more than the file holds");
    if (!take(n * sizeof(T))) return;
    out.resize(n);
    if (n > 0) std::memcpy(out.data(), taken_, n * sizeof(T));
  }
  template <class T>
  void list(std::vector<T>& out) {
    array(out, number<std::uint32_t>());
  }
  template <class Length>
  std::string text() {
    const std::size_t n = number<Length>();
    return take(n) ? std::string(reinterpret_cast<const char*>(taken_), n) : std::string{};
  }
  void fail(std::string why) {
    if (why_.empty()) why_ = std::move(why);
  }
  // Fails unless it holds.
  void require(bool holds, const char* why) {
    if (!holds) fail(why);
  }
  bool ok() const { return why_.empty(); }
  const std::string& why() const { return why_; }
  bool at_end() const { return left_.empty(); }

 private:
  bool take(std::size_t n) {
    if (n > left_.size()) fail("a count says more than the file holds");
    if (!ok()) return false;
    taken_ = left_.data();
    left_ = left_.subspan(n);
    return true;
  }
  std::span<const std::byte> left_;
  const std::byte* taken_ = nullptr;
  std::string why_;
};

}  // namespace gauntlet::learn
