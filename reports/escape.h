// Text into XML or HTML, in content and in quoted attributes.
#pragma once

#include <string>
#include <string_view>

namespace gauntlet::reports {

std::string escape_xml(std::string_view text);

}  // namespace gauntlet::reports
