// Where a value stands in a TOML text, and the value as --set takes it: for whoever has something
// to say about a file that was read already.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gauntlet::scenarios {

struct TomlPlace {
  std::size_t line = 0, column = 0;  // from 1
  std::string value;                 // on one line
};

// `path` as --set writes it: "variant[1].set". Nothing when the text has no such value, or is no
// TOML.
std::optional<TomlPlace> find_in_toml(std::string_view text, std::string_view path);

}  // namespace gauntlet::scenarios
