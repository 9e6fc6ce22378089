#include <algorithm>
#include <string>
#include <vector>

#include "core/wire/upload.pb.h"
#include "tests/services/fixture.h"

#include "tests/catch.h"

namespace gauntlet {
namespace {

using namespace services_test;

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return out;
}

std::string reversed(std::string text) {
  std::reverse(text.begin(), text.end());
  return text;
}

// Raw, hex, base64url at each of its three alignments (the outer characters depend on what stands
// beside and are left off), and hashed.
std::vector<std::string> spellings(const std::string& canary) {
  std::vector<std::string> all{canary, hex(canary), crypto::sha256(canary),
                               hex(crypto::sha256(canary)), reversed(canary)};
  for (std::size_t shift = 0; shift < 3; ++shift) {
    const std::string text = base64url_encode(std::string(shift, 'x') + canary);
    all.push_back(text.substr(shift == 0 ? 0 : 4, text.size() - 8));
  }
  return all;
}

bool holds(const std::string& haystack, const std::string& canary) {
  const auto all = spellings(canary);
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& s) { return haystack.find(s) != std::string::npos; });
}

struct Traces {
  std::string store;
  std::string log;
  bool hold(const std::string& canary) const { return holds(store, canary) || holds(log, canary); }
};

TEST_CASE("The search finds a planted canary in every spelling it claims to know") {
  const std::string canary = "canary-5f2b9c1d77aa40e3";
  for (const auto& spelling : spellings(canary)) {
    REQUIRE(holds("before " + spelling + " after", canary));
  }
  for (std::size_t pad = 0; pad < 3; ++pad) {
    REQUIRE(holds(base64url_encode(std::string(pad, '{') + canary + "\",\"more\":1}"), canary));
  }
  REQUIRE_FALSE(holds("nothing here", canary));
}

TEST_CASE("No service's store or log holds what is not its business") {
  Site site;
  const std::string user = "canary-user-5f2b9c1d77aa40e3";
  const std::string name = "Canary Name 91c24e6b";
  const std::string email = "canary-3d1f@canary.example";
  const std::string secret = "canary secret 77e0";
  const std::string session = "c0ffee00d15ea5e0c0ffee00d15ea5e0";
  REQUIRE(site.authz.register_person(user, secret, "c7").ok());
  REQUIRE(site.profile.register_person({user, name, email, 34, "f", 172, 65, "beginner"}).ok());
  const std::string for_ingest = site.login(user, secret);
  const std::string for_profile = site.login(user, secret, "profile");
  REQUIRE(
      site.runtime.call(site.profile, Site::with_token("GET", "/v1/profile", for_profile)).status ==
      200);
  upload::v1::Chunk chunk;
  chunk.set_session_id(session);
  chunk.set_sequence(0);
  chunk.set_last(true);
  const std::string target = "/v1/sessions/" + session + "/chunks/0";
  for (int i = 0; i < 2; ++i) {
    const auto response = site.runtime.call(
        site.ingest, Site::with_token("PUT", target, for_ingest, chunk.SerializeAsString()));
    REQUIRE(response.status == (i == 0 ? 201 : 200));
  }
  // Mistakes leave no traces either: requests to the wrong service, bad tokens, bad paths.
  for (Service* wrong : {static_cast<Service*>(&site.authz), static_cast<Service*>(&site.profile),
                         static_cast<Service*>(&site.model)}) {
    site.runtime.call(*wrong, Site::with_token("PUT", target, for_ingest, "x"));
  }
  site.runtime.call(site.ingest, Site::with_token("PUT", target, for_profile, "x"));
  site.runtime.call(site.ingest, {"GET", "/v1/people/" + user, {}, email});
  site.runtime.call(site.ingest, {user, "/" + name, {{"authorization", email}}, secret});

  const Traces authz{site.authz.store_bytes(), site.authz_log};
  const Traces profile{site.profile.store_bytes(), site.profile_log};
  const Traces ingest{site.ingest.store_bytes(), site.ingest_log};
  const Traces model{site.model.store_bytes(), site.model_log};
  // Positive control: what a service must keep is found by the same search.
  REQUIRE(authz.hold(user));
  REQUIRE(ingest.hold(session));

  for (const auto* traces : {&ingest, &model}) {
    for (const auto& canary : {user, name, email, secret}) REQUIRE_FALSE(traces->hold(canary));
  }
  for (const auto* traces : {&authz, &profile, &model}) REQUIRE_FALSE(traces->hold(session));
  for (const auto& canary : {name, email, secret}) REQUIRE_FALSE(authz.hold(canary));
  for (const auto& canary : {user, name, email, secret}) REQUIRE_FALSE(profile.hold(canary));
  // Tokens would link sessions, and would be usable while they live.
  for (const auto* traces : {&authz, &profile, &ingest, &model}) {
    for (const auto& token : {for_ingest, for_profile}) {
      REQUIRE_FALSE(traces->hold(forge::inner_of(token)));
      REQUIRE_FALSE(traces->hold(forge::part(token, 2)));
      const auto claims = parse_flat_json(forge::payload_of(token), {kJwsBytesMax, 8});
      REQUIRE_FALSE(traces->hold(*claims->text("jti")));
    }
  }
}

}  // namespace
}  // namespace gauntlet
