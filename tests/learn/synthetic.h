// Windows of people who sit, lift slowly or shake quickly, each in his own way.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "core/learn/trainer.h"
#include "sim/engine/random.h"

namespace gauntlet::learn {

inline std::vector<float> synthetic_window(std::size_t kind, std::uint64_t person,
                                           std::uint64_t n) {
  sim::RandomStream self(person, "person");
  const double tempo = self.uniform(0.8, 1.2);
  const double size = self.uniform(0.7, 1.3);
  sim::RandomStream r(person * 1000 + n, "window" + std::to_string(kind));
  const double phase = r.uniform(0, 6.28);
  const double hz = kind == 1 ? 0.5 * tempo : 2.5 * tempo;
  std::vector<float> w;
  for (int t = 0; t < 100; ++t) {
    const double s = kind == 0 ? 0 : std::sin(2 * M_PI * hz * t / 50 + phase);
    w.push_back(static_cast<float>(9.8 * std::cos(s * size) + r.normal() * 0.3));
    w.push_back(static_cast<float>(9.8 * std::sin(s * size) + r.normal() * 0.3));
    w.push_back(static_cast<float>(3 * size * s + r.normal() * 0.3));
  }
  return w;
}

inline Trainer synthetic_trainer(TrainerOptions o, std::uint32_t people = 6) {
  Trainer trainer(o, 50, 100, 3);
  for (std::uint32_t person = 0; person < people; ++person) {
    for (std::uint64_t n = 0; n < 12; ++n) {
      trainer.add(synthetic_window(0, person, n), "", person);
      trainer.add(synthetic_window(1, person, n), "lift", person);
      trainer.add(synthetic_window(2, person, n), "shake", person);
    }
  }
  return trainer;
}

}  // namespace gauntlet::learn
