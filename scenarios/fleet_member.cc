#include "scenarios/fleet_member.h"

#include <algorithm>

#include "core/ports/built_in_pipeline.h"

namespace gauntlet::scenarios {
namespace {

constexpr Duration kInstant{1};
// As for one person's run: links drain, uploads are tried again, and then it is over.
constexpr Duration kAftermath = std::chrono::hours{1};

// The options' times are the fleet's; a person's world begins later.
void shift(sim::NetworkOptions& network, double by_s) {
  for (auto& o : network.offline) {
    o.from_s -= by_s;
    o.to_s -= by_s;
  }
  for (auto& p : network.partitions) {
    p.from_s -= by_s;
    p.to_s -= by_s;
  }
  for (auto& c : network.cuts) c.at_s -= by_s;
  std::erase_if(network.cuts, [](const sim::CutOptions& c) { return c.at_s < 0; });
}

}  // namespace

FleetMember::FleetMember(const MemberPlan& plan)
    : options_(plan.options),
      parts_(plan.parts),
      seed_(plan.seed),
      offset_(plan.arrival.time_since_epoch()),
      lookahead_(plan.lookahead),
      elsewhere_{[this](sim::RemoteMessage message) {
                   // Nothing can answer before it has heard.
                   limit_ = std::min(limit_, message.at + lookahead_ - kInstant);
                   sent_.push_back(std::move(message));
                   stopped_ = true;
                   world_->simulation().stop();
                 },
                 plan.ports} {
  shift(options_.network, to_seconds(offset_));
  options_.phone_device.clock.origin_unix_s += to_seconds(offset_);
}

Result<std::unique_ptr<FleetMember>> FleetMember::make(const MemberPlan& plan) {
  std::unique_ptr<FleetMember> member(new FleetMember(plan));
  FleetMember& m = *member;
  auto world = World::make(
      m.options_, m.seed_, m.parts_,
      [&m](Runtime& runtime, const PhoneOptions& phone, EventSink& sink) {
        return std::make_unique<BuiltInPipeline>(runtime, phone, *m.parts_.model, sink);
      },
      m.truth_, m.events_, &m.elsewhere_);
  if (!world) return world.error();
  m.world_ = std::move(*world);
  m.world_->schedule_end();
  m.inbox_ = std::make_unique<Inbox<sim::RemoteMessage>>(
      m.world_->simulation(),
      [&m](sim::RemoteMessage message) { m.world_->network().deliver(std::move(message)); });
  return member;
}

void FleetMember::add(sim::RemoteMessage message, std::uint64_t number) {
  message.at = local(message.at);
  const LetterOrder order{message.at, 0, number};
  inbox_->add(order, std::move(message));
}

// Nothing is left to happen but what others may send.
bool FleetMember::idle() const {
  const std::uint64_t own = world_->simulation().pending_count() - (inbox_->armed() ? 1 : 0);
  return own == 0 && world_->context().waiting().empty();
}

FleetMember::Ran FleetMember::run(WorldTime until) {
  const EntropyScope entropy(world_->entropy());
  Ran ran;
  limit_ = local(until);
  inbox_->open(limit_);
  while (!world_->over()) {
    stopped_ = false;
    world_->simulation().run(limit_);
    if (!stopped_ && !world_->over()) break;
  }
  if (world_->over()) run_out(ran);
  inbox_->close();
  ran.reached = limit_ + offset_;
  ran.sent = std::exchange(sent_, {});
  for (auto& message : ran.sent) message.at += offset_;
  return ran;
}

// After the session, event by event: the person leaves after the very event behind which nothing is
// left to do, wherever the borders between runs may lie.
void FleetMember::run_out(Ran& ran) {
  sim::Simulation& simulation = world_->simulation();
  const WorldTime latest = truth_.end + kAftermath;
  for (;;) {
    if (idle()) {
      ran.left = true;
      break;
    }
    const auto next = simulation.peek();
    if (next && *next <= std::min(limit_, latest)) {
      simulation.step();
      continue;
    }
    stuck_ = latest <= limit_;
    ran.left = stuck_;
    break;
  }
  ran.left_at = (stuck_ ? latest : simulation.now()) + offset_;
}

Result<reports::SeedResult> FleetMember::measure() {
  if (stuck_) {
    std::string who;
    for (const auto& w : world_->context().waiting()) who += (who.empty() ? "" : "; ") + w;
    return Error{"stuck", "an hour after the session these wait: " + who};
  }
  reports::RunRecord record{
      truth_, events_, {}, {}, {}, options_.name, seed_, truth_.end - truth_.begin, {}};
  world_->fill(record);
  return reports::measure(record);
}

std::uint64_t FleetMember::engine_events() const { return world_->engine_events(); }

}  // namespace gauntlet::scenarios
