#include "sim/link/loss_model.h"

namespace gauntlet::sim {

LossModel::LossModel(const LossOptions& options, const RandomStream& stream)
    : options_(options), tries_(stream.child("tries")) {}

bool LossModel::next_try_lost() {
  if (options_.kind != LossKind::gilbert_elliott) return false;
  const bool lost = tries_.chance(bad_ ? options_.loss_bad : options_.loss_good);
  if (tries_.chance(bad_ ? options_.bad_to_good : options_.good_to_bad)) bad_ = !bad_;
  return lost;
}

}  // namespace gauntlet::sim
