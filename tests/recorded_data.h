// Where the public recordings are: $GAUNTLET_DATA, or ../shared/data beside the source tree (the
// tests run in the source tree). They are never part of it, so a test on them may have to be
// skipped:
//
//   RECORDED_DATA_OR_SKIP(folder, "muvr-pebble/sessions");
#pragma once

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace gauntlet::testing_support {

// Empty when it is not there.
inline std::filesystem::path recorded_data(const char* inside) {
  const char* named = std::getenv("GAUNTLET_DATA");
  const std::filesystem::path folder =
      std::filesystem::path(named != nullptr ? named : "../shared/data") / inside;
  return std::filesystem::exists(folder) ? folder : std::filesystem::path{};
}

inline std::vector<std::byte> file_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> chars{std::istreambuf_iterator<char>(in), {}};
  const auto* first = reinterpret_cast<const std::byte*>(chars.data());
  return {first, first + chars.size()};
}

}  // namespace gauntlet::testing_support

#define RECORDED_DATA_OR_SKIP(variable, inside)                                              \
  const std::filesystem::path variable = ::gauntlet::testing_support::recorded_data(inside); \
  if (variable.empty()) GTEST_SKIP() << "skipped: no data"
