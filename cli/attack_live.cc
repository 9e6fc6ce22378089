#include <fmt/core.h>

#include <algorithm>

#include "campaign/live_attack.h"
#include "cli/attack.h"
#include "cli/command.h"
#include "cli/paths.h"
#include "cli/table.h"
#include "core/runtime/realtime_runtime.h"
#include "reports/result.h"
#include "reports/statistics/intervals.h"
#include "scenarios/live_run.h"

namespace gauntlet::cli {
namespace {

using campaign::LiveAttackOptions;

// Nobody is connected to before everything is checked.
Result<LiveAttackOptions> options_of(const AttackArguments& a) {
  LiveAttackOptions how;
  std::vector<std::string> rest;
  std::string profile;
  for (const std::string& each : a.target) {
    if (each.starts_with("profile=")) {
      profile = each.substr(8);
    } else {
      rest.push_back(each);
    }
  }
  if (profile.empty()) return Error{"usage", "--target needs profile=URL, too"};
  auto target = scenarios::parse_target(rest);
  if (!target) return target.error();
  auto third = scenarios::parse_target({profile});
  if (!third) return third.error();
  if (third->tls != target->tls) return Error{"usage", "--target: all over TLS, or none"};
  const auto authorisation = read_if_named(a.authorisation);
  if (!authorisation) return authorisation.error();
  const HostTime today = RealtimeRuntime().now();
  for (const auto* each : {&*target, &*third}) {
    if (auto r = scenarios::check_authorised(*each, *authorisation, today); !r) return r.error();
  }
  if (a.account.empty()) {
    return Error{"usage", "--target needs --account: a file with USER SECRET"};
  }
  const auto account = read_if_named(a.account);
  if (!account) return account.error();
  const auto accounts = scenarios::parse_accounts(*account);
  if (!accounts) return accounts.error();
  if (accounts->empty()) return Error{"bad_accounts", a.account + " has no account"};
  auto trust = read_if_named(a.trust);
  if (!trust) return trust.error();
  how.target = *std::move(target);
  how.profile = third->ingest;
  how.authorities_pem = *std::move(trust);
  how.user = accounts->front().user;
  how.secret = accounts->front().secret;
  return how;
}

int fail(const Error& error) {
  fmt::print(stderr, "gauntlet attack: {}\n", error.message);
  return error.code == "unreachable" || error.code == "refused" ? kInfrastructure : kBadInput;
}

}  // namespace

int attack_live(const AttackArguments& arguments,
                const std::vector<const campaign::CampaignOptions*>& campaigns) {
  auto how = options_of(arguments);
  if (!how) return fail(how.error());
  TextTable table({"row", "campaign", "requests", "granted", "unanswered", "95 % interval"});
  table.align_left(1);
  bool granted = false;
  std::size_t ran = 0;
  for (const campaign::CampaignOptions* c : campaigns) {
    for (const auto& attack : c->attacks) {
      using adversarial::AttackKind;
      if (attack.kind != AttackKind::token && attack.kind != AttackKind::api) continue;
      how->requests = static_cast<std::int64_t>(c->effort.max);
      const auto report = campaign::run_live_attack(attack, *how);
      if (!report) return fail(report.error());
      ++ran;
      for (const auto& [row, n] : report->rows) {
        const std::uint64_t answered = n.tried - n.unanswered;
        const auto interval = reports::clopper_pearson_interval(
            n.accepted, std::max<std::uint64_t>(answered, 1), c->confirmation.level);
        table.add({row, c->name, std::to_string(n.tried), std::to_string(n.accepted),
                   std::to_string(n.unanswered),
                   fmt::format("{} to {} %", reports::to_text(100 * interval.lo),
                               reports::to_text(100 * interval.hi))});
        granted |= n.accepted > 0;
      }
      for (const std::string& name : report->accepted) {
        fmt::print("granted: {} ({})\n", name, c->name);
      }
    }
  }
  if (ran == 0) {
    return fail({"usage",
                 "no campaign here attacks tokens or services: nothing else reaches "
                 "services that run"});
  }
  fmt::print("{}", table.text());
  return granted && arguments.fail_on != "none" ? kFinding : kOk;
}

}  // namespace gauntlet::cli
