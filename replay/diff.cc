#include "replay/diff.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace gauntlet::replay {
namespace {

using wire::FrameView;

std::optional<Difference> differ(std::string field, std::string a, std::string b) {
  if (a == b) return std::nullopt;
  return Difference{0, std::move(field), std::move(a), std::move(b)};
}

std::optional<Difference> header_difference(const FrameView& a, const FrameView& b) {
  for (const wire::HeaderField& field : wire::header_fields(a.format)) {
    auto found = differ(std::string(field.name), std::to_string(a.header.*field.member),
                        std::to_string(b.header.*field.member));
    if (found) return found;
  }
  return std::nullopt;
}

struct Samples {
  std::vector<std::int16_t> xyz;
  std::vector<std::uint8_t> pads;
  explicit Samples(const FrameView& frame)
      : xyz(std::size_t{3} * frame.count()), pads(frame.count()) {
    frame.decode(xyz, pads);
  }
};

std::optional<Difference> payload_difference(const FrameView& a, const FrameView& b) {
  if (std::ranges::equal(a.payload, b.payload)) return std::nullopt;
  if (!a.decodable()) return Difference{0, "payload", "one", "another"};
  constexpr std::string_view kAxes[] = {"x", "y", "z"};
  const Samples of_a(a), of_b(b);
  for (std::size_t i = 0; i < of_a.xyz.size(); ++i) {
    std::string name = "sample " + std::to_string(i / 3) + " ";
    name.append(kAxes[i % 3]);
    auto found = differ(std::move(name), std::to_string(of_a.xyz[i]), std::to_string(of_b.xyz[i]));
    if (found) return found;
  }
  for (std::size_t i = 0; i < of_a.pads.size(); ++i) {
    auto found = differ("sample " + std::to_string(i) + " pad", std::to_string(of_a.pads[i]),
                        std::to_string(of_b.pads[i]));
    if (found) return found;
  }
  return std::nullopt;
}

std::string text_of(const std::optional<HostTime>& time) {
  return time ? std::to_string(time->time_since_epoch().count()) + " ns" : "none";
}
std::string text_of(const std::optional<std::uint8_t>& location) {
  return location ? std::to_string(*location) : "none";
}

std::optional<Difference> packet_difference(const Recording& ra, const Packet& a,
                                            const Recording& rb, const Packet& b) {
  auto found = differ("format", std::string(wire::to_string(a.format)),
                      std::string(wire::to_string(b.format)));
  if (found) return found;
  if (!std::ranges::equal(ra.bytes_of(a), rb.bytes_of(b))) {
    const FrameView fa = ra.frame(a), fb = rb.frame(b);
    found = header_difference(fa, fb);
    if (!found) found = payload_difference(fa, fb);
    if (found) return found;
  }
  found = differ("arrival", text_of(a.arrival), text_of(b.arrival));
  if (found) return found;
  return differ("location", text_of(a.location), text_of(b.location));
}

}  // namespace

std::optional<Difference> first_difference(const Recording& a, const Recording& b) {
  const std::size_t both = std::min(a.packets.size(), b.packets.size());
  for (std::size_t i = 0; i < both; ++i) {
    auto found = packet_difference(a, a.packets[i], b, b.packets[i]);
    if (!found) continue;
    found->packet = i;
    return found;
  }
  if (a.packets.size() == b.packets.size()) return std::nullopt;
  const bool longer = a.packets.size() > both;
  return Difference{both, "missing", longer ? "there" : "missing", longer ? "missing" : "there"};
}

std::string to_string(const Difference& d) {
  return "packet " + std::to_string(d.packet) + ", " + d.field + ": " + d.a + " against " + d.b;
}

}  // namespace gauntlet::replay
