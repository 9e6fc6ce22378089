#include "core/authz/jose.h"

#include <array>
#include <optional>

#include "core/authz/base64url.h"
#include "core/authz/crypto.h"
#include "core/authz/flat_json.h"
#include "core/base/check.h"

namespace gauntlet {
namespace {

constexpr std::size_t kHeaderBytesMax = 256;
constexpr FlatJsonLimits kHeaderLimits{kHeaderBytesMax, 8};
constexpr std::string_view kKeyAlgorithm = "RSA-OAEP-256";
constexpr std::string_view kContentAlgorithm = "A256GCM";

template <std::size_t N>
std::optional<std::array<std::string_view, N>> split(std::string_view compact) {
  std::array<std::string_view, N> parts;
  for (std::size_t i = 0; i + 1 < N; ++i) {
    const std::size_t dot = compact.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    parts[i] = compact.substr(0, dot);
    compact.remove_prefix(dot + 1);
  }
  if (compact.find('.') != std::string_view::npos) return std::nullopt;
  parts[N - 1] = compact;
  return parts;
}

Result<FlatJson> parse_header(std::string_view part) {
  if (part.size() > 2 * kHeaderBytesMax) return refused(refusal::kTooLong);
  const auto text = base64url_decode(part);
  if (!text) return refused(refusal::kMalformed);
  return parse_flat_json(*text, kHeaderLimits);
}

bool text_is(const FlatJson& json, std::string_view name, std::string_view expected) {
  const std::string* text = json.text(name);
  return text && *text == expected;
}

// The kid, once alg, the set of members and typ are as pinned.
Result<std::string> check_jws_header(const FlatJson& header, std::string_view algorithm,
                                     std::string_view type) {
  if (!text_is(header, "alg", algorithm)) return refused(refusal::kBadAlgorithm);
  if (!header.has_exactly({"alg", "kid", "typ"})) return refused(refusal::kBadHeader);
  if (!text_is(header, "typ", type)) return refused(refusal::kBadType);
  const std::string* kid = header.text("kid");
  if (!kid) return refused(refusal::kBadHeader);
  return *kid;
}

Result<std::string> check_jwe_header(const FlatJson& header, std::string_view type) {
  if (!text_is(header, "alg", kKeyAlgorithm) || !text_is(header, "enc", kContentAlgorithm)) {
    return refused(refusal::kBadAlgorithm);
  }
  if (!header.has_exactly({"alg", "enc", "kid", "typ"})) return refused(refusal::kBadHeader);
  if (!text_is(header, "typ", type)) return refused(refusal::kBadType);
  const std::string* kid = header.text("kid");
  if (!kid) return refused(refusal::kBadHeader);
  return *kid;
}

}  // namespace

std::string jws_sign(const SigningKey& key, std::string_view type, std::string_view payload) {
  const std::string header = FlatJsonWriter()
                                 .add("alg", to_string(key.algorithm()))
                                 .add("kid", key.kid())
                                 .add("typ", type)
                                 .str();
  std::string compact = base64url_encode(header) + '.' + base64url_encode(payload);
  const std::string signature = key.sign(compact);
  compact += '.';
  compact += base64url_encode(signature);
  CHECK(compact.size() <= kJwsBytesMax, compact.size());
  return compact;
}

Result<std::string> jws_open(std::string_view compact, const KeyRing& keys, std::string_view type,
                             HostTime now, std::string* signed_with) {
  if (compact.size() > kJwsBytesMax) return refused(refusal::kTooLong);
  const auto parts = split<3>(compact);
  if (!parts) return refused(refusal::kMalformed);
  const auto header = parse_header((*parts)[0]);
  if (!header.ok()) return refused(header.error().code);
  const auto kid = check_jws_header(*header, to_string(keys.algorithm()), type);
  if (!kid.ok()) return kid.error();
  const VerifyKey* key = keys.find(*kid, now);
  if (!key) return refused(refusal::kUnknownKey);
  const auto signature = base64url_decode((*parts)[2]);
  if (!signature) return refused(refusal::kMalformed);
  const std::string_view input = compact.substr(0, compact.rfind('.'));
  if (!key->verify(input, *signature)) return refused(refusal::kBadSignature);
  if (signed_with) *signed_with = *kid;
  auto payload = base64url_decode((*parts)[1]);
  if (!payload) return refused(refusal::kMalformed);
  return *std::move(payload);
}

std::string jwe_seal(const RsaPublicKey& key, std::string_view type, std::string_view plaintext) {
  const std::string header = base64url_encode(FlatJsonWriter()
                                                  .add("alg", kKeyAlgorithm)
                                                  .add("enc", kContentAlgorithm)
                                                  .add("kid", key.kid())
                                                  .add("typ", type)
                                                  .str());
  std::string content_key = crypto::random_bytes(crypto::kKeyBytes);
  const std::string nonce = crypto::random_bytes(crypto::kNonceBytes);
  const auto sealed = crypto::aes256gcm_seal(content_key, nonce, header, plaintext);
  const std::string encrypted_key = key.encrypt(content_key);
  crypto::cleanse(content_key);
  std::string compact = header;
  for (const std::string& part : {encrypted_key, nonce, sealed.ciphertext, sealed.tag}) {
    compact += '.';
    compact += base64url_encode(part);
  }
  CHECK(compact.size() <= kJweBytesMax, compact.size());
  return compact;
}

Result<std::string> jwe_open(std::string_view compact, const PrivateKeyProvider& keys,
                             std::string_view type, HostTime now) {
  if (compact.size() > kJweBytesMax) return refused(refusal::kTooLong);
  const auto parts = split<5>(compact);
  if (!parts) return refused(refusal::kMalformed);
  const auto header = parse_header((*parts)[0]);
  if (!header.ok()) return refused(header.error().code);
  const auto kid = check_jwe_header(*header, type);
  if (!kid.ok()) return kid.error();
  std::array<std::string, 4> binary;  // encrypted key, nonce, ciphertext, tag
  for (std::size_t i = 0; i < binary.size(); ++i) {
    auto bytes = base64url_decode((*parts)[i + 1]);
    if (!bytes) return refused(refusal::kMalformed);
    binary[i] = *std::move(bytes);
  }
  if (!keys.knows(*kid, now)) return refused(refusal::kUnknownKey);
  // With a key that did not decrypt, go on with a random one: the tag then fails, and nobody can
  // tell a bad padding from a bad tag.
  std::string content_key = crypto::random_bytes(crypto::kKeyBytes);
  auto unwrapped = keys.decrypt(*kid, binary[0], now);
  if (unwrapped && unwrapped->size() == crypto::kKeyBytes) content_key.swap(*unwrapped);
  auto plaintext =
      crypto::aes256gcm_open(content_key, binary[1], (*parts)[0], binary[2], binary[3]);
  crypto::cleanse(content_key);
  if (unwrapped) crypto::cleanse(*unwrapped);
  if (!plaintext) return refused(refusal::kUndecryptable);
  return *std::move(plaintext);
}

}  // namespace gauntlet
