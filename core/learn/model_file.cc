#include "core/learn/model_file.h"

#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "core/files/whole_file.h"

namespace gauntlet::learn {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr char kMagic[8] = {'G', 'N', 'T', 'L', 'M', 'D', 'L', '\n'};
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kLargest = std::size_t{64} << 20;

std::uint64_t fnv1a(std::span<const std::byte> bytes) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const std::byte b : bytes) h = (h ^ static_cast<std::uint64_t>(b)) * 0x100000001b3ULL;
  return h;
}

class Writer {
 public:
  template <class T>
  void number(T v) {
    raw(&v, sizeof v);
  }
  template <class T>
  void array(const std::vector<T>& v) {
    raw(v.data(), v.size() * sizeof(T));
  }
  template <class Length>
  void text(const std::string& s) {
    number(static_cast<Length>(s.size()));
    raw(s.data(), s.size());
  }
  void raw(const void* p, std::size_t n) {
    const auto* b = static_cast<const std::byte*>(p);
    bytes.insert(bytes.end(), b, b + n);
  }
  std::vector<std::byte> bytes;
};

// After the first failure every read gives nothing; ok() is asked at the end.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : left_(bytes) {}
  template <class T>
  T number() {
    T v{};
    if (take(sizeof v)) std::memcpy(&v, taken_, sizeof v);
    return v;
  }
  template <class T>
  void array(std::vector<T>& out, std::size_t n) {
    if (n > left_.size() / sizeof(T)) {
      ok_ = false;
      return;
    }
    if (!take(n * sizeof(T))) return;
    out.resize(n);
    if (n > 0) std::memcpy(out.data(), taken_, n * sizeof(T));
  }
  template <class Length>
  std::string text() {
    const std::size_t n = number<Length>();
    return take(n) ? std::string(reinterpret_cast<const char*>(taken_), n) : std::string{};
  }
  bool ok() const { return ok_; }
  bool at_end() const { return left_.empty(); }

 private:
  bool take(std::size_t n) {
    if (!ok_ || n > left_.size()) {
      ok_ = false;
      return false;
    }
    taken_ = left_.data();
    left_ = left_.subspan(n);
    return true;
  }
  std::span<const std::byte> left_;
  const std::byte* taken_ = nullptr;
  bool ok_ = true;
};

void read_features(Reader& r, FeatureSet& f) {
  MiniRocket& m = f.minirocket;
  m.length = r.number<std::uint32_t>();
  m.channels = r.number<std::uint32_t>();
  const std::size_t dilations = r.number<std::uint32_t>();
  r.array(m.dilations, dilations);
  r.array(m.features_per_dilation, dilations);
  r.array(m.channel_masks, dilations * MiniRocket::kKernels);
  r.array(m.biases, r.number<std::uint32_t>());
  f.statistics = r.number<std::uint8_t>() != 0;
}

void read_heads(Reader& r, std::size_t features, std::vector<Head>& heads) {
  const std::size_t n = r.number<std::uint32_t>();
  for (std::size_t h = 0; h < n && r.ok() && h < 2; ++h) {
    const std::size_t outputs = r.number<std::uint32_t>();
    Head head;
    head.inverse_temperature = r.number<float>();
    r.array(head.bias, outputs);
    // Both factors are backed by bytes already read, so the product cannot overflow.
    if (r.ok()) r.array(head.weights, features * outputs);
    heads.push_back(std::move(head));
  }
  // A count the model cannot have is reported by Model::check.
  if (n > 2) heads.resize(3);
}

}  // namespace

std::vector<std::byte> serialize(const Model& model) {
  const Model::Parts& p = model.parts();
  const MiniRocket& m = p.features.minirocket;
  Writer w;
  w.raw(kMagic, sizeof kMagic);
  w.number(kVersion);
  w.number(p.rate_hz);
  w.number(m.length);
  w.number(m.channels);
  w.number(static_cast<std::uint32_t>(m.dilations.size()));
  w.array(m.dilations);
  w.array(m.features_per_dilation);
  w.array(m.channel_masks);
  w.number(static_cast<std::uint32_t>(m.biases.size()));
  w.array(m.biases);
  w.number(static_cast<std::uint8_t>(p.features.statistics ? 1 : 0));
  w.number(static_cast<std::uint32_t>(p.classes.size()));
  for (const std::string& c : p.classes) w.text<std::uint16_t>(c);
  w.number(static_cast<std::uint32_t>(p.heads.size()));
  for (const Head& h : p.heads) {
    w.number(static_cast<std::uint32_t>(h.bias.size()));
    w.number(h.inverse_temperature);
    w.array(h.bias);
    w.array(h.weights);
  }
  w.number(static_cast<std::uint32_t>(p.provenance.size()));
  for (const auto& [key, value] : p.provenance) {
    w.text<std::uint16_t>(key);
    w.text<std::uint32_t>(value);
  }
  w.number(fnv1a(w.bytes));
  return std::move(w.bytes);
}

Result<Model> parse_model(std::span<const std::byte> bytes) {
  if (bytes.size() > kLargest) {
    return Error{"too_large", std::to_string(bytes.size()) + " bytes, at most 64 MiB"};
  }
  if (bytes.size() < sizeof kMagic || std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0) {
    return Error{"bad_magic", "not a model file"};
  }
  if (bytes.size() < sizeof kMagic + sizeof kVersion + sizeof(std::uint64_t)) {
    return Error{"truncated", std::to_string(bytes.size()) + " bytes"};
  }
  Reader version(bytes.subspan(sizeof kMagic));
  if (const auto v = version.number<std::uint32_t>(); v != kVersion) {
    return Error{"bad_version", "version " + std::to_string(v) + ", this reads version 1"};
  }
  const std::span body = bytes.first(bytes.size() - sizeof(std::uint64_t));
  Reader sum(bytes.subspan(body.size()));
  if (sum.number<std::uint64_t>() != fnv1a(body)) {
    return Error{"bad_checksum", "the file is damaged or cut short"};
  }
  Reader r(body.subspan(sizeof kMagic + sizeof kVersion));
  Model::Parts p;
  p.rate_hz = r.number<double>();
  read_features(r, p.features);
  const std::size_t classes = r.number<std::uint32_t>();
  for (std::size_t c = 0; c < classes && r.ok(); ++c) p.classes.push_back(r.text<std::uint16_t>());
  read_heads(r, p.features.size(), p.heads);
  const std::size_t entries = r.number<std::uint32_t>();
  for (std::size_t i = 0; i < entries && r.ok(); ++i) {
    std::string key = r.text<std::uint16_t>();
    p.provenance[std::move(key)] = r.text<std::uint32_t>();
  }
  if (!r.ok()) return Error{"truncated", "a count says more than the file holds"};
  if (!r.at_end()) return Error{"trailing", "bytes after the last entry"};
  if (Result<void> fits = Model::check(p); !fits) return fits.error();
  return Model(std::move(p));
}

Result<Model> load_model(const std::string& path) {
  std::error_code ec;
  const auto size = std::filesystem::file_size(path, ec);
  if (ec) return Error{"unreadable", path + ": " + ec.message()};
  if (size > kLargest) return Error{"too_large", path + ": more than 64 MiB"};
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  std::ifstream in(path, std::ios::binary);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!in) return Error{"unreadable", path};
  Result<Model> model = parse_model(bytes);
  if (!model) return Error{model.error().code, path + ": " + model.error().message};
  return model;
}

Result<void> save_model(const Model& model, const std::string& path) {
  const std::vector<std::byte> bytes = serialize(model);
  const Result<void> written =
      write_whole_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!written) return Error{"unwritable", written.error().message};
  return {};
}

}  // namespace gauntlet::learn
