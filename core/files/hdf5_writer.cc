#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>

#include "core/base/check.h"
#include "core/files/hdf5.h"
#include "core/files/hdf5_handle.h"

namespace gauntlet {
namespace {

using hdf5_detail::Handle;

constexpr std::size_t kChunkElements = 1 << 14;
// An attribute with its name and type has to fit into 64 KiB.
constexpr std::size_t kLongestFixedAttribute = 60'000;

Handle link_properties() {
  Handle properties(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(properties.get(), 1);
  H5Pset_char_encoding(properties.get(), H5T_CSET_UTF8);
  return properties;
}

Handle dataset_properties(const Hdf5Layout& layout) {
  Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties.get(), false);
  const std::size_t width = std::max<std::size_t>(layout.cols, 1);
  if (layout.gzip > 0 && layout.rows * width > 0) {
    const std::size_t rows = std::max<std::size_t>(kChunkElements / width, 1);
    const std::array<hsize_t, 2> chunk{std::min(layout.rows, rows), layout.cols};
    H5Pset_chunk(properties.get(), layout.cols == 0 ? 1 : 2, chunk.data());
    H5Pset_shuffle(properties.get());
    H5Pset_deflate(properties.get(), static_cast<unsigned>(layout.gzip));
  }
  return properties;
}

Handle space_of(const Hdf5Layout& layout) {
  const std::array<hsize_t, 2> size{layout.rows, layout.cols};
  return {H5Screate_simple(layout.cols == 0 ? 1 : 2, size.data(), nullptr), H5Sclose};
}

}  // namespace

int gzip_if_large(std::size_t elements) { return elements > kChunkElements ? 4 : 0; }

struct Hdf5Writer::State {
  std::string path;
  std::string partial;
  Hdf5Strings strings = Hdf5Strings::variable;
  Handle file;
  std::optional<Error> first_error;

  ~State() {
    if (!file) return;
    file.reset();
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
  }

  void fail(std::string_view what, std::string_view where) {
    if (first_error) return;
    first_error = Error{
        "io", "cannot " + std::string(what) + " " + std::string(where) + " in '" + partial + "'"};
  }
  void group(std::string_view where) {
    if (first_error) return;
    const Handle links = link_properties();
    const Handle properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
    H5Pset_obj_track_times(properties.get(), false);
    const Handle made(H5Gcreate2(file.get(), std::string(where).c_str(), links.get(),
                                 properties.get(), H5P_DEFAULT),
                      H5Gclose);
    if (!made) fail("create group", where);
  }
  void dataset(std::string_view where, hid_t type, const Hdf5Layout& layout, const void* data) {
    if (first_error) return;
    const Handle space = space_of(layout), links = link_properties();
    const Handle properties = dataset_properties(layout);
    const Handle set(H5Dcreate2(file.get(), std::string(where).c_str(), type, space.get(),
                                links.get(), properties.get(), H5P_DEFAULT),
                     H5Dclose);
    if (!set) return fail("create data set", where);
    if (H5Dwrite(set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0) fail("write", where);
  }
  void attribute(std::string_view where, std::string_view name, hid_t type, const void* data) {
    const std::string at(where);
    Handle object(H5Oopen(file.get(), at.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object) {
      group(where);
      object = Handle(H5Oopen(file.get(), at.c_str(), H5P_DEFAULT), H5Oclose);
    }
    if (first_error) return;
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Handle attribute(H5Acreate2(object.get(), std::string(name).c_str(), type, space.get(),
                                      H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
    if (!attribute || H5Awrite(attribute.get(), type, data) < 0) {
      fail("write attribute '" + std::string(name) + "' of", where);
    }
  }
};

Hdf5Writer::Hdf5Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Hdf5Writer::Hdf5Writer(Hdf5Writer&&) noexcept = default;
Hdf5Writer& Hdf5Writer::operator=(Hdf5Writer&&) noexcept = default;
Hdf5Writer::~Hdf5Writer() = default;

Result<Hdf5Writer> Hdf5Writer::create(const std::string& path, Hdf5Strings strings) {
  hdf5_detail::silence_library();
  auto state = std::make_unique<State>();
  state->path = path;
  state->partial = path + ".partial";
  state->strings = strings;
  const Handle properties(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties.get(), false);
  state->file = Handle(
      H5Fcreate(state->partial.c_str(), H5F_ACC_TRUNC, properties.get(), H5P_DEFAULT), H5Fclose);
  if (!state->file) return Error{"io", "cannot create '" + state->partial + "'"};
  return Hdf5Writer(std::move(state));
}

void Hdf5Writer::group(std::string_view path) { state_->group(path); }

template <class T>
void Hdf5Writer::write(std::string_view path, std::span<const T> values, Hdf5Layout layout) {
  CHECK(layout.rows * std::max<std::size_t>(layout.cols, 1) == values.size(), path, layout.rows,
        layout.cols, values.size());
  state_->dataset(path, hdf5_detail::memory_type<T>(), layout, values.data());
}
template void Hdf5Writer::write(std::string_view, std::span<const double>, Hdf5Layout);
template void Hdf5Writer::write(std::string_view, std::span<const float>, Hdf5Layout);
template void Hdf5Writer::write(std::string_view, std::span<const std::int64_t>, Hdf5Layout);
template void Hdf5Writer::write(std::string_view, std::span<const std::uint64_t>, Hdf5Layout);
template void Hdf5Writer::write(std::string_view, std::span<const std::int32_t>, Hdf5Layout);
template void Hdf5Writer::write(std::string_view, std::span<const std::uint32_t>, Hdf5Layout);
template void Hdf5Writer::write(std::string_view, std::span<const std::int16_t>, Hdf5Layout);
template void Hdf5Writer::write(std::string_view, std::span<const std::uint8_t>, Hdf5Layout);

void Hdf5Writer::write_strings(std::string_view path, std::span<const std::string> values,
                               int gzip) {
  const Hdf5Layout layout{.rows = values.size(), .gzip = gzip};
  if (state_->strings == Hdf5Strings::fixed) {
    std::size_t size = 1;
    for (const std::string& value : values) size = std::max(size, value.size());
    std::string flat;
    flat.reserve(size * values.size());
    for (const std::string& value : values) {
      flat.append(value).append(size - value.size(), '\0');
    }
    return state_->dataset(path, hdf5_detail::fixed_string_type(size).get(), layout, flat.data());
  }
  std::vector<const char*> pointers;
  pointers.reserve(values.size());
  for (const std::string& value : values) pointers.push_back(value.c_str());
  state_->dataset(path, hdf5_detail::variable_string_type().get(), layout, pointers.data());
}

void Hdf5Writer::attribute(std::string_view path, std::string_view name, std::string_view value) {
  const std::string terminated(value);
  const char* const pointer = terminated.c_str();
  if (state_->strings == Hdf5Strings::fixed && value.size() <= kLongestFixedAttribute) {
    const Handle type = hdf5_detail::fixed_string_type(value.size());
    return state_->attribute(path, name, type.get(), pointer);
  }
  state_->attribute(path, name, hdf5_detail::variable_string_type().get(), &pointer);
}
void Hdf5Writer::attribute(std::string_view path, std::string_view name, double value) {
  state_->attribute(path, name, H5T_NATIVE_DOUBLE, &value);
}
void Hdf5Writer::attribute(std::string_view path, std::string_view name, std::int64_t value) {
  state_->attribute(path, name, H5T_NATIVE_INT64, &value);
}
void Hdf5Writer::attribute(std::string_view path, std::string_view name, std::uint64_t value) {
  state_->attribute(path, name, H5T_NATIVE_UINT64, &value);
}

bool Hdf5Writer::ok() const { return !state_->first_error; }

Result<void> Hdf5Writer::commit() {
  CHECK(state_->file, state_->path);
  const bool flushed = H5Fflush(state_->file.get(), H5F_SCOPE_GLOBAL) >= 0;
  const bool closed = state_->file.reset();
  std::error_code error;
  if (!flushed || !closed) state_->fail("finish writing", "the file");
  if (!state_->first_error) {
    std::filesystem::rename(state_->partial, state_->path, error);
    if (!error) return {};
    state_->first_error = Error{"io", "cannot rename '" + state_->partial + "' to '" +
                                          state_->path + "': " + error.message()};
  }
  std::filesystem::remove(state_->partial, error);
  return *state_->first_error;
}

}  // namespace gauntlet
