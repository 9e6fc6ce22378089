#include "scenarios/sut_check.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <numeric>
#include <sstream>

#include "core/wire/frame.h"

namespace gauntlet::scenarios {
namespace {

using Verdict = SutFinding::Verdict;
constexpr std::uint32_t kNoSuchVersion = 999;

struct Sessions {
  SutSession stranger;  // greeted in a version that does not exist
  SutSession empty, corrupt, first, second;
  std::vector<std::pair<const char*, const SutSession*>> all() const {
    return {{"without input", &empty},
            {"with corrupt frames", &corrupt},
            {"simulated", &first},
            {"simulated again", &second}};
  }
};

bool is_one_of(const std::string& code, std::initializer_list<const char*> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// Codes of failures that end a session, and of claims that are refused: what a check looks for.
struct Rule {
  const char* name;
  std::vector<std::string> failures;  // while a session ran
  std::vector<std::string> refusals;
  const char* advice;
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> table = {
      {"messages are well-formed",
       {"framing", "too_long"},
       {"empty"},
       "write each Output behind its length as a varint, nothing else to stdout (print to stderr), "
       "and flush"},
      {"no unknown fields",
       {},
       {"unknown_fields"},
       "use the field numbers of external.proto version 1; a newer contract needs its own version"},
      {"every input is answered once, in order",
       {"order", "timeout", "too_many"},
       {"order"},
       "after the events of an input write one Idle with the input's sequence, for every input, "
       "those that you ignore included; then flush"},
      {"stays alive",
       {"closed", "overrun"},
       {},
       "do not exit before stdin ends; the last words are what it wrote to stderr"},
      {"asks to be woken in the future",
       {},
       {"past_wake", "far_wake", "endless"},
       "Idle.until_ns is after the input's now_ns and within a day, at most 60 s after Finish; "
       "leave "
       "it out when there is nothing to wait for"},
      {"shows nothing before it could",
       {},
       {"past"},
       "at_ns is never before now_ns of the input that is answered; leave it 0 for now"},
      {"knows no more than it was given",
       {},
       {"future", "unknown_frame"},
       "claim only what lies before now_ns, of frames that have arrived"},
      {"accounts for samples once",
       {},
       {"too_many_samples", "fused_samples"},
       "each sample of a frame is Aligned or Rejected at most once; with fused input neither is "
       "sent"},
      {"values make sense",
       {},
       {"value"},
       "confidence from 0 to 1, labels of at most 64 bytes, reasons of one word, repetitions from "
       "1"},
      {"ends when it is told to",
       {"end"},
       {},
       "after Finish and its Idle, stop when stdin ends (or the connection closes)"},
      {"exits with status 0", {"exit"}, {}, "see its last words"},
  };
  return table;
}

const Error* failure_of(const SutSession& s) {
  if (s.not_run) return &*s.not_run;
  return s.report.failure ? &*s.report.failure : nullptr;
}

SutFinding judge(const Rule& rule, const Sessions& sessions) {
  SutFinding finding{rule.name, Verdict::passed, "", ""};
  const auto complain = [&](const std::string& what) {
    finding.verdict = Verdict::failed;
    finding.says = what;
    finding.advice = rule.advice;
  };
  for (const auto& [when, session] : sessions.all()) {
    if (const auto& failure = session->report.failure;
        failure && std::find(rule.failures.begin(), rule.failures.end(), failure->code) !=
                       rule.failures.end()) {
      complain(std::string("session ") + when + ": " + failure->message);
      return finding;
    }
    for (const std::string& code : rule.refusals) {
      if (session->report.refused.get(code) == 0) continue;
      for (const std::string& words : session->report.refusals) {
        if (!words.starts_with(code + ":")) continue;
        complain(std::string("session ") + when + ": " +
                 std::to_string(session->report.refused.get(code)) +
                 " times, first: " + words.substr(code.size() + 2));
        return finding;
      }
    }
  }
  return finding;
}

SutFinding judge_start(const Sessions& sessions) {
  const Error* e = failure_of(sessions.empty);
  if (!sessions.empty.not_run || e->code != "start") return {"starts", Verdict::passed, "", ""};
  return {"starts", Verdict::failed, e->message,
          "is the program in PATH or executable, is something listening at the address?"};
}

SutFinding judge_greeting(const Sessions& sessions) {
  const auto& failed = sessions.empty.not_run;
  if (!failed || failed->code == "version") return {"greets", Verdict::passed, "", ""};
  return {"greets", Verdict::failed, failed->message,
          "answer Hello with Ready (version 1) and Idle (sequence 1), and flush"};
}

SutFinding judge_version(const Sessions& sessions) {
  const auto& ours = sessions.empty.not_run;
  const char* advice =
      "answer with one of Hello.versions, or with version 0 where you speak none of them";
  if (ours && ours->code == "version") {
    return {"speaks an offered version", Verdict::failed, ours->message, advice};
  }
  // Whoever says 0, or hangs up, has understood; whoever says 999 speaks what nobody speaks.
  if (!sessions.stranger.not_run) {
    return {"speaks an offered version", Verdict::failed,
            "offered only version 999, which does not exist, it agreed", advice};
  }
  return {"speaks an offered version", Verdict::passed, "", ""};
}

SutFinding judge_books(const Sessions& sessions) {
  SutFinding finding{"loses no sample", Verdict::passed, "", ""};
  if (!sessions.first.report.accounts_samples) {
    finding.verdict = Verdict::skipped;
    finding.says = "it does not say that it accounts for samples (Ready.accounts_samples)";
    return finding;
  }
  for (const auto& [when, session] : sessions.all()) {
    if (session->report.unaccounted == 0) continue;
    finding.verdict = Verdict::failed;
    finding.says = std::string("session ") + when + ": " +
                   std::to_string(session->report.unaccounted) +
                   " samples were given to it and are in nobody's book";
    finding.advice =
        "report every sample of every frame as Aligned or Rejected, corrupt frames and the phone's "
        "own included, at the latest in answer to Finish; or do not claim to";
    return finding;
  }
  return finding;
}

double percentile(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(p * static_cast<double>(values.size() - 1));
  return values[at];
}

SutFinding judge_speed(const Sessions& sessions, const SutCheckOptions& check) {
  std::vector<double> ms = sessions.first.report.answer_ms;
  if (ms.empty()) return {"answers quickly", Verdict::skipped, "nothing was answered", ""};
  const double p99 = percentile(ms, 0.99);
  const double total_s = std::accumulate(ms.begin(), ms.end(), 0.0) / 1000;
  std::ostringstream says;
  says.precision(3);
  says << ms.size() << " answers: p50 " << percentile(ms, 0.5) << " ms, p99 " << p99 << " ms, all "
       << total_s << " s for " << sessions.first.session_s << " s of session";
  SutFinding finding{"answers quickly", Verdict::passed, says.str(), ""};
  if (p99 <= check.answer_budget_ms && total_s <= sessions.first.session_s) return finding;
  finding.verdict = Verdict::failed;
  finding.says += "; allowed: p99 " + std::to_string(check.answer_budget_ms) +
                  " ms, and no longer than the session";
  finding.advice = "flush after every Idle, do not sleep (ask to be woken with Idle.until_ns)";
  return finding;
}

SutFinding judge_determinism(const Sessions& sessions) {
  SutFinding finding{"is deterministic", Verdict::passed, "", ""};
  const std::string &a = sessions.first.answers, &b = sessions.second.answers;
  if (a == b) return finding;
  std::istringstream first(a), second(b);
  std::string x, y;
  while (std::getline(first, x) && std::getline(second, y) && x == y) {
  }
  finding.verdict = Verdict::failed;
  finding.says = "the same input was answered with \"" + x.substr(0, 100) + "\", then with \"" +
                 y.substr(0, 100) + "\"";
  finding.advice =
      "answers may depend on the inputs and their now_ns only: no wall clock, no unseeded chance, "
      "no "
      "order of threads or hash tables";
  return finding;
}

// What a phone meets on bad days; device 0 has one good frame, too.
std::vector<Stimulus> corrupt_inputs() {
  std::vector<std::byte> good(wire::frame_bytes(wire::FrameFormat::pebble16, 100));
  const std::vector<std::int16_t> xyz(300, 1000);
  wire::write_frame(
      wire::FrameFormat::pebble16,
      wire::pebble16_header(SensorKind::accelerometer, 100, 50, 0,
                            time_from_seconds<DeviceTime>(1'433'116'802), from_ms(2000)),
      xyz, good);
  const std::vector<std::byte> cut(good.begin(), good.begin() + 103);
  const std::vector<std::byte> header(good.begin(), good.begin() + 7);
  const std::vector<std::byte> garbage(40, std::byte{0xff});
  std::vector<Stimulus> out;
  double at_s = 1;
  for (const auto& bytes : {good, good, cut, header, std::vector<std::byte>{}, garbage, good}) {
    out.push_back(
        {at_s++, [bytes](SystemUnderTest& sut, HostTime now) { sut.on_frame(0, bytes, now); }});
  }
  return out;
}

SutSession greet_as_stranger(const ScenarioOptions& options) {
  SutSession session;
  PipelineOptions pipeline = options.pipeline;
  constexpr std::array<std::uint32_t, 1> kVersions{kNoSuchVersion};
  auto peer = greet_external(pipeline, session.report, kVersions);
  if (!peer) session.not_run = peer.error();
  return session;
}

}  // namespace

SutFindings check_sut(const ScenarioOptions& given, const SharedParts& parts,
                      const SutCheckOptions& check) {
  ScenarioOptions options = given;
  options.pipeline.kind = PipelineKind::external;
  options.pipeline.time = PipelineTime::virtual_time;
  const auto seed = static_cast<std::uint64_t>(options.seed);
  Sessions sessions;
  sessions.empty = run_by_hand(options, {});
  const auto& start = sessions.empty.not_run;
  SutFindings findings;
  findings.list.push_back(judge_start(sessions));
  if (!start || start->code != "start") findings.list.push_back(judge_greeting(sessions));
  if (!start || start->code == "version") {
    sessions.stranger = greet_as_stranger(options);
    findings.list.push_back(judge_version(sessions));
  }
  if (!start) {
    sessions.corrupt = run_by_hand(options, corrupt_inputs());
    sessions.first = run_session(options, seed, parts);
    // One that hangs need not be waited for twice.
    if (!sessions.first.report.failure) sessions.second = run_session(options, seed, parts);
    for (const Rule& rule : rules()) findings.list.push_back(judge(rule, sessions));
    findings.list.push_back(judge_books(sessions));
    findings.list.push_back(judge_speed(sessions, check));
    if (!sessions.first.report.failure) findings.list.push_back(judge_determinism(sessions));
  } else if (is_one_of(start->code, {"framing", "too_long"})) {
    sessions.empty.report.failure = *start;
    findings.list.push_back(judge(rules().front(), sessions));
  }
  findings.pipeline = sessions.empty.report.name;
  return findings;
}

}  // namespace gauntlet::scenarios
