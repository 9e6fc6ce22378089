// A success kept as a regression test: the scenario (which `gauntlet run` shows) and beside it what
// is to come out of it.
//
//   NAME.finding.toml: scenario = "…", seed, success, holds, robustness, digest
#pragma once

#include <cstdint>
#include <string>

#include "campaign/campaign.h"

namespace gauntlet::campaign {

struct Finding {
  std::string campaign, row, variant;
  std::string scenario;  // beside the finding's own file
  std::string success;
  std::int64_t seed = 0;
  bool holds = true;
  double robustness = 0;
  std::string digest;  // of the run's metrics, hexadecimal
  void describe(OptionVisitor& v);
};

std::string hexadecimal(std::uint64_t value);
// "P2-undefended": letters, digits and dashes, for names of files.
std::string file_name(std::string_view name);

// Of a success's two files, without what stands behind the dot.
std::string finding_name(const CampaignOptions& campaign, const VariantOptions& variant);
// The formula that decides a variant.
const std::string& success_of(const CampaignOptions& campaign, const VariantOptions& variant);

// NAME.toml and NAME.finding.toml in `folder`, which exists; returns the latter's path. Code "io".
Result<std::string> save_finding(const std::string& folder, const CampaignOptions& campaign,
                                 const VariantResult& variant);

bool load_finding(const std::string& path, Finding& finding,
                  std::vector<scenarios::Diagnostic>& problems);

}  // namespace gauntlet::campaign
