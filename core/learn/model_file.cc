#include "core/learn/model_file.h"

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "core/files/whole_file.h"
#include "core/learn/byte_stream.h"
#include "core/learn/classifier_kinds.h"

namespace gauntlet::learn {
namespace {

constexpr char kMagic[8] = {'G', 'N', 'T', 'L', 'M', 'D', 'L', '\n'};
constexpr std::uint32_t kModel = 1, kTrained = 2, kSubsets = 3;  // versions
constexpr std::size_t kLargest = std::size_t{64} << 20;

std::uint64_t fnv1a(std::span<const std::byte> bytes) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const std::byte b : bytes) h = (h ^ static_cast<std::uint64_t>(b)) * 0x100000001b3ULL;
  return h;
}

void begin(ByteWriter& w, std::uint32_t version) {
  w.raw(kMagic, sizeof kMagic);
  w.number(version);
}

std::vector<std::byte> end(ByteWriter& w, const Provenance& provenance) {
  w.number(static_cast<std::uint32_t>(provenance.size()));
  for (const auto& [key, value] : provenance) {
    w.text<std::uint16_t>(key);
    w.text<std::uint32_t>(value);
  }
  w.number(fnv1a(w.bytes));
  return std::move(w.bytes);
}

void write_names(ByteWriter& w, const std::vector<std::string>& names) {
  w.number(static_cast<std::uint32_t>(names.size()));
  for (const std::string& n : names) w.text<std::uint16_t>(n);
}

std::vector<std::string> read_names(ByteReader& r) {
  std::vector<std::string> names;
  const std::size_t n = r.number<std::uint32_t>();
  for (std::size_t i = 0; i < n && r.ok(); ++i) names.push_back(r.text<std::uint16_t>());
  return names;
}

Provenance read_provenance(ByteReader& r) {
  Provenance out;
  const std::size_t entries = r.number<std::uint32_t>();
  for (std::size_t i = 0; i < entries && r.ok(); ++i) {
    std::string key = r.text<std::uint16_t>();
    out[std::move(key)] = r.text<std::uint32_t>();
  }
  return out;
}

// What the reader says once everything must have been read.
Result<void> finished(const ByteReader& r) {
  if (!r.ok()) return Error{"bad_model", r.why()};
  if (!r.at_end()) return Error{"trailing", "bytes after the last entry"};
  return {};
}

void read_heads(ByteReader& r, std::size_t features, std::vector<Head>& heads) {
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

Result<SharedServing> read_model(ByteReader r) {
  Model::Parts p;
  p.rate_hz = r.number<double>();
  const auto length = r.number<std::uint32_t>(), channels = r.number<std::uint32_t>();
  p.features.minirocket = read_minirocket(length, channels, r);
  p.features.statistics = r.number<std::uint8_t>() != 0;
  p.classes = read_names(r);
  read_heads(r, p.features.size(), p.heads);
  p.provenance = read_provenance(r);
  if (auto whole = finished(r); !whole) return whole.error();
  if (auto fits = Model::check(p); !fits) return fits.error();
  return SharedServing(std::make_shared<Model>(std::move(p)));
}

using Trained = std::shared_ptr<const TrainedServing>;

Result<Trained> read_trained(ByteReader r) {
  TrainedServing::Parts p;
  p.rate_hz = r.number<double>();
  p.length = r.number<std::uint32_t>();
  p.channels = r.number<std::uint32_t>();
  p.classes = read_names(r);
  p.null_class = r.text<std::uint16_t>();
  p.power = r.number<float>();
  if (!r.ok()) return Error{"bad_model", r.why()};
  if (auto fits = TrainedServing::check(p); !fits) return fits.error();
  auto classifier = read_classifier({p.rate_hz, p.length, p.channels, p.classes.size()}, r);
  p.provenance = read_provenance(r);
  if (auto whole = finished(r); !whole) return whole.error();
  return Trained(std::make_shared<TrainedServing>(std::move(classifier), std::move(p)));
}

// What follows the version, once magic, version and checksum are right.
struct Sealed {
  std::uint32_t version = 0;
  ByteReader body;
};

Result<Sealed> unseal(std::span<const std::byte> bytes) {
  if (bytes.size() > kLargest) {
    return Error{"too_large", std::to_string(bytes.size()) + " bytes, at most 64 MiB"};
  }
  if (bytes.size() < sizeof kMagic || std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0) {
    return Error{"bad_magic", "not a model file"};
  }
  if (bytes.size() < sizeof kMagic + sizeof kModel + sizeof(std::uint64_t)) {
    return Error{"truncated", std::to_string(bytes.size()) + " bytes"};
  }
  const auto version = ByteReader(bytes.subspan(sizeof kMagic)).number<std::uint32_t>();
  if (version < kModel || version > kSubsets) {
    return Error{"bad_version",
                 "version " + std::to_string(version) + ", this reads versions 1 to 3"};
  }
  const std::span body = bytes.first(bytes.size() - sizeof(std::uint64_t));
  if (ByteReader(bytes.subspan(body.size())).number<std::uint64_t>() != fnv1a(body)) {
    return Error{"bad_checksum", "the file is damaged or cut short"};
  }
  return Sealed{version, ByteReader(body.subspan(sizeof kMagic + sizeof version))};
}

Result<SharedServing> read_subsets(ByteReader r) {
  const auto sensors = r.number<std::uint32_t>();
  r.require(sensors >= 1 && sensors <= SubsetServing::kSensorsMax, "one to eight sensors");
  if (!r.ok()) return Error{"bad_model", r.why()};
  SubsetServing::Models models;
  for (std::uint32_t worn = 1; worn < 1U << sensors; ++worn) {
    std::vector<std::byte> bytes;
    const auto length = r.number<std::uint64_t>();
    if (length > kLargest) r.fail("the model of a subset is too large");
    if (r.ok()) r.array(bytes, static_cast<std::size_t>(length));
    if (!r.ok()) return Error{"bad_model", r.why()};
    const auto one = unseal(bytes);
    if (!one) return one.error();
    if (one->version != kTrained) return Error{"bad_version", "of the model of a subset"};
    auto trained = read_trained(one->body);
    if (!trained) return trained.error();
    models.push_back(std::move(*trained));
  }
  read_provenance(r);
  if (auto whole = finished(r); !whole) return whole.error();
  if (auto fits = SubsetServing::check(models); !fits) return fits.error();
  return SharedServing(std::make_shared<SubsetServing>(std::move(models)));
}

Result<SharedServing> read_of_one_device(ByteReader r) {
  auto trained = read_trained(r);
  if (!trained) return trained.error();
  if ((*trained)->channels() > 6) {
    return Error{"bad_window",
                 std::to_string((*trained)->channels()) + " channels; a device has 3 or 6"};
  }
  return SharedServing(std::move(*trained));
}

}  // namespace

std::vector<std::byte> serialize(const Model& model) {
  const Model::Parts& p = model.parts();
  ByteWriter w;
  begin(w, kModel);
  w.number(p.rate_hz);
  w.number(p.features.minirocket.length);
  w.number(p.features.minirocket.channels);
  write_minirocket(p.features.minirocket, w);
  w.number(static_cast<std::uint8_t>(p.features.statistics ? 1 : 0));
  write_names(w, p.classes);
  w.number(static_cast<std::uint32_t>(p.heads.size()));
  for (const Head& h : p.heads) {
    w.number(static_cast<std::uint32_t>(h.bias.size()));
    w.number(h.inverse_temperature);
    w.array(h.bias);
    w.array(h.weights);
  }
  return end(w, p.provenance);
}

Result<std::vector<std::byte>> serialize(const TrainedServing& served) {
  const TrainedServing::Parts& p = served.parts();
  ByteWriter w;
  begin(w, kTrained);
  w.number(p.rate_hz);
  w.number(p.length);
  w.number(p.channels);
  write_names(w, p.classes);
  w.text<std::uint16_t>(p.null_class);
  w.number(p.power);
  if (!served.classifier().write(w)) {
    return Error{"not_kept", "this classifier has no place in a model file"};
  }
  auto bytes = end(w, p.provenance);
  if (bytes.size() > kLargest) {
    return Error{"too_large", std::to_string(bytes.size()) + " bytes, at most 64 MiB"};
  }
  return bytes;
}

Result<std::vector<std::byte>> serialize(const SubsetServing& served) {
  ByteWriter w;
  begin(w, kSubsets);
  w.number(static_cast<std::uint32_t>(served.sensors()));
  for (const auto& model : served.models()) {
    const auto bytes = serialize(*model);
    if (!bytes) return bytes.error();
    w.number(static_cast<std::uint64_t>(bytes->size()));
    w.array(*bytes);
  }
  auto bytes = end(w, {});
  if (bytes.size() > kLargest) {
    return Error{"too_large", std::to_string(bytes.size()) + " bytes, at most 64 MiB"};
  }
  return bytes;
}

Result<SharedServing> parse_model(std::span<const std::byte> bytes) {
  const auto sealed = unseal(bytes);
  if (!sealed) return sealed.error();
  switch (sealed->version) {
    case kModel:
      return read_model(sealed->body);
    case kTrained:
      return read_of_one_device(sealed->body);
    default:
      return read_subsets(sealed->body);
  }
}

Result<std::vector<std::byte>> read_model_bytes(const std::string& path) {
  std::error_code ec;
  const auto size = std::filesystem::file_size(path, ec);
  if (ec) return Error{"unreadable", path + ": " + ec.message()};
  if (size > kLargest) return Error{"too_large", path + ": more than 64 MiB"};
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  std::ifstream in(path, std::ios::binary);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!in) return Error{"unreadable", path};
  return bytes;
}

Result<SharedServing> load_model(const std::string& path) {
  auto bytes = read_model_bytes(path);
  if (!bytes) return bytes.error();
  auto model = parse_model(*bytes);
  if (!model) return Error{model.error().code, path + ": " + model.error().message};
  return model;
}

Result<void> save_model(std::span<const std::byte> bytes, const std::string& path) {
  const Result<void> written =
      write_whole_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!written) return Error{"unwritable", written.error().message};
  return {};
}

}  // namespace gauntlet::learn
