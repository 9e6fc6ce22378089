// Metric M5: how often a service that keeps the tokens it receives links a person's successive
// sessions because the same token came with both.
//
// Real tokens, issued and verified by core/authz; the phone asks for a new one when the last has
// expired, as core/phone/uploader does. Sessions of a person are exponentially far apart. Of a
// token ingest sees its id, times and sealed inner part: any of them links. With exponential gaps
// of mean G beyond a session of length S the exact answer is 1 - exp(-(lifetime - S) / G) for
// lifetime > S, for the session that follows the one in which the token was issued.
#pragma once

#include "privacy/comparisons.h"
#include "scenarios/runner.h"

namespace gauntlet::scenarios {

struct TokenLinks {
  std::uint64_t pairs = 0;     // one of each person: the first two sessions
  std::uint64_t linked = 0;    // rightly
  std::uint64_t wrong = 0;     // sessions of two people that share anything of a token
  privacy::Estimate estimate;  // Clopper-Pearson
};
TokenLinks link_by_tokens(const ScenarioOptions& options, const SharedParts& parts,
                          std::uint64_t seed, std::size_t people = 200);

}  // namespace gauntlet::scenarios
