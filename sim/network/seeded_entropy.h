// OpenSSL's own randomness (key generation, OAEP seeds, IVs, signature nonces, the TLS handshake),
// seeded: for simulations only. What measured code draws itself comes from Runtime::random_bytes.
//
//   SeededEntropy entropy(RandomStream(seed, "openssl"));   // on this thread, while it lives
//   simulation.run();
//
// Bytes come from the given stream on the thread that holds the object, from OpenSSL's generator on
// every other thread and at all other times. Objects nest, the innermost counts.
//
// Never in production: whoever links this gets predictable keys. The target
// gauntlet::seeded_entropy is on its own for that reason, and configuring fails when anything in
// core links it.
#pragma once

#include "sim/engine/random.h"

namespace gauntlet::sim {

class SeededEntropy {
 public:
  explicit SeededEntropy(RandomStream random);
  ~SeededEntropy();
  SeededEntropy(const SeededEntropy&) = delete;
  SeededEntropy& operator=(const SeededEntropy&) = delete;

  RandomStream& stream() { return random_; }

 private:
  RandomStream random_;
  SeededEntropy* outer_;
};

}  // namespace gauntlet::sim
