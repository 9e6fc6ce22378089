// "Did you mean": the candidate closest to a misspelt name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gauntlet {

// Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The closest candidate within a third of the name's length (at least 2 edits), else empty.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates);

// ` (did you mean "x"?)` or the empty string.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace gauntlet
