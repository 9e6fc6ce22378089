#include "reports/hdf5_writer.h"

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "core/base/check.h"

namespace gauntlet::reports {

namespace {

static_assert(sizeof(hid_t) == sizeof(std::int64_t));
constexpr std::size_t kChunkValues = 16384;

// Closes an identifier; -1 is none.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator hid_t() const { return id_; }
  bool ok() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

Handle link_properties() {
  const hid_t id = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(id, 1);
  H5Pset_char_encoding(id, H5T_CSET_UTF8);
  return {id, H5Pclose};
}

Handle dataset_properties(std::size_t rows, std::size_t columns) {
  const hid_t id = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_obj_track_times(id, false);
  if (rows * columns > kChunkValues) {
    const std::array<hsize_t, 2> chunk{kChunkValues / columns, columns};
    H5Pset_chunk(id, columns == 1 ? 1 : 2, chunk.data());
    H5Pset_shuffle(id);
    H5Pset_deflate(id, 4);
  }
  return {id, H5Pclose};
}

// Fixed length, at least 1: an empty string is a zero byte.
Handle text_type(std::size_t length) {
  const hid_t id = H5Tcopy(H5T_C_S1);
  H5Tset_size(id, std::max<std::size_t>(length, 1));
  H5Tset_strpad(id, H5T_STR_NULLPAD);
  H5Tset_cset(id, H5T_CSET_UTF8);
  return {id, H5Tclose};
}

}  // namespace

Hdf5Writer::Hdf5Writer(std::filesystem::path path) : path_(std::move(path)), temporary_(path_) {
  temporary_ += ".partial";
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  file_ = H5Fcreate(temporary_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (file_ < 0) fail("cannot be created");
}

Hdf5Writer::~Hdf5Writer() {
  if (file_ < 0) return;
  H5Fclose(file_);
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void Hdf5Writer::fail(const std::string& what) {
  if (error_.empty()) error_ = temporary_.string() + ": " + what;
}

void Hdf5Writer::write_numbers(const std::string& path, const void* values, std::size_t count,
                               std::size_t columns, hid_t stored_type, hid_t memory_type) {
  CHECK(columns > 0 && columns <= kChunkValues && count % columns == 0, path, count, columns);
  if (!error_.empty()) return;
  const std::array<hsize_t, 2> shape{count / columns, columns};
  const Handle space(H5Screate_simple(columns == 1 ? 1 : 2, shape.data(), nullptr), H5Sclose);
  const Handle links = link_properties();
  const Handle properties = dataset_properties(count / columns, columns);
  const Handle set(
      H5Dcreate2(file_, path.c_str(), stored_type, space, links, properties, H5P_DEFAULT),
      H5Dclose);
  if (!set.ok() ||
      (count > 0 && H5Dwrite(set, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)) {
    fail("data set " + path + " cannot be written");
  }
}

void Hdf5Writer::write(const std::string& path, std::span<const double> values,
                       std::size_t columns) {
  write_numbers(path, values.data(), values.size(), columns, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE);
}
void Hdf5Writer::write(const std::string& path, std::span<const float> values,
                       std::size_t columns) {
  write_numbers(path, values.data(), values.size(), columns, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT);
}
void Hdf5Writer::write(const std::string& path, std::span<const std::int64_t> values,
                       std::size_t columns) {
  write_numbers(path, values.data(), values.size(), columns, H5T_STD_I64LE, H5T_NATIVE_INT64);
}
void Hdf5Writer::write(const std::string& path, std::span<const std::uint8_t> values,
                       std::size_t columns) {
  write_numbers(path, values.data(), values.size(), columns, H5T_STD_U8LE, H5T_NATIVE_UINT8);
}

void Hdf5Writer::write(const std::string& path, const std::vector<std::string>& values) {
  std::size_t length = 1;
  for (const std::string& v : values) length = std::max(length, v.size());
  std::string flat;
  for (const std::string& v : values) flat += v + std::string(length - v.size(), '\0');
  const Handle type = text_type(length);
  write_numbers(path, flat.data(), values.size(), 1, type, type);
}

void Hdf5Writer::write_attribute(const std::string& path, const std::string& name,
                                 hid_t stored_type, hid_t memory_type, const void* value) {
  if (!error_.empty()) return;
  if (path != "/" && H5Lexists(file_, path.c_str(), H5P_DEFAULT) <= 0) {
    const Handle links = link_properties();
    const Handle made(H5Gcreate2(file_, path.c_str(), links, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  }
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle a(H5Acreate_by_name(file_, path.c_str(), name.c_str(), stored_type, space,
                                   H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                 H5Aclose);
  if (!a.ok() || H5Awrite(a, memory_type, value) < 0) {
    fail("attribute " + name + " of " + path + " cannot be written");
  }
}

void Hdf5Writer::attribute(const std::string& path, const std::string& name,
                           const std::string& value) {
  const Handle type = text_type(value.size());
  write_attribute(path, name, type, type, value.empty() ? "" : value.data());
}
void Hdf5Writer::attribute(const std::string& path, const std::string& name, double value) {
  write_attribute(path, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}
void Hdf5Writer::attribute(const std::string& path, const std::string& name, std::uint64_t value) {
  write_attribute(path, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value);
}

Result<void> Hdf5Writer::commit() {
  if (file_ >= 0 && H5Fclose(std::exchange(file_, -1)) < 0) fail("cannot be closed");
  std::error_code error;
  if (error_.empty()) std::filesystem::rename(temporary_, path_, error);
  if (error) fail(error.message());
  if (error_.empty()) return {};
  std::filesystem::remove(temporary_, error);
  return Error{"io", error_};
}

}  // namespace gauntlet::reports
