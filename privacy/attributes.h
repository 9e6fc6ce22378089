// Guessing what a person is (sex, age, proficiency) from the cluster and from sensors (metric M10).
//
// The attacker's own people tell how often each value occurs in a cluster, and how what is seen is
// spread for each value: normals with one variance a feature, taken as independent. As they are
// not, their joint evidence is weakened by the factor under which the attacker's own people, each
// left out in turn, are likeliest; 0 leaves the cluster alone, so sensors are used only where they
// help. Leaves out: what features have in common; a stronger attacker may guess more.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace gauntlet::privacy {

struct Attributed {
  std::size_t cluster = 0;
  std::size_t value = 0;     // the secret
  std::vector<double> seen;  // the same number in all
};

class AttributeGuesser {
 public:
  // One entry a person, at least four. Without `use_seen` the cluster is all that counts.
  AttributeGuesser(std::span<const Attributed> known, bool use_seen);
  std::size_t guess(std::size_t cluster, std::span<const double> seen) const;
  double weight() const { return weight_; }  // of what is seen; 0 … 1

 private:
  struct Spread {
    std::vector<double> mean;  // a value each
    double variance = 0;       // within a value
  };
  void learn(std::span<const Attributed> known, std::size_t left_out);
  // Log-likelihood of each value.
  std::vector<double> nats(std::size_t cluster, std::span<const double> seen, double weight) const;

  std::size_t values_ = 0, clusters_ = 0;
  std::vector<double> prior_;  // clusters x values, log
  std::vector<double> overall_;
  std::vector<Spread> spread_;
  double weight_ = 0;
};

}  // namespace gauntlet::privacy
