// The few primitives that tokens and stores stand on, over OpenSSL 3 EVP. Byte strings are
// std::string; keys and nonces of a wrong length are our own bug (CHECK). No OpenSSL type shows.
//
// Thread-safe. Randomness is OpenSSL's RAND_bytes; if it fails there is no safe way on (CHECK).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gauntlet::crypto {

inline constexpr std::size_t kKeyBytes = 32;    // AES-256, HMAC-SHA-256
inline constexpr std::size_t kNonceBytes = 12;  // GCM, NIST SP 800-38D section 8.2
inline constexpr std::size_t kTagBytes = 16;

std::string random_bytes(std::size_t n);
std::string sha256(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);
// Takes the same time wherever they differ; lengths are not secret.
bool equal_constant_time(std::string_view a, std::string_view b);
// Overwrites before release, in a way the optimiser keeps.
void cleanse(std::string& secret);

struct Sealed {
  std::string ciphertext;
  std::string tag;
};
// AES-256-GCM. A nonce must never be used twice with one key.
Sealed aes256gcm_seal(std::string_view key, std::string_view nonce, std::string_view aad,
                      std::string_view plaintext);
// Empty when the tag does not fit; then nothing of the plaintext is given out.
std::optional<std::string> aes256gcm_open(std::string_view key, std::string_view nonce,
                                          std::string_view aad, std::string_view ciphertext,
                                          std::string_view tag);

// scrypt (RFC 7914): memory is 128 * r * 2^log2_n bytes. Defaults: OWASP Password Storage Cheat
// Sheet, the row of 16 MiB.
struct ScryptCost {
  std::int64_t log2_n = 14;
  std::int64_t r = 8;
  std::int64_t p = 5;
};
std::string scrypt(std::string_view secret, std::string_view salt, ScryptCost cost,
                   std::size_t bytes = 32);

}  // namespace gauntlet::crypto
