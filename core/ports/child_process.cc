#include "core/ports/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

namespace gauntlet {
namespace {

void close_if_open(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

// The four descriptors that a child begins with. Close-on-exec, so that no other child of ours
// holds the end whose closing one of them waits for.
struct Descriptors {
  std::array<int, 2> socket{-1, -1};
  std::array<int, 2> errors{-1, -1};
  Descriptors() = default;
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;
  ~Descriptors() {
    for (int* d : {&socket[0], &socket[1], &errors[0], &errors[1]}) close_if_open(*d);
  }
  // A socket and not two pipes: writing to a socket whose reader has gone raises no SIGPIPE.
  bool open() {
    return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socket.data()) == 0 &&
           ::pipe2(errors.data(), O_CLOEXEC) == 0;
  }
};

int spawn_process(const std::vector<std::string>& command, const Descriptors& d, pid_t& pid) {
  std::vector<char*> arguments;
  for (const std::string& a : command) arguments.push_back(const_cast<char*>(a.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, d.socket[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, d.socket[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, d.errors[1], STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  const int error =
      ::posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

std::string Ending::words() const {
  if (killed) return "had to be killed";
  if (signal != 0) {
    return "was ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
  }
  return "exited with status " + std::to_string(status);
}

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& command) {
  Descriptors d;
  if (!d.open()) return Error{"start", std::string("no descriptors: ") + std::strerror(errno)};
  pid_t pid = 0;
  if (const int error = spawn_process(command, d, pid); error != 0) {
    return Error{"start", command.front() + " cannot be started: " + std::strerror(error)};
  }
  return ChildProcess(pid, std::exchange(d.socket[0], -1), std::exchange(d.errors[0], -1));
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      socket_(std::exchange(other.socket_, -1)),
      errors_(std::exchange(other.errors_, -1)),
      ending_(other.ending_) {}

ChildProcess::~ChildProcess() {
  if (pid_ > 0 && !ending_) end({});
  close_if_open(socket_);
  close_if_open(errors_);
}

int ChildProcess::take(int& descriptor) { return std::exchange(descriptor, -1); }

std::optional<Ending> ChildProcess::poll() {
  if (ending_) return ending_;
  siginfo_t info{};
  const int seen = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  if (seen == 0 && info.si_pid == 0) return std::nullopt;
  // Not reaped yet, so the group is still its own: what it started and left behind ends with it.
  if (seen == 0) ::kill(-pid_, SIGKILL);
  int status = 0;
  rusage used{};
  ::wait4(pid_, &status, 0, &used);
  Ending e;
  if (WIFEXITED(status)) e.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) e.signal = WTERMSIG(status);
  for (const timeval& t : {used.ru_utime, used.ru_stime}) {
    e.cpu_s += static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  }
  return ending_ = e;
}

Ending ChildProcess::end(std::chrono::steady_clock::duration grace) {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  std::optional<Ending> e = poll();
  while (!e && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
    e = poll();
  }
  if (e) return *e;
  ::kill(-pid_, SIGKILL);
  while (!(e = poll())) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  ending_->killed = true;
  return *ending_;
}

}  // namespace gauntlet
