// What a discrete channel leaks: row s of the matrix is the distribution of what the adversary sees
// when the secret is s.
//
// Sources: Smith (FoSSaCS 2009) for vulnerability and leakage; Braun, Chatzikokolakis, Palamidessi
// (MFPS 2009) for the multiplicative capacity; Chatzikokolakis et al. (CSF 2023) for Bayes
// security.
#pragma once

#include <span>
#include <vector>

namespace gauntlet::privacy {

using Channel = std::vector<std::vector<double>>;

// P[guessing right] of who knows the prior alone, and of who sees the output too.
double prior_vulnerability(std::span<const double> prior);
double posterior_vulnerability(const Channel& channel, std::span<const double> prior);
// log2 of their ratio: bits by which guessing gets better (min-entropy leakage).
double bayes_leakage_bits(const Channel& channel, std::span<const double> prior);
// The largest ratio over all priors: the sum of the columns' maxima.
double multiplicative_capacity(const Channel& channel);
double mutual_information_bits(const Channel& channel, std::span<const double> prior);
// 1 minus the largest total variation between two rows: 1 is perfect, 0 tells two secrets apart.
double bayes_security(const Channel& channel);
double total_variation(std::span<const double> p, std::span<const double> q);

std::vector<double> uniform_prior(std::size_t n);
// Of k among n with privacy epsilon (Warner 1965, n-ary): the truth e^epsilon times as often as
// each other answer.
Channel randomised_response(std::size_t n, double epsilon);
// Probabilities of 0 … count - 1; what is left of the tail goes into the last.
std::vector<double> poisson_counts(double mean, std::size_t count);

}  // namespace gauntlet::privacy
