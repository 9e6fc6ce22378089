// HDF5 files, written whole or not at all, over the library's C interface.
//
//   auto file = Hdf5Writer::create("out.h5");
//   file->write("/wrist/values", std::span<const double>(rows), {.rows = n, .cols = 3, .gzip = 4});
//   file->attribute("/wrist", "rate_hz", 48.879);
//   Result<void> done = file->commit();
//
// Groups on the way to a path are made as needed. The writer remembers its first failure (disk
// full, a name taken twice), does nothing after it, and commit() reports it, so that nothing need
// be checked in between; until commit() the bytes are in `<path>.partial`, which a writer that is
// not committed takes away. No creation times are stored: the same content gives the same bytes.
//
// Strings are UTF-8, without zero bytes. Leaves out: compound types, appending, chunked reading.
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

namespace gauntlet {

// cols == 0: a 1-D data set of `rows` elements, else 2-D, row after row. gzip: 0 (none) to 9, in
// chunks and after shuffling the bytes.
struct Hdf5Layout {
  std::size_t rows = 0;
  std::size_t cols = 0;
  int gzip = 0;
};

// 4, or 0 for what fits into one chunk: the index of the chunks would cost more than is saved.
int gzip_if_large(std::size_t elements);

// variable: each as long as it is; a data set of them grows by a reference each, which compresses
// badly. fixed: filled with zero bytes up to the longest of the data set, which compresses well.
// h5py gives an attribute as str if variable, as bytes if fixed.
enum class Hdf5Strings { variable, fixed };

template <class T>
struct Hdf5Array {
  std::vector<T> values;
  std::size_t rows = 0;
  std::size_t cols = 0;  // 0 when 1-D
};

class Hdf5Writer {
 public:
  static Result<Hdf5Writer> create(const std::string& path,
                                   Hdf5Strings strings = Hdf5Strings::variable);
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
  void write_strings(std::string_view path, std::span<const std::string> values, int gzip = 0);

  // Of a group or data set; a group that is not there is made. "/" is the file itself. A fixed
  // text that is too long for an attribute (64 KiB with its name) is stored as a variable one.
  void attribute(std::string_view path, std::string_view name, std::string_view value);
  void attribute(std::string_view path, std::string_view name, const char* value) {
    attribute(path, name, std::string_view(value));
  }
  void attribute(std::string_view path, std::string_view name, double value);
  void attribute(std::string_view path, std::string_view name, std::int64_t value);
  void attribute(std::string_view path, std::string_view name, std::uint64_t value);

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
  // Strings of either kind.
  Result<std::vector<std::string>> read_strings(std::string_view path) const;
  Result<std::string> text_attribute(std::string_view path, std::string_view name) const;
  Result<double> number_attribute(std::string_view path, std::string_view name) const;
  Result<std::int64_t> integer_attribute(std::string_view path, std::string_view name) const;

 private:
  struct State;
  explicit Hdf5Reader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gauntlet
