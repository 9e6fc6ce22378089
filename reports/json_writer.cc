#include "reports/json_writer.h"

#include <charconv>
#include <cmath>

#include "core/base/check.h"

namespace gauntlet::reports {

JsonWriter& JsonWriter::begin_array(bool flat) {
  open('[');
  if (flat && flat_from_ < 0) flat_from_ = depth_;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  before_value();
  quote(name);
  out_ += indent_ > 0 ? ": " : ":";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  before_value();
  quote(text);
  return *this;
}

JsonWriter& JsonWriter::number(double value) {
  CHECK(std::isfinite(value), value);
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value == 0 ? 0.0 : value).ptr;
  return raw(std::string_view(text, static_cast<std::size_t>(end - text)));
}

JsonWriter& JsonWriter::integer(std::uint64_t value) { return raw(std::to_string(value)); }

JsonWriter& JsonWriter::raw(std::string_view json) {
  before_value();
  out_ += json;
  return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
  before_value();
  out_ += bracket;
  ++depth_;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  CHECK(depth_ > 0 && !after_key_, depth_);
  const bool flat = flat_from_ >= 0;
  if (flat_from_ == depth_) flat_from_ = -1;
  --depth_;
  if (!first_ && !flat) new_line();
  out_ += bracket;
  first_ = false;
  return *this;
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  if (!first_) out_ += flat_from_ >= 0 && indent_ > 0 ? ", " : ",";
  first_ = false;
  if (flat_from_ < 0) new_line();
}

void JsonWriter::new_line() {
  if (indent_ == 0) return;
  out_ += '\n';
  out_.append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(depth_), ' ');
}

void JsonWriter::quote(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out_ += '"';
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        out_ += "\\\"";
        break;
      case '\\':
        out_ += "\\\\";
        break;
      case '\n':
        out_ += "\\n";
        break;
      case '\t':
        out_ += "\\t";
        break;
      case '\r':
        out_ += "\\r";
        break;
      // So that no text can end the <script> in which the report keeps its data.
      case '<':
        out_ += "\\u003c";
        break;
      default:
        if (code < 0x20 || code == 0x7f) {
          out_ += "\\u00";
          out_ += kHex[code >> 4];
          out_ += kHex[code & 15];
        } else {
          out_ += c;
        }
    }
  }
  out_ += '"';
}

}  // namespace gauntlet::reports
