// HDF5 files, written whole or not at all, over the library's C interface.
//
//   auto file = Hdf5Writer::create("out.h5");
//   file->write("/wrist/values", std::span<const double>(rows), {.rows = n, .cols = 3, .gzip = 4});
//   file->attribute("/wrist", "rate_hz", 48.879);
//   Result<void> done = file->commit();
//
// Groups on the way to a path are made as needed. The writer remembers its first failure (disk
// full, a name taken twice) and commit() reports it, so that nothing need be checked in between;
// until commit() the bytes are in `<path>.partial`, which a writer that is not committed takes
// away. No creation times are stored: the same content gives the same bytes.
//
// Strings are UTF-8 of variable length. Leaves out: compound types, appending, chunked reading.
// Errors: io (cannot create, write, rename, open), missing (no such object), type (not of the kind
// or shape asked for). Not thread-safe: one thread at a time in the whole process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace gauntlet::replay {

// cols == 0: a 1-D data set of `rows` elements, else 2-D, row after row. gzip: 0 (none) to 9.
struct Hdf5Layout {
  std::size_t rows = 0;
  std::size_t cols = 0;
  int gzip = 0;
};

template <class T>
struct Hdf5Array {
  std::vector<T> values;
  std::size_t rows = 0;
  std::size_t cols = 0;  // 0 when 1-D
};

class Hdf5Writer {
 public:
  static Result<Hdf5Writer> create(const std::string& path);
  Hdf5Writer(Hdf5Writer&&) noexcept;
  Hdf5Writer& operator=(Hdf5Writer&&) noexcept;
  ~Hdf5Writer();

  void group(std::string_view path);
  // T: double, float, int64, uint64, int32, uint32, int16, uint8 (all by these exact types).
  template <class T>
  void write(std::string_view path, std::span<const T> values, Hdf5Layout layout);
  template <class T>
  void write(std::string_view path, std::span<const T> values) {
    write(path, values, Hdf5Layout{.rows = values.size()});
  }
  void write_strings(std::string_view path, std::span<const std::string> values);

  // On a group or data set that exists; "/" is the file itself.
  void attribute(std::string_view path, std::string_view name, std::string_view value);
  void attribute(std::string_view path, std::string_view name, const char* value) {
    attribute(path, name, std::string_view(value));
  }
  void attribute(std::string_view path, std::string_view name, double value);
  void attribute(std::string_view path, std::string_view name, std::int64_t value);

  bool ok() const;
  // Closes and gives the file its name. Once; nothing may be written afterwards.
  Result<void> commit();

 private:
  struct State;
  explicit Hdf5Writer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class Hdf5Reader {
 public:
  static Result<Hdf5Reader> open(const std::string& path);
  Hdf5Reader(Hdf5Reader&&) noexcept;
  Hdf5Reader& operator=(Hdf5Reader&&) noexcept;
  ~Hdf5Reader();

  bool exists(std::string_view path) const;
  // Names directly under a group, in alphabetical order.
  Result<std::vector<std::string>> children(std::string_view path) const;
  // Converts between number types as HDF5 does.
  template <class T>
  Result<Hdf5Array<T>> read(std::string_view path) const;
  Result<std::vector<std::string>> read_strings(std::string_view path) const;
  Result<std::string> text_attribute(std::string_view path, std::string_view name) const;
  Result<double> number_attribute(std::string_view path, std::string_view name) const;
  Result<std::int64_t> integer_attribute(std::string_view path, std::string_view name) const;

 private:
  struct State;
  explicit Hdf5Reader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gauntlet::replay
