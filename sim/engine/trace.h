// What ran, in order: one record per event and a rolling hash over all of them. Two runs with equal
// hashes ran the same events at the same times in the same order.
//
// Sinks: a ring that keeps the last records in memory, and a file (written to a temporary name and
// renamed by close(), so that a killed run leaves either a whole file or none).
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "sim/engine/event.h"

namespace gauntlet::sim {

// What an event is of, for traces and messages: an index into the simulation's table of tag names.
using Tag = std::uint32_t;

struct TraceRecord {
  std::int64_t time_ns = 0;
  std::uint32_t sequence = 0;  // order of scheduling since the last renumbering
  Tag tag = 0;
  std::uint64_t priority = 0;
  friend bool operator==(const TraceRecord&, const TraceRecord&) = default;
};
static_assert(sizeof(TraceRecord) == 24);

class Trace {
 public:
  virtual ~Trace() = default;
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  void record(const Event& event, Tag tag) {
    if (used_ == buffer_.size()) full();
    const TraceRecord r{event.time_ns, event.sequence(), tag, event.priority()};
    buffer_[used_++] = r;
    ++count_;
    mix(static_cast<std::uint64_t>(r.time_ns));
    mix((std::uint64_t{r.sequence} << 32) | r.tag);
    mix(r.priority);
  }
  std::uint64_t count() const { return count_; }
  std::uint64_t hash() const { return hash_; }

 protected:
  explicit Trace(std::size_t capacity);
  // Makes room: `used_` is less than the buffer's size afterwards.
  virtual void full() = 0;

  std::vector<TraceRecord> buffer_;
  std::size_t used_ = 0;

 private:
  void mix(std::uint64_t word) {
    hash_ = (hash_ ^ word) * 0x9e3779b97f4a7c15u;
    hash_ ^= hash_ >> 32;
  }
  std::uint64_t count_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325u;
};

class TraceRing final : public Trace {
 public:
  // `capacity` >= 1 records are kept.
  explicit TraceRing(std::size_t capacity) : Trace(capacity) {}
  // Oldest first.
  std::vector<TraceRecord> last() const;

 private:
  void full() override { used_ = 0; }
};

class TraceFile final : public Trace {
 public:
  // Format: the records as they are in memory (little-endian, 24 bytes each), nothing else.
  static constexpr std::size_t kBuffer = 4096;
  explicit TraceFile(std::string path);
  ~TraceFile() override;  // without close(): removes the temporary file
  // Error codes: "trace_open", "trace_write", "trace_rename". No record may follow.
  Result<void> close();

 private:
  void full() override;
  std::string temporary() const { return path_ + ".tmp"; }

  std::string path_;
  std::FILE* file_;
  bool failed_ = false;
};

}  // namespace gauntlet::sim
