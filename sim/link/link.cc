#include "sim/link/link.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace gauntlet::sim {

Link::Link(Simulation& simulation, const LinkOptions& options, const RandomStream& stream,
           TrueDevice& truth, Counters& dropped, DeliverySink sink, PhoneRadio* phone)
    : simulation_(simulation),
      options_(options),
      truth_(truth),
      dropped_(dropped),
      sink_(std::move(sink)),
      delay_(stream.child("delay")),
      duplicate_(stream.child("duplicate")),
      reorder_(stream.child("reorder")),
      loss_(options.loss, stream.child("loss")),
      outages_(options, stream.child("outages"), simulation.now()),
      radio_(simulation, options, stream.child("radio"), phone != nullptr ? *phone : own_phone_),
      last_arrival_(simulation.now()),
      begin_(simulation.now()) {}

std::size_t Link::take_slot(const Message& m) {
  if (free_.empty()) {
    free_.push_back(slots_.size());
    slots_.emplace_back();
  }
  const std::size_t i = free_.back();
  free_.pop_back();
  Slot& s = slots_[i];
  s.bytes.assign(m.bytes.begin(), m.bytes.end());
  s.sensor = m.sensor;
  s.first_sample = m.first_sample;
  s.count = m.count;
  s.created = m.created;
  s.copies = 0;
  s.arrived = false;
  return i;
}

void Link::release(std::size_t slot) { free_.push_back(slot); }

void Link::count_dropped(const Slot& slot, const char* reason) {
  dropped_.add(reason, slot.count);
  account_.dropped.add(reason, slot.count);
  account_.dropped_bytes += slot.bytes.size();
}

void Link::drop(std::size_t slot, const char* reason) {
  count_dropped(slots_[slot], reason);
  release(slot);
}

void Link::send(const Message& message) {
  keep_account();
  ++account_.accepted_messages;
  account_.accepted_samples += message.count;
  account_.accepted_bytes += message.bytes.size();
  const std::size_t slot = take_slot(message);
  if (gave_up_ || stopped_) {
    drop(slot, gave_up_ ? "link.gave_up" : "link.end_of_run");
    return;
  }
  make_room(message.bytes.size());
  if (queued_bytes_ + message.bytes.size() > static_cast<std::uint64_t>(options_.queue_bytes)) {
    drop(slot, "link.queue_full");
    return;
  }
  queue_.push_back(slot);
  queued_bytes_ += message.bytes.size();
  const Backlog now = backlog_at(simulation_.now());
  account_.backlog_bytes_max = std::max(account_.backlog_bytes_max, now.bytes);
  pump();
}

void Link::make_room(std::size_t bytes) {
  const auto bound = static_cast<std::uint64_t>(options_.queue_bytes);
  if (options_.queue_policy == QueuePolicy::drop_newest || bytes > bound) return;
  while (!queue_.empty() && queued_bytes_ + bytes > bound) {
    const std::size_t oldest = queue_.front();
    queue_.pop_front();
    queued_bytes_ -= slots_[oldest].bytes.size();
    drop(oldest, "link.queue_full");
  }
}

void Link::pump() {
  if (in_flight_ != kNone || queue_.empty()) return;
  in_flight_ = queue_.front();
  queue_.pop_front();
  queued_bytes_ -= slots_[in_flight_].bytes.size();
  tries_ = 0;
  start_try();
}

void Link::start_try() {
  if (stopped_) return;
  const WorldTime now = simulation_.now();
  outages_.advance(now);
  if (now >= outages_.noticed() && now < outages_.end()) {  // known to be disconnected: wait
    simulation_.at(
        outages_.end(), [this] { start_try(); }, kDefaultPriority,
        simulation_.tag("link: back in reach"));
    return;
  }
  if (const WorldTime up = radio_.connected_at(); up > now) {
    simulation_.at(up, [this] { start_try(); });
    return;
  }
  ++tries_;
  ++account_.tries;
  account_.attempted_bytes += slots_[in_flight_].bytes.size();
  const bool lost = loss_.next_try_lost();
  radio_.send(slots_[in_flight_].bytes.size(), [this, lost](bool sent) {
    finish_try(sent && !lost && simulation_.now() <= outages_.begin());
  });
}

void Link::finish_try(bool ok) {
  if (stopped_) return;
  keep_account();
  if (ok) {
    deliver_later(std::exchange(in_flight_, kNone));
    pump();
    return;
  }
  ++account_.failed_tries;
  account_.failed_bytes += slots_[in_flight_].bytes.size();
  ++errors_;
  if (options_.give_up_errors > 0 && errors_ >= options_.give_up_errors) {
    gave_up_ = true;
    drop(std::exchange(in_flight_, kNone), "link.gave_up");
    for (const std::size_t slot : queue_) drop(slot, "link.gave_up");
    queue_.clear();
    queued_bytes_ = 0;
    return;
  }
  if (tries_ < options_.tries) {
    simulation_.after(
        from_ms(options_.retry_ms), [this] { start_try(); }, kDefaultPriority,
        simulation_.tag("link: tries again"));
    return;
  }
  drop(std::exchange(in_flight_, kNone), "link.outbox_timeout");
  pump();
}

Duration Link::draw_delay() {
  const DelayOptions& d = options_.delay;
  if (d.kind == DelayKind::empirical) return from_ms(d.at_quantile(delay_.uniform()));
  return from_ms(d.min_ms + delay_.exponential(std::max(0.0, d.mean_ms - d.min_ms)));
}

void Link::deliver_later(std::size_t slot) {
  WorldTime at = simulation_.now() + draw_delay();
  if (!reorder_.chance(options_.reorder_probability)) {
    at = std::max(at, last_arrival_);
    last_arrival_ = at;
  }
  const bool twice = duplicate_.chance(options_.duplicate_probability);
  const double apart_ms = duplicate_.uniform(options_.duplicate_min_ms, options_.duplicate_max_ms);
  slots_[slot].copies = twice ? 2 : 1;
  on_the_way_ += slots_[slot].copies;
  const Tag arrives = simulation_.tag("link: arrives");
  simulation_.at(at, [this, slot] { arrive(slot); }, kDefaultPriority, arrives);
  if (twice) {
    simulation_.at(
        at + from_ms(apart_ms), [this, slot] { arrive(slot); }, kDefaultPriority, arrives);
  }
}

void Link::arrive(std::size_t slot) {
  Slot& s = slots_[slot];
  --s.copies;
  --on_the_way_;
  if (stopped_) {
    // A duplicate whose first copy made it is no loss.
    if (s.copies == 0) s.arrived ? release(slot) : drop(slot, "link.end_of_run");
    return;
  }
  const Delivery delivery{s.bytes, s.sensor, s.first_sample, s.count, s.arrived};
  truth_.frames.push_back({s.sensor, s.first_sample, s.count, simulation_.now()});
  if (s.arrived) {
    ++account_.duplicates;
  } else {
    ++account_.delivered_messages;
    account_.delivered_samples += s.count;
    account_.delivered_bytes += s.bytes.size();
  }
  s.arrived = true;
  sink_(delivery);
  if (slots_[slot].copies == 0) release(slot);
}

void Link::stop() {
  if (stopped_) return;
  keep_account();
  stopped_ = true;
  radio_.abort();
  if (in_flight_ != kNone) drop(std::exchange(in_flight_, kNone), "link.end_of_run");
  for (const std::size_t slot : queue_) drop(slot, "link.end_of_run");
  queue_.clear();
  queued_bytes_ = 0;
  // Arrivals that are scheduled come to nothing; count them now, once each.
  for (Slot& s : slots_) {
    if (s.copies == 0 || s.arrived) continue;
    count_dropped(s, "link.end_of_run");
    s.arrived = true;
  }
}

Backlog Link::backlog_at(WorldTime t) const {
  Backlog b;
  b.bytes = queued_bytes_;
  WorldTime oldest = t;
  if (in_flight_ != kNone) {
    b.bytes += slots_[in_flight_].bytes.size();
    oldest = slots_[in_flight_].created;
  } else if (!queue_.empty()) {
    oldest = slots_[queue_.front()].created;
  }
  b.age_ms = std::max(0.0, to_ms(t - oldest));
  return b;
}

// Nothing changes between events, so the seconds that have passed are filled in when one comes.
void Link::keep_account() {
  const WorldTime now = simulation_.now();
  for (;;) {
    const WorldTime t = begin_ + std::chrono::seconds{account_.backlog.size()};
    if (t > now) break;
    account_.backlog.push_back(backlog_at(t));
  }
  account_.backlog_ms_max = std::max(account_.backlog_ms_max, backlog_at(now).age_ms);
}

const LinkAccount& Link::account() {
  keep_account();
  account_.radio = radio_.account();
  return account_;
}

}  // namespace gauntlet::sim
