// A verifier with the mistakes of the literature, for tests only: it believes the header's alg,
// takes "none", keys HMAC with whatever bytes it has for the kid (a public key's PEM, a weak
// secret), reads the key from the file that the kid names, ignores unknown header members, checks
// no time, issuer, audience or type, opens the inner token before it has looked at the outer one,
// takes a signed token for a sealed one, and does not compare what the inner token repeats. A table
// of bad tokens that it withstands has no teeth.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "core/authz/base64url.h"
#include "core/authz/crypto.h"
#include "tests/authz/forge.h"

namespace gauntlet::forge {

class WeakVerifier {
 public:
  WeakVerifier(const SigningKey& key, RsaPrivateKey rsa_key)
      : key_(key.verify_key()), rsa_(std::move(rsa_key)) {}

  bool accepts(std::string_view compact) const {
    if (compact.size() < 3 || compact.find('.') == compact.rfind('.')) return false;
    const auto header = base64url_decode(part(compact, 0));
    const auto signature = base64url_decode(part(compact, 2));
    if (!header || !signature) return false;
    const std::string_view input = compact.substr(0, compact.rfind('.'));
    std::string alg = field(*header, "alg");
    for (char& c : alg) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (alg == "none") return true;
    if (alg == "hs256") {
      const bool nothing = field(*header, "kid").ends_with("/dev/null");
      return crypto::hmac_sha256(key_.public_pem(), input) == *signature ||
             (nothing && crypto::hmac_sha256("", input) == *signature) ||
             crypto::hmac_sha256("secret", input) == *signature;
    }
    return key_.verify(input, *signature);
  }

  bool accepts_inner(std::string_view compact) const {
    const std::string inner = inner_of(compact);
    if (std::count(inner.begin(), inner.end(), '.') == 2) return accepts(inner);
    std::string parts[5];
    for (int i = 0; i < 5; ++i) parts[i] = part(inner, i);
    std::string binary[5];
    for (int i = 1; i < 5; ++i) {
      const auto bytes = base64url_decode(parts[i]);
      if (!bytes) return false;
      binary[i] = *bytes;
    }
    const auto content_key = rsa_.decrypt(binary[1]);
    if (!content_key || content_key->size() != 32) return false;
    const auto text =
        crypto::aes256gcm_open(*content_key, binary[2], parts[0], binary[3], binary[4]);
    return text && text->find("\"sub\"") != std::string::npos;
  }

 private:
  // The first member of that name, wherever it stands.
  static std::string field(std::string_view json, std::string_view name) {
    const auto at = json.find(std::string("\"").append(name).append("\":\""));
    if (at == std::string_view::npos) return {};
    json.remove_prefix(at + name.size() + 4);
    return std::string(json.substr(0, json.find('"')));
  }
  VerifyKey key_;
  RsaPrivateKey rsa_;
};

}  // namespace gauntlet::forge
