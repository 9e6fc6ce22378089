// Makes a success as small as it stays one: what the attacker need not choose goes back to what the
// campaign says, what he chooses gets two digits where that will do, and his effort is bisected.
// All on the one seed on which it was found, so the result is an example, no estimate.
#pragma once

#include "campaign/campaign.h"

namespace gauntlet::campaign {

struct ShrinkTask {
  const CampaignOptions& options;
  const Question& question;
  double fails = 0;  // an effort that is known to fail, or the smallest there is
};
Result<void> shrink_example(const ShrinkTask& task, Trials& trials, CounterExample& example);

}  // namespace gauntlet::campaign
