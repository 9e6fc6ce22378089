// Fills an options struct (core/base/options.h) from TOML. Every mistake is reported, not only the
// first, each with file, line, column, the value, what is allowed and the nearest valid name.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/options.h"

namespace gauntlet::scenarios {

struct Diagnostic {
  std::string file;  // or "--set" for an override
  std::size_t line = 0;
  std::size_t column = 0;
  std::string message;
};
// "gym.toml:12:5: message", one a line.
std::string to_string(const std::vector<Diagnostic>& diagnostics);

// A value given beside the file: path "phone.aligner", "attack[0].level_db"; value in TOML, or a
// bare word, which is taken as a string.
struct Override {
  std::string path;
  std::string value;
};
// Splits "path=value"; a text without '=' is a diagnostic.
bool parse_override(const std::string& text, Override& out, std::vector<Diagnostic>& problems);

struct LoadedText {
  std::string path;       // as given, "<memory>" for text
  std::string text;       // of the file itself
  std::string effective;  // TOML after `extends` and overrides, keys in order
};

// Reads `path` (and what it `extends`, at most 8 deep, relative to the extending file), applies the
// overrides and feeds `describe`. Returns false when `problems` is not empty.
bool load_options(const std::string& path, const std::vector<Override>& overrides,
                  const std::function<void(OptionVisitor&)>& describe, LoadedText& loaded,
                  std::vector<Diagnostic>& problems);
// The same from text in memory.
bool load_options_text(const std::string& name, const std::string& text,
                       const std::vector<Override>& overrides,
                       const std::function<void(OptionVisitor&)>& describe, LoadedText& loaded,
                       std::vector<Diagnostic>& problems);

}  // namespace gauntlet::scenarios
