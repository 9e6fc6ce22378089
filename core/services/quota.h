// How many requests a service answers to whom (OWASP API4:2023, unrestricted resource consumption).
//
// A rate is kept by the generic cell rate algorithm (ITU-T I.371, annex A): a token bucket of
// `burst` requests that fills at `per_s`, kept as one instant a key. What is limited:
//
//   address  requests that no token vouches for: everything at authz, elsewhere those whose token
//            is refused. One that is spent is refused before its token is looked at. An IPv6
//            address counts by its first 64 bits, which are one customer's.
//   subject  tokens made out to one user. Charged when the secret fits: nobody locks out another.
//   token    requests with one token, before its inner part is opened
//   cluster  requests of one cluster: the most that its members together can ask for
//
// What is refused is answered 429 with Retry-After and counted, quota_exceeded.<key>; it costs no
// key anything. The health routes are never refused.
//
// Clock: the host's. One that is set back makes a key wait no longer than an empty bucket does, one
// that is set forward fills buckets. Keys: at most `keys_max` of each kind; beyond, the one that
// was used the longest ago is forgotten, and counted, quota.forgotten, if it was not full again.
//
// Leaves out: X-Forwarded-For, which whoever asks can write: behind a proxy all share its address.
// Many addresses have a bucket each; who shares an address with a flood shares its refusals.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/authz/token.h"
#include "core/base/counters.h"
#include "core/base/options.h"
#include "core/base/time.h"

namespace gauntlet {

struct RateOptions {
  double per_s = 0;  // 0: no limit
  std::int64_t burst = 20;

  void describe(OptionVisitor& v);
};

struct QuotaOptions {
  RateOptions address, subject, token, cluster;
  std::int64_t keys_max = 65536;

  void describe(OptionVisitor& v);
};

// One rate for each of many keys. Not thread-safe.
class RateLimiter {
 public:
  RateLimiter(const RateOptions& rate, std::int64_t keys_max);
  bool on() const { return interval_ > Duration{}; }
  // Takes one request; when there is none, nothing, and says how long to wait.
  std::optional<Duration> take(std::string_view key, HostTime now);
  // What take() would say.
  std::optional<Duration> wait(std::string_view key, HostTime now);
  std::size_t keys() const { return entries_.size(); }
  // Keys that were forgotten before they were full again.
  std::uint64_t forgotten() const { return forgotten_; }

 private:
  struct Entry {
    HostTime full_at;
    std::list<std::string_view>::iterator used;
  };
  void settle(Entry& entry, HostTime now) const;
  void make_room(HostTime now);

  Duration interval_{}, depth_{};
  std::size_t keys_max_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::list<std::string_view> by_use_;  // the latest last
  std::uint64_t forgotten_ = 0;
};

// What a service asks for one request after the other: begin, then admit where a token vouches for
// it, then end. All three in one go, without waiting in between.
class Quota {
 public:
  Quota(const QuotaOptions& options, Counters& counters);
  // How long to wait, when it is refused.
  std::optional<Duration> begin(std::string_view peer, HostTime now);
  std::optional<Duration> admit(const OuterClaims& claims, HostTime now);
  std::optional<Duration> issue(std::string_view user, HostTime now);
  void end(HostTime now);

 private:
  std::optional<Duration> take(RateLimiter& limiter, std::string_view name, std::string_view key,
                               HostTime now);
  RateLimiter address_, subject_, token_, cluster_;
  Counters& counters_;
  std::string client_;  // of the present request
  bool admitted_ = false;
};

// "127.0.0.1:8443" -> "127.0.0.1", "[2001:db8:1:2::3]:443" -> "2001:db8:1:2::/64", "phone" -> same.
std::string client_of(std::string_view peer);

}  // namespace gauntlet
