// A progress line on stderr, when that is a terminal: share done and time left.
#pragma once

#include <chrono>
#include <string>

namespace gauntlet::cli {

class ProgressLine {
 public:
  explicit ProgressLine(std::string what);
  ~ProgressLine();  // clears the line
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  // From any thread, one call at a time.
  void show(double share);

 private:
  std::string what_;
  bool terminal_;
  std::chrono::steady_clock::time_point begin_;
  int shown_percent_ = -1;
};

}  // namespace gauntlet::cli
