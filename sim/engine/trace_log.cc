#include "sim/engine/trace_log.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/base/check.h"

namespace gauntlet::sim {
namespace {

constexpr std::uint64_t kMagic = 0x31474f4c544e4147;  // "GANTLOG1"
constexpr std::uint64_t kTagBytesMax = 4096;
constexpr std::uint64_t kTagsMax = 1u << 20;
using Trailer = std::array<std::uint64_t, 5>;

std::uint64_t prefixes_of(std::uint64_t records) {
  return (records + TracePrefixes::kBlock - 1) / TracePrefixes::kBlock + 1;
}

template <class T>
void write(std::ofstream& file, const T* data, std::size_t n) {
  file.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(n * sizeof(T)));
}

std::string temporary(const std::string& path) { return path + ".tmp"; }

}  // namespace

// ---- in memory ---------------------------------------------------------------------------------

void TracePrefixes::full() {
  if (prefixes_.size() - 1 == kept_block_) {
    kept_.assign(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
  }
  prefixes_.push_back(hash());
  used_ = 0;
}

void TracePrefixes::end() {
  if (used_ > 0) full();
}

std::vector<std::uint64_t> TracePrefixes::prefixes() const { return prefixes_; }

// ---- writing -----------------------------------------------------------------------------------

TraceLog::TraceLog(std::string path)
    : Trace(TracePrefixes::kBlock),
      path_(std::move(path)),
      file_(temporary(path_), std::ios::binary | std::ios::trunc),
      prefixes_{hash()} {}

TraceLog::~TraceLog() {
  if (!file_.is_open()) return;
  file_.close();
  std::remove(temporary(path_).c_str());
}

void TraceLog::full() {
  if (file_.is_open()) write(file_, buffer_.data(), used_);
  prefixes_.push_back(hash());
  used_ = 0;
}

Result<void> TraceLog::close(const Simulation& simulation) {
  if (!file_.is_open()) return Error{"trace_open", "cannot write " + temporary(path_)};
  if (used_ > 0) full();
  write(file_, prefixes_.data(), prefixes_.size());
  const std::size_t tags = simulation.tag_count();
  for (std::size_t tag = 0; tag < tags; ++tag) {
    const std::string& name = simulation.tag_name(static_cast<Tag>(tag));
    const auto length =
        static_cast<std::uint32_t>(std::min<std::size_t>(name.size(), kTagBytesMax));
    write(file_, &length, 1);
    write(file_, name.data(), length);
  }
  const Trailer trailer{count(), prefixes_.size(), tags, TracePrefixes::kBlock, kMagic};
  write(file_, trailer.data(), trailer.size());
  file_.close();
  if (file_.fail()) {
    std::remove(temporary(path_).c_str());
    return Error{"trace_write", "cannot write all of " + temporary(path_)};
  }
  std::error_code error;
  std::filesystem::rename(temporary(path_), path_, error);
  if (error) return Error{"trace_rename", path_ + ": " + error.message()};
  return {};
}

// ---- reading -----------------------------------------------------------------------------------

template <class T>
void TraceLogReader::read_at(std::uint64_t offset, T* out, std::size_t n) {
  file_.clear();
  file_.seekg(static_cast<std::streamoff>(offset));
  file_.read(reinterpret_cast<char*>(out), static_cast<std::streamsize>(n * sizeof(T)));
}

Result<TraceLogReader> TraceLogReader::open(const std::string& path) {
  TraceLogReader reader;
  reader.file_.open(path, std::ios::binary);
  if (!reader.file_) return Error{"trace_open", "cannot read " + path};
  if (auto read = reader.read_end(path); !read) return read.error();
  return reader;
}

Result<void> TraceLogReader::read_end(const std::string& path) {
  const auto wrong = [&path](const char* what) {
    return Error{"trace_format", path + " is no trace: " + what};
  };
  file_.seekg(0, std::ios::end);
  const auto size = static_cast<std::uint64_t>(file_.tellg());
  Trailer trailer{};
  if (size < sizeof trailer) return wrong("too short");
  read_at(size - sizeof trailer, trailer.data(), trailer.size());
  if (!file_ || trailer[4] != kMagic) return wrong("it does not end as one");
  if (trailer[3] != TracePrefixes::kBlock) return wrong("blocks of another size");
  if (trailer[0] > size / sizeof(TraceRecord)) return wrong("more records than bytes");
  if (trailer[1] != prefixes_of(trailer[0])) return wrong("hashes and records do not fit together");
  if (trailer[2] > kTagsMax) return wrong("too many tags");
  count_ = trailer[0];
  prefixes_ = static_cast<std::size_t>(trailer[1]);
  std::uint64_t offset = count_ * sizeof(TraceRecord) + prefixes_ * sizeof(std::uint64_t);
  for (std::uint64_t tag = 0; tag < trailer[2]; ++tag) {
    std::uint32_t length = 0;
    read_at(offset, &length, 1);
    if (!file_ || length > kTagBytesMax) return wrong("a broken tag");
    std::string name(length, '\0');
    read_at(offset + sizeof length, name.data(), length);
    if (!file_) return wrong("a broken tag");
    offset += sizeof length + length;
    tags_.push_back(std::move(name));
  }
  if (offset + sizeof trailer != size) return wrong("its parts do not add up");
  return {};
}

std::uint64_t TraceLogReader::prefix(std::size_t block) {
  CHECK(block < prefixes_, block, prefixes_);
  std::uint64_t hash = 0;
  read_at(count_ * sizeof(TraceRecord) + block * sizeof hash, &hash, 1);
  return hash;
}

std::vector<TraceRecord> TraceLogReader::block(std::size_t index) {
  CHECK(index < blocks(), index, blocks());
  const std::uint64_t first = std::uint64_t{index} * TracePrefixes::kBlock;
  std::vector<TraceRecord> records(
      static_cast<std::size_t>(std::min<std::uint64_t>(TracePrefixes::kBlock, count_ - first)));
  read_at(first * sizeof(TraceRecord), records.data(), records.size());
  return records;
}

}  // namespace gauntlet::sim
