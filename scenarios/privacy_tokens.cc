#include "scenarios/privacy_tokens.h"

#include <set>
#include <string>

#include "core/authz/token.h"
#include "scenarios/privacy_population.h"
#include "scenarios/world.h"

namespace gauntlet::scenarios {
namespace {

HostTime at_second(double s) {
  return HostTime{Duration{static_cast<std::int64_t>(s) * 1'000'000'000}};
}

}  // namespace

TokenLinks link_by_tokens(const ScenarioOptions& options, const SharedParts& parts,
                          std::uint64_t seed, std::size_t people) {
  CHECK(people > 0);
  const TokenOptions& tokens = options.services.tokens;
  const TokenIssuer issuer(tokens, parts.keys.signing, parts.keys.identity.public_key());
  KeyRing ring(parts.keys.signing.algorithm());
  CHECK(ring.add(parts.keys.signing.verify_key(), HostTime{}).ok());
  const TokenVerifier ingest(tokens, "ingest", ring);
  sim::RandomStream entropy(seed, "privacy/tokens/entropy");
  const EntropyScope scope(entropy);
  TokenLinks out;
  std::set<std::string> seen;  // whatever a token shows of itself, of people before this one
  for (std::size_t p = 0; p < people; ++p) {
    const std::string person = "privacy/tokens/" + std::to_string(p);
    sim::RandomStream random(seed, person);
    // Anywhere in a year: times of issue alone tell nobody apart.
    double now_s = 1.7e9 + random.uniform(0, 3e7);
    std::string token, last;
    HostTime ends;
    std::set<std::string> own;
    for (int session = 0; session < 2; ++session) {
      if (token.empty() || at_second(now_s) >= ends) {
        const auto issued = issuer.issue("u" + std::to_string(p), "c0", "ingest", at_second(now_s));
        token = issued.token;
        ends = at_second(now_s) + std::chrono::seconds{issued.expires_in_s};
      }
      const auto claims = ingest.verify(token, at_second(now_s));
      CHECK(claims.ok());
      for (const std::string& mark : {claims->inner, claims->token_id}) {
        out.wrong += seen.contains(mark) ? 1 : 0;
        own.insert(mark);
      }
      if (session == 1) {
        ++out.pairs;
        out.linked += claims->inner == last ? 1 : 0;
      }
      last = claims->inner;
      now_s += session_length_s(options) + random.exponential(options.privacy.session_gap_h * 3600);
    }
    seen.merge(own);
  }
  out.estimate = {static_cast<double>(out.linked) / static_cast<double>(out.pairs),
                  reports::clopper_pearson_interval(out.linked, out.pairs)};
  return out;
}

}  // namespace gauntlet::scenarios
