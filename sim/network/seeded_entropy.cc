// RAND_set_rand_method is deprecated since OpenSSL 3.0 in favour of provider RNGs, but is consulted
// before them by RAND_bytes_ex and RAND_priv_bytes_ex of every library context, and alone leaves
// other threads as they are.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "sim/network/seeded_entropy.h"

#include <openssl/rand.h>

#include <mutex>

#include "core/base/check.h"

namespace gauntlet::sim {
namespace {

thread_local SeededEntropy* current = nullptr;

int bytes(unsigned char* out, int size) {
  if (!current) return RAND_OpenSSL()->bytes(out, size);
  RandomStream& random = current->stream();
  std::uint64_t bits = 0;
  for (int i = 0; i < size; ++i) {
    if (i % 8 == 0) bits = random.bits();
    out[i] = static_cast<unsigned char>(bits >> (8 * (i % 8)));
  }
  return 1;
}

int seed(const void* data, int size) { return RAND_OpenSSL()->seed(data, size); }
int add(const void* data, int size, double entropy) {
  return RAND_OpenSSL()->add(data, size, entropy);
}
int status() { return 1; }

void install() {
  static const RAND_METHOD method{seed, bytes, nullptr, add, bytes, status};
  CHECK(RAND_set_rand_method(&method) == 1);
}

}  // namespace

SeededEntropy::SeededEntropy(RandomStream random) : random_(random), outer_(current) {
  static std::once_flag once;
  std::call_once(once, install);
  current = this;
}

SeededEntropy::~SeededEntropy() {
  CHECK(current == this);  // objects end in the reverse order of their beginning, on their thread
  current = outer_;
}

}  // namespace gauntlet::sim
