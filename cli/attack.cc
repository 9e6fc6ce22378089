#include <fmt/core.h>

#include <filesystem>
#include <memory>

#include "campaign/campaign_json.h"
#include "campaign/finding.h"
#include "cli/command.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/version.h"
#include "core/files/whole_file.h"
#include "reports/result.h"

namespace gauntlet::cli {
namespace {

struct AttackArguments {
  std::string campaign;
  std::string replay;
  std::string out;
  std::string fail_on = "high";
  std::vector<std::string> set;
  int threads = 0;
  bool json = false;
};

int fail(int code, const std::string& message) {
  fmt::print(stderr, "gauntlet attack: {}\n", message);
  return code;
}

std::string build_name() {
  return std::string(GAUNTLET_VERSION) + " " + GAUNTLET_COMMIT + " " + reports::compiler_family();
}

// What the trials of a scenario need; the scenario as it stands names the model.
Result<scenarios::SharedParts> parts_of(const std::string& path) {
  std::vector<scenarios::Diagnostic> problems;
  scenarios::Scenario scenario;
  if (!scenarios::load_scenario(path, {}, scenario, problems)) {
    return Error{"bad_scenario", to_string(problems)};
  }
  const auto model = find_shipped(scenario.options.model);
  if (!model && scenario.options.pipeline.kind == PipelineKind::built_in) {
    return Error{"no_model", "the model " + scenario.options.model + " is not here"};
  }
  return scenarios::make_shared_parts(scenario.options, model ? model->string() : "");
}

// Exits as the finding states: 0 when the attack does what it says, 1 when it no longer does.
int replay(const AttackArguments& arguments) {
  std::vector<scenarios::Diagnostic> problems;
  campaign::Finding finding;
  if (!campaign::load_finding(arguments.replay, finding, problems)) {
    fmt::print(stderr, "{}", to_string(problems));
    return kBadInput;
  }
  const auto parts = parts_of(finding.scenario);
  if (!parts) return fail(kBadInput, parts.error().message);
  auto trials = campaign::Trials::open(
      {.scenario = finding.scenario, .success = finding.success, .journal = {}, .build = {}},
      *parts);
  if (!trials) return fail(kBadInput, trials.error().message);
  const auto outcomes = trials->run(std::vector<campaign::Trial>{
      {.set = {}, .seed = static_cast<std::uint64_t>(finding.seed)}});
  if (!outcomes) return fail(kUnbalanced, outcomes.error().message);
  const campaign::Outcome& outcome = outcomes->front();
  const bool same_bytes = campaign::hexadecimal(outcome.digest) == finding.digest &&
                          outcome.robustness == finding.robustness;
  fmt::print("{}, \"{}\", seed {}: the attack {} (robustness {}), stated: {}; {}\n",
             finding.campaign, finding.variant, finding.seed, outcome.holds ? "succeeds" : "fails",
             reports::to_text(outcome.robustness), finding.holds ? "succeeds" : "fails",
             same_bytes ? "bit for bit the run that was found" : "not the same run to the bit");
  return outcome.holds == finding.holds ? kOk : kDifferent;
}

void print_table(const campaign::CampaignOptions& options, const campaign::CampaignResult& result) {
  TextTable table({"variant", "verdict", "in words"});
  table.align_left(1);
  table.align_left(2);
  for (const auto& v : result.variants) {
    table.add({v.variant.name, std::string(campaign::verdict_of(v)), in_words(options, v)});
  }
  fmt::print("{}: {}\n\n{}\n", options.name, options.about, table.text());
}

bool counts(const campaign::CampaignOptions& options, const std::string& fail_on) {
  if (fail_on == "none") return false;
  const int least = fail_on == "low" ? 0 : fail_on == "medium" ? 1 : 2;
  return static_cast<int>(options.severity) >= least;
}

class Command {
 public:
  explicit Command(const AttackArguments& arguments) : arguments_(arguments) {}

  int run() {
    if (!load()) return kBadInput;
    const auto& options = campaign_.options;
    const auto found = find_shipped(options.scenario);
    const std::string scenario = found ? found->string() : options.scenario;
    const auto parts = parts_of(scenario);
    if (!parts) return fail(kBadInput, parts.error().message);
    out_ = arguments_.out.empty() ? "out/" + campaign::file_name(options.name) : arguments_.out;
    std::error_code error;
    std::filesystem::create_directories(out_, error);
    if (error) return fail(kInfrastructure, out_.string() + ": " + error.message());
    auto trials = campaign::Trials::open({.scenario = scenario,
                                          .success = options.success,
                                          .journal = (out_ / "journal.txt").string(),
                                          .build = build_name(),
                                          .threads = arguments_.threads},
                                         *parts);
    if (!trials) return fail(kBadInput, trials.error().message);
    const auto result = campaign::run_campaign(campaign_, *trials);
    if (!result) {
      return fail(result.error().code == "run_failed" ? kUnbalanced : kBadInput,
                  result.error().message);
    }
    if (const auto written = write(*result); !written) {
      return fail(kInfrastructure, written.error().message);
    }
    return finish(*result);
  }

 private:
  bool load() {
    std::vector<scenarios::Diagnostic> problems;
    std::vector<scenarios::Override> overrides(arguments_.set.size());
    for (std::size_t i = 0; i < overrides.size(); ++i) {
      scenarios::parse_override(arguments_.set[i], overrides[i], problems);
    }
    const auto path = find_shipped(arguments_.campaign);
    const bool good =
        problems.empty() && campaign::load_campaign(path ? path->string() : arguments_.campaign,
                                                    overrides, campaign_, problems);
    fmt::print(stderr, "{}", to_string(problems));
    return good;
  }

  std::string command() const {
    std::string text = "gauntlet attack " + arguments_.campaign;
    for (const auto& set : arguments_.set) text += " --set '" + set + "'";
    return text;
  }

  Result<void> write(const campaign::CampaignResult& result) {
    for (const auto& v : result.variants) {
      if (!v.example) continue;
      const auto saved = campaign::save_finding(out_.string(), campaign_.options, v);
      if (!saved) return saved.error();
      files_.push_back(*saved);
    }
    json_ = to_json(campaign_, result, command());
    files_.push_back((out_ / "campaign.json").string());
    return write_whole_file(files_.back(), json_);
  }

  int finish(const campaign::CampaignResult& result) const {
    if (arguments_.json) {
      fmt::print("{}", json_);
    } else {
      print_table(campaign_.options, result);
      fmt::print("{} runs simulated, {} remembered\n\n", result.simulated, result.remembered);
      for (const std::string& file : files_) fmt::print("{}\n", file);
    }
    for (const auto& v : result.variants) {
      if (v.control_failure.empty()) continue;
      fmt::print(stderr, "CONTROL FAILED {}: {}\n", v.variant.name, v.control_failure);
    }
    if (!result.controls_hold()) return kControlFailed;
    return result.any_finding() && counts(campaign_.options, arguments_.fail_on) ? kFinding : kOk;
  }

  const AttackArguments& arguments_;
  campaign::Campaign campaign_;
  std::filesystem::path out_;
  std::string json_;
  std::vector<std::string> files_;
};

}  // namespace

void add_attack(CLI::App& app, int& exit_code) {
  CLI::App* command =
      add_command(app, "attack", "Search for attacks that succeed, and confirm them on fresh seeds",
                  "gauntlet attack adversarial/catalog/acoustic.toml --fail-on high");
  auto arguments = std::make_shared<AttackArguments>();
  CLI::App* what = command->add_option_group("what to run");
  what->add_option("campaign", arguments->campaign, "A campaign file");
  what->add_option("--replay", arguments->replay,
                   "A finding: exits with 0 when the attack still does what the file states, "
                   "with 1 when not");
  what->require_option(1);
  command->add_option("--fail-on", arguments->fail_on, "Exit with 10 on a finding this severe")
      ->check(CLI::IsMember({"none", "low", "medium", "high"}))
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "0: one per core; the result is the same")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->add_option("--set", arguments->set, "Override a key of the campaign: path=value")
      ->take_all();
  command->add_option("--out", arguments->out,
                      "Folder of results and journal, with which it goes on; default: out/NAME");
  command->add_flag("--json", arguments->json, "Print campaign.json instead of the table");
  command->callback([arguments, &exit_code] {
    exit_code = arguments->replay.empty() ? Command(*arguments).run() : replay(*arguments);
  });
}

}  // namespace gauntlet::cli
