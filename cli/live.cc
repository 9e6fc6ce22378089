#include <fmt/core.h>

#include <random>

#include "cli/command.h"
#include "cli/descriptors.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/run.h"
#include "cli/table.h"
#include "core/runtime/realtime_runtime.h"
#include "scenarios/live_run.h"

namespace gauntlet::cli {
namespace {

using scenarios::LiveLatency;
using scenarios::LiveOptions;
using scenarios::LiveReport;

int fail(const Error& error) {
  fmt::print(stderr, "gauntlet run: {}\n", error.message);
  return error.code == "unreachable" ? kInfrastructure : kBadInput;
}

Result<std::vector<scenarios::LiveAccount>> accounts_of(const RunArguments& a) {
  if (a.accounts.empty())
    return Error{"usage", "--target needs --accounts: USER SECRET, one a line"};
  const auto text = read_if_named(a.accounts);
  if (!text) return text.error();
  auto accounts = scenarios::parse_accounts(*text);
  if (accounts && a.phones > accounts->size()) {
    return Error{"bad_accounts", fmt::format("--phones {}: {} has {} accounts", a.phones,
                                             a.accounts, accounts->size())};
  }
  if (accounts && a.phones > 0) accounts->resize(a.phones);
  // A phone has a connection to authz and one to ingest, and a third while one is made again.
  const std::size_t limit = raise_descriptors();
  if (accounts && 3 * accounts->size() + 64 > limit) {
    return Error{"too_many", fmt::format("{} phones need {} descriptors; the limit is {} (ulimit "
                                         "-Hn), enough for {}",
                                         accounts->size(), 3 * accounts->size() + 64, limit,
                                         limit > 64 ? (limit - 64) / 3 : 0)};
  }
  return accounts;
}

// Checked before anything is connected.
Result<LiveOptions> options_of(const RunArguments& a) {
  LiveOptions how;
  auto target = scenarios::parse_target(a.target);
  if (!target) return target.error();
  how.target = *std::move(target);
  const auto authorisation = read_if_named(a.authorisation);
  if (!authorisation) return authorisation.error();
  const HostTime today = RealtimeRuntime().now();
  if (auto r = scenarios::check_authorised(how.target, *authorisation, today); !r) return r.error();
  auto accounts = accounts_of(a);
  if (!accounts) return accounts.error();
  how.accounts = *std::move(accounts);
  auto trust = read_if_named(a.trust);
  if (!trust) return trust.error();
  how.authorities_pem = *std::move(trust);
  // The services may have kept what an earlier run sent: without --seed, people nobody has met.
  how.seed = a.seed ? *a.seed : std::random_device()();
  how.speed = a.speed;
  how.ramp_s = a.ramp_s;
  return how;
}

std::string statuses(const LiveLatency& l) {
  std::string text;
  for (const auto& [status, n] : l.by_status) {
    text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", n,
                        status == 0 ? "no answer" : std::to_string(status));
  }
  return text;
}

void print(const LiveReport& r) {
  TextTable table({"request", "n", "quantile", "ms", "95 % interval"});
  for (const auto& [name, l] : {std::pair("login", &r.login), std::pair("upload", &r.upload)}) {
    for (const auto& q : l->quantiles) {
      table.add({name, std::to_string(l->requests), fmt::format("p{:.0f}", q.p * 100),
                 fmt::format("{:.2f}", q.ms),
                 q.ci95 ? fmt::format("{:.2f} … {:.2f}", q.ci95->lo, q.ci95->hi) : ""});
    }
  }
  fmt::print("{}\nlogin   {}\nupload  {}\n", table.text(), statuses(r.login), statuses(r.upload));
  fmt::print("{:.1f} uploads/s, {:.1f} kB/s; simulations behind by {:.1f} ms (p99), {:.1f} (max)\n",
             static_cast<double>(r.confirmed) / r.real_s,
             static_cast<double>(r.bytes) / r.real_s / 1000, r.behind_ms_p99, r.behind_ms_max);
  fmt::print("confirmed {}, of which lost {}, unchecked {}; phones unfinished {} of {}\n",
             r.confirmed, r.lost, r.unchecked, r.unfinished, r.phones);
}

}  // namespace

int run_live(const RunArguments& arguments, const scenarios::ScenarioOptions& options,
             const scenarios::SharedParts& parts) {
  auto how = options_of(arguments);
  if (!how) return fail(how.error());
  fmt::print("{}: {} phones at {} x real time, seed {}\n", options.name, how->accounts.size(),
             how->speed, how->seed);
  std::fflush(stdout);
  Result<LiveReport> report = Error{"not_run", ""};
  {
    ProgressLine line(options.name);
    how->progress = [&line](double share) { line.show(share); };
    report = scenarios::run_live(options, parts, *how);
  }
  if (!report) return fail(report.error());
  print(*report);
  return report->lost == 0 && report->unfinished == 0 ? kOk : kUnbalanced;
}

}  // namespace gauntlet::cli
