// What a simulated network is like. Times are seconds of world time from the start of the run.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/base/options.h"
#include "core/base/result.h"

namespace gauntlet::sim {

// One direction between two hosts; "*" is any host. The delay of a segment is
// latency_ms_min + Exp(latency_ms_mean - latency_ms_min), and order is kept, as in TCP.
struct PathOptions {
  std::string from = "*";
  std::string to = "*";
  double latency_ms_min = 10;
  double latency_ms_mean = 15;
  double bandwidth_bytes_per_s = 0;  // 0: unlimited
  double loss = 0;                   // of a segment; costs a retransmission time-out
  double rto_ms_min = 200;
  double rto_s_max = 120;
  std::int64_t retries = 15;
  std::int64_t segment_bytes = 1460;
  std::int64_t buffer_bytes = 64 * 1024;  // sent but not yet read by the peer's application
  void describe(OptionVisitor& v);
};

// A host whose own radio is off (travel mode): its connects fail at once with host_unreachable,
// what is under way on its connections waits.
struct OfflineOptions {
  std::string host;
  double from_s = 0;
  double to_s = 0;
  void describe(OptionVisitor& v);
};

// No segment passes between two hosts ("*": any), either way.
struct PartitionOptions {
  std::string a = "*";
  std::string b = "*";
  double from_s = 0;
  double to_s = 0;
  void describe(OptionVisitor& v);
};

// What happens at one instant to the connections open then between two hosts ("*": any).
struct CutOptions {
  enum class Kind : std::uint8_t {
    reset,      // both ends get connection_reset
    half_open,  // swallowed from now on, both ways: a middlebox forgot them, the peer lost power
  };
  std::string a = "*";
  std::string b = "*";
  double at_s = 0;
  Kind kind = Kind::reset;
  void describe(OptionVisitor& v);
};

struct NetworkOptions {
  PathOptions path;                // between any two hosts that no entry of `paths` names
  std::vector<PathOptions> paths;  // the first that matches counts
  double loopback_latency_ms = 0.02;
  std::int64_t accept_backlog = 128;
  std::vector<OfflineOptions> offline;
  std::vector<PartitionOptions> partitions;
  std::vector<CutOptions> cuts;
  void describe(OptionVisitor& v);
  // No message between two hosts takes less: the lookahead of simulations that run apart.
  double latency_ms_min() const;
  // What a range alone cannot say: hosts that exist, means not below minima, ends not before
  // begins. Codes: unknown_host, bad_latency, bad_interval.
  Result<void> check(const std::vector<std::string>& hosts) const;
};

}  // namespace gauntlet::sim
