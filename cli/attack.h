// What `gauntlet attack` was told, for its files.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "campaign/campaign_options.h"

namespace gauntlet::cli {

struct AttackArguments {
  std::string campaign;
  std::string replay;
  std::string out;
  std::string fail_on = "high";
  std::vector<std::string> set;
  int threads = 0;
  bool json = false;
  bool quiet = false;
  // Live.
  std::vector<std::string> target;  // authz=URL, ingest=URL, profile=URL
  std::string account;              // "USER SECRET" in a file
  std::string trust;
  std::string authorisation;
};

// The token and API attacks of the campaigns against services that run. Returns the exit code.
int attack_live(const AttackArguments& arguments,
                const std::vector<const campaign::CampaignOptions*>& campaigns);

}  // namespace gauntlet::cli
