// Issue, verify and unwrap a token, each beside the bare OpenSSL primitives it cannot do without.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "core/authz/crypto.h"
#include "core/authz/token.h"

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
  const RsaPublicKey key = rsa().public_key();
  const std::string signing_input = house.token.substr(0, house.token.rfind('.'));
  for (auto _ : state) {
    const std::string content_key = crypto::random_bytes(32);
    const std::string nonce = crypto::random_bytes(12);
    benchmark::DoNotOptimize(
        crypto::aes256gcm_seal(content_key, nonce, "header", std::string(80, 'x')));
    benchmark::DoNotOptimize(key.encrypt(content_key));
    benchmark::DoNotOptimize(house.key.sign(signing_input));
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
  const std::string signature = house.key.sign(input);
  const VerifyKey key = house.key.verify_key();
  for (auto _ : state) benchmark::DoNotOptimize(key.verify(input, signature));
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
  const std::string sealed = rsa().public_key().encrypt(std::string(32, 'k'));
  for (auto _ : state) benchmark::DoNotOptimize(rsa().decrypt(sealed));
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
