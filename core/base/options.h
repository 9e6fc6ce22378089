// How an options struct says what it consists of: once, in its own .cc, for everybody who needs to
// know (the scenario loader, --set, the JSON Schema, the reference page).
//
//   struct LinkOptions { double interval_ms = 30; ... void describe(OptionVisitor&); };
//   void LinkOptions::describe(OptionVisitor& v) {
//     v.number("interval_ms", interval_ms, {7.5, 4000}, "ms", "connection interval",
//     "BLE 5.3 6.B");
//   }
//
// Fields hold their defaults before describe() is called; a visitor may read or overwrite them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gauntlet {

// Inclusive on both sides.
struct Range {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
};

class OptionVisitor {
 public:
  virtual ~OptionVisitor() = default;

  // `text` says what the field is, `source` where its default comes from (may be empty).
  virtual void number(std::string_view name, double& value, Range allowed, std::string_view unit,
                      std::string_view text, std::string_view source = {}) = 0;
  virtual void integer(std::string_view name, std::int64_t& value, Range allowed,
                       std::string_view unit, std::string_view text,
                       std::string_view source = {}) = 0;
  virtual void flag(std::string_view name, bool& value, std::string_view text) = 0;
  virtual void text(std::string_view name, std::string& value, std::string_view text) = 0;
  virtual void strings(std::string_view name, std::vector<std::string>& value,
                       std::string_view text) = 0;

  // One of a fixed set of names.
  template <class Enum>
  void choice(std::string_view name, Enum& value,
              std::initializer_list<std::pair<std::string_view, Enum>> allowed,
              std::string_view text) {
    std::vector<std::string_view> names;
    std::size_t index = 0;
    for (const auto& [n, v] : allowed) {
      if (v == value) index = names.size();
      names.push_back(n);
    }
    index = choose(name, names, index, text);
    value = (allowed.begin() + index)->second;
  }

  // A nested struct with its own describe().
  template <class T>
  void table(std::string_view name, T& value, std::string_view text) {
    enter(name, text, [&value](OptionVisitor& v) { value.describe(v); });
  }
  // An array of structs.
  template <class T>
  void list(std::string_view name, std::vector<T>& values, std::string_view text) {
    T prototype;
    repeat(
        name, text, values.size(), [&values](std::size_t n) { values.resize(n); },
        [&values](std::size_t i, OptionVisitor& v) { values[i].describe(v); },
        [&prototype](OptionVisitor& v) { prototype.describe(v); });
  }
  // A key "preset" that sets many fields at once; must be the first thing a describe() visits, so
  // that what the user writes beside it wins. `apply` is given one of `names`.
  virtual void preset(const std::vector<std::string_view>& names, std::string_view text,
                      const std::function<void(std::string_view)>& apply) = 0;

 protected:
  // Returns the index of the chosen name, `current` when nothing was chosen.
  virtual std::size_t choose(std::string_view name, const std::vector<std::string_view>& allowed,
                             std::size_t current, std::string_view text) = 0;
  virtual void enter(std::string_view name, std::string_view text,
                     const std::function<void(OptionVisitor&)>& describe) = 0;
  virtual void repeat(std::string_view name, std::string_view text, std::size_t size,
                      const std::function<void(std::size_t)>& resize,
                      const std::function<void(std::size_t, OptionVisitor&)>& describe,
                      const std::function<void(OptionVisitor&)>& describe_prototype) = 0;
};

}  // namespace gauntlet
