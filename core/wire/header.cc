#include "core/wire/header.h"

#include "core/base/check.h"

namespace gauntlet::wire {
namespace {

using H = FrameHeader;

constexpr HeaderField kPebble5[] = {
    {"type", 0, 1, &H::type},    {"count", 1, 1, &H::count},
    {"rate", 2, 1, &H::rate_hz}, {"sample_size", 3, 1, &H::sample_size},
    {"pad", 4, 1, &H::pad},
};
constexpr HeaderField kPebble16[] = {
    {"type", 0, 1, &H::type},     {"count", 1, 1, &H::count},
    {"rate", 2, 1, &H::rate_hz},  {"sample_size", 3, 1, &H::sample_size},
    {"device", 4, 1, &H::device}, {"sequence", 5, 1, &H::sequence},
    {"end", 6, 8, &H::end_ms},    {"duration", 14, 2, &H::duration_ms},
};
constexpr HeaderField kMuvr20[] = {
    {"magic", 0, 1, &H::magic},
    {"device", 1, 1, &H::device},
    {"type_count", 2, 1, &H::type_count},
    {"rate", 3, 1, &H::rate_hz},
    {"start", 4, 8, &H::start_bits},
    {"value_count", 12, 4, &H::value_count},
    {"tag", 16, 4, &H::tag},
};
constexpr HeaderField kDelta18[] = {
    {"type", 0, 1, &H::type},
    {"count", 1, 1, &H::count},
    {"rate", 2, 1, &H::rate_hz},
    {"sample_size", 3, 1, &H::sample_size},
    {"device", 4, 1, &H::device},
    {"sequence", 5, 1, &H::sequence},
    {"end", 6, 8, &H::end_ms},
    {"duration", 14, 2, &H::duration_ms},
    {"code_bytes", 16, 2, &H::code_bytes},
};

constexpr std::size_t end_of(const HeaderField& last) {
  return std::size_t{last.offset} + last.width;
}

}  // namespace

std::string_view to_string(FrameFormat format) {
  switch (format) {
    case FrameFormat::pebble5:
      return "pebble5";
    case FrameFormat::pebble16:
      return "pebble16";
    case FrameFormat::muvr20:
      return "muvr20";
    case FrameFormat::delta18:
      return "delta18";
  }
  return "unknown";
}

std::span<const HeaderField> header_fields(FrameFormat format) {
  switch (format) {
    case FrameFormat::pebble5:
      return kPebble5;
    case FrameFormat::pebble16:
      return kPebble16;
    case FrameFormat::muvr20:
      return kMuvr20;
    case FrameFormat::delta18:
      return kDelta18;
  }
  return {};
}

std::size_t header_bytes(FrameFormat format) { return end_of(header_fields(format).back()); }

FrameHeader read_header(FrameFormat format, std::span<const std::byte> bytes) {
  CHECK(bytes.size() >= header_bytes(format), bytes.size());
  FrameHeader header;
  for (const HeaderField& field : header_fields(format)) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < field.width; ++i) {
      value |= std::to_integer<std::uint64_t>(bytes[field.offset + i]) << (8 * i);
    }
    header.*field.member = value;
  }
  return header;
}

void write_header(FrameFormat format, const FrameHeader& header, std::span<std::byte> bytes) {
  CHECK(bytes.size() >= header_bytes(format), bytes.size());
  for (const HeaderField& field : header_fields(format)) {
    const std::uint64_t value = header.*field.member;
    CHECK(field.width == 8 || value >> (8 * field.width) == 0, field.name, value);
    for (unsigned i = 0; i < field.width; ++i) {
      bytes[field.offset + i] = static_cast<std::byte>(value >> (8 * i));
    }
  }
}

}  // namespace gauntlet::wire
