// Issue, verify and unwrap a token, each beside the bare OpenSSL primitives it cannot do without:
// EVP calls on keys and contexts that are there already, without encoding, claims or checks.
#include <benchmark/benchmark.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>
#include <string>

#include "core/authz/token.h"
#include "core/base/check.h"

namespace gauntlet {
namespace {

const HostTime kNow{std::chrono::seconds{1'700'000'000}};

const RsaPrivateKey& rsa() {
  static const RsaPrivateKey key = RsaPrivateKey::generate("p1");
  return key;
}

struct House {
  explicit House(SignatureAlgorithm algorithm)
      : key(SigningKey::generate(algorithm, "s1")),
        issuer({}, key, rsa().public_key()),
        verifier(TokenOptions{.remembered = 0}, "profile", ring()),
        remembering({}, "profile", ring()),
        opener(std::make_shared<LocalKeyProvider>(rsa())),
        token(issuer.issue("user-0001", "c7", "profile", kNow).token) {}
  KeyRing ring() const {
    KeyRing ring(key.algorithm());
    static_cast<void>(ring.add(key.verify_key(), kNow));
    return ring;
  }
  SigningKey key;
  TokenIssuer issuer;
  TokenVerifier verifier;  // each time as if it were the first
  TokenVerifier remembering;
  InnerTokenOpener opener;
  std::string token;
};

// Raw OpenSSL: a P-256 key, an RSA-2048 key and contexts made once.
class Raw {
 public:
  explicit Raw(SignatureAlgorithm algorithm) : algorithm_(algorithm) {
    OSSL_PARAM sha256[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, digest_, 0),
        OSSL_PARAM_construct_end()};
    for (auto* ctx : {encrypt_.get(), decrypt_.get()}) {
      CHECK(ctx != nullptr);
      CHECK((ctx == encrypt_.get() ? EVP_PKEY_encrypt_init_ex(ctx, nullptr)
                                   : EVP_PKEY_decrypt_init_ex(ctx, nullptr)) == 1);
      CHECK(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1);
      CHECK(EVP_PKEY_CTX_set_params(ctx, sha256) == 1);
    }
    CHECK(EVP_PKEY_sign_init(sign_.get()) == 1 && EVP_PKEY_verify_init(verify_.get()) == 1);
    wrap();
  }

  void random() { RAND_bytes(key_.data(), 60); }  // content key, nonce, token id
  void seal() {
    int n = 0;
    EVP_EncryptInit_ex2(cipher_.get(), EVP_aes_256_gcm(), key_.data(), key_.data() + 32, nullptr);
    EVP_EncryptUpdate(cipher_.get(), nullptr, &n, text_.data(), 64);
    EVP_EncryptUpdate(cipher_.get(), out_.data(), &n, text_.data(), 80);
    EVP_EncryptFinal_ex(cipher_.get(), out_.data() + n, &n);
    EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_GCM_GET_TAG, 16, out_.data() + 100);
  }
  void wrap() {
    wrapped_n_ = wrapped_.size();
    CHECK(EVP_PKEY_encrypt(encrypt_.get(), wrapped_.data(), &wrapped_n_, key_.data(), 32) == 1);
  }
  void unwrap() {
    std::size_t n = out_.size();
    CHECK(EVP_PKEY_decrypt(decrypt_.get(), out_.data(), &n, wrapped_.data(), wrapped_n_) == 1);
  }
  void sign(const std::string& input) {
    hash(input);
    if (algorithm_ == SignatureAlgorithm::hs256) return;
    signature_n_ = signature_.size();
    CHECK(EVP_PKEY_sign(sign_.get(), signature_.data(), &signature_n_, hash_.data(), 32) == 1);
  }
  void verify(const std::string& input) {
    hash(input);
    if (algorithm_ == SignatureAlgorithm::hs256) return;
    CHECK(EVP_PKEY_verify(verify_.get(), signature_.data(), signature_n_, hash_.data(), 32) == 1);
  }

 private:
  void hash(const std::string& input) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(input.data());
    unsigned n = 0;
    if (algorithm_ == SignatureAlgorithm::hs256) {
      HMAC(EVP_sha256(), key_.data(), 32, bytes, input.size(), hash_.data(), &n);
    } else {
      EVP_Digest(bytes, input.size(), hash_.data(), &n, EVP_sha256(), nullptr);
    }
    benchmark::DoNotOptimize(hash_);
  }
  template <auto kFree>
  struct Free {
    template <class T>
    void operator()(T* p) const {
      kFree(p);
    }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
  using Context = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;

  SignatureAlgorithm algorithm_;
  char digest_[7] = "SHA256";
  Key rsa_{EVP_RSA_gen(2048)}, ec_{EVP_EC_gen("P-256")};
  Context encrypt_{EVP_PKEY_CTX_new(rsa_.get(), nullptr)};
  Context decrypt_{EVP_PKEY_CTX_new(rsa_.get(), nullptr)};
  Context sign_{EVP_PKEY_CTX_new(ec_.get(), nullptr)};
  Context verify_{EVP_PKEY_CTX_new(ec_.get(), nullptr)};
  std::unique_ptr<EVP_CIPHER_CTX, Free<EVP_CIPHER_CTX_free>> cipher_{EVP_CIPHER_CTX_new()};
  std::array<unsigned char, 64> key_{};
  std::array<unsigned char, 256> text_{}, out_{}, wrapped_{};
  std::array<unsigned char, 80> signature_{};
  std::array<unsigned char, 32> hash_{};
  std::size_t wrapped_n_ = 0, signature_n_ = 0;
};

void BM_Issue(benchmark::State& state, SignatureAlgorithm algorithm) {
  const House house(algorithm);
  for (auto _ : state) {
    benchmark::DoNotOptimize(house.issuer.issue("user-0001", "c7", "profile", kNow));
  }
}
BENCHMARK_CAPTURE(BM_Issue, hs256, SignatureAlgorithm::hs256);
BENCHMARK_CAPTURE(BM_Issue, es256, SignatureAlgorithm::es256);

// What issuing is made of: an RSA encryption, an AES-GCM seal and a signature.
void BM_IssuePrimitives(benchmark::State& state, SignatureAlgorithm algorithm) {
  const House house(algorithm);
  const std::string signing_input = house.token.substr(0, house.token.rfind('.'));
  Raw raw(algorithm);
  for (auto _ : state) {
    raw.random();
    raw.seal();
    raw.wrap();
    raw.sign(signing_input);
  }
}
BENCHMARK_CAPTURE(BM_IssuePrimitives, hs256, SignatureAlgorithm::hs256);
BENCHMARK_CAPTURE(BM_IssuePrimitives, es256, SignatureAlgorithm::es256);

void BM_Verify(benchmark::State& state, SignatureAlgorithm algorithm) {
  const House house(algorithm);
  for (auto _ : state) benchmark::DoNotOptimize(house.verifier.verify(house.token, kNow));
}
BENCHMARK_CAPTURE(BM_Verify, hs256, SignatureAlgorithm::hs256);
BENCHMARK_CAPTURE(BM_Verify, es256, SignatureAlgorithm::es256);

void BM_VerifyAgain(benchmark::State& state, SignatureAlgorithm algorithm) {
  const House house(algorithm);
  for (auto _ : state) benchmark::DoNotOptimize(house.remembering.verify(house.token, kNow));
}
BENCHMARK_CAPTURE(BM_VerifyAgain, hs256, SignatureAlgorithm::hs256);
BENCHMARK_CAPTURE(BM_VerifyAgain, es256, SignatureAlgorithm::es256);

void BM_VerifyPrimitives(benchmark::State& state, SignatureAlgorithm algorithm) {
  const House house(algorithm);
  const std::string input = house.token.substr(0, house.token.rfind('.'));
  Raw raw(algorithm);
  raw.sign(input);
  for (auto _ : state) raw.verify(input);
}
BENCHMARK_CAPTURE(BM_VerifyPrimitives, hs256, SignatureAlgorithm::hs256);
BENCHMARK_CAPTURE(BM_VerifyPrimitives, es256, SignatureAlgorithm::es256);

void BM_Unwrap(benchmark::State& state) {
  const House house(SignatureAlgorithm::es256);
  const auto claims = house.verifier.verify(house.token, kNow).value();
  for (auto _ : state) benchmark::DoNotOptimize(house.opener.open(claims, kNow));
}
BENCHMARK(BM_Unwrap);

void BM_UnwrapPrimitives(benchmark::State& state) {
  Raw raw(SignatureAlgorithm::es256);
  for (auto _ : state) raw.unwrap();
}
BENCHMARK(BM_UnwrapPrimitives);

void BM_RefuseGarbage(benchmark::State& state) {
  const House house(SignatureAlgorithm::es256);
  const std::string garbage(kJwsBytesMax, 'A');
  for (auto _ : state) benchmark::DoNotOptimize(house.verifier.verify(garbage, kNow));
}
BENCHMARK(BM_RefuseGarbage);

}  // namespace
}  // namespace gauntlet
