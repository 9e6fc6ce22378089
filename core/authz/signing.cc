#include "core/authz/signing.h"

#include <openssl/core_names.h>
#include <openssl/err.h>

#include <algorithm>

#include "core/authz/crypto.h"
#include "core/authz/openssl_handles.h"
#include "core/base/check.h"

namespace gauntlet {

using crypto::octets;

struct VerifyKey::Material {
  std::string kid;
  SignatureAlgorithm algorithm = SignatureAlgorithm::es256;
  crypto::MacContext mac;  // keyed once; each use works on a copy
  crypto::Pkey pkey;
};

namespace {

constexpr std::size_t kScalarBytes = 32;
constexpr std::size_t kSignatureBytes = 2 * kScalarBytes;
constexpr std::size_t kPointBytes = 65;
constexpr std::size_t kSecretBytesMin = 32;
constexpr std::size_t kSecretBytesMax = 1024;

crypto::MacContext keyed_mac(std::string_view secret) {
  static EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  CHECK(hmac != nullptr);
  crypto::MacContext context(EVP_MAC_CTX_new(hmac));
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
  CHECK(EVP_MAC_init(context.get(), octets(secret), secret.size(), params) == 1);
  return context;
}

std::string mac_of(const EVP_MAC_CTX* keyed, std::string_view input) {
  const crypto::MacContext context(EVP_MAC_CTX_dup(keyed));
  std::string mac(32, '\0');
  std::size_t size = 0;
  CHECK(EVP_MAC_update(context.get(), octets(input), input.size()) == 1);
  CHECK(EVP_MAC_final(context.get(), octets(mac), &size, mac.size()) == 1 && size == 32);
  return mac;
}

// R||S to the DER that EVP wants; the fixed length keeps one signature from having two spellings.
std::string to_der(std::string_view raw) {
  const crypto::EcdsaSignature signature(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(octets(raw), kScalarBytes, nullptr);
  BIGNUM* s = BN_bin2bn(octets(raw) + kScalarBytes, kScalarBytes, nullptr);
  CHECK(ECDSA_SIG_set0(signature.get(), r, s) == 1);
  std::string der(80, '\0');
  unsigned char* out = octets(der);
  const int size = i2d_ECDSA_SIG(signature.get(), &out);
  CHECK(size > 0 && size <= 80, size);
  der.resize(static_cast<std::size_t>(size));
  return der;
}

std::string from_der(std::string_view der) {
  const unsigned char* in = octets(der);
  const crypto::EcdsaSignature signature(
      d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  CHECK(signature != nullptr);
  std::string raw(kSignatureBytes, '\0');
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), octets(raw), kScalarBytes) > 0);
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), octets(raw) + kScalarBytes, kScalarBytes) >
        0);
  return raw;
}

std::string point_of_scalar(const BIGNUM* scalar) {
  const crypto::EcGroup group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const crypto::EcPoint point(EC_POINT_new(group.get()));
  if (EC_POINT_mul(group.get(), point.get(), scalar, nullptr, nullptr, nullptr) != 1) return {};
  std::string bytes(kPointBytes, '\0');
  const std::size_t size =
      EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, octets(bytes),
                         bytes.size(), nullptr);
  return size == kPointBytes ? bytes : std::string{};
}

// Null when the point is not on P-256. `scalar` may be null: a public key.
crypto::Pkey make_p256(std::string_view point, const BIGNUM* scalar) {
  const crypto::ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  if (scalar) OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar);
  const crypto::Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const crypto::PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  CHECK(EVP_PKEY_fromdata_init(context.get()) == 1);
  const bool made =
      EVP_PKEY_fromdata(context.get(), &key, scalar ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                        params.get()) == 1;
  crypto::Pkey owned(key);
  if (!made) {
    ERR_clear_error();
    return nullptr;
  }
  const crypto::PkeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, owned.get(), nullptr));
  if (EVP_PKEY_public_check(check.get()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return owned;
}

bool is_p256(const EVP_PKEY* key) {
  char group[32] = {};
  std::size_t size = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
         (std::string_view(group) == "prime256v1" || std::string_view(group) == "P-256");
}

Error bad_kid(std::string_view kid) {
  return {"bad_kid", "key id of " + std::to_string(kid.size()) +
                         " bytes; allowed are 1 to 32 of A-Z a-z 0-9 _ -"};
}

}  // namespace

std::string_view to_string(SignatureAlgorithm algorithm) {
  return algorithm == SignatureAlgorithm::hs256 ? "HS256" : "ES256";
}

bool is_key_id(std::string_view kid) {
  return !kid.empty() && kid.size() <= 32 && std::all_of(kid.begin(), kid.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

VerifyKey::VerifyKey(std::shared_ptr<const Material> material) : material_(std::move(material)) {}
const std::string& VerifyKey::kid() const { return material_->kid; }
SignatureAlgorithm VerifyKey::algorithm() const { return material_->algorithm; }

Result<VerifyKey> VerifyKey::hs256(std::string kid, std::string_view secret) {
  if (!is_key_id(kid)) return bad_kid(kid);
  if (secret.size() < kSecretBytesMin || secret.size() > kSecretBytesMax) {
    return Error{"weak_secret", "HS256 secret of " + std::to_string(secret.size()) +
                                    " bytes; allowed are 32 to 1024"};
  }
  return VerifyKey(std::make_shared<const Material>(
      Material{std::move(kid), SignatureAlgorithm::hs256, keyed_mac(secret), nullptr}));
}

Result<VerifyKey> VerifyKey::es256(std::string kid, std::string_view point) {
  if (!is_key_id(kid)) return bad_kid(kid);
  crypto::Pkey key;
  if (point.size() == kPointBytes && point[0] == 4) key = make_p256(point, nullptr);
  if (!key) return Error{"bad_point", "not an uncompressed point of P-256"};
  return VerifyKey(std::make_shared<const Material>(
      Material{std::move(kid), SignatureAlgorithm::es256, nullptr, std::move(key)}));
}

Result<VerifyKey> VerifyKey::es256_from_pem(std::string kid, std::string_view pem) {
  if (!is_key_id(kid)) return bad_kid(kid);
  crypto::Pkey key = crypto::read_public_pem(pem);
  ERR_clear_error();
  if (!key || !is_p256(key.get())) return Error{"bad_pem", "not the public half of a P-256 key"};
  return VerifyKey(std::make_shared<const Material>(
      Material{std::move(kid), SignatureAlgorithm::es256, nullptr, std::move(key)}));
}

bool VerifyKey::verify(std::string_view input, std::string_view signature) const {
  if (material_->algorithm == SignatureAlgorithm::hs256) {
    return crypto::equal_constant_time(mac_of(material_->mac.get(), input), signature);
  }
  if (signature.size() != kSignatureBytes) return false;
  const std::string digest = crypto::sha256(input);
  const std::string der = to_der(signature);
  const crypto::PkeyContext context(
      EVP_PKEY_CTX_new_from_pkey(nullptr, material_->pkey.get(), nullptr));
  CHECK(EVP_PKEY_verify_init(context.get()) == 1);
  const bool good =
      EVP_PKEY_verify(context.get(), octets(der), der.size(), octets(digest), digest.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

std::string VerifyKey::public_pem() const {
  return material_->pkey ? crypto::write_public_pem(material_->pkey.get()) : std::string{};
}

SigningKey::SigningKey(std::shared_ptr<const VerifyKey::Material> material)
    : material_(std::move(material)) {}
const std::string& SigningKey::kid() const { return material_->kid; }
SignatureAlgorithm SigningKey::algorithm() const { return material_->algorithm; }

SigningKey SigningKey::generate(SignatureAlgorithm algorithm, std::string kid) {
  // All but about 2^-32 of 256-bit numbers are scalars of P-256; draw again for those.
  for (;;) {
    std::string secret = crypto::random_bytes(kScalarBytes);
    auto key = algorithm == SignatureAlgorithm::hs256 ? hs256(kid, secret) : es256(kid, secret);
    crypto::cleanse(secret);
    if (key.ok()) return std::move(key).value();
    CHECK(key.error().code == "bad_scalar", key.error().message);
  }
}

Result<SigningKey> SigningKey::hs256(std::string kid, std::string_view secret) {
  auto key = VerifyKey::hs256(std::move(kid), secret);
  if (!key.ok()) return key.error();
  return SigningKey(key->material_);
}

Result<SigningKey> SigningKey::es256(std::string kid, std::string_view scalar) {
  if (!is_key_id(kid)) return bad_kid(kid);
  const Error bad{"bad_scalar", "not a private scalar of P-256"};
  if (scalar.size() != kScalarBytes) return bad;
  const crypto::BigNumber number(BN_bin2bn(octets(scalar), kScalarBytes, nullptr));
  const crypto::EcGroup group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0) {
    return bad;
  }
  crypto::Pkey key = make_p256(point_of_scalar(number.get()), number.get());
  if (!key) return bad;
  return SigningKey(std::make_shared<const VerifyKey::Material>(
      VerifyKey::Material{std::move(kid), SignatureAlgorithm::es256, nullptr, std::move(key)}));
}

std::string SigningKey::sign(std::string_view input) const {
  if (material_->algorithm == SignatureAlgorithm::hs256) {
    return mac_of(material_->mac.get(), input);
  }
  const std::string digest = crypto::sha256(input);
  const crypto::PkeyContext context(
      EVP_PKEY_CTX_new_from_pkey(nullptr, material_->pkey.get(), nullptr));
  std::string der(80, '\0');
  std::size_t size = der.size();
  CHECK(EVP_PKEY_sign_init(context.get()) == 1);
  CHECK(EVP_PKEY_sign(context.get(), octets(der), &size, octets(digest), digest.size()) == 1);
  return from_der(std::string_view(der).substr(0, size));
}

VerifyKey SigningKey::verify_key() const {
  if (material_->algorithm == SignatureAlgorithm::hs256) return VerifyKey(material_);
  auto key =
      VerifyKey::es256_from_pem(material_->kid, crypto::write_public_pem(material_->pkey.get()));
  return std::move(key).value();
}

Result<void> KeyRing::add(VerifyKey key, HostTime now) {
  std::erase_if(entries_, [now](const Entry& e) { return e.until <= now; });
  if (key.algorithm() != algorithm_) {
    return Error{"wrong_algorithm",
                 "this ring holds " + std::string(to_string(algorithm_)) + " keys only"};
  }
  if (find(key.kid(), now)) return Error{"duplicate_kid", "kid " + key.kid() + " is held already"};
  if (entries_.size() == kKeysMax) {
    return Error{"full", "at most " + std::to_string(kKeysMax) + " keys at a time"};
  }
  entries_.push_back({std::move(key), HostTime::max()});
  return {};
}

bool KeyRing::retire(std::string_view kid, HostTime when) {
  for (auto& e : entries_) {
    if (e.key.kid() != kid) continue;
    e.until = std::min(e.until, when);
    return true;
  }
  return false;
}

const VerifyKey* KeyRing::find(std::string_view kid, HostTime now) const {
  for (const auto& e : entries_) {
    if (e.key.kid() == kid && now < e.until) return &e.key;
  }
  return nullptr;
}

}  // namespace gauntlet
