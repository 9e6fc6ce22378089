// The keys of a service set as files of one directory, for services that outlive their process:
//
//   signing.key   authz    "ES256 <kid> <private scalar, base64url>", or HS256 and the secret
//   identity.pem  profile  RSA private key, PKCS #8; its kid is a digest of its public half
//   at_rest.key   profile  32 bytes, base64url: seals the store
//
//   signing.retiring, identity.retiring, retiring.until (seconds since 1970)
//                     those before the last rotation, and how long they are accepted
//
// Each is its owner's alone to read: a file that others can read is refused, as ssh does it.
// Errors: "no_key" (a file is missing), "open_key" (others may read it), "bad_key", "exists",
// "too_soon".
#pragma once

#include <filesystem>

#include "core/services/service_set.h"

namespace gauntlet {

Result<ServiceKeys> load_service_keys(const std::filesystem::path& directory);
// Makes the directory and all three; never overwrites one that is there.
Result<void> make_service_keys(const std::filesystem::path& directory,
                               SignatureAlgorithm algorithm);

// New keys for signing and for inner tokens; the present ones retire after `overlap`. "too_soon"
// while those before them are still accepted. Whoever serves with them reads the directory again.
Result<void> rotate_service_keys(const std::filesystem::path& directory, HostTime now,
                                 Duration overlap);

// A file for its owner alone. Errors: "exists", "write".
Result<void> write_secret(const std::filesystem::path& file, std::string_view text);

}  // namespace gauntlet
