#include "cli/progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>

namespace gauntlet::cli {

ProgressLine::ProgressLine(std::string what)
    : what_(std::move(what)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      begin_(std::chrono::steady_clock::now()) {}

ProgressLine::~ProgressLine() {
  if (terminal_ && shown_percent_ >= 0) fmt::print(stderr, "\r\033[K");
}

void ProgressLine::show(double share) {
  const int percent = static_cast<int>(100 * std::clamp(share, 0.0, 1.0));
  if (!terminal_ || percent == shown_percent_) return;
  shown_percent_ = percent;
  constexpr std::size_t kWidth = 30;
  const std::size_t filled = kWidth * static_cast<std::size_t>(percent) / 100;
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin_;
  const double left = share > 0.01 ? spent.count() * (1 - share) / share : 0;
  fmt::print(stderr, "\r\033[K{} [{}{}] {:3} %  {:.0f} s left", what_, std::string(filled, '#'),
             std::string(kWidth - filled, '.'), percent, left);
  std::fflush(stderr);
}

}  // namespace gauntlet::cli
