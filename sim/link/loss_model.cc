#include "sim/link/loss_model.h"

namespace gauntlet::sim {

LossModel::LossModel(const LossOptions& options, const RandomStream& stream, WorldTime begin)
    : options_(options),
      dwell_(stream.child("dwell")),
      tries_(stream.child("tries")),
      change_(WorldTime::max()) {
  if (options.kind != LossKind::two_state) return;
  // Starts in its stationary state.
  bad_ = dwell_.chance(options.degraded_s / (options.good_s + options.degraded_s));
  change_ = begin + from_seconds(dwell_.exponential(bad_ ? options.degraded_s : options.good_s));
}

bool LossModel::next_message_doomed(WorldTime t) {
  if (options_.kind != LossKind::two_state) return false;
  while (t >= change_) {
    bad_ = !bad_;
    change_ += from_seconds(dwell_.exponential(bad_ ? options_.degraded_s : options_.good_s));
  }
  lose_next_ = bad_ && !lose_next_;
  return lose_next_;
}

bool LossModel::next_try_lost() {
  if (options_.kind != LossKind::gilbert_elliott) return false;
  const bool lost = tries_.chance(bad_ ? options_.loss_bad : options_.loss_good);
  if (tries_.chance(bad_ ? options_.bad_to_good : options_.good_to_bad)) bad_ = !bad_;
  return lost;
}

}  // namespace gauntlet::sim
