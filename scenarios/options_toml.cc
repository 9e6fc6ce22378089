#include "scenarios/options_toml.h"

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>

#include "core/base/nearest.h"
#include "core/files/whole_file.h"

namespace gauntlet::scenarios {
namespace {

namespace fs = std::filesystem;
using Problems = std::vector<Diagnostic>;

std::string shown(const toml::node& node) {
  std::ostringstream out;
  node.visit([&out](const auto& value) {
    if constexpr (toml::is_table<decltype(value)>) {
      out << "a table";
    } else if constexpr (toml::is_array<decltype(value)>) {
      out << "an array";
    } else {
      out << value;
    }
  });
  return out.str();
}

std::string number_text(double x) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, x).ptr;
  return {buffer, end};
}

std::string range_text(Range r, std::string_view unit) {
  std::string text = "allowed: ";
  const std::string suffix = unit.empty() ? "" : " " + std::string(unit);
  if (std::isinf(r.min) && std::isinf(r.max)) return text + "any number" + suffix;
  if (std::isinf(r.max)) return text + "at least " + number_text(r.min) + suffix;
  if (std::isinf(r.min)) return text + "at most " + number_text(r.max) + suffix;
  return text + number_text(r.min) + " to " + number_text(r.max) + suffix;
}

// Feeds one TOML table to a describe() and remembers which keys were asked for.
class TomlVisitor final : public OptionVisitor {
 public:
  TomlVisitor(const toml::table& table, std::string path, Problems& problems)
      : table_(table), path_(std::move(path)), problems_(problems) {}

  // Keys nobody asked for are mistakes.
  void finish() const {
    for (const auto& [key, node] : table_) {
      const std::string_view name = key.str();
      if (asked_.contains(std::string(name))) continue;
      std::vector<std::string_view> names(asked_.begin(), asked_.end());
      std::string message = "unknown key \"" + full(name) + "\"" + did_you_mean(name, names);
      if (message.back() != ')') message += "; known here: " + joined(names);
      report(key.source(), std::move(message));
    }
  }

  void number(std::string_view name, double& value, Range allowed, std::string_view unit,
              std::string_view, std::string_view) override {
    const toml::node* node = find(name);
    if (!node) return;
    const auto given = node->is_number() ? node->value<double>() : std::nullopt;
    if (!given) return wrong_type(name, *node, "a number", range_text(allowed, unit));
    if (!(*given >= allowed.min && *given <= allowed.max)) {
      return out_of_range(name, *node, allowed, unit);
    }
    value = *given;
  }
  void integer(std::string_view name, std::int64_t& value, Range allowed, std::string_view unit,
               std::string_view, std::string_view) override {
    const toml::node* node = find(name);
    if (!node) return;
    if (!node->is_integer())
      return wrong_type(name, *node, "a whole number", range_text(allowed, unit));
    const std::int64_t given = *node->value<std::int64_t>();
    if (!(static_cast<double>(given) >= allowed.min && static_cast<double>(given) <= allowed.max)) {
      return out_of_range(name, *node, allowed, unit);
    }
    value = given;
  }
  void flag(std::string_view name, bool& value, std::string_view) override {
    const toml::node* node = find(name);
    if (!node) return;
    if (!node->is_boolean()) return wrong_type(name, *node, "true or false", "");
    value = *node->value<bool>();
  }
  void text(std::string_view name, std::string& value, std::string_view) override {
    const toml::node* node = find(name);
    if (!node) return;
    if (!node->is_string()) return wrong_type(name, *node, "a text in quotes", "");
    value = *node->value<std::string>();
  }
  void strings(std::string_view name, std::vector<std::string>& value, std::string_view) override {
    const toml::node* node = find(name);
    if (!node) return;
    const toml::array* array = node->as_array();
    if (!array) return wrong_type(name, *node, "an array of texts", "");
    std::vector<std::string> given;
    for (const toml::node& item : *array) {
      if (!item.is_string()) return wrong_type(name, item, "an array of texts", "");
      given.push_back(*item.value<std::string>());
    }
    value = std::move(given);
  }
  void preset(const std::vector<std::string_view>& names, std::string_view,
              const std::function<void(std::string_view)>& apply) override {
    const toml::node* node = find("preset");
    if (!node) return;
    if (const auto index = one_of("preset", *node, names)) apply(names[*index]);
  }

 protected:
  std::size_t choose(std::string_view name, const std::vector<std::string_view>& allowed,
                     std::size_t current, std::string_view) override {
    const toml::node* node = find(name);
    return node ? one_of(name, *node, allowed).value_or(current) : current;
  }
  void enter(std::string_view name, std::string_view,
             const std::function<void(OptionVisitor&)>& describe) override {
    static const toml::table empty;
    const toml::node* node = find(name);
    if (node && !node->is_table()) return wrong_type(name, *node, "a table", "");
    visit_table(node ? *node->as_table() : empty, full(name), describe);
  }
  void repeat(std::string_view name, std::string_view, std::size_t,
              const std::function<void(std::size_t)>& resize,
              const std::function<void(std::size_t, OptionVisitor&)>& describe,
              const std::function<void(OptionVisitor&)>&) override {
    const toml::node* node = find(name);
    if (!node) return;
    const toml::array* array = node->as_array();
    if (!array) return wrong_type(name, *node, "an array of tables ([[" + full(name) + "]])", "");
    resize(0);  // what the file lists replaces the default, it does not add to it
    resize(array->size());
    for (std::size_t i = 0; i < array->size(); ++i) {
      const toml::table* item = array->get(i)->as_table();
      if (!item) return wrong_type(name, *array->get(i), "an array of tables", "");
      visit_table(*item, full(name) + "[" + std::to_string(i) + "]",
                  [&](OptionVisitor& v) { describe(i, v); });
    }
  }

 private:
  void visit_table(const toml::table& table, std::string path,
                   const std::function<void(OptionVisitor&)>& describe) {
    TomlVisitor inner(table, std::move(path), problems_);
    describe(inner);
    inner.finish();
  }
  const toml::node* find(std::string_view name) {
    asked_.insert(std::string(name));
    return table_.get(name);
  }
  std::string full(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
  }
  static std::string joined(const std::vector<std::string_view>& names) {
    std::string text;
    for (const auto name : names) text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
  }
  void report(const toml::source_region& where, std::string message) const {
    problems_.push_back(
        {where.path ? *where.path : "", where.begin.line, where.begin.column, std::move(message)});
  }
  void wrong_type(std::string_view name, const toml::node& node, const std::string& wanted,
                  const std::string& allowed) const {
    report(node.source(), full(name) + " = " + shown(node) + ": must be " + wanted +
                              (allowed.empty() ? "" : "; " + allowed));
  }
  void out_of_range(std::string_view name, const toml::node& node, Range allowed,
                    std::string_view unit) const {
    report(node.source(),
           full(name) + " = " + shown(node) + " is out of range; " + range_text(allowed, unit));
  }
  std::optional<std::size_t> one_of(std::string_view name, const toml::node& node,
                                    const std::vector<std::string_view>& allowed) const {
    const auto given = node.value<std::string>();
    if (!node.is_string() || !given) {
      wrong_type(name, node, "a text", "allowed: " + joined(allowed));
      return std::nullopt;
    }
    const auto it = std::find(allowed.begin(), allowed.end(), *given);
    if (it != allowed.end()) return static_cast<std::size_t>(it - allowed.begin());
    report(node.source(), full(name) + " = \"" + *given + "\" is not known" +
                              did_you_mean(*given, allowed) + "; allowed: " + joined(allowed));
    return std::nullopt;
  }

  const toml::table& table_;
  std::string path_;
  Problems& problems_;
  std::set<std::string> asked_;
};

// `over` wins; tables merge, everything else is replaced.
void merge(toml::table& base, toml::table&& over) {
  for (auto&& [key, node] : over) {
    toml::node* under = base.get(key.str());
    if (under && under->is_table() && node.is_table()) {
      merge(*under->as_table(), std::move(*node.as_table()));
    } else {
      base.insert_or_assign(key, std::move(node));
    }
  }
}

std::optional<toml::table> parse(const std::string& text, const std::string& name,
                                 Problems& problems) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& e) {
    problems.push_back(
        {name, e.source().begin.line, e.source().begin.column, std::string(e.description())});
    return std::nullopt;
  }
}

std::optional<std::string> read_file(const std::string& path, Problems& problems) {
  auto text = read_whole_file(path);
  if (text) return std::move(*text);
  problems.push_back({path, 0, 0, "cannot be read"});
  return std::nullopt;
}

// Resolves `extends`, the extending file on top.
std::optional<toml::table> resolve(const std::string& name, const std::string& text, int depth,
                                   Problems& problems) {
  constexpr int kDeepest = 8;
  auto table = parse(text, name, problems);
  if (!table) return std::nullopt;
  const toml::node* extends = table->get("extends");
  if (!extends) return table;
  const auto where = extends->source().begin;
  const auto base_name = extends->value<std::string>();
  if (!extends->is_string() || depth >= kDeepest) {
    problems.push_back({name, where.line, where.column,
                        depth >= kDeepest ? "extends: more than 8 files deep, or a circle"
                                          : "extends must be the path of a scenario"});
    return std::nullopt;
  }
  const std::string base_path = (fs::path(name).parent_path() / *base_name).string();
  table->erase("extends");
  const auto base_text = read_file(base_path, problems);
  if (!base_text) return std::nullopt;
  auto base = resolve(base_path, *base_text, depth + 1, problems);
  if (!base) return std::nullopt;
  merge(*base, std::move(*table));
  return base;
}

// Steps of "attack[0].level": {"attack", 0, "level"}.
struct Step {
  std::string name;
  std::optional<std::size_t> index;
};
std::optional<std::vector<Step>> parse_path(std::string_view path) {
  std::vector<Step> steps;
  while (!path.empty()) {
    const auto dot = path.find('.');
    std::string_view part = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    const auto bracket = part.find('[');
    steps.push_back({std::string(part.substr(0, bracket)), std::nullopt});
    if (bracket != std::string_view::npos) {
      std::size_t index = 0;
      const char* begin = part.data() + bracket + 1;
      const auto [end, error] = std::from_chars(begin, part.data() + part.size(), index);
      if (error != std::errc{} || end == part.data() + part.size() || *end != ']') return {};
      steps.back().index = index;
    }
    if (steps.back().name.empty()) return {};
  }
  if (steps.empty()) return {};
  return steps;
}

void apply_override(toml::table& root, const Override& o, Problems& problems) {
  auto complain = [&](const std::string& message) {
    problems.push_back({"--set", 0, 0, o.path + "=" + o.value + ": " + message});
  };
  const auto steps = parse_path(o.path);
  if (!steps) return complain("the path must look like phone.aligner or attack[0].level_db");
  toml::table value;
  const std::string label = "--set " + o.path;
  try {
    value = toml::parse("x = " + o.value, label);
  } catch (const toml::parse_error&) {
    value = toml::table{{"x", o.value}};  // a bare word is a text
  }
  toml::table* at = &root;
  for (std::size_t i = 0; i < steps->size(); ++i) {
    const Step& step = (*steps)[i];
    const bool last = i + 1 == steps->size();
    if (last && !step.index) {
      at->insert_or_assign(step.name, *value.get("x"));
      return;
    }
    toml::node* next = at->get(step.name);
    if (!next) next = &at->insert(step.name, toml::table{}).first->second;
    if (step.index) {
      toml::array* array = next->as_array();
      if (!array || *step.index >= array->size()) {
        return complain("there is no " + step.name + "[" + std::to_string(*step.index) + "]");
      }
      if (last) {
        array->replace(array->cbegin() + static_cast<std::ptrdiff_t>(*step.index), *value.get("x"));
        return;
      }
      next = array->get(*step.index);
    }
    at = next->as_table();
    if (!at) return complain(step.name + " is not a table");
  }
}

}  // namespace

std::string to_string(const Problems& diagnostics) {
  std::string text;
  for (const auto& d : diagnostics) {
    text += d.file;
    if (d.line > 0) text += ":" + std::to_string(d.line) + ":" + std::to_string(d.column);
    text += ": " + d.message + "\n";
  }
  return text;
}

bool parse_override(const std::string& text, Override& out, Problems& problems) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    problems.push_back({"--set", 0, 0, "\"" + text + "\" must look like path=value"});
    return false;
  }
  out = {text.substr(0, equals), text.substr(equals + 1)};
  return true;
}

bool load_options_text(const std::string& name, const std::string& text,
                       const std::vector<Override>& overrides,
                       const std::function<void(OptionVisitor&)>& describe, LoadedText& loaded,
                       Problems& problems) {
  loaded.path = name;
  loaded.text = text;
  auto table = resolve(name, text, 0, problems);
  if (!table) return false;
  for (const auto& o : overrides) apply_override(*table, o, problems);
  TomlVisitor visitor(*table, "", problems);
  describe(visitor);
  visitor.finish();
  std::ostringstream effective;
  effective << *table;
  loaded.effective = effective.str();
  return problems.empty();
}

bool load_options(const std::string& path, const std::vector<Override>& overrides,
                  const std::function<void(OptionVisitor&)>& describe, LoadedText& loaded,
                  Problems& problems) {
  const auto text = read_file(path, problems);
  return text && load_options_text(path, *text, overrides, describe, loaded, problems);
}

}  // namespace gauntlet::scenarios
