#include "core/services/quota.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cmath>

#include "core/base/check.h"

namespace gauntlet {
namespace {

constexpr double kSecond_ns = 1e9;

}  // namespace

void RateOptions::describe(OptionVisitor& v) {
  v.number("per_s", per_s, {0, 1e6}, "1/s", "requests answered in the long run; 0 for no limit",
           "choice");
  v.integer("burst", burst, {1, 1e6}, "requests", "answered at once after a rest", "choice");
}

void QuotaOptions::describe(OptionVisitor& v) {
  v.table("address", address, "of one client address, without a token that is accepted");
  v.table("subject", subject, "tokens made out to one user");
  v.table("token", token, "with one token");
  v.table("cluster", cluster, "of one cluster");
  v.integer("keys_max", keys_max, {1, 1e8}, "keys", "remembered of each kind, the latest ones",
            "choice");
}

RateLimiter::RateLimiter(const RateOptions& rate, std::int64_t keys_max)
    : interval_(rate.per_s > 0 ? std::max<std::int64_t>(1, std::llround(kSecond_ns / rate.per_s))
                               : 0),
      depth_(interval_ * rate.burst),
      keys_max_(static_cast<std::size_t>(keys_max)) {}

// Never later than an empty bucket's, whatever the clock did since.
void RateLimiter::settle(Entry& entry, HostTime now) const {
  entry.full_at = std::clamp(entry.full_at, now, now + depth_);
}

std::optional<Duration> RateLimiter::wait(std::string_view key, HostTime now) {
  const auto it = entries_.find(key);
  if (it == entries_.end()) return std::nullopt;
  settle(it->second, now);
  const Duration after = it->second.full_at + interval_ - now;
  return after > depth_ ? std::optional(after - depth_) : std::nullopt;
}

std::optional<Duration> RateLimiter::take(std::string_view key, HostTime now) {
  if (!on()) return std::nullopt;
  auto it = entries_.find(key);
  if (it == entries_.end()) {
    make_room(now);
    it = entries_.emplace(std::string(key), Entry{now, {}}).first;
    it->second.used = by_use_.insert(by_use_.end(), it->first);
  } else {
    by_use_.splice(by_use_.end(), by_use_, it->second.used);
    if (const auto left = wait(key, now)) return left;
  }
  it->second.full_at += interval_;
  return std::nullopt;
}

void RateLimiter::make_room(HostTime now) {
  if (entries_.size() < keys_max_) return;
  const auto oldest = entries_.find(by_use_.front());
  CHECK(oldest != entries_.end());
  forgotten_ += oldest->second.full_at > now;
  by_use_.pop_front();
  entries_.erase(oldest);
}

Quota::Quota(const QuotaOptions& options, Counters& counters)
    : address_(options.address, options.keys_max),
      subject_(options.subject, options.keys_max),
      token_(options.token, options.keys_max),
      cluster_(options.cluster, options.keys_max),
      counters_(counters) {}

std::optional<Duration> Quota::begin(std::string_view peer, HostTime now) {
  admitted_ = false;
  if (!address_.on()) return std::nullopt;
  client_ = client_of(peer);
  const auto wait = address_.wait(client_, now);
  if (wait) counters_.add("quota_exceeded.address");
  return wait;
}

std::optional<Duration> Quota::admit(const OuterClaims& claims, HostTime now) {
  admitted_ = true;
  // Its own token's first: a flood with one token does not use up the cluster of others.
  if (const auto wait = take(token_, "token", claims.token_id, now)) return wait;
  return take(cluster_, "cluster", claims.cluster_id, now);
}

std::optional<Duration> Quota::issue(std::string_view user, HostTime now) {
  return take(subject_, "subject", user, now);
}

void Quota::end(HostTime now) {
  if (!admitted_) take(address_, "address", client_, now);
}

std::optional<Duration> Quota::take(RateLimiter& limiter, std::string_view name,
                                    std::string_view key, HostTime now) {
  const std::uint64_t before = limiter.forgotten();
  const auto wait = limiter.take(key, now);
  if (wait) counters_.add(std::string("quota_exceeded.").append(name));
  if (limiter.forgotten() > before) counters_.add("quota.forgotten");
  return wait;
}

std::string client_of(std::string_view peer) {
  constexpr unsigned kCustomerBits = 64;
  const std::string_view host = peer.substr(0, peer.rfind(':'));
  if (!host.starts_with('[') || !host.ends_with(']')) return std::string(host);
  boost::system::error_code error;
  auto address =
      boost::asio::ip::make_address_v6(std::string(host.substr(1, host.size() - 2)), error);
  if (error) return std::string(host);
  if (address.is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address).to_string();
  }
  auto bytes = address.to_bytes();
  std::fill(bytes.begin() + kCustomerBits / 8, bytes.end(), std::uint8_t{0});
  return boost::asio::ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace gauntlet
