#include <algorithm>
#include <array>
#include <optional>

#include "core/files/hdf5.h"
#include "core/files/hdf5_handle.h"

namespace gauntlet {
namespace {

using hdf5_detail::Handle;

// A file may claim any size; nobody's recording is larger than this.
constexpr std::size_t kMaxElements = std::size_t{1} << 31;

herr_t collect_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

std::optional<std::vector<std::string>> variable_strings(std::size_t n, hid_t space,
                                                         const auto& read) {
  std::vector<char*> pointers(n, nullptr);
  const Handle type = hdf5_detail::variable_string_type();
  if (read(type.get(), static_cast<void*>(pointers.data())) < 0) return std::nullopt;
  std::vector<std::string> values;
  values.reserve(n);
  for (const char* p : pointers) values.emplace_back(p == nullptr ? "" : p);
  H5Dvlen_reclaim(type.get(), space, H5P_DEFAULT, pointers.data());
  return values;
}

std::optional<std::vector<std::string>> fixed_strings(std::size_t n, hid_t type, const auto& read) {
  const std::size_t size = H5Tget_size(type);
  if (size == 0 || n > kMaxElements / size) return std::nullopt;
  std::string flat(n * size, '\0');
  if (read(type, static_cast<void*>(flat.data())) < 0) return std::nullopt;
  std::vector<std::string> values;
  values.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::string_view padded = std::string_view(flat).substr(i * size, size);
    values.emplace_back(padded.substr(0, padded.find('\0')));
  }
  return values;
}

// The strings of a data set or attribute of this type and space, which `read(memory type, void*)`
// reads; none if they are no strings or cannot be read.
std::optional<std::vector<std::string>> strings_of(hid_t type, hid_t space, const auto& read) {
  const auto n = H5Sget_simple_extent_npoints(space);
  if (H5Tget_class(type) != H5T_STRING || n < 0) return std::nullopt;
  const auto count = static_cast<std::size_t>(n);
  if (count > kMaxElements) return std::nullopt;
  return H5Tis_variable_str(type) > 0 ? variable_strings(count, space, read)
                                      : fixed_strings(count, type, read);
}

}  // namespace

struct Hdf5Reader::State {
  std::string path;
  Handle file;

  Error missing(std::string_view what) const {
    return {"missing", "no '" + std::string(what) + "' in '" + path + "'"};
  }
  Error wrong_type(std::string_view what, std::string_view wanted) const {
    return {"type",
            std::string("'").append(what) + "' in '" + path + "' is not " + std::string(wanted)};
  }
  Handle open_set(std::string_view where) const {
    return {H5Dopen2(file.get(), std::string(where).c_str(), H5P_DEFAULT), H5Dclose};
  }
  Handle open_attribute(std::string_view where, std::string_view name) const {
    return {H5Aopen_by_name(file.get(), std::string(where).c_str(), std::string(name).c_str(),
                            H5P_DEFAULT, H5P_DEFAULT),
            H5Aclose};
  }
  template <class T>
  Result<T> number(std::string_view where, std::string_view name) const {
    const Handle attribute = open_attribute(where, name);
    if (!attribute) return missing(std::string(where) + "@" + std::string(name));
    T value{};
    const Handle space(H5Aget_space(attribute.get()), H5Sclose);
    if (H5Sget_simple_extent_npoints(space.get()) != 1 ||
        H5Aread(attribute.get(), hdf5_detail::memory_type<T>(), &value) < 0) {
      return wrong_type(name, "one number");
    }
    return value;
  }
};

Hdf5Reader::Hdf5Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Hdf5Reader::Hdf5Reader(Hdf5Reader&&) noexcept = default;
Hdf5Reader& Hdf5Reader::operator=(Hdf5Reader&&) noexcept = default;
Hdf5Reader::~Hdf5Reader() = default;

Result<Hdf5Reader> Hdf5Reader::open(const std::string& path) {
  hdf5_detail::silence_library();
  auto state = std::make_unique<State>();
  state->path = path;
  state->file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!state->file) return Error{"io", "cannot open '" + path + "' as HDF5"};
  return Hdf5Reader(std::move(state));
}

bool Hdf5Reader::exists(std::string_view path) const {
  return static_cast<bool>(
      Handle(H5Oopen(state_->file.get(), std::string(path).c_str(), H5P_DEFAULT), H5Oclose));
}

Result<std::vector<std::string>> Hdf5Reader::children(std::string_view path) const {
  const Handle group(H5Gopen2(state_->file.get(), std::string(path).c_str(), H5P_DEFAULT),
                     H5Gclose);
  if (!group) return state_->missing(path);
  std::vector<std::string> names;
  H5Literate(group.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_name, &names);
  std::sort(names.begin(), names.end());
  return names;
}

template <class T>
Result<Hdf5Array<T>> Hdf5Reader::read(std::string_view path) const {
  const Handle set = state_->open_set(path);
  if (!set) return state_->missing(path);
  const Handle space(H5Dget_space(set.get()), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank != 1 && rank != 2) return state_->wrong_type(path, "1-D or 2-D");
  std::array<hsize_t, 2> size{0, 0};
  H5Sget_simple_extent_dims(space.get(), size.data(), nullptr);
  const std::size_t width = rank == 1 ? 1 : size[1];
  if (width > 0 && size[0] > kMaxElements / width) return state_->wrong_type(path, "of sane size");
  Hdf5Array<T> array{std::vector<T>(size[0] * width), size[0], rank == 1 ? 0 : size[1]};
  if (H5Dread(set.get(), hdf5_detail::memory_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
              array.values.data()) < 0) {
    return state_->wrong_type(path, "readable numbers");
  }
  return array;
}
template Result<Hdf5Array<double>> Hdf5Reader::read(std::string_view) const;
template Result<Hdf5Array<float>> Hdf5Reader::read(std::string_view) const;
template Result<Hdf5Array<std::int64_t>> Hdf5Reader::read(std::string_view) const;
template Result<Hdf5Array<std::uint64_t>> Hdf5Reader::read(std::string_view) const;
template Result<Hdf5Array<std::int32_t>> Hdf5Reader::read(std::string_view) const;
template Result<Hdf5Array<std::uint32_t>> Hdf5Reader::read(std::string_view) const;
template Result<Hdf5Array<std::int16_t>> Hdf5Reader::read(std::string_view) const;
template Result<Hdf5Array<std::uint8_t>> Hdf5Reader::read(std::string_view) const;

Result<std::vector<std::string>> Hdf5Reader::read_strings(std::string_view path) const {
  const Handle set = state_->open_set(path);
  if (!set) return state_->missing(path);
  const Handle space(H5Dget_space(set.get()), H5Sclose), type(H5Dget_type(set.get()), H5Tclose);
  const auto read = [&set](hid_t memory, void* to) {
    return H5Dread(set.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, to);
  };
  auto values = strings_of(type.get(), space.get(), read);
  if (!values) return state_->wrong_type(path, "strings");
  return *std::move(values);
}

Result<std::string> Hdf5Reader::text_attribute(std::string_view path, std::string_view name) const {
  const Handle attribute = state_->open_attribute(path, name);
  if (!attribute) return state_->missing(std::string(path) + "@" + std::string(name));
  const Handle space(H5Aget_space(attribute.get()), H5Sclose);
  const Handle type(H5Aget_type(attribute.get()), H5Tclose);
  const auto read = [&attribute](hid_t memory, void* to) {
    return H5Aread(attribute.get(), memory, to);
  };
  const auto values = strings_of(type.get(), space.get(), read);
  if (!values || values->size() != 1) return state_->wrong_type(name, "one string");
  return values->front();
}

Result<double> Hdf5Reader::number_attribute(std::string_view path, std::string_view name) const {
  return state_->number<double>(path, name);
}
Result<std::int64_t> Hdf5Reader::integer_attribute(std::string_view path,
                                                   std::string_view name) const {
  return state_->number<std::int64_t>(path, name);
}

}  // namespace gauntlet
