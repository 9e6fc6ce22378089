#include "campaign/splitting.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "core/base/check.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::campaign {
namespace {

struct Particle {
  std::vector<double> x;
  double score = 0;
};

class Replicate {
 public:
  Replicate(std::size_t dimensions, const std::function<double(const std::vector<double>&)>& score,
            const SplittingOptions& options, sim::RandomStream stream)
      : score_(score), options_(options), random_(stream) {
    for (std::int64_t i = 0; i < options.particles; ++i) {
      Particle p;
      for (std::size_t d = 0; d < dimensions; ++d) p.x.push_back(random_.normal());
      p.score = score_(p.x);
      ++evaluations_;
      particles_.push_back(std::move(p));
    }
  }

  // Returns whether every particle succeeds.
  bool run(std::uint64_t replacements_max) {
    for (;;) {
      const auto worst =
          std::min_element(particles_.begin(), particles_.end(),
                           [](const Particle& a, const Particle& b) { return a.score < b.score; });
      if (worst->score > 0) return true;
      if (replaced_ == replacements_max) return false;
      ++replaced_;
      const double level = worst->score;
      const auto at = static_cast<std::uint64_t>(worst - particles_.begin());
      std::uint64_t other = random_.below(particles_.size() - 1);
      if (other >= at) ++other;
      *worst = particles_[other];
      move(*worst, level);
    }
  }

  std::uint64_t replaced() const { return replaced_; }
  std::uint64_t evaluations() const { return evaluations_; }
  const Particle& first() const { return particles_.front(); }

 private:
  void move(Particle& p, double level) {
    Particle tried;
    for (std::int64_t m = 0; m < options_.moves; ++m) {
      const double keep = std::sqrt(1 - step_ * step_);
      tried.x = p.x;
      for (double& v : tried.x) v = keep * v + step_ * random_.normal();
      tried.score = score_(tried.x);
      ++evaluations_;
      const bool accepted = tried.score > level;
      if (accepted) std::swap(p, tried);
      // Robbins and Monro towards an acceptance of 0.3; the gain fades so that the chain settles.
      gain_ *= 0.9995;
      step_ = std::clamp(step_ * sim::portable::exp(gain_ * ((accepted ? 1.0 : 0.0) - 0.3)), 0.01,
                         0.999);
    }
  }

  const std::function<double(const std::vector<double>&)>& score_;
  const SplittingOptions& options_;
  sim::RandomStream random_;
  std::vector<Particle> particles_;
  double step_ = 0.7;
  double gain_ = 0.1;
  std::uint64_t replaced_ = 0;
  std::uint64_t evaluations_ = 0;
};

}  // namespace

void SplittingOptions::describe(OptionVisitor& v) {
  v.integer("particles", particles, {2, 100000}, "", "more: a narrower interval", "choice");
  v.integer("moves", moves, {1, 10000}, "", "steps of the chain behind each replacement",
            "Guyader et al. 2011: tens");
  v.integer("replicates", replicates, {1, 10000}, "", "independent repetitions", "choice");
  v.number("smallest", smallest, {1e-30, 0.1}, "", "give up when p is below", "choice");
}

SplittingEstimate estimate_rare(std::size_t dimensions,
                                const std::function<double(const std::vector<double>&)>& score,
                                const SplittingOptions& options, const sim::RandomStream& stream,
                                double level) {
  CHECK(dimensions > 0 && options.particles >= 2 && options.replicates >= 1);
  const double n = static_cast<double>(options.particles);
  const auto replacements_max =
      static_cast<std::uint64_t>(std::ceil(-n * sim::portable::log(options.smallest)));
  SplittingEstimate out;
  std::uint64_t replaced = 0;
  bool all = true;
  struct Finished {
    std::optional<Replicate> replicate;
    bool reached = false;
  };
  std::vector<Finished> replicates(static_cast<std::size_t>(options.replicates));
  oneapi::tbb::parallel_for(std::size_t{0}, replicates.size(), [&](std::size_t r) {
    auto& [replicate, reached] = replicates[r];
    replicate.emplace(dimensions, score, options, stream.child(std::to_string(r)));
    reached = replicate->run(replacements_max);
  });
  for (const auto& [replicate, reached] : replicates) {
    all = all && reached;
    replaced += replicate->replaced();
    out.evaluations += replicate->evaluations();
    if (reached && out.example.empty()) out.example = replicate->first().x;
  }
  const double lines = n * static_cast<double>(options.replicates);
  const reports::Interval mean = reports::poisson_interval(replaced, level);
  out.interval = {std::exp(-mean.hi / lines), std::exp(-mean.lo / lines)};
  out.found = !out.example.empty();
  if (all) {
    out.probability = std::pow(
        1 - 1 / n, static_cast<double>(replaced) / static_cast<double>(options.replicates));
  } else {
    // A replicate that gave up says only that p is smaller than where it stood.
    out.interval.lo = 0;
  }
  return out;
}

}  // namespace gauntlet::campaign
