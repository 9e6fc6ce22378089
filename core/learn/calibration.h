// Whether a classifier knows when it does not know.
//
// Expected calibration error (Naeini, Cooper, Hauskrecht, AAAI 2015): windows sorted into bins of
// equal width by the probability of their answer; the mean over windows of |share right -
// probability|. Selective answers: those whose probability reaches a threshold; the rest abstain.
//
// Calibration: a classifier's probabilities to one power, made to sum to 1 again (temperature
// scaling of their logarithms: Guo, Pleiss, Sun, Weinberger, ICML 2017); the power is the one that
// makes labels held out likeliest. It changes no answer.
//
// probabilities: n x classes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace gauntlet::learn {

double expected_calibration_error(std::span<const float> probabilities, std::size_t classes,
                                  std::span<const std::uint32_t> truth, std::size_t bins = 15);

// The power, from 0.01 to 100, fitted where use[i] is not 0.
float fit_power(std::span<const float> probabilities, std::size_t classes,
                std::span<const std::uint32_t> truth, std::span<const std::uint8_t> use);
// In place, one window's.
void calibrate(std::span<float> probabilities, float power);

struct Selective {
  double answered = 0;  // share
  double accuracy = 0;  // of those answered; 0 where none is
};
Selective answer_above(std::span<const float> probabilities, std::size_t classes,
                       std::span<const std::uint32_t> truth, float least_confidence);

}  // namespace gauntlet::learn
