// Findings as SARIF 2.1.0 (OASIS Standard, 27 March 2020), for code scanning and CI.
//
// One rule a campaign; one result a system under attack: "fail" where an attack succeeds, with the
// scenario that shows it as its place, "pass" with its bound where none was found, "informational"
// for a system that is too weak on purpose. A control that fails is a notification, and the
// invocation then did not succeed. Fingerprints name row, campaign, system and formula, so that
// they stay when seeds, effort or the build change.
#pragma once

#include <string>
#include <vector>

#include "campaign/campaign.h"

namespace gauntlet::campaign {

struct SarifInput {
  const Campaign* campaign;
  const CampaignResult* result;
  std::string folder;  // of its findings, relative to the SARIF file: "" or "p2-output/"
};

// `command`: that made the results, without folders. `version`: of this program.
std::string to_sarif(const std::vector<SarifInput>& inputs, const std::string& command,
                     const std::string& version);
std::string fingerprint(const CampaignOptions& campaign, const VariantOptions& variant);

// Whether SARIF knows where an identifier belongs: "CWE-347", "OWASP-API2:2023",
// "ATTACK-ICS-T0856", "EMB3D-TID-407".
bool known_taxon(const std::string& id);

}  // namespace gauntlet::campaign
