// result.json, both ways. nlohmann-json reads; our own writer writes, because the bytes matter.
#include <cmath>
#include <nlohmann/json.hpp>

#include "reports/json_writer.h"
#include "reports/metrics/encodings.h"
#include "reports/result.h"

namespace gauntlet::reports {

namespace {

void write_provenance(JsonWriter& w, const Provenance& p) {
  w.begin_object();
  w.key("scenario").string(p.scenario);
  w.key("scenario_sha256").string(to_hex(sha256(p.scenario_text)));
  w.key("scenario_text").string(p.scenario_text);
  w.key("seeds").begin_array(true);
  for (const std::uint64_t s : p.seeds) w.integer(s);
  w.end_array();
  w.key("duration_s").number(p.duration_s);
  w.key("split").string(p.split);
  w.key("version").string(p.version);
  w.key("git_commit").string(p.git_commit);
  w.key("compiler").string(p.compiler);
  w.key("command").string(p.command);
  w.end_object();
}

void write_optional(JsonWriter& w, const std::optional<double>& value) {
  if (value) {
    w.number(*value);
  } else {
    w.null();
  }
}

void write_metric(JsonWriter& w, const Metric& m) {
  w.begin_object();
  w.key("value");
  write_optional(w, m.value);
  w.key("unit").string(m.unit);
  w.key("n").integer(m.n);
  w.key("ci95");
  if (m.ci95) {
    w.begin_array(true).number(m.ci95->lo).number(m.ci95->hi).end_array();
  } else {
    w.null();
  }
  w.key("per_seed").begin_array(true);
  for (const auto& v : m.per_seed) write_optional(w, v);
  w.end_array();
  if (!m.reason.empty()) w.key("reason").string(m.reason);
  w.end_object();
}

void write_table(JsonWriter& w, const Table& t) {
  w.begin_object();
  w.key("columns").begin_array(true);
  for (const std::string& c : t.columns) w.string(c);
  w.end_array();
  w.key("rows").begin_array();
  for (const auto& row : t.rows) {
    w.begin_array(true);
    for (const Cell& cell : row) {
      if (const double* number = std::get_if<double>(&cell)) {
        w.number(*number);
      } else {
        w.string(std::get<std::string>(cell));
      }
    }
    w.end_array();
  }
  w.end_array();
  w.end_object();
}

using nlohmann::json;

// What is wrong with the shape, and where; thrown and caught in this file only.
struct ShapeError {
  std::string where;
  std::string what;
};

const json& member(const json& object, const std::string& where, const char* name) {
  const auto it = object.find(name);
  if (it == object.end()) throw ShapeError{where, std::string("has no \"") + name + '"'};
  return *it;
}

template <class T>
T member_as(const json& object, const std::string& where, const char* name) {
  const json& value = member(object, where, name);
  const bool fits = std::is_same_v<T, std::string> ? value.is_string()
                    : std::is_same_v<T, double>    ? value.is_number()
                                                   : value.is_number_unsigned();
  if (!fits) throw ShapeError{where + '.' + name, "is " + std::string(value.type_name())};
  return value.get<T>();
}

const json& container(const json& parent, const std::string& where, const char* name, bool array) {
  const json& value = member(parent, where, name);
  if (array ? !value.is_array() : !value.is_object()) {
    throw ShapeError{where + '.' + name, std::string("is no ") + (array ? "array" : "object")};
  }
  return value;
}

std::optional<double> optional_number(const json& value, const std::string& where) {
  if (value.is_null()) return std::nullopt;
  if (!value.is_number()) throw ShapeError{where, "is neither a number nor null"};
  return value.get<double>();
}

Provenance read_provenance(const json& j) {
  const std::string where = "provenance";
  Provenance p;
  p.scenario = member_as<std::string>(j, where, "scenario");
  p.scenario_text = member_as<std::string>(j, where, "scenario_text");
  for (const json& s : container(j, where, "seeds", true)) {
    if (!s.is_number_unsigned()) throw ShapeError{where + ".seeds", "has a seed that is no count"};
    p.seeds.push_back(s.get<std::uint64_t>());
  }
  p.duration_s = member_as<double>(j, where, "duration_s");
  p.split = member_as<std::string>(j, where, "split");
  p.version = member_as<std::string>(j, where, "version");
  p.git_commit = member_as<std::string>(j, where, "git_commit");
  p.compiler = member_as<std::string>(j, where, "compiler");
  p.command = member_as<std::string>(j, where, "command");
  return p;
}

Metric read_metric(const json& j, const std::string& where) {
  if (!j.is_object()) throw ShapeError{where, "is no object"};
  Metric m;
  m.value = optional_number(member(j, where, "value"), where + ".value");
  m.unit = member_as<std::string>(j, where, "unit");
  m.n = member_as<std::uint64_t>(j, where, "n");
  const json& ci = member(j, where, "ci95");
  if (!ci.is_null()) {
    if (!ci.is_array() || ci.size() != 2 || !ci[0].is_number() || !ci[1].is_number()) {
      throw ShapeError{where + ".ci95", "is neither null nor [lo, hi]"};
    }
    m.ci95 = Interval{ci[0].get<double>(), ci[1].get<double>()};
  }
  for (const json& v : container(j, where, "per_seed", true)) {
    m.per_seed.push_back(optional_number(v, where + ".per_seed"));
  }
  if (j.contains("reason")) m.reason = member_as<std::string>(j, where, "reason");
  return m;
}

Table read_table(const json& j, const std::string& where) {
  Table t;
  for (const json& c : container(j, where, "columns", true)) {
    if (!c.is_string()) throw ShapeError{where + ".columns", "has a name that is no text"};
    t.columns.push_back(c.get<std::string>());
  }
  for (const json& row : container(j, where, "rows", true)) {
    if (!row.is_array() || row.size() != t.columns.size()) {
      throw ShapeError{where + ".rows", "has a row whose length is not that of the columns"};
    }
    std::vector<Cell> cells;
    for (const json& c : row) {
      if (c.is_number()) {
        cells.emplace_back(c.get<double>());
      } else if (c.is_string()) {
        cells.emplace_back(c.get<std::string>());
      } else {
        throw ShapeError{where + ".rows", "has a cell that is neither number nor text"};
      }
    }
    t.rows.push_back(std::move(cells));
  }
  return t;
}

ResultFile read_result(const json& j) {
  ResultFile out;
  out.provenance = read_provenance(container(j, "result", "provenance", false));
  for (const auto& [name, m] : container(j, "result", "metrics", false).items()) {
    out.metrics.emplace(name, read_metric(m, "metrics." + name));
  }
  for (const auto& [name, t] : container(j, "result", "tables", false).items()) {
    if (!t.is_object()) throw ShapeError{"tables." + name, "is no object"};
    out.tables.emplace(name, read_table(t, "tables." + name));
  }
  for (const json& f : container(j, "result", "failures", true)) {
    if (!f.is_string()) throw ShapeError{"failures", "has an entry that is no text"};
    out.failures.push_back(f.get<std::string>());
  }
  return out;
}

}  // namespace

std::string to_json(const ResultFile& result) {
  JsonWriter w(2);
  w.begin_object();
  w.key("schema").integer(static_cast<std::uint64_t>(result.schema));
  w.key("provenance");
  write_provenance(w, result.provenance);
  w.key("metrics").begin_object();
  for (const auto& [name, m] : result.metrics) {
    w.key(name);
    write_metric(w, m);
  }
  w.end_object();
  w.key("tables").begin_object();
  for (const auto& [name, t] : result.tables) {
    w.key(name);
    write_table(w, t);
  }
  w.end_object();
  w.key("failures").begin_array();
  for (const std::string& f : result.failures) w.string(f);
  w.end_array();
  w.end_object();
  return w.text() + '\n';
}

Result<ResultFile> result_from_json(std::string_view text) {
  json j;
  try {
    j = json::parse(text);
  } catch (const json::exception& e) {
    return Error{"syntax", e.what()};
  }
  try {
    const std::uint64_t schema =
        j.is_object() ? member_as<std::uint64_t>(j, "result", "schema") : 0;
    if (!j.is_object()) throw ShapeError{"result", "is no object"};
    if (schema != kResultSchema) {
      return Error{"schema", "schema is " + std::to_string(schema) + ", this version reads " +
                                 std::to_string(kResultSchema)};
    }
    return read_result(j);
  } catch (const ShapeError& e) {
    return Error{"shape", e.where + ' ' + e.what};
  } catch (const json::exception& e) {
    return Error{"shape", e.what()};
  }
}

}  // namespace gauntlet::reports
