// Metric M0, identifier flow: every identifier of the run's person is a canary, random and unique,
// so finding it anywhere proves that it flowed there.
//
// Searched forms: raw; UTF-16 of either byte order; hex in lower and upper case; base64 and
// base64url at all three alignments (only the characters that no neighbour can change); percent
// encoding; SHA-256 as bytes, hex and base64; for identifiers that are written in hex (UUIDs) the
// bytes themselves and the digits without dashes. Runs of base64 or base64url of 16 characters and
// more are decoded and searched again, three deep, so a JWT's parts and what is packed into them
// are seen; what is encrypted is not, by design: it may flow.
//
// Leaves out: keyed hashes, compression, an identifier cut into pieces. Identifiers shorter than
// kShortestCanary bytes turn up by chance and are refused: the verdict is then missing, not safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/metrics/value.h"
#include "reports/record.h"

namespace gauntlet::reports {

inline constexpr std::size_t kShortestCanary = 8;

struct CanaryHit {
  std::string place;
  std::string identifier;          // "user_id"
  std::vector<std::string> forms;  // "raw", "base64url", "sha256.hex", "base64 > raw"
  std::uint64_t count = 0;
  bool allowed = false;
};

struct CanarySearch {
  std::vector<CanaryHit> hits;          // by place, then identifier
  std::vector<std::string> joined;      // places that hold user and session together without leave
  std::vector<std::string> unsearched;  // identifiers that are too short, in words
  std::uint64_t identifiers = 0;        // searched; empty ones do not exist
  std::uint64_t bytes = 0;
  std::uint64_t violations() const;
};

CanarySearch search_canaries(const RunRecord& record);
void measure_privacy(const CanarySearch& search, MetricValues& out);

}  // namespace gauntlet::reports
