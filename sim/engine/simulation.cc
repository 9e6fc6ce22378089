#include "sim/engine/simulation.h"

#include <algorithm>

#include "core/base/check.h"
#include "sim/engine/alarm.h"

namespace gauntlet::sim {
void SimulationOptions::describe(OptionVisitor& v) {
  v.integer("events_per_instant_max", events_per_instant_max, {1, 1e15}, "events",
            "more events than this at one instant end the run as a livelock");
  v.integer("sequence_max", sequence_max, {16, 4294967294.0}, "events",
            "order numbers handed out before pending events are renumbered; for tests");
}

Simulation::Simulation(SimulationOptions options)
    : queue_(slab_),
      sequence_max_(static_cast<std::uint64_t>(options.sequence_max)),
      at_instant_max_(static_cast<std::uint64_t>(options.events_per_instant_max)),
      tag_names_{"untagged"} {
  CHECK(options.sequence_max >= 16 && options.sequence_max < Node::kEnding, options.sequence_max);
  CHECK(options.events_per_instant_max >= 1, options.events_per_instant_max);
}

Simulation::~Simulation() {
  // By slot, so that the order of destruction is the same in every run.
  for (std::uint32_t slot = 0; slot < slab_.end(); ++slot) {
    Node& node = slab_[slot];
    if (node.act == nullptr || node.alarm) continue;
    Slab::expire(node);
    node.sequence = 0;
    node.act(Node::Action::destroy, *this, node, slot);
    slab_.release(slot);
  }
}

Node* Simulation::find(EventId id) const {
  const auto slot = static_cast<std::uint32_t>(id.value) & (Event::kSlotCount - 1);
  if (!slab_.contains(slot)) return nullptr;
  Node& node = slab_[slot];
  const bool same = node.act != nullptr && !node.alarm && node.generation != 0 &&
                    node.generation == id.value >> Event::kSlotBits;
  return same ? &node : nullptr;
}

bool Simulation::pending(EventId id) const { return find(id) != nullptr; }

bool Simulation::cancel(EventId id) {
  Node* node = find(id);
  if (node == nullptr) {
    ++counters_.stale_handles;
    return false;
  }
  ++counters_.cancelled;
  Slab::expire(*node);
  --live_;
  if (node->sequence == Node::kNone) {  // a recurrence that is running: it ends when it returns
    node->sequence = Node::kEnding;
    return true;
  }
  node->sequence = Node::kNone;
  const auto slot = static_cast<std::uint32_t>(id.value) & (Event::kSlotCount - 1);
  node->act(Node::Action::destroy, *this, *node, slot);
  slab_.release(slot);
  queue_.add_stale();
  return true;
}

bool Simulation::reschedule(EventId id, WorldTime t) {
  check_not_past(t);
  Node* node = find(id);
  if (node == nullptr || node->sequence == Node::kNone) {
    ++counters_.stale_handles;
    return false;
  }
  ++counters_.rescheduled;
  node->sequence = Node::kNone;
  queue_.add_stale();
  const auto slot = static_cast<std::uint32_t>(id.value) & (Event::kSlotCount - 1);
  enqueue(*node, Event::pack(static_cast<Priority>(node->priority), 0, slot), 0, t);
  return true;
}

// --- running -----------------------------------------------------------------------------------

// An alarm that was moved or cancelled since its entry was queued: with the entry gone, it is
// queued where it now is.
void Simulation::follow_alarm(Node& node) {
  Alarm& alarm = *node.objects().alarm;
  alarm.entry_ns_ = Alarm::kNoEntry;
  node.sequence = Node::kNone;
  if (alarm.sequence_ != 0) alarm.enter();
}

// The next event that will really run, still in the queue; null when there is none.
const Event* Simulation::next_live() {
  while (const Event* entry = queue_.front()) {
    Node& node = slab_[entry->slot()];
    const bool stale = node.sequence != entry->sequence();
    if (!stale && !(node.alarm && node.objects().alarm->sequence_ != entry->sequence()))
      return entry;
    queue_.pop();
    stale ? queue_.popped_stale() : follow_alarm(node);
  }
  return nullptr;
}

std::optional<WorldTime> Simulation::peek() {
  const Event* entry = next_live();
  if (entry == nullptr) return std::nullopt;
  return WorldTime{Duration{entry->time_ns}};
}

void Simulation::livelock(const Event& event) {
  queue_.push(event);  // it was not run
  throw Livelock("more than " + std::to_string(at_instant_max_) + " events at " +
                 std::to_string(now_ns_) + " ns; the last one is of " +
                 tag_name(tag_of(event.slot())));
}

std::uint64_t Simulation::run_at_most(std::uint64_t events_max, WorldTime until) {
  CHECK(!running_, "run() within an event");
  struct Running {
    Simulation& sim;
    std::uint64_t ran;
    explicit Running(Simulation& s) : sim(s), ran(s.counters_.run) { sim.running_ = true; }
    ~Running() {
      sim.running_ = false;
      sim.counters_.run = ran;
    }
  } running(*this);
  const std::uint64_t before = running.ran;
  const std::uint64_t last = before + std::min(events_max, ~before);
  stopped_ = false;
  const std::int64_t until_ns = until.time_since_epoch().count();
  while (running.ran < last && !stopped_) {
    const Event* const entry = queue_.take(until_ns);
    if (entry == nullptr) break;
    const std::int64_t time_ns = entry->time_ns;
    const std::uint64_t key = entry->key;
    const Event event{time_ns, key};
    Node& node = slab_[event.slot()];
    if (node.sequence != event.sequence()) [[unlikely]] {
      queue_.popped_stale();
      continue;
    }
    Alarm* const alarm = node.alarm ? node.objects().alarm : nullptr;
    if (alarm != nullptr && alarm->sequence_ != event.sequence()) {
      follow_alarm(node);
      continue;
    }
    advance_to(time_ns, key, running.ran);
    if (trace_ != nullptr) [[unlikely]]
      trace_->record(event, tag_of(event.slot()));
    ++running.ran;
    if (alarm != nullptr) {
      alarm->sequence_ = 0;
      alarm->entry_ns_ = Alarm::kNoEntry;
      --live_;
      alarm->wake();
    } else {
      const std::int64_t next_ns = node.act(Node::Action::run, *this, node, event.slot());
      if (next_ns != Node::kOver)
        enqueue(node, key, event.sequence(), WorldTime{Duration{next_ns}});
    }
  }
  return running.ran - before;
}

std::uint64_t Simulation::run(WorldTime until) {
  const std::uint64_t n = run_at_most(~std::uint64_t{0}, until);
  if (!stopped_ && until != WorldTime::max() && now() < until) {
    now_ns_ = until.time_since_epoch().count();
    instant_began_ = counters_.run;
  }
  return n;
}

bool Simulation::step() { return run_at_most(1, WorldTime::max()) == 1; }

// --- order, tags, counters ---------------------------------------------------------------------

// Every order number in use (of an entry, or of an alarm that moved on from its entry) is replaced
// by its rank, which changes no comparison.
void Simulation::renumber() {
  ++counters_.renumberings;
  queue_.sweep();
  std::vector<std::uint32_t> in_use;
  queue_.for_each([&](const Event& e) { in_use.push_back(e.sequence()); });
  const auto each_alarm = [&](auto&& f) {
    for (std::uint32_t slot = 0; slot < slab_.end(); ++slot) {
      Node& node = slab_[slot];
      if (node.act != nullptr && node.alarm && node.objects().alarm->sequence_ != 0)
        f(*node.objects().alarm);
    }
  };
  each_alarm([&](Alarm& alarm) { in_use.push_back(alarm.sequence_); });
  std::sort(in_use.begin(), in_use.end());
  in_use.erase(std::unique(in_use.begin(), in_use.end()), in_use.end());
  CHECK(in_use.size() < sequence_max_, in_use.size(), sequence_max_);
  const auto rank = [&](std::uint32_t sequence) {
    const auto it = std::lower_bound(in_use.begin(), in_use.end(), sequence);
    return static_cast<std::uint32_t>(it - in_use.begin()) + 1;
  };
  queue_.for_each([&](Event& e) {
    const std::uint32_t fresh = rank(e.sequence());
    e.key = Event::pack(e.priority(), fresh, e.slot());
    slab_[e.slot()].sequence = fresh;
  });
  each_alarm([&](Alarm& alarm) { alarm.sequence_ = rank(alarm.sequence_); });
  counters_.scheduled += next_sequence_ - 1 - in_use.size();
  next_sequence_ = in_use.size() + 1;
}

void Simulation::scheduled_in_the_past(WorldTime t) const {
  const std::int64_t t_ns = t.time_since_epoch().count();
  CHECK(t_ns >= now_ns_, t_ns, now_ns_);
  __builtin_unreachable();
}

void Simulation::check_period(Duration period) { CHECK(period.count() > 0, period.count()); }

void Simulation::store_tag(std::uint32_t slot, Tag tag) {
  check_tag(tag);
  if (slot >= tags_.size()) tags_.resize(std::max<std::size_t>(slot + 1, 2 * tags_.size()));
  tags_[slot] = tag;
}

Tag Simulation::tag_of(std::uint32_t slot) const {
  const Node& node = slab_[slot];
  if (!node.tagged) return 0;
  return node.alarm ? node.objects().tag : tags_[slot];
}

Tag Simulation::tag(std::string_view name) {
  const auto it = std::find(tag_names_.begin() + 1, tag_names_.end(), name);
  if (it == tag_names_.end()) {
    tag_names_.emplace_back(name);
    return static_cast<Tag>(tag_names_.size() - 1);
  }
  return static_cast<Tag>(it - tag_names_.begin());
}

const std::string& Simulation::tag_name(Tag tag) const {
  CHECK(tag < tag_names_.size(), tag, tag_names_.size());
  return tag_names_[tag];
}

SimulationCounters Simulation::counters() const {
  SimulationCounters counters = counters_;
  counters.scheduled += next_sequence_ - 1;
  counters.pending_max = pending_max_;
  counters.entries = queue_.size();
  counters.rebuilds = queue_.rebuilds();
  counters.sweeps = queue_.sweeps();
  return counters;
}

}  // namespace gauntlet::sim
