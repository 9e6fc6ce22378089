// Writes JSON text, piece by piece, always the same bytes for the same calls: keys in the order
// given, numbers the shortest that read back as the same double. A number that is not finite is our
// bug: whoever may have one writes null and says why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gauntlet::reports {

class JsonWriter {
 public:
  // indent 0: all on one line.
  explicit JsonWriter(int indent = 0) : indent_(indent) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  // `flat`: on one line, whatever the indent.
  JsonWriter& begin_array(bool flat = false);
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& number(double value);
  JsonWriter& integer(std::uint64_t value);
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  // Text that is JSON already.
  JsonWriter& raw(std::string_view json);

  const std::string& text() const { return out_; }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void before_value();
  void new_line();
  void quote(std::string_view text);

  int indent_;
  int depth_ = 0;
  int flat_from_ = -1;  // depth of the array that is written on one line
  bool first_ = true;
  bool after_key_ = false;
  std::string out_;
};

}  // namespace gauntlet::reports
