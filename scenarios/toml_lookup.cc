#include "scenarios/toml_lookup.h"

#include <toml++/toml.h>
#include <algorithm>
#include <sstream>

namespace gauntlet::scenarios {

std::optional<TomlPlace> find_in_toml(std::string_view text, std::string_view path) {
  toml::table root;
  try {
    root = toml::parse(text);
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
  const toml::node* node = root.at_path(path).node();
  if (!node) return std::nullopt;
  std::ostringstream out;
  node->visit([&out](const auto& value) { out << value; });
  std::string value = out.str();
  std::replace(value.begin(), value.end(), '\n', ' ');
  const auto& begin = node->source().begin;
  return TomlPlace{begin.line, begin.column, std::move(value)};
}

}  // namespace gauntlet::scenarios
