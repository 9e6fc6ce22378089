// What an options struct says of itself, for editors and for readers. Generated from the same
// describe() as the loader, so that neither can lag behind.
#pragma once

#include <functional>
#include <string>

#include "core/base/options.h"

namespace gauntlet::scenarios {

using Describe = std::function<void(OptionVisitor&)>;

// JSON Schema, Draft 4 (what editors' TOML plug-ins read).
std::string json_schema(const Describe& describe, const std::string& title);

// A Markdown page: one table a section, with unit, default, allowed values, text and source.
std::string reference_page(const Describe& describe, const std::string& title);

}  // namespace gauntlet::scenarios
