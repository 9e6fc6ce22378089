#include "scenarios/schema.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

namespace gauntlet::scenarios {
namespace {

using Json = nlohmann::ordered_json;

std::string number_text(double x) {
  if (std::isinf(x)) return x < 0 ? "−∞" : "∞";
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x).ptr};
}

std::string with_unit(std::string_view text, std::string_view unit) {
  return std::string(text) + (unit.empty() ? "" : " [" + std::string(unit) + "]");
}

class SchemaVisitor final : public OptionVisitor {
 public:
  SchemaVisitor() {
    schema["type"] = "object";
    schema["additionalProperties"] = false;
    schema["properties"] = Json::object();
  }
  Json schema;

  void number(std::string_view name, double& value, Range allowed, std::string_view unit,
              std::string_view text, std::string_view) override {
    bounded(property(name, "number", with_unit(text, unit)), allowed)["default"] = value;
  }
  void integer(std::string_view name, std::int64_t& value, Range allowed, std::string_view unit,
               std::string_view text, std::string_view) override {
    bounded(property(name, "integer", with_unit(text, unit)), allowed)["default"] = value;
  }
  void flag(std::string_view name, bool& value, std::string_view text) override {
    property(name, "boolean", text)["default"] = value;
  }
  void text(std::string_view name, std::string& value, std::string_view text) override {
    property(name, "string", text)["default"] = value;
  }
  void strings(std::string_view name, std::vector<std::string>& value,
               std::string_view text) override {
    Json& p = property(name, "array", text);
    p["items"]["type"] = "string";
    p["default"] = value;
  }
  void preset(const std::vector<std::string_view>& names, std::string_view text,
              const std::function<void(std::string_view)>&) override {
    property("preset", "string", text)["enum"] = names;
  }

 protected:
  std::size_t choose(std::string_view name, const std::vector<std::string_view>& allowed,
                     std::size_t current, std::string_view text) override {
    Json& p = property(name, "string", text);
    p["enum"] = allowed;
    p["default"] = allowed[current];
    return current;
  }
  void enter(std::string_view name, std::string_view text,
             const std::function<void(OptionVisitor&)>& describe) override {
    SchemaVisitor inner;
    describe(inner);
    inner.schema["description"] = text;
    schema["properties"][std::string(name)] = std::move(inner.schema);
  }
  void repeat(std::string_view name, std::string_view text, std::size_t,
              const std::function<void(std::size_t)>&,
              const std::function<void(std::size_t, OptionVisitor&)>&,
              const std::function<void(OptionVisitor&)>& describe_prototype) override {
    SchemaVisitor inner;
    describe_prototype(inner);
    property(name, "array", text)["items"] = std::move(inner.schema);
  }

 private:
  Json& property(std::string_view name, std::string_view type, std::string_view text) {
    Json& p = schema["properties"][std::string(name)];
    p["type"] = type;
    p["description"] = text;
    return p;
  }
  static Json& bounded(Json& p, Range allowed) {
    if (!std::isinf(allowed.min)) p["minimum"] = allowed.min;
    if (!std::isinf(allowed.max)) p["maximum"] = allowed.max;
    return p;
  }
};

class ReferenceVisitor final : public OptionVisitor {
 public:
  explicit ReferenceVisitor(std::string path) : path_(std::move(path)) {}
  std::string page() const { return (rows_.empty() ? "" : head() + rows_ + "\n") + sections_; }

  void number(std::string_view name, double& value, Range allowed, std::string_view unit,
              std::string_view text, std::string_view source) override {
    row(name, number_text(value), unit, range(allowed), text, source);
  }
  void integer(std::string_view name, std::int64_t& value, Range allowed, std::string_view unit,
               std::string_view text, std::string_view source) override {
    row(name, std::to_string(value), unit, range(allowed), text, source);
  }
  void flag(std::string_view name, bool& value, std::string_view text) override {
    row(name, value ? "true" : "false", "", "true, false", text, "");
  }
  void text(std::string_view name, std::string& value, std::string_view text) override {
    row(name, "\"" + value + "\"", "", "text", text, "");
  }
  void strings(std::string_view name, std::vector<std::string>& value,
               std::string_view text) override {
    row(name, joined(value), "", "texts", text, "");
  }
  void preset(const std::vector<std::string_view>& names, std::string_view text,
              const std::function<void(std::string_view)>&) override {
    row("preset", "", "", joined(names), text, "");
  }

 protected:
  std::size_t choose(std::string_view name, const std::vector<std::string_view>& allowed,
                     std::size_t current, std::string_view text) override {
    row(name, std::string(allowed[current]), "", joined(allowed), text, "");
    return current;
  }
  void enter(std::string_view name, std::string_view text,
             const std::function<void(OptionVisitor&)>& describe) override {
    section("[" + full(name) + "]", full(name), text, describe);
  }
  void repeat(std::string_view name, std::string_view text, std::size_t,
              const std::function<void(std::size_t)>&,
              const std::function<void(std::size_t, OptionVisitor&)>&,
              const std::function<void(OptionVisitor&)>& describe_prototype) override {
    section("[[" + full(name) + "]]", full(name), text, describe_prototype);
  }

 private:
  static std::string head() {
    return "| key | default | unit | allowed | what | source |\n"
           "| --- | --- | --- | --- | --- | --- |\n";
  }
  template <class Texts>
  static std::string joined(const Texts& texts) {
    std::string all;
    for (const auto& t : texts) all += (all.empty() ? "" : ", ") + std::string(t);
    return all;
  }
  static std::string range(Range r) {
    if (std::isinf(r.min) && std::isinf(r.max)) return "any";
    return number_text(r.min) + " … " + number_text(r.max);
  }
  std::string full(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
  }
  void row(std::string_view name, const std::string& value, std::string_view unit,
           const std::string& allowed, std::string_view text, std::string_view source) {
    std::ostringstream out;
    out << "| `" << name << "` | " << value << " | " << unit << " | " << allowed << " | " << text
        << " | " << source << " |\n";
    rows_ += out.str();
  }
  void section(const std::string& heading, std::string path, std::string_view text,
               const std::function<void(OptionVisitor&)>& describe) {
    ReferenceVisitor inner(std::move(path));
    describe(inner);
    sections_ += "## `" + heading + "`\n\n" + std::string(text) + "\n\n" + inner.page();
  }

  std::string path_;
  std::string rows_;
  std::string sections_;
};

}  // namespace

std::string json_schema(const Describe& describe, const std::string& title) {
  SchemaVisitor visitor;
  describe(visitor);
  Json schema;
  schema["$schema"] = "http://json-schema.org/draft-04/schema#";
  schema["title"] = title;
  schema.update(visitor.schema);
  return schema.dump(2) + "\n";
}

std::string reference_page(const Describe& describe, const std::string& title) {
  ReferenceVisitor visitor("");
  describe(visitor);
  return "# " + title + "\n\n" + visitor.page();
}

}  // namespace gauntlet::scenarios
