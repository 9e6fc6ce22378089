#include "scenarios/sut_audit.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <sstream>

#include "core/base/check.h"
#include "core/ports/passing_on.h"
#include "core/wire/frame.h"

namespace gauntlet::scenarios {
namespace {

using Verdict = SutFinding::Verdict;

// Two scores are tested against the other seed; together they are wrong in one audit in a hundred.
constexpr double kLevel = 0.005;
// Differences below these are of no interest, however sure.
constexpr double kF1Matters = 0.1;
constexpr double kCountErrorMatters = 1;
// A repeated session that needs less than this share of a new one's computing was not computed.
constexpr double kWorkShare = 0.5;
// Below this a process's start drowns its work.
constexpr double kWorkMatters_s = 0.1;

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// A busy machine only adds to what a process seems to compute.
double least(const std::vector<double>& values) {
  return *std::min_element(values.begin(), values.end());
}

// Turns over the pad bit of every sample, which carries nothing.
class Disguise final : public PassingOn {
 public:
  using PassingOn::PassingOn;
  void on_frame(DeviceIndex device, std::span<const std::byte> bytes, HostTime arrival) override {
    std::vector<std::byte> other(bytes.begin(), bytes.end());
    for (const wire::FrameFormat f : {wire::FrameFormat::pebble16, wire::FrameFormat::muvr20}) {
      const auto frame = wire::read_whole_frame(f, bytes);
      if (!frame) continue;
      const auto header = static_cast<std::size_t>(frame->payload.data() - bytes.data());
      for (std::size_t at = header + wire::kSampleBytes - 1; at < header + frame->payload.size();
           at += wire::kSampleBytes) {
        other[at] ^= std::byte{0x80};
      }
      break;
    }
    PassingOn::on_frame(device, other, arrival);
  }
};

class Audit {
 public:
  Audit(const ScenarioOptions& options, const SharedParts& parts, const SutAuditOptions& audit)
      : options_(options), parts_(parts), audit_(audit) {
    options_.pipeline.kind = PipelineKind::external;
    options_.pipeline.time = PipelineTime::virtual_time;
    // Known, permuted and foreign sessions, and a few single ones.
    sessions_in_all_ = 3 * static_cast<double>(audit.sessions) + 3;
  }

  SutFindings run() {
    for (std::int64_t i = 0; i < audit_.sessions; ++i) {
      known_.push_back(session(known_seed(), i));
      if (!known_.back().clean()) return give_up(known_.back());
    }
    repeated();
    permuted();
    disguised();
    other_seed();
    same_work();
    both_modes();
    findings_.pipeline = known_.front().report.name;
    return std::move(findings_);
  }

 private:
  std::uint64_t known_seed() const { return static_cast<std::uint64_t>(options_.seed); }

  SutSession session(std::uint64_t seed, std::int64_t person, const WrapSut& wrap = {},
                     PipelineTime time = PipelineTime::virtual_time) {
    ScenarioOptions o = options_;
    o.person.number += person;
    o.pipeline.time = time;
    o.pipeline.speed = audit_.speed;
    SutSession s = run_session(o, seed, parts_, wrap);
    if (audit_.progress) audit_.progress(std::min(1.0, ++sessions_run_ / sessions_in_all_));
    return s;
  }

  SutFindings give_up(const SutSession& s) {
    const std::string why = s.not_run ? s.not_run->message : s.report.complaints().front();
    add("keeps the contract", Verdict::failed, why, "`gauntlet sut check` says more");
    findings_.pipeline = s.report.name;
    return std::move(findings_);
  }

  void add(std::string name, Verdict verdict, std::string says, std::string advice = {}) {
    findings_.list.push_back({std::move(name), verdict, std::move(says), std::move(advice)});
  }

  // Whether both sessions gave the same; says where not.
  void compare(const char* name, std::int64_t person, const std::string& before,
               const std::string& after, const char* advice) {
    if (failed_already(name) || before == after) return;
    add(name, Verdict::failed,
        "session " + std::to_string(person) +
            " was answered otherwise than the first time: " + first_difference(before, after),
        advice);
  }
  bool failed_already(const std::string& name) const {
    return !findings_.list.empty() && findings_.list.back().name == name;
  }
  void pass_unless_failed(const char* name, const std::string& says) {
    if (!failed_already(name)) add(name, Verdict::passed, says);
  }
  static std::string first_difference(const std::string& a, const std::string& b) {
    std::istringstream first(a), second(b);
    for (std::string x, y;;) {
      const bool more_x = static_cast<bool>(std::getline(first, x));
      const bool more_y = static_cast<bool>(std::getline(second, y));
      if (!more_x && !more_y) return "nothing";
      if (more_x == more_y && x == y) continue;
      return "\"" + (more_x ? x.substr(0, 80) : "nothing more") + "\", then \"" +
             (more_y ? y.substr(0, 80) : "nothing more") + "\"";
    }
  }

  void repeated() {
    const char* name = "repeated sessions agree";
    for (int k = 0; k < 2; ++k) {
      const SutSession again = session(known_seed(), 0);
      repeats_.push_back(again);
      compare(name, 0, known_.front().answers, again.answers,
              "answers may depend on a session's input only, not on what came before it");
    }
    pass_unless_failed(name, "one session three times");
  }

  // Last to first, then odd before even: every session has another predecessor and another place.
  void permuted() {
    const char* name = "order does not matter";
    std::vector<std::int64_t> order;
    for (std::int64_t i = audit_.sessions - 1; i >= 0; --i) order.push_back(i);
    std::stable_partition(order.begin(), order.end(), [](std::int64_t i) { return i % 2 == 1; });
    for (const std::int64_t i : order) {
      const SutSession again = session(known_seed(), i);
      repeats_.push_back(again);
      compare(name, i, known_[static_cast<std::size_t>(i)].answers, again.answers,
              "it knows which session comes when: keep nothing between sessions");
    }
    pass_unless_failed(name, std::to_string(order.size()) + " sessions in another order");
  }

  void disguised() {
    const char* name = "bits that carry nothing do not matter";
    if (options_.pipeline.input == PipelineInput::fused) {
      return add(name, Verdict::skipped, "fused samples have none");
    }
    const SutSession other = session(known_seed(), 0, [](std::unique_ptr<SystemUnderTest> inner) {
      return std::make_unique<Disguise>(std::move(inner));
    });
    compare(name, 0, known_.front().answers, other.answers,
            "it knows this session by its bytes: decode samples, do not look them up");
    pass_unless_failed(name, "one session with the pad bit of every sample turned over");
  }

  void other_seed() {
    for (std::int64_t i = 0; i < audit_.sessions; ++i) {
      foreign_.push_back(session(audit_.other_seed, audit_.sessions + i));
    }
    compare_scores("other people are counted as well", &SutSession::count_error, 1,
                   kCountErrorMatters, "mean error in repetitions");
    compare_scores("other people are classified as well", &SutSession::macro_f1, -1, kF1Matters,
                   "macro-F1");
  }

  // `sign` +1: greater is worse.
  void compare_scores(const char* name, std::optional<double> SutSession::* score, double sign,
                      double matters, const char* unit) {
    const auto collect = [&](const std::vector<SutSession>& from) {
      std::vector<double> out;
      for (const SutSession& s : from) {
        if (s.*score) out.push_back(sign * *(s.*score));
      }
      return out;
    };
    const std::vector<double> known = collect(known_), foreign = collect(foreign_);
    if (known.size() < 5 || foreign.size() < 5) {
      return add(name, Verdict::skipped,
                 std::string(unit) + ": fewer than five sessions of a seed have one");
    }
    const double a = mean(known), b = mean(foreign), p = permutation_p(known, foreign);
    std::ostringstream says;
    says.precision(3);
    says << unit << ": " << sign * a << " on the scenario's seed, " << sign * b
         << " on another (p = " << p << ")";
    const bool worse = p <= kLevel && b - a > matters;
    add(name, worse ? Verdict::failed : Verdict::passed, says.str(),
        worse ? "it was tuned to, or has memorised, the scenario's own people and noise" : "");
  }

  void same_work() {
    const char* name = "a repeated session is computed again";
    const auto cpu = [](const std::vector<SutSession>& from) {
      std::vector<double> out;
      for (const SutSession& s : from) {
        if (s.report.ending) out.push_back(s.report.ending->cpu_s);
      }
      return out;
    };
    // Sessions of the known seed may have been seen before this audit; the foreign ones were not.
    const std::vector<double> fresh = cpu(foreign_), again = cpu(repeats_);
    if (fresh.empty() || again.empty()) {
      return add(name, Verdict::skipped, "only a child's computing time can be seen");
    }
    std::ostringstream says;
    says.precision(3);
    says << "computing time " << least(fresh) << " s for a new session, " << least(again)
         << " s for a repeated one (the least)";
    if (least(fresh) < kWorkMatters_s) {
      return add(name, Verdict::skipped, says.str() + ": too little to tell");
    }
    const bool cached = least(again) < kWorkShare * least(fresh);
    add(name, cached ? Verdict::failed : Verdict::passed, says.str(),
        cached ? "it looks answers up instead of computing them: keep nothing between sessions"
               : "");
  }

  void both_modes() {
    const char* name = "real time gives the same labels";
    if (!audit_.performance) return add(name, Verdict::skipped, "not asked for");
    const SutSession real = session(known_seed(), 0, {}, PipelineTime::real_time);
    if (!real.clean()) {
      const std::string why =
          real.not_run ? real.not_run->message : real.report.complaints().front();
      return add(name, Verdict::failed, why, "it does not keep up in real time; try --speed 1");
    }
    compare(
        name, 0, known_.front().labels, real.labels,
        "what it answers may not depend on how fast it is asked; it must keep up (try --speed 1)");
    pass_unless_failed(name, "one session at " + std::to_string(audit_.speed) + " x real time");
  }

  ScenarioOptions options_;
  const SharedParts& parts_;
  const SutAuditOptions& audit_;
  double sessions_in_all_;
  double sessions_run_ = 0;
  std::vector<SutSession> known_, repeats_, foreign_;
  SutFindings findings_;
};

}  // namespace

double permutation_p(std::span<const double> a, std::span<const double> b) {
  CHECK(!a.empty() && !b.empty() && a.size() <= 12 && b.size() <= 12, a.size(), b.size());
  std::vector<double> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  const auto sum_of = [&](std::uint32_t chosen) {
    double sum = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (chosen >> i & 1) sum += all[i];
    }
    return sum;
  };
  // With sizes fixed, the sum of the second group orders the differences of means.
  const std::uint32_t second = ((1U << b.size()) - 1) << a.size();
  const double seen = sum_of(second);
  const double slack = 1e-9 * (1 + std::abs(seen));  // equal sums in another order
  std::uint64_t as_great = 0, ways = 0;
  for (std::uint32_t chosen = 0; chosen < 1U << all.size(); ++chosen) {
    if (static_cast<std::size_t>(std::popcount(chosen)) != b.size()) continue;
    ++ways;
    if (sum_of(chosen) >= seen - slack) ++as_great;
  }
  return static_cast<double>(as_great) / static_cast<double>(ways);
}

SutFindings audit_sut(const ScenarioOptions& options, const SharedParts& parts,
                      const SutAuditOptions& audit) {
  return Audit(options, parts, audit).run();
}

}  // namespace gauntlet::scenarios
