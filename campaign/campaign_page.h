// report.html of a campaign: the run report's page with a campaign's sections before it, about the
// run that the campaign shows (CampaignResult::shown). And the page that lists several campaigns.
#pragma once

#include <string>
#include <vector>

#include "campaign/campaign.h"
#include "reports/result.h"

namespace gauntlet::campaign {

// `about`: version, commit and command; the rest is filled in. `json`: of to_json(). Codes: those
// of Trials::run_whole(), "io".
Result<void> write_campaign_page(const std::string& path, const Campaign& campaign,
                                 const CampaignResult& result, const reports::Provenance& about,
                                 const std::string& json, Trials& trials);

struct SuiteRow {
  const Campaign* campaign;
  const CampaignResult* result;
  std::string page;  // relative to the suite's own
};
std::string suite_json(const SuiteOptions& suite, const std::vector<SuiteRow>& rows);
Result<void> write_suite_page(const std::string& path, const SuiteOptions& suite,
                              const reports::Provenance& about, const std::string& json);

}  // namespace gauntlet::campaign
