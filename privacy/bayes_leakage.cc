#include "privacy/bayes_leakage.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "core/base/check.h"
#include "privacy/comparisons.h"
#include "privacy/percentiles.h"

namespace gauntlet::privacy {
namespace {

using Examples = std::vector<Example>;

std::size_t secrets_of(const Examples& e) {
  std::size_t most = 0;
  for (const Example& x : e) most = std::max(most, x.secret);
  return most + 1;
}

// The smallest secret among the most frequent.
std::size_t most_frequent(const std::vector<std::size_t>& counts) {
  return static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
}

std::vector<std::size_t> secret_counts(const Examples& e, std::size_t secrets) {
  std::vector<std::size_t> counts(secrets);
  for (const Example& x : e) ++counts[x.secret];
  return counts;
}

// Which training examples decide about what was seen.
class Guesser {
 public:
  virtual ~Guesser() = default;
  // The examples that vote, first the one that wins ties; empty: nothing like it was seen.
  virtual std::vector<std::size_t> voters(const std::vector<double>& seen) const = 0;
};

class Frequentist final : public Guesser {
 public:
  explicit Frequentist(const Examples& train) {
    for (std::size_t i = 0; i < train.size(); ++i) by_seen_[train[i].seen].push_back(i);
  }
  std::vector<std::size_t> voters(const std::vector<double>& seen) const override {
    const auto found = by_seen_.find(seen);
    return found == by_seen_.end() ? std::vector<std::size_t>{} : found->second;
  }

 private:
  std::map<std::vector<double>, std::vector<std::size_t>> by_seen_;
};

class Nearest final : public Guesser {
 public:
  Nearest(const Examples& train, std::size_t k) : train_(train), k_(std::min(k, train.size())) {}
  std::vector<std::size_t> voters(const std::vector<double>& seen) const override {
    std::vector<std::pair<double, std::size_t>> near;
    near.reserve(train_.size());
    for (std::size_t i = 0; i < train_.size(); ++i) {
      CHECK(train_[i].seen.size() == seen.size(), train_[i].seen.size(), seen.size());
      double d = 0;
      for (std::size_t f = 0; f < seen.size(); ++f) {
        d += (seen[f] - train_[i].seen[f]) * (seen[f] - train_[i].seen[f]);
      }
      near.push_back({d, i});
    }
    std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(k_), near.end());
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < k_; ++i) out.push_back(near[i].second);
    return out;
  }

 private:
  const Examples& train_;
  std::size_t k_;
};

// One guess per asked example: the most frequent secret of the voters, ties to the first of them.
std::vector<std::size_t> guesses(const Guesser& guesser, const Examples& train,
                                 const Examples& asked, std::size_t secrets) {
  const std::size_t otherwise = most_frequent(secret_counts(train, secrets));
  std::vector<std::size_t> out, counts(secrets);
  for (const Example& e : asked) {
    const auto voters = guesser.voters(e.seen);
    std::fill(counts.begin(), counts.end(), 0);
    for (const std::size_t voter : voters) ++counts[train[voter].secret];
    std::size_t best = otherwise, most = 0;
    for (const std::size_t voter : voters) {
      if (counts[train[voter].secret] <= most) continue;
      best = train[voter].secret;
      most = counts[best];
    }
    out.push_back(best);
  }
  return out;
}

std::size_t right(const std::vector<std::size_t>& secrets,
                  const std::vector<std::size_t>& guessed) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < secrets.size(); ++i) n += guessed[i] == secrets[i] ? 1 : 0;
  return n;
}

std::vector<std::size_t> secrets_in(const Examples& examples) {
  std::vector<std::size_t> out;
  for (const Example& e : examples) out.push_back(e.secret);
  return out;
}

// What a share of right guesses is in bits; nobody guesses right less often than half a time.
double bits_of(double hits, double prior) { return std::log2(std::max(hits, 0.5) / prior); }

struct Figures {
  double bits = 0, macro_f1 = 0;
};

// Of the examples in `rows`, each as often as it stands there.
class Judge {
 public:
  Judge(const Examples& test, const std::vector<std::size_t>& guessed, std::size_t secrets)
      : test_(test), guessed_(guessed), occurs_(secrets), called_(secrets), right_(secrets) {}

  Figures of(const std::vector<const std::vector<std::size_t>*>& people) {
    for (auto* v : {&occurs_, &called_, &right_}) std::fill(v->begin(), v->end(), 0);
    std::size_t hits = 0;
    for (const auto* rows : people) {
      for (const std::size_t i : *rows) {
        ++occurs_[test_[i].secret];
        ++called_[guessed_[i]];
        if (guessed_[i] != test_[i].secret) continue;
        ++right_[guessed_[i]];
        ++hits;
      }
    }
    const auto prior = static_cast<double>(occurs_[most_frequent(occurs_)]);
    Figures out{bits_of(static_cast<double>(hits), prior), 0};
    double present = 0;
    for (std::size_t s = 0; s < occurs_.size(); ++s) {
      if (occurs_[s] == 0) continue;
      ++present;
      out.macro_f1 +=
          2 * static_cast<double>(right_[s]) / static_cast<double>(occurs_[s] + called_[s]);
    }
    out.macro_f1 /= present;
    return out;
  }

 private:
  const Examples& test_;
  const std::vector<std::size_t>& guessed_;
  std::vector<std::size_t> occurs_, called_, right_;
};

std::map<std::size_t, std::vector<std::size_t>> rows_of_people(const Examples& examples) {
  std::map<std::size_t, std::vector<std::size_t>> out;
  for (std::size_t i = 0; i < examples.size(); ++i) out[examples[i].person].push_back(i);
  return out;
}

bool each_person_is_a_secret(const Examples& examples) {
  std::map<std::size_t, std::size_t> person_of;
  for (const Example& e : examples) {
    if (person_of.try_emplace(e.secret, e.person).first->second != e.person) return false;
  }
  return person_of.size() == rows_of_people(examples).size();
}

reports::Interval alphabet_fixed_interval(const Examples& test,
                                          const std::vector<std::size_t>& guessed, double prior) {
  std::vector<double> shares;
  for (const auto& [person, rows] : rows_of_people(test)) {
    double hits = 0;
    for (const std::size_t i : rows) hits += guessed[i] == test[i].secret ? 1 : 0;
    shares.push_back(hits / static_cast<double>(rows.size()));
  }
  const auto share = share_over_people(shares).interval.value_or(reports::Interval{0, 1});
  const double n = static_cast<double>(test.size());
  return {bits_of(share.lo * n, prior * n), bits_of(share.hi * n, prior * n)};
}

void bootstrap(LeakageEstimate& out, const Examples& test, const std::vector<std::size_t>& guessed,
               std::size_t secrets, int replicates, sim::RandomStream random) {
  const auto by_person = rows_of_people(test);
  if (by_person.size() < 2) return;
  std::vector<const std::vector<std::size_t>*> people, drawn;
  for (const auto& [person, rows] : by_person) people.push_back(&rows);
  Judge judge(test, guessed, secrets);
  std::vector<double> bits, macro_f1;
  for (int r = 0; r < replicates; ++r) {
    drawn.clear();
    for (std::size_t p = 0; p < people.size(); ++p) {
      drawn.push_back(people[random.below(people.size())]);
    }
    const Figures f = judge.of(drawn);
    bits.push_back(f.bits);
    macro_f1.push_back(f.macro_f1);
  }
  const WidenedPercentiles interval(people.size());
  out.interval = interval.of(bits);
  out.macro_f1_interval = interval.of(macro_f1);
}

// People exchange their secrets within their cluster: all of a person's examples go together where
// a person has one secret, else example by example.
std::vector<std::size_t> permuted_secrets(const Examples& examples, sim::RandomStream& random) {
  std::map<std::size_t, std::map<std::size_t, std::size_t>> secret_of_person;  // by cluster
  bool one_each = true;
  for (const Example& e : examples) {
    const auto [at, fresh] = secret_of_person[e.cluster].try_emplace(e.person, e.secret);
    one_each = one_each && (fresh || at->second == e.secret);
  }
  std::vector<std::size_t> out(examples.size());
  const auto shuffle = [&random](std::vector<std::size_t>& v) {
    for (std::size_t i = v.size(); i > 1; --i) std::swap(v[i - 1], v[random.below(i)]);
  };
  for (auto& [cluster, people] : secret_of_person) {
    std::vector<std::size_t> secrets;
    if (one_each) {
      for (const auto& [person, secret] : people) secrets.push_back(secret);
      shuffle(secrets);
      std::size_t next = 0;
      for (auto& [person, secret] : people) secret = secrets[next++];
      for (std::size_t i = 0; i < examples.size(); ++i) {
        if (examples[i].cluster == cluster) out[i] = people[examples[i].person];
      }
    } else {
      for (const Example& e : examples) {
        if (e.cluster == cluster) secrets.push_back(e.secret);
      }
      shuffle(secrets);
      std::size_t next = 0;
      for (std::size_t i = 0; i < examples.size(); ++i) {
        if (examples[i].cluster == cluster) out[i] = secrets[next++];
      }
    }
  }
  return out;
}

}  // namespace

LeakageEstimate estimate_leakage(const Examples& train, const Examples& choose,
                                 const Examples& test, const LeakageOptions& options,
                                 const sim::RandomStream& stream) {
  CHECK(!train.empty() && !choose.empty() && !test.empty(), train.size(), choose.size(),
        test.size());
  const std::size_t secrets = std::max({secrets_of(train), secrets_of(choose), secrets_of(test)});
  const Frequentist frequentist(train);
  const Nearest nearest(train, 1), k_nearest(train, options.neighbours);
  const std::array<std::pair<const char*, const Guesser*>, 3> all{
      {{"frequentist", &frequentist}, {"nearest", &nearest}, {"k-nearest", &k_nearest}}};
  LeakageEstimate out;
  const Guesser* best = nullptr;
  std::size_t most = 0;
  for (const auto& [name, guesser] : all) {
    const std::size_t n = right(secrets_in(choose), guesses(*guesser, train, choose, secrets));
    if (best && n <= most) continue;
    best = guesser;
    most = n;
    out.guesser = name;
  }

  const auto guessed = guesses(*best, train, test, secrets);
  const std::size_t hits = right(secrets_in(test), guessed);
  const auto counts = secret_counts(test, secrets);
  const double n = static_cast<double>(test.size());
  out.prior_vulnerability = static_cast<double>(counts[most_frequent(counts)]) / n;
  out.posterior_vulnerability = static_cast<double>(hits) / n;
  std::vector<std::size_t> everything(test.size());
  std::iota(everything.begin(), everything.end(), std::size_t{0});
  const Figures whole = Judge(test, guessed, secrets).of({&everything});
  out.bits = whole.bits;
  out.macro_f1 = whole.macro_f1;
  const std::vector<std::size_t> by_prior(test.size(), most_frequent(counts));
  out.prior_macro_f1 = Judge(test, by_prior, secrets).of({&everything}).macro_f1;
  if (each_person_is_a_secret(test)) {
    out.interval = alphabet_fixed_interval(test, guessed, out.prior_vulnerability);
  } else if (options.replicates > 0) {
    bootstrap(out, test, guessed, secrets, options.replicates, stream.child("bootstrap"));
  }
  sim::RandomStream random = stream.child("permutation");
  int as_good = 0;
  for (int p = 0; p < options.permutations; ++p) {
    if (right(permuted_secrets(test, random), guessed) >= hits) ++as_good;
  }
  out.p_value = (as_good + 1.0) / (options.permutations + 1.0);
  return out;
}

double plug_in_leakage_bits(const Examples& examples) {
  CHECK(!examples.empty());
  const std::size_t secrets = secrets_of(examples);
  std::map<std::vector<double>, std::vector<std::size_t>> by_seen;
  for (const Example& e : examples) {
    auto& counts = by_seen[e.seen];
    counts.resize(secrets);
    ++counts[e.secret];
  }
  std::size_t hits = 0;
  for (const auto& [seen, counts] : by_seen) hits += counts[most_frequent(counts)];
  const auto counts = secret_counts(examples, secrets);
  return std::log2(static_cast<double>(hits) / static_cast<double>(counts[most_frequent(counts)]));
}

}  // namespace gauntlet::privacy
