#include "core/services/envelope.h"

#include "core/authz/crypto.h"
#include "core/base/check.h"

namespace gauntlet {
namespace {

using crypto::kKeyBytes;
using crypto::kNonceBytes;
using crypto::kTagBytes;

constexpr char kVersion = 1;
constexpr std::size_t kHeaderBytes =
    1 + kNonceBytes + kKeyBytes + kTagBytes + kNonceBytes + kTagBytes;

std::string key_context(std::string_view context) { return std::string("key:").append(context); }

}  // namespace

// One key for each use, by HMAC as in HKDF-Expand (RFC 5869) with a single block.
Envelope::Envelope(std::string_view key_encryption_key) {
  CHECK(key_encryption_key.size() == kKeyBytes, key_encryption_key.size());
  sealing_key_ = crypto::hmac_sha256(key_encryption_key, "gauntlet envelope seal\x01");
  index_key_ = crypto::hmac_sha256(key_encryption_key, "gauntlet envelope index\x01");
}

std::string Envelope::seal(std::string_view context, std::string_view plaintext) const {
  std::string record_key = crypto::random_bytes(kKeyBytes);
  const std::string key_nonce = crypto::random_bytes(kNonceBytes);
  const std::string nonce = crypto::random_bytes(kNonceBytes);
  const auto sealed_key =
      crypto::aes256gcm_seal(sealing_key_, key_nonce, key_context(context), record_key);
  const auto sealed = crypto::aes256gcm_seal(record_key, nonce, context, plaintext);
  crypto::cleanse(record_key);
  std::string record(1, kVersion);
  record.append(key_nonce).append(sealed_key.ciphertext).append(sealed_key.tag);
  return record.append(nonce).append(sealed.tag).append(sealed.ciphertext);
}

std::optional<std::string> Envelope::open(std::string_view context, std::string_view record) const {
  if (record.size() < kHeaderBytes || record[0] != kVersion) return std::nullopt;
  record.remove_prefix(1);
  const auto take = [&record](std::size_t n) {
    const auto bytes = record.substr(0, n);
    record.remove_prefix(n);
    return bytes;
  };
  const auto key_nonce = take(kNonceBytes);
  const auto key_ciphertext = take(kKeyBytes);
  const auto key_tag = take(kTagBytes);
  const auto nonce = take(kNonceBytes);
  const auto tag = take(kTagBytes);
  auto record_key = crypto::aes256gcm_open(sealing_key_, key_nonce, key_context(context),
                                           key_ciphertext, key_tag);
  if (!record_key) return std::nullopt;
  auto plaintext = crypto::aes256gcm_open(*record_key, nonce, context, record, tag);
  crypto::cleanse(*record_key);
  return plaintext;
}

std::string Envelope::index(std::string_view name) const {
  return crypto::hmac_sha256(index_key_, name);
}

}  // namespace gauntlet
