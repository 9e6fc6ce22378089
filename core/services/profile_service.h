// The profile service: knows who people are, and is the only one that can open a token's inner
// part. It never hears of a session.
//
//   GET /v1/profile   Authorization: Bearer <token made out to profile>
//                     -> 200 {"name", "email", "age_years", "sex", "height_cm", "weight_kg",
//                             "proficiency"}
//   401 for any fault of the token; 404 when the person is not registered here
//
// Records are encrypted at rest (envelope.h) and found by a keyed pseudonym, so that the store
// (profile_store.h) holds no user id either.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/authz/token.h"
#include "core/services/envelope.h"
#include "core/services/profile_store.h"
#include "core/services/service.h"

namespace gauntlet {

struct Person {
  std::string user_id;
  std::string name;
  std::string email;
  std::int64_t age_years = 0;
  std::string sex;
  std::int64_t height_cm = 0;
  std::int64_t weight_kg = 0;
  std::string proficiency;
};

class ProfileService : public Service {
 public:
  ProfileService(ServiceContext context, TokenVerifier verifier,
                 std::shared_ptr<LocalKeyProvider> keys, std::string_view key_encryption_key,
                 std::unique_ptr<ProfileStore> store);

  // Anew for a person known already: the record is replaced. Errors: "bad_user"; "bad_text" (a text
  // that is not UTF-8 of at most 256 bytes).
  Result<void> register_person(const Person& person);
  bool remove_person(std::string_view user_id);

  // Public halves for the issuer, and rotation.
  LocalKeyProvider& keys() { return *keys_; }
  TokenVerifier& verifier() { return gate_.verifier(); }
  std::string store_bytes() const override { return store_->bytes(); }

 private:
  Answer answer(const HttpRequest& request, HostTime now) override;
  void probe_store() const override { store_->probe(); }
  HttpResponse profile(const HttpRequest& request, HostTime now);

  BearerGate gate_;
  std::shared_ptr<LocalKeyProvider> keys_;
  InnerTokenOpener opener_;
  Envelope envelope_;
  std::unique_ptr<ProfileStore> store_;
};

}  // namespace gauntlet
