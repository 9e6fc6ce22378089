// Writes one HDF5 file, whole or not at all: everything goes to a temporary name beside it, and
// commit() renames. Objects carry no time stamps, so the same contents give the same bytes. Data
// sets of more than a chunk are shuffled and deflated.
//
// Errors: the first one is kept, later calls do nothing, commit() returns it (code "io").
// A path that is used twice in a file is our bug and shows as such an error. Not thread-safe (nor
// is Debian's HDF5).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace gauntlet::reports {

class Hdf5Writer {
 public:
  explicit Hdf5Writer(std::filesystem::path path);
  // Without commit() nothing is left behind.
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  // "a/b/c": groups are made as needed. `columns` 1: a vector; else rows x columns, row by row.
  void write(const std::string& path, std::span<const double> values, std::size_t columns = 1);
  void write(const std::string& path, std::span<const float> values, std::size_t columns = 1);
  void write(const std::string& path, std::span<const std::int64_t> values,
             std::size_t columns = 1);
  void write(const std::string& path, std::span<const std::uint8_t> values,
             std::size_t columns = 1);
  void write(const std::string& path, const std::vector<std::string>& values);  // UTF-8

  // Of the object at `path` ("/" is the file); a group that is not there is made.
  void attribute(const std::string& path, const std::string& name, const std::string& value);
  void attribute(const std::string& path, const std::string& name, double value);
  void attribute(const std::string& path, const std::string& name, std::uint64_t value);

  Result<void> commit();

 private:
  void write_numbers(const std::string& path, const void* values, std::size_t count,
                     std::size_t columns, std::int64_t stored_type, std::int64_t memory_type);
  void write_attribute(const std::string& path, const std::string& name, std::int64_t stored_type,
                       std::int64_t memory_type, const void* value);
  void fail(const std::string& what);

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::int64_t file_ = -1;
  std::string error_;
};

}  // namespace gauntlet::reports
