#include "tests/services/postgres_cluster.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <sstream>
#include <thread>
#include <vector>

#include "core/base/check.h"

namespace gauntlet::services_test {
namespace {

namespace fs = std::filesystem;

fs::path find_programs() {
  const fs::path all = "/usr/lib/postgresql";
  if (!fs::exists(all)) return {};
  for (const auto& version : fs::directory_iterator(all)) {
    if (fs::exists(version.path() / "bin/initdb")) return version.path() / "bin";
  }
  return {};
}

const passwd* unprivileged() {
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* user = ::getpwnam(name)) return user;
  }
  return nullptr;
}

pid_t start_program(const std::string& program, const std::string& arguments) {
  const pid_t child = ::fork();
  CHECK(child >= 0);
  if (child > 0) return child;
  const int nowhere = ::open("/dev/null", O_RDWR);
  for (const int standard : {0, 1, 2}) ::dup2(nowhere, standard);
  if (::geteuid() == 0) {
    const passwd* user = unprivileged();
    if (!user || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0) ::_exit(126);
  }
  std::vector<std::string> words{program};
  std::istringstream in(arguments);
  for (std::string word; in >> word;) words.push_back(word);
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  ::_exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  CHECK(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

}  // namespace

PostgresCluster::PostgresCluster(fs::path programs, fs::path folder)
    : programs_(std::move(programs)), folder_(std::move(folder)) {
  fs::remove_all(folder_);
  fs::create_directories(folder_);
  if (::geteuid() == 0) {
    const passwd* user = unprivileged();
    CHECK(user && ::chown(folder_.c_str(), user->pw_uid, user->pw_gid) == 0);
  }
  CHECK(run("initdb", "-D " + (folder_ / "data").string() + " -U tester -A trust --no-sync") == 0);
}

std::unique_ptr<PostgresCluster> PostgresCluster::make(const std::string& name) {
  const fs::path programs = find_programs();
  if (programs.empty() || (::geteuid() == 0 && !unprivileged())) return nullptr;
  // Short: a socket's path has at most 107 bytes.
  const fs::path folder = "/tmp/gauntlet_pg_" + name + "_" + std::to_string(::getpid());
  std::unique_ptr<PostgresCluster> made(new PostgresCluster(programs, folder));
  made->start();
  return made;
}

PostgresCluster::~PostgresCluster() {
  if (server_ > 0) stop(SIGINT);
  fs::remove_all(folder_);
}

int PostgresCluster::run(const std::string& program, const std::string& arguments) const {
  return wait_for(start_program((programs_ / program).string(), arguments));
}

void PostgresCluster::start() {
  CHECK(server_ < 0);
  server_ = start_program(
      (programs_ / "postgres").string(),
      "-D " + (folder_ / "data").string() + " -k " + folder_.string() +
          " -c listen_addresses= -c shared_buffers=8MB -c max_connections=10 -c fsync=off");
  constexpr int kTries = 300;
  for (int i = 0; i < kTries; ++i) {
    if (run("pg_isready", "-q -h " + folder_.string() + " -U tester") == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  CHECK(false, "the database does not start");
}

void PostgresCluster::stop(int signal) {
  CHECK(::kill(server_, signal) == 0);
  wait_for(server_);
  server_ = -1;
  // A crash leaves its children to notice by themselves.
  if (signal == SIGKILL) std::this_thread::sleep_for(std::chrono::milliseconds(500));
}

std::string PostgresCluster::database(const std::string& name) {
  CHECK(run("createdb", "-h " + folder_.string() + " -U tester " + name) == 0, name);
  return "host=" + folder_.string() + " user=tester dbname=" + name;
}

}  // namespace gauntlet::services_test

// libpqxx 6.4 loses its last result when the connection breaks in the middle of a statement, which
// is what these tests do to it. The sanitizer asks for this by name; nothing else is forgiven.
extern "C" const char* __lsan_default_suppressions();                                  // NOLINT
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx-6.4\n"; }  // NOLINT
