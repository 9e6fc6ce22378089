#include "core/services/profile_service.h"

namespace gauntlet {
namespace {

constexpr std::size_t kTextBytesMax = 256;

}  // namespace

ProfileService::ProfileService(ServiceContext service_context, TokenVerifier verifier,
                               std::shared_ptr<LocalKeyProvider> keys,
                               std::string_view key_encryption_key,
                               std::unique_ptr<ProfileStore> store)
    : Service("profile", std::move(service_context)),
      gate_(std::move(verifier), context().counters, quota()),
      keys_(std::move(keys)),
      opener_(keys_),
      envelope_(key_encryption_key),
      store_(std::move(store)) {}

Result<void> ProfileService::register_person(const Person& person) {
  if (!is_identifier(person.user_id)) {
    return Error{"bad_user", "allowed are 1 to 64 of A-Z a-z 0-9 . _ @ -"};
  }
  for (const auto* text : {&person.name, &person.email, &person.sex, &person.proficiency}) {
    if (text->size() > kTextBytesMax || !is_utf8(*text)) {
      return Error{"bad_text", "allowed is UTF-8 of at most 256 bytes"};
    }
  }
  const std::string pseudonym = envelope_.index(person.user_id);
  const std::string json = FlatJsonWriter()
                               .add("name", person.name)
                               .add("email", person.email)
                               .add("age_years", person.age_years)
                               .add("sex", person.sex)
                               .add("height_cm", person.height_cm)
                               .add("weight_kg", person.weight_kg)
                               .add("proficiency", person.proficiency)
                               .str();
  store_->put(pseudonym, envelope_.seal(pseudonym, json));
  return {};
}

bool ProfileService::remove_person(std::string_view user_id) {
  return store_->remove(envelope_.index(user_id));
}

Service::Answer ProfileService::answer(const HttpRequest& request, HostTime now) {
  if (request.target != "/v1/profile") return {error_response(404, "not found"), "other"};
  if (request.method != "GET") return {method_not_allowed("GET"), "profile"};
  return {profile(request, now), "profile"};
}

HttpResponse ProfileService::profile(const HttpRequest& request, HostTime now) {
  const auto user = gate_.admit_user(request, now, opener_);
  if (!user.ok()) return unadmitted(user.error());
  const std::string pseudonym = envelope_.index(*user);
  const auto record = store_->find(pseudonym);
  if (!record) {
    count("profile.unknown");
    return error_response(404, "not found");
  }
  auto json = envelope_.open(pseudonym, *record);
  if (!json) {
    count("profile.corrupt");
    return error_response(500, "internal error");
  }
  count("profile.delivered");
  return {
      200, {{"content-type", "application/json"}, {"cache-control", "no-store"}}, *std::move(json)};
}

}  // namespace gauntlet
