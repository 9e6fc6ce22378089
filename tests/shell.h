// What a command printed, stdout and stderr together, and how it ended.
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>

namespace gauntlet {

struct Ran {
  int code = -1;  // -1: it was killed, or never ran
  std::string text;
};

inline Ran shell(const std::string& command) {
  Ran ran;
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return ran;
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe))
    ran.text.append(buffer, n);
  const int status = ::pclose(pipe);
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

}  // namespace gauntlet
