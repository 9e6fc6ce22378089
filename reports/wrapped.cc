#include "reports/wrapped.h"

#include <algorithm>

namespace gauntlet::reports {
namespace {

constexpr std::size_t kColumns = 100;

}  // namespace

std::string wrapped(const std::string& text, const std::string& indent) {
  std::string out;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t room = kColumns - indent.size();
    std::size_t end = text.size() - begin <= room ? text.size() : text.rfind(' ', begin + room);
    if (end == std::string::npos || end <= begin) end = std::min(text.size(), begin + room);
    out += indent;
    out.append(text, begin, end - begin).append("\n");
    begin = end + (end < text.size() && text[end] == ' ' ? 1 : 0);
  }
  return out;
}

}  // namespace gauntlet::reports
