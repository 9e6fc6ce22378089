#include "core/authz/private_key_provider.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "core/authz/crypto.h"
#include "core/authz/openssl_handles.h"
#include "core/authz/signing.h"
#include "core/base/check.h"

namespace gauntlet {

using crypto::octets;

struct RsaPublicKey::Material {
  crypto::Pkey pkey;
  // Public halves only: ready to encrypt, to be copied. Setting one up anew asks OpenSSL for the
  // same algorithms each time.
  crypto::PkeyContext encrypting = {};
};

namespace {

constexpr int kBitsMin = 2048;
constexpr int kBitsMax = 4096;

void set_oaep_sha256(EVP_PKEY_CTX* context) {
  CHECK(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1);
  CHECK(EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1);
  CHECK(EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1);
}

Result<crypto::Pkey> checked_rsa(const std::string& kid, crypto::Pkey key) {
  ERR_clear_error();
  if (!is_key_id(kid)) return Error{"bad_kid", "allowed are 1 to 32 of A-Z a-z 0-9 _ -"};
  if (!key || EVP_PKEY_is_a(key.get(), "RSA") != 1) return Error{"bad_pem", "not an RSA key"};
  const int bits = EVP_PKEY_get_bits(key.get());
  if (bits < kBitsMin || bits > kBitsMax) {
    return Error{"weak_key",
                 "RSA key of " + std::to_string(bits) + " bits; allowed are 2048 to 4096"};
  }
  return key;
}

}  // namespace

RsaPublicKey::RsaPublicKey(std::string kid, std::shared_ptr<const Material> material)
    : kid_(std::move(kid)), material_(std::move(material)) {}

Result<RsaPublicKey> RsaPublicKey::from_pem(std::string kid, std::string_view pem) {
  auto key = checked_rsa(kid, crypto::read_public_pem(pem));
  if (!key.ok()) return key.error();
  crypto::PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key->get(), nullptr));
  CHECK(EVP_PKEY_encrypt_init(context.get()) == 1);
  set_oaep_sha256(context.get());
  return RsaPublicKey(std::move(kid), std::make_shared<const Material>(
                                          Material{std::move(key).value(), std::move(context)}));
}

std::string RsaPublicKey::encrypt(std::string_view content_key) const {
  const crypto::PkeyContext context(EVP_PKEY_CTX_dup(material_->encrypting.get()));
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(material_->pkey.get())), '\0');
  std::size_t size = out.size();
  CHECK(EVP_PKEY_encrypt(context.get(), octets(out), &size, octets(content_key),
                         content_key.size()) == 1);
  out.resize(size);
  return out;
}

std::string RsaPublicKey::pem() const { return crypto::write_public_pem(material_->pkey.get()); }

RsaPrivateKey::RsaPrivateKey(RsaPublicKey pub,
                             std::shared_ptr<const RsaPublicKey::Material> material)
    : public_(std::move(pub)), material_(std::move(material)) {}

RsaPrivateKey RsaPrivateKey::generate(std::string kid, unsigned bits) {
  auto key = checked_rsa(kid, crypto::Pkey(EVP_RSA_gen(bits)));
  CHECK(key.ok(), bits, kid);
  auto pub = RsaPublicKey::from_pem(std::move(kid), crypto::write_public_pem(key->get()));
  return {std::move(pub).value(), std::make_shared<const RsaPublicKey::Material>(
                                      RsaPublicKey::Material{std::move(key).value()})};
}

Result<RsaPrivateKey> RsaPrivateKey::from_pem(std::string kid, std::string_view pem) {
  auto key = checked_rsa(kid, crypto::read_private_pem(pem));
  if (!key.ok()) return key.error();
  auto pub = RsaPublicKey::from_pem(std::move(kid), crypto::write_public_pem(key->get()));
  return RsaPrivateKey(std::move(pub).value(), std::make_shared<const RsaPublicKey::Material>(
                                                   RsaPublicKey::Material{std::move(key).value()}));
}

std::optional<std::string> RsaPrivateKey::decrypt(std::string_view ciphertext) const {
  EVP_PKEY* const pkey = material_->pkey.get();
  const auto size_max = static_cast<std::size_t>(EVP_PKEY_get_size(pkey));
  if (ciphertext.size() != size_max) return std::nullopt;
  const crypto::PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, pkey, nullptr));
  CHECK(EVP_PKEY_decrypt_init(context.get()) == 1);
  set_oaep_sha256(context.get());
  std::string out(size_max, '\0');
  std::size_t size = out.size();
  const bool good = EVP_PKEY_decrypt(context.get(), octets(out), &size, octets(ciphertext),
                                     ciphertext.size()) == 1;
  if (!good) {
    ERR_clear_error();
    return std::nullopt;
  }
  out.resize(size);
  return out;
}

std::string generate_rsa_pem(unsigned bits) {
  const crypto::Pkey key(EVP_RSA_gen(bits));
  CHECK(key, bits);
  return crypto::write_private_pem(key.get());
}

LocalKeyProvider::LocalKeyProvider(RsaPrivateKey first) {
  entries_.push_back({std::move(first), HostTime::max()});
}

Result<void> LocalKeyProvider::rotate(RsaPrivateKey next, HostTime now, Duration overlap) {
  std::erase_if(entries_, [now](const Entry& e) { return e.until <= now; });
  const std::string kid = next.public_key().kid();
  if (find(kid, now)) return Error{"duplicate_kid", "kid " + kid + " is held already"};
  if (entries_.size() == kKeysMax) {
    return Error{"full", "at most " + std::to_string(kKeysMax) + " keys at a time"};
  }
  entries_.back().until = now + overlap;
  entries_.push_back({std::move(next), HostTime::max()});
  return {};
}

RsaPublicKey LocalKeyProvider::public_key() const { return entries_.back().key.public_key(); }

const LocalKeyProvider::Entry* LocalKeyProvider::find(std::string_view kid, HostTime now) const {
  for (const auto& e : entries_) {
    if (now < e.until && e.key.public_key().kid() == kid) return &e;
  }
  return nullptr;
}

bool LocalKeyProvider::knows(std::string_view kid, HostTime now) const {
  return find(kid, now) != nullptr;
}

std::optional<std::string> LocalKeyProvider::decrypt(std::string_view kid,
                                                     std::string_view ciphertext,
                                                     HostTime now) const {
  const Entry* entry = find(kid, now);
  return entry ? entry->key.decrypt(ciphertext) : std::nullopt;
}

}  // namespace gauntlet
