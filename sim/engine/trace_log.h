// A trace as a file that can be searched: beside the records, the rolling hash as it stood after
// every kBlock of them. Two such files agree up to wherever their prefix hashes are equal, so the
// first event in which two runs differ is found by binary search over the prefixes and by reading
// one block.
//
// Format, little-endian: the records as in memory (24 bytes each), the prefix hashes (8 bytes each,
// the first after no record, the last after all), the names of the tags (each: length in 4 bytes,
// text), then 5 words: number of records, number of prefixes, number of tags, kBlock, magic.
// Written to a temporary name and renamed by close().
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "sim/engine/simulation.h"
#include "sim/engine/trace.h"

namespace gauntlet::sim {

// The prefix hashes alone, in memory: what two runs need to be compared without files. Keeps the
// records of one block, when asked for.
class TracePrefixes final : public Trace {
 public:
  static constexpr std::size_t kBlock = 4096;
  static constexpr std::size_t kNoBlock = static_cast<std::size_t>(-1);

  explicit TracePrefixes(std::size_t kept_block = kNoBlock)
      : Trace(kBlock), prefixes_{hash()}, kept_block_(kept_block) {}
  // After no record, after kBlock of them, …, and after all of them.
  std::vector<std::uint64_t> prefixes() const;
  const std::vector<TraceRecord>& kept() const { return kept_; }
  // Takes the last, shorter block. No record may follow.
  void end();

 private:
  void full() override;
  std::vector<std::uint64_t> prefixes_;
  std::size_t kept_block_;
  std::vector<TraceRecord> kept_;
};

class TraceLog final : public Trace {
 public:
  explicit TraceLog(std::string path);
  ~TraceLog() override;  // without close(): removes the temporary file
  // `simulation` names the tags. Error codes: "trace_open", "trace_write", "trace_rename".
  Result<void> close(const Simulation& simulation);

 private:
  void full() override;
  std::string path_;
  std::ofstream file_;
  std::vector<std::uint64_t> prefixes_;
};

class TraceLogReader {
 public:
  // Codes: "trace_open", "trace_format" (what is wrong).
  static Result<TraceLogReader> open(const std::string& path);
  std::uint64_t count() const { return count_; }
  // Of blocks 0, 1, …; the last may be shorter.
  std::size_t blocks() const { return prefixes_ - 1; }
  // After `block` blocks; one word is read.
  std::uint64_t prefix(std::size_t block);
  std::vector<TraceRecord> block(std::size_t index);
  const std::vector<std::string>& tags() const { return tags_; }

 private:
  TraceLogReader() = default;
  Result<void> read_end(const std::string& path);
  template <class T>
  void read_at(std::uint64_t offset, T* out, std::size_t n);
  std::ifstream file_;
  std::uint64_t count_ = 0;
  std::size_t prefixes_ = 0;
  std::vector<std::string> tags_;
};

}  // namespace gauntlet::sim
