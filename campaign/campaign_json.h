// A campaign's result as campaign.json: the same bytes for the same campaign and build, whatever
// the threads and however often it was interrupted.
#pragma once

#include <string>
#include <string_view>

#include "campaign/campaign.h"

namespace gauntlet::campaign {

// "found", "not found", "control broken", "control failed", "control quiet".
std::string_view verdict_of(const VariantResult& result);
// "not found: the best attack met succeeds at most 11.3 % of the time (0 of 40 fresh seeds at 1.2
// m/s2)", for a person.
std::string in_words(const CampaignOptions& options, const VariantResult& result);
// "0 of 4000 accepted: at most 0.092 %"; empty without a tally.
std::string tally_in_words(const VariantResult& result);

std::string to_json(const Campaign& campaign, const CampaignResult& result,
                    const std::string& command);

}  // namespace gauntlet::campaign
