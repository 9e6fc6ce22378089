#include "sim/link/outages.h"

namespace gauntlet::sim {

Outages::Outages(const LinkOptions& options, const RandomStream& stream, WorldTime begin)
    : options_(options), random_(stream) {
  draw(begin);
}

void Outages::draw(WorldTime after) {
  if (options_.disconnects_per_hour <= 0) {
    begin_ = noticed_ = end_ = WorldTime::max();
    return;
  }
  begin_ = after + from_seconds(random_.exponential(3600 / options_.disconnects_per_hour));
  noticed_ = begin_ + from_seconds(options_.supervision_timeout_s);
  end_ = noticed_ + from_seconds(random_.exponential(options_.reconnect_s));
}

void Outages::advance(WorldTime t) {
  while (t >= end_ && end_ != WorldTime::max()) draw(end_);
}

}  // namespace gauntlet::sim
