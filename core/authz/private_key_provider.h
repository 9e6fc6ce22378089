// The profile service's RSA keys: a provider gives out the public key and decrypts, and there is no
// call that hands out the private one. RSA-OAEP with SHA-256 and MGF1-SHA-256, no label ("RSA-OAEP-
// 256", RFC 7518 section 4.3; RFC 8017 section 7.1).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace gauntlet {

class RsaPublicKey {
 public:
  // 2048 to 4096 bits (RFC 7518 section 4.3 demands at least 2048).
  static Result<RsaPublicKey> from_pem(std::string kid, std::string_view pem);

  const std::string& kid() const { return kid_; }
  std::string encrypt(std::string_view content_key) const;
  std::string pem() const;

 private:
  friend class RsaPrivateKey;
  struct Material;
  RsaPublicKey(std::string kid, std::shared_ptr<const Material> material);
  std::string kid_;
  std::shared_ptr<const Material> material_;  // the public half and nothing else
};

// One key pair. Making one takes a tenth of a second or more: make it once per process and share
// it.
class RsaPrivateKey {
 public:
  static RsaPrivateKey generate(std::string kid, unsigned bits = 2048);
  static Result<RsaPrivateKey> from_pem(std::string kid, std::string_view pem);

  RsaPublicKey public_key() const { return public_; }
  // Empty for whatever does not decrypt, without saying why (Manger's attack on OAEP).
  std::optional<std::string> decrypt(std::string_view ciphertext) const;

 private:
  RsaPrivateKey(RsaPublicKey pub, std::shared_ptr<const RsaPublicKey::Material> material);
  RsaPublicKey public_;
  std::shared_ptr<const RsaPublicKey::Material> material_;
};

// A new key for a file (PKCS #8). This is the one way in which a private key becomes bytes, and
// only before anybody uses it.
std::string generate_rsa_pem(unsigned bits = 2048);

class PrivateKeyProvider {
 public:
  virtual ~PrivateKeyProvider() = default;
  // The one to encrypt to.
  virtual RsaPublicKey public_key() const = 0;
  virtual std::optional<std::string> decrypt(std::string_view kid, std::string_view ciphertext,
                                             HostTime now) const = 0;
  virtual bool knows(std::string_view kid, HostTime now) const = 0;
};

// Keys in this process's memory. Rotation: `rotate` makes `next` the one to encrypt to; the one
// before still decrypts until `overlap` is over.
class LocalKeyProvider : public PrivateKeyProvider {
 public:
  static constexpr std::size_t kKeysMax = 4;

  explicit LocalKeyProvider(RsaPrivateKey first);
  // Errors: "duplicate_kid", "full".
  Result<void> rotate(RsaPrivateKey next, HostTime now, Duration overlap);

  RsaPublicKey public_key() const override;
  std::optional<std::string> decrypt(std::string_view kid, std::string_view ciphertext,
                                     HostTime now) const override;
  bool knows(std::string_view kid, HostTime now) const override;

 private:
  struct Entry {
    RsaPrivateKey key;
    HostTime until;
  };
  const Entry* find(std::string_view kid, HostTime now) const;
  std::vector<Entry> entries_;  // the last is the one to encrypt to
};

}  // namespace gauntlet
