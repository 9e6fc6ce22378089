#include "campaign/temporal_logic.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <limits>

#include "campaign/formula.h"
#include "core/base/check.h"
#include "core/base/nearest.h"

namespace gauntlet::campaign {
namespace {

using Kind = Formula::Kind;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Sets value[i] from at[i] on; a step that changes nothing is left out.
void append(StepSignal& s, std::int64_t at_ns, double value) {
  if (!s.at_ns.empty() && s.at_ns.back() == at_ns) {
    s.value.back() = value;
    return;
  }
  if (!s.value.empty() && s.value.back() == value) return;
  s.at_ns.push_back(at_ns);
  s.value.push_back(value);
}

// The window [t + from, t + to] as far as the run reaches.
struct Window {
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
};

// Two semantics over one tree: margins, or plus and minus one for true and false.
class Evaluator {
 public:
  Evaluator(const Signals& signals, std::int64_t begin_ns, bool boolean)
      : signals_(signals), begin_(begin_ns), end_(signals.end_ns), boolean_(boolean) {}

  StepSignal of(const Formula& f) const {
    switch (f.kind) {
      case Kind::constant:
        return constant(f.number);
      case Kind::signal:
        return from_begin(signals_.by_name.find(f.name)->second);
      case Kind::add:
        return pairwise(f, [](double a, double b) { return a + b; });
      case Kind::subtract:
        return pairwise(f, [](double a, double b) { return a - b; });
      case Kind::multiply:
        return pairwise(f, [](double a, double b) { return a * b; });
      case Kind::divide:
        return pairwise(f, [](double a, double b) { return a / b; });
      case Kind::negate:
        return map(of(*f.of[0]), [](double a) { return -a; });
      case Kind::absolute:
        return map(of(*f.of[0]), [](double a) { return std::abs(a); });
      case Kind::less:
        return compare(f, std::less<>(), [](double a, double b) { return b - a; });
      case Kind::less_equal:
        return compare(f, std::less_equal<>(), [](double a, double b) { return b - a; });
      case Kind::greater:
        return compare(f, std::greater<>(), [](double a, double b) { return a - b; });
      case Kind::greater_equal:
        return compare(f, std::greater_equal<>(), [](double a, double b) { return a - b; });
      case Kind::equal:
        return compare(f, std::equal_to<>(), [](double a, double b) { return -std::abs(a - b); });
      case Kind::not_equal:
        return compare(f, std::not_equal_to<>(),
                       [](double a, double b) { return std::abs(a - b); });
      case Kind::logical_not:
        return map(of(*f.of[0]), [](double a) { return -a; });
      case Kind::logical_and:
        return pairwise(f, smaller);
      case Kind::logical_or:
        return pairwise(f, larger);
      case Kind::implies:
        return pairwise(f, [](double a, double b) { return std::max(-a, b); });
      case Kind::always:
        return least(of(*f.of[0]), {f.from_ns, f.to_ns});
      case Kind::eventually:
        return greatest(of(*f.of[0]), {f.from_ns, f.to_ns});
      case Kind::until:
        return until(of(*f.of[0]), of(*f.of[1]), {f.from_ns, f.to_ns});
    }
    CHECK(false);
    return {};
  }

 private:
  static double smaller(double a, double b) { return std::min(a, b); }
  static double larger(double a, double b) { return std::max(a, b); }

  StepSignal constant(double value) const { return {{begin_}, {value}}; }

  // Cut to [begin, end].
  StepSignal from_begin(const StepSignal& s) const {
    StepSignal out;
    for (std::size_t i = 0; i < s.at_ns.size() && s.at_ns[i] <= end_; ++i) {
      append(out, std::max(begin_, s.at_ns[i]), s.value[i]);
    }
    return out;
  }

  template <class F>
  static StepSignal map(StepSignal s, F f) {
    for (double& v : s.value) v = f(v);
    return s;
  }
  // visit(t, a's value, b's value) at every step of either.
  template <class Visit>
  static void at_each_step(const StepSignal& a, const StepSignal& b, Visit visit) {
    std::size_t i = 0, k = 0;  // both begin at begin_
    for (std::int64_t at = a.at_ns[0];;) {
      visit(at, a.value[i], b.value[k]);
      const std::int64_t next_a = i + 1 < a.at_ns.size() ? a.at_ns[i + 1] : kUnbounded;
      const std::int64_t next_b = k + 1 < b.at_ns.size() ? b.at_ns[k + 1] : kUnbounded;
      at = std::min(next_a, next_b);
      if (at == kUnbounded) return;
      if (next_a == at) ++i;
      if (next_b == at) ++k;
    }
  }
  template <class F>
  static StepSignal merge(const StepSignal& a, const StepSignal& b, F f) {
    StepSignal out;
    at_each_step(a, b, [&](std::int64_t t, double x, double y) { append(out, t, f(x, y)); });
    return out;
  }
  template <class F>
  StepSignal pairwise(const Formula& f, F op) const {
    return merge(of(*f.of[0]), of(*f.of[1]), op);
  }
  // Not a number (0 / 0) is false, and infinitely so.
  template <class Holds, class Margin>
  StepSignal compare(const Formula& f, Holds holds, Margin margin) const {
    return pairwise(f, [&](double a, double b) {
      if (std::isnan(a) || std::isnan(b)) return -kInfinity;
      if (boolean_) return holds(a, b) ? 1.0 : -1.0;
      const double m = margin(a, b);
      return std::isnan(m) ? 0.0 : m;  // of two infinities
    });
  }

  StepSignal greatest(const StepSignal& s, Window w) const {
    return map(least(map(s, [](double a) { return -a; }), w), [](double a) { return -a; });
  }

  // Sliding minimum (Lemire 2006): step i enters the window of t at at[i] - to and leaves it at
  // at[i + 1] - from.
  StepSignal least(const StepSignal& s, Window w) const {
    const std::size_t n = s.at_ns.size();
    const auto enters = [&](std::size_t i) {
      return w.to_ns == kUnbounded ? begin_ : std::max(begin_, s.at_ns[i] - w.to_ns);
    };
    const auto leaves = [&](std::size_t i) {
      const std::int64_t next = i + 1 < n ? s.at_ns[i + 1] : end_ + 1;
      return next - w.from_ns;
    };
    StepSignal out;
    std::deque<std::size_t> rising;  // candidates, values increasing
    std::size_t in = 0, gone = 0;
    std::int64_t t = begin_;
    while (t <= end_) {
      for (; in < n && enters(in) <= t; ++in) {
        while (!rising.empty() && s.value[rising.back()] >= s.value[in]) rising.pop_back();
        rising.push_back(in);
      }
      for (; gone < n && leaves(gone) <= t; ++gone) {
        if (!rising.empty() && rising.front() == gone) rising.pop_front();
      }
      append(out, t, rising.empty() ? kInfinity : s.value[rising.front()]);
      std::int64_t next = kUnbounded;
      if (in < n) next = enters(in);
      if (gone < n) next = std::min(next, leaves(gone));
      if (next == kUnbounded) break;
      t = next;
    }
    return out;
  }

  // phi until[a, b] psi = eventually[a, b] psi, and phi on [t, t + a), and from t + a on phi until
  // psi (as in Donzé, Ferrère and Maler, CAV 2013, for this until).
  StepSignal until(const StepSignal& phi, const StepSignal& psi, Window w) const {
    StepSignal from_then = shift(until_any_time(phi, psi), w.from_ns);
    if (w.from_ns > 0) from_then = merge(from_then, least(phi, {0, w.from_ns - 1}), smaller);
    return merge(from_then, greatest(psi, w), smaller);
  }
  StepSignal until_any_time(const StepSignal& phi, const StepSignal& psi) const {
    struct Step {
      std::int64_t at_ns;
      double phi, psi;
    };
    std::vector<Step> steps;
    at_each_step(phi, psi, [&](std::int64_t t, double x, double y) { steps.push_back({t, x, y}); });
    double after = -kInfinity;
    for (std::size_t i = steps.size(); i-- > 0;) {
      after = std::max(steps[i].psi, std::min(steps[i].phi, after));
      steps[i].psi = after;
    }
    StepSignal out;
    for (const Step& step : steps) append(out, step.at_ns, step.psi);
    return out;
  }
  // s(t + by); beyond the end nothing comes true.
  StepSignal shift(const StepSignal& s, std::int64_t by) const {
    if (by == 0) return s;
    StepSignal out;
    for (std::size_t i = 0; i < s.at_ns.size(); ++i) {
      append(out, std::max(begin_, s.at_ns[i] - by), s.value[i]);
    }
    if (end_ + 1 - by > begin_) {
      append(out, end_ + 1 - by, -kInfinity);
    } else {
      out = constant(-kInfinity);
    }
    return out;
  }

  const Signals& signals_;
  std::int64_t begin_, end_;
  bool boolean_;
};

// When every signal that is read has its first value.
Result<std::int64_t> common_begin(const Formula& formula, const Signals& signals) {
  std::int64_t begin = std::min<std::int64_t>(0, signals.end_ns);
  for (const std::string& name : signals_of(formula)) {
    const auto found = signals.by_name.find(name);
    if (found == signals.by_name.end()) {
      std::vector<std::string_view> known;
      for (const auto& [other, unused] : signals.by_name) known.push_back(other);
      return Error{"unknown_signal",
                   "there is no signal \"" + name + "\"" + did_you_mean(name, known)};
    }
    const StepSignal& s = found->second;
    CHECK(s.at_ns.size() == s.value.size(), name);
    CHECK(
        std::adjacent_find(s.at_ns.begin(), s.at_ns.end(), std::greater_equal<>()) == s.at_ns.end(),
        name);
    if (s.at_ns.empty() || s.at_ns[0] > signals.end_ns) {
      return Error{"empty_signal", "signal \"" + name + "\" has no value before the end"};
    }
    begin = std::max(begin, s.at_ns[0]);
  }
  return begin;
}

}  // namespace

Result<StepSignal> robustness(const Formula& formula, const Signals& signals) {
  const auto begin = common_begin(formula, signals);
  if (!begin.ok()) return begin.error();
  return Evaluator(signals, *begin, false).of(formula);
}

Result<Verdict> evaluate(const Formula& formula, const Signals& signals) {
  const auto begin = common_begin(formula, signals);
  if (!begin.ok()) return begin.error();
  return Verdict{Evaluator(signals, *begin, true).of(formula).value[0] > 0,
                 Evaluator(signals, *begin, false).of(formula).value[0]};
}

}  // namespace gauntlet::campaign
