// Keys of the outer signature: HS256 (HMAC-SHA-256) or ES256 (ECDSA on P-256, signature R||S of 64
// bytes). Source: RFC 7518 sections 3.2 and 3.4.
//
// HS256 is the essay's choice, and whoever can verify can also mint: a compromised ingest service
// forges any cluster (attack J6). ES256 is the answer, and the default of everything above.
//
// Copies share one immutable key; safe to use from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

namespace gauntlet {

enum class SignatureAlgorithm : std::uint8_t { hs256, es256 };
// "HS256", "ES256": the value of the header's `alg`.
std::string_view to_string(SignatureAlgorithm algorithm);

// A key's name: 1 to 32 of A-Z a-z 0-9 _ -. Never a path, never part of a query.
bool is_key_id(std::string_view kid);

class VerifyKey {
 public:
  // At least 32 bytes (RFC 7518 section 3.2: no shorter than the hash).
  static Result<VerifyKey> hs256(std::string kid, std::string_view secret);
  // An uncompressed point (0x04, x, y: 65 bytes) that lies on the curve.
  static Result<VerifyKey> es256(std::string kid, std::string_view point);
  static Result<VerifyKey> es256_from_pem(std::string kid, std::string_view pem);

  const std::string& kid() const;
  SignatureAlgorithm algorithm() const;
  bool verify(std::string_view input, std::string_view signature) const;
  // SubjectPublicKeyInfo; empty for HS256, which has no public half.
  std::string public_pem() const;

 private:
  friend class SigningKey;
  struct Material;
  explicit VerifyKey(std::shared_ptr<const Material> material);
  std::shared_ptr<const Material> material_;
};

class SigningKey {
 public:
  static SigningKey generate(SignatureAlgorithm algorithm, std::string kid);
  static Result<SigningKey> hs256(std::string kid, std::string_view secret);
  // The private scalar, 32 bytes, big endian.
  static Result<SigningKey> es256(std::string kid, std::string_view scalar);

  const std::string& kid() const;
  SignatureAlgorithm algorithm() const;
  std::string sign(std::string_view input) const;
  // What a verifier needs; for HS256 that is the secret itself, able to sign.
  VerifyKey verify_key() const;

 private:
  explicit SigningKey(std::shared_ptr<const VerifyKey::Material> material);
  std::shared_ptr<const VerifyKey::Material> material_;
};

// The keys one verifier accepts, all of one pinned algorithm, found by exact kid. Rotation: add the
// new key, let the old one retire after the longest life of a token it signed.
class KeyRing {
 public:
  static constexpr std::size_t kKeysMax = 8;

  explicit KeyRing(SignatureAlgorithm algorithm) : algorithm_(algorithm) {}

  SignatureAlgorithm algorithm() const { return algorithm_; }
  // Errors: "wrong_algorithm", "duplicate_kid", "full" (kKeysMax, after the retired were dropped).
  Result<void> add(VerifyKey key, HostTime now);
  // Accepts nothing of this key from `when` on. False when there is no such key.
  bool retire(std::string_view kid, HostTime when);
  const VerifyKey* find(std::string_view kid, HostTime now) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    VerifyKey key;
    HostTime until;
  };
  SignatureAlgorithm algorithm_;
  std::vector<Entry> entries_;
};

}  // namespace gauntlet
