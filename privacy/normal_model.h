// Closed forms for scores that are normal with unit variance: impostors N(0, 1), genuine N(d', 1).
// What estimators are tested against, and how far a measured d' reaches beyond the people at hand;
// the report calls such figures extrapolations.
//
// Sources: Green and Swets (1966) for d'; Balle and Wang (ICML 2018), eq. 6, for delta(epsilon).
#pragma once

#include <cstddef>

namespace gauntlet::privacy {

// Largest difference of hit and false-alarm rate over all thresholds.
double advantage(double d_prime);
double area_under_curve(double d_prime);
double equal_error_rate(double d_prime);
double hit_rate_at(double d_prime, double false_alarm_rate);
// The smallest delta for which N(0, 1) against N(mu, 1) is (epsilon, delta)-private.
double gaussian_delta(double mu, double epsilon);
// d' that gives this equal error rate.
double d_prime_of_equal_error_rate(double rate);

// P[the genuine one of n candidates has the largest score]. Fusing S sessions: d' sqrt(S).
double linkability(double d_prime, std::size_t candidates);

// P[exactly one of n records scores above t] for the t that makes it largest; 1/e when d' = 0.
struct SinglingOut {
  double probability = 0;
  double threshold = 0;
};
SinglingOut singling_out(double d_prime, std::size_t records);

}  // namespace gauntlet::privacy
