// A campaign's result as campaign.json: the same bytes for the same campaign and build, whatever
// the threads and however often it was interrupted.
#pragma once

#include <string>

#include "campaign/campaign.h"

namespace gauntlet::campaign {

// "found", "not found", "control broken", "control failed", "control quiet".
std::string_view verdict_of(const VariantResult& result);
// "not found: at most 11.3 % at 95 % (0 of 40 fresh seeds, 1.2 m/s2)", for a person.
std::string in_words(const CampaignOptions& options, const VariantResult& result);

std::string to_json(const Campaign& campaign, const CampaignResult& result,
                    const std::string& command);

}  // namespace gauntlet::campaign
