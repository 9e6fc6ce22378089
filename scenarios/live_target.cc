#include "scenarios/live_target.h"

#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <chrono>
#include <optional>
#include <set>

namespace gauntlet::scenarios {
namespace {

Error bad(const std::string& text, const std::string& why) {
  return {"bad_target", "--target " + text + ": " + why + "; a target is https://host:port"};
}

struct Url {
  Endpoint at;
  bool tls = true;
};

Result<Url> parse_url(const std::string& text) {
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
    url.tls = false;
  } else {
    return bad(text, "neither https:// nor http://");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#@ ") != std::string_view::npos) return bad(text, "more than a host");
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return bad(text, "no port");
  const std::string_view port = rest.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.at.port);
  if (error != std::errc{} || end != port.data() + port.size() || url.at.port == 0) {
    return bad(text, "the port is none of 1 to 65535");
  }
  std::string_view host = rest.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  url.at.host = std::string(host);
  return url;
}

std::string name_of(const Endpoint& at) { return at.host + ":" + std::to_string(at.port); }

struct Authorisation {
  std::string target;
  std::chrono::year_month_day last;
};

template <class Int>
bool take_number(std::string_view text, Int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

// "2026-12-31"
std::optional<std::chrono::year_month_day> parse_day(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' ||
      !take_number(text.substr(0, 4), year) || !take_number(text.substr(5, 2), month) ||
      !take_number(text.substr(8, 2), day)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  return date.ok() ? std::optional(date) : std::nullopt;
}

// HOST:PORT until DAY by WHOM
std::optional<Authorisation> parse_line(std::string_view line) {
  constexpr std::string_view kUntil = " until ", kBy = " by ";
  const auto until = line.find(kUntil);
  if (until == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(until + kUntil.size());
  const auto by = rest.find(kBy);
  if (by == std::string_view::npos || rest.size() == by + kBy.size()) return std::nullopt;
  const auto day = parse_day(rest.substr(0, by));
  if (!day) return std::nullopt;
  return Authorisation{std::string(line.substr(0, until)), *day};
}

Result<std::set<std::string>> authorised(std::string_view text, HostTime now) {
  const auto today = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<Duration>(now.time_since_epoch()));
  std::set<std::string> targets;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty() || line[0] == '#') continue;
    const auto one = parse_line(line);
    if (!one) {
      return Error{"bad_authorisation", "authorisation, line " + std::to_string(number) +
                                            ": not \"HOST:PORT until YYYY-MM-DD by WHOM\""};
    }
    if (std::chrono::sys_days(one->last) >= today) targets.insert(one->target);
  }
  return targets;
}

}  // namespace

Result<LiveTarget> parse_target(const std::vector<std::string>& texts) {
  std::optional<Url> authz, ingest;
  for (const auto& text : texts) {
    const bool named = text.starts_with("authz=") || text.starts_with("ingest=");
    const auto url = parse_url(named ? text.substr(text.find('=') + 1) : text);
    if (!url) return url.error();
    if (!text.starts_with("ingest=")) authz = *url;
    if (!text.starts_with("authz=")) ingest = *url;
  }
  if (!authz || !ingest) {
    return Error{"bad_target", "--target: one URL for all, or authz=URL and ingest=URL"};
  }
  if (authz->tls != ingest->tls) return Error{"bad_target", "--target: https for both, or neither"};
  return LiveTarget{authz->at, ingest->at, authz->tls};
}

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  boost::system::error_code not_numeric;
  const auto address = boost::asio::ip::make_address(host, not_numeric);
  return !not_numeric && address.is_loopback();
}

Result<void> check_authorised(const LiveTarget& target, std::string_view authorisation,
                              HostTime now) {
  const auto allowed = authorised(authorisation, now);
  if (!allowed) return allowed.error();
  for (const Endpoint& at : {target.authz, target.ingest}) {
    if (is_loopback(at.host) || allowed->contains(name_of(at))) continue;
    return Error{"unauthorised",
                 "--target " + name_of(at) +
                     " is not on this machine's loopback interface, and no line \"" + name_of(at) +
                     " until YYYY-MM-DD by WHOM\" of --authorisation allows it"};
  }
  return {};
}

}  // namespace gauntlet::scenarios
