// A throw-away PostgreSQL: made by initdb in a folder of its own, reached by a Unix socket in it,
// stopped by its own pid. No fsync: a crash of the server is survived, of the machine is not asked.
// initdb refuses root, so root becomes an unprivileged user for it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

namespace gauntlet::services_test {

class PostgresCluster {
 public:
  // Nothing when PostgreSQL is not installed.
  static std::unique_ptr<PostgresCluster> make(const std::string& name);
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  // Returns once it answers.
  void start();
  // SIGINT: a fast shutdown; SIGKILL: a crash.
  void stop(int signal);
  // A new, empty database, and how to connect to it.
  std::string database(const std::string& name);

 private:
  PostgresCluster(std::filesystem::path programs, std::filesystem::path folder);
  // Runs to its end; the exit code.
  int run(const std::string& program, const std::string& arguments) const;
  std::filesystem::path programs_, folder_;
  pid_t server_ = -1;
};

}  // namespace gauntlet::services_test
