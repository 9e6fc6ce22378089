#include "core/authz/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "core/authz/openssl_handles.h"
#include "core/base/check.h"

namespace gauntlet::crypto {
namespace {

// Fetched once: an implicit fetch costs more than the HMAC of a token.
const EVP_MD* fetched_sha256() {
  static EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  CHECK(md != nullptr);
  return md;
}

const EVP_CIPHER* fetched_aes256gcm() {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  CHECK(cipher != nullptr);
  return cipher;
}

}  // namespace

std::string random_bytes(std::size_t n) {
  std::string bytes(n, '\0');
  CHECK(RAND_bytes(octets(bytes), static_cast<int>(n)) == 1, n);
  return bytes;
}

std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  unsigned size = 0;
  CHECK(EVP_Digest(bytes.data(), bytes.size(), octets(digest), &size, fetched_sha256(), nullptr) ==
            1 &&
        size == 32);
  return digest;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string mac(32, '\0');
  std::size_t size = 0;
  CHECK(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(),
                  octets(bytes), bytes.size(), octets(mac), mac.size(), &size) != nullptr &&
        size == 32);
  return mac;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void cleanse(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

Sealed aes256gcm_seal(std::string_view key, std::string_view nonce, std::string_view aad,
                      std::string_view plaintext) {
  CHECK(key.size() == kKeyBytes && nonce.size() == kNonceBytes, key.size(), nonce.size());
  const CipherContext context(EVP_CIPHER_CTX_new());
  Sealed sealed{std::string(plaintext.size(), '\0'), std::string(kTagBytes, '\0')};
  int n = 0;
  CHECK(EVP_EncryptInit_ex2(context.get(), fetched_aes256gcm(), octets(key), octets(nonce),
                            nullptr) == 1);
  CHECK(EVP_EncryptUpdate(context.get(), nullptr, &n, octets(aad), static_cast<int>(aad.size())) ==
        1);
  CHECK(EVP_EncryptUpdate(context.get(), octets(sealed.ciphertext), &n, octets(plaintext),
                          static_cast<int>(plaintext.size())) == 1);
  CHECK(EVP_EncryptFinal_ex(context.get(), nullptr, &n) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, sealed.tag.data()) ==
        1);
  return sealed;
}

std::optional<std::string> aes256gcm_open(std::string_view key, std::string_view nonce,
                                          std::string_view aad, std::string_view ciphertext,
                                          std::string_view tag) {
  CHECK(key.size() == kKeyBytes, key.size());
  // A shorter tag would be accepted by GCM and forged with less work.
  if (nonce.size() != kNonceBytes || tag.size() != kTagBytes) return std::nullopt;
  const CipherContext context(EVP_CIPHER_CTX_new());
  std::string plaintext(ciphertext.size(), '\0');
  std::string expected(tag);
  int n = 0;
  const bool authentic =
      EVP_DecryptInit_ex2(context.get(), fetched_aes256gcm(), octets(key), octets(nonce),
                          nullptr) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &n, octets(aad), static_cast<int>(aad.size())) ==
          1 &&
      EVP_DecryptUpdate(context.get(), octets(plaintext), &n, octets(ciphertext),
                        static_cast<int>(ciphertext.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, expected.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), nullptr, &n) == 1;
  if (!authentic) {
    cleanse(plaintext);
    return std::nullopt;
  }
  return plaintext;
}

std::string scrypt(std::string_view secret, std::string_view salt, ScryptCost cost,
                   std::size_t bytes) {
  std::string key(bytes, '\0');
  const std::uint64_t n = std::uint64_t{1} << cost.log2_n;
  const auto r = static_cast<std::uint64_t>(cost.r);
  const auto p = static_cast<std::uint64_t>(cost.p);
  // OpenSSL refuses above a limit of its own; ours is what the cost asks for, and a little.
  const std::uint64_t memory_max = 128 * r * (n + p + 2) + 4096;
  CHECK(EVP_PBE_scrypt(secret.data(), secret.size(), octets(salt), salt.size(), n, r, p, memory_max,
                       octets(key), key.size()) == 1,
        cost.log2_n, cost.r, cost.p);
  return key;
}

Pkey read_private_pem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // No pass phrase is ever asked for on a terminal.
  const auto refuse = [](char*, int, int, void*) { return -1; };
  return Pkey(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse, nullptr));
}

Pkey read_public_pem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Pkey(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
}

std::string write_public_pem(const EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  CHECK(PEM_write_bio_PUBKEY(bio.get(), key) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

std::string write_private_pem(const EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_secmem()));
  CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace gauntlet::crypto
