// The keys of a service set as files of one directory, for services that outlive their process:
//
//   signing.key   authz    "ES256 <kid> <private scalar, base64url>", or HS256 and the secret
//   identity.pem  profile  RSA private key, PKCS #8; its kid is a digest of its public half
//   at_rest.key   profile  32 bytes, base64url: seals the store
//
// Each is its owner's alone to read: a file that others can read is refused, as ssh does it.
// Errors: "no_key" (a file is missing), "open_key" (others may read it), "bad_key", "exists".
#pragma once

#include <filesystem>

#include "core/services/service_set.h"

namespace gauntlet {

Result<ServiceKeys> load_service_keys(const std::filesystem::path& directory);
// Makes the directory and all three; never overwrites one that is there.
Result<void> make_service_keys(const std::filesystem::path& directory,
                               SignatureAlgorithm algorithm);

// A file for its owner alone. Errors: "exists", "write".
Result<void> write_secret(const std::filesystem::path& file, std::string_view text);

}  // namespace gauntlet
