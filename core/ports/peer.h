// The other side of a pipeline contract: whole messages to and from a child's stdin and stdout, a
// TCP port or a Unix socket. Each message follows its length as a varint.
//
// Waits in real time with a deadline, whatever time the caller simulates; while it waits both
// directions and the child's stderr make progress, so that neither side can block the other.
// Bounds: the longest message, 16 MiB under way to the peer, 16 MiB of it not yet taken.
// One thread. A child is reaped however this object ends.
//
// Error codes: "start" (cannot be started or reached), "timeout", "closed" (the peer has gone),
// "too_long" (a message beyond the limit), "framing" (no length), "overrun" (it does not read).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/ports/child_process.h"
#include "core/ports/pipeline_options.h"

namespace gauntlet {

class Peer {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  static Result<std::unique_ptr<Peer>> start(const PipelineOptions& options);
  ~Peer();

  // Queues a message. Codes: "overrun", "too_long".
  Result<void> send(std::string_view message);
  // The next message.
  Result<std::string> receive(Deadline deadline);
  // Half-closes, waits for the peer to close and, for a child, to exit; kills it beyond. Codes:
  // "end" (it did not end by itself), "exit" (a child's status was not 0).
  Result<void> finish(Deadline deadline);

  // A child's ending, once it has ended.
  const std::optional<Ending>& ending() const { return ending_; }
  // Where it is and, for a child, how it ended and its last lines on stderr, for a message.
  std::string obituary();

 private:
  struct Io;
  explicit Peer(std::unique_ptr<Io> io);
  Result<bool> take(std::string& message);
  std::unique_ptr<Io> io_;
  std::optional<Ending> ending_;
};

}  // namespace gauntlet
