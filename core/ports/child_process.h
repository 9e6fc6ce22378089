// A process that we started: its own group, one socket as its stdin and stdout, a pipe as its
// stderr. However the owner ends, the process is reaped.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace gauntlet {

// How a process ended.
struct Ending {
  int status = 0;       // exit status, when it was not a signal
  int signal = 0;       // that ended it, 0: none
  bool killed = false;  // by us, after it had not ended by itself
  double cpu_s = 0;     // user and system time
  std::string words() const;
  bool clean() const { return status == 0 && signal == 0 && !killed; }
};

class ChildProcess {
 public:
  // Looks the program up in PATH. Code: "start".
  static Result<ChildProcess> start(const std::vector<std::string>& command);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  // Descriptors of our side, handed to the caller, who closes them.
  int take_socket() { return take(socket_); }
  int take_errors() { return take(errors_); }

  // Without waiting.
  std::optional<Ending> poll();
  // Waits for it, then kills its group.
  Ending end(std::chrono::steady_clock::duration grace);

 private:
  ChildProcess(pid_t pid, int socket, int errors) : pid_(pid), socket_(socket), errors_(errors) {}
  static int take(int& descriptor);
  pid_t pid_;
  int socket_, errors_;
  std::optional<Ending> ending_;
};

}  // namespace gauntlet
