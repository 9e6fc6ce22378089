// Envelope encryption at rest: each record is sealed with a fresh key of its own (AES-256-GCM), and
// that key with the service's key-encryption key, which is not in the store. Who steals the store
// reads lengths and numbers of records and nothing else; who changes a byte, or moves a record to
// another's place (`context` is authenticated), is noticed.
//
//   record = version (1) | nonce (12) sealed key (32) tag (16) | nonce (12) tag (16) ciphertext
//
// Nonces are random: below 2^32 records a key-encryption key stays within NIST SP 800-38D 8.3.
// Leaves out: changing the key-encryption key, which seals the 60 bytes of each record anew.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gauntlet {

class Envelope {
 public:
  // 32 bytes.
  explicit Envelope(std::string_view key_encryption_key);
  std::string seal(std::string_view context, std::string_view plaintext) const;
  std::optional<std::string> open(std::string_view context, std::string_view record) const;
  // A keyed pseudonym to look records up by: the same name gives the same 32 bytes, and without the
  // key nobody can try names.
  std::string index(std::string_view name) const;

 private:
  std::string sealing_key_;
  std::string index_key_;
};

}  // namespace gauntlet
