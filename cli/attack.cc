#include <fmt/core.h>

#include <deque>
#include <filesystem>
#include <memory>

#include "campaign/campaign_json.h"
#include "campaign/campaign_page.h"
#include "campaign/finding.h"
#include "campaign/sarif.h"
#include "cli/attack.h"
#include "cli/command.h"
#include "cli/paths.h"
#include "cli/table.h"
#include "cli/version.h"
#include "core/files/whole_file.h"
#include "reports/result.h"

namespace gauntlet::cli {
namespace {

namespace fs = std::filesystem;

int fail(int code, const std::string& message) {
  fmt::print(stderr, "gauntlet attack: {}\n", message);
  return code;
}

int code_of(const Error& error) {
  if (error.code == "io" || error.code == "journal") return kInfrastructure;
  return error.code == "run_failed" ? kUnbalanced : kBadInput;
}

std::string build_name() {
  return std::string(GAUNTLET_VERSION) + " " + GAUNTLET_COMMIT + " " + reports::compiler_family();
}

std::optional<std::string> find_model(const std::string& name) {
  const auto found = find_shipped(name);
  return found ? std::optional(found->string()) : std::nullopt;
}

// Exits as the finding states: 0 when the attack does what it says, 1 when it no longer does.
int replay(const AttackArguments& arguments) {
  std::vector<scenarios::Diagnostic> problems;
  campaign::Finding finding;
  if (!campaign::load_finding(arguments.replay, finding, problems)) {
    fmt::print(stderr, "{}", to_string(problems));
    return kBadInput;
  }
  const auto question = campaign::Question::make(finding.success);
  if (!question) return fail(kBadInput, question.error().message);
  const auto trials =
      campaign::Trials::open({.journal = {}, .build = {}, .threads = 0, .find_model = find_model});
  if (!trials) return fail(kInfrastructure, trials.error().message);
  const auto outcomes =
      (*trials)->run({{finding.scenario, {}, static_cast<std::uint64_t>(finding.seed)}}, *question);
  if (!outcomes) return fail(code_of(outcomes.error()), outcomes.error().message);
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
  TextTable table({"system", "verdict", "in words"});
  table.align_left(1);
  table.align_left(2);
  for (const auto& v : result.variants) {
    std::string words = in_words(options, v);
    if (v.tally) words += "; " + tally_in_words(v);
    table.add({v.variant.name, std::string(campaign::verdict_of(v)), words});
  }
  fmt::print("{}{}: {}\n\n{}\n", options.row.empty() ? "" : options.row + " ", options.name,
             options.about, table.text());
  if (!options.forbidden.empty()) fmt::print("cannot succeed: {}\n\n", options.forbidden);
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
    if (!arguments_.target.empty()) return live();
    out_ = arguments_.out.empty() ? "out/" + campaign::file_name(name()) : arguments_.out;
    std::error_code error;
    fs::create_directories(out_, error);
    if (error) return fail(kInfrastructure, out_.string() + ": " + error.message());
    auto trials = campaign::Trials::open({.journal = (out_ / "journal.txt").string(),
                                          .build = build_name(),
                                          .threads = arguments_.threads,
                                          .find_model = find_model});
    if (!trials) return fail(kInfrastructure, trials.error().message);
    trials_ = std::move(*trials);
    for (One& one : all_) {
      if (const auto done = run_one(one); !done) {
        return fail(code_of(done.error()), one.campaign.options.name + ": " + done.error().message);
      }
    }
    if (const auto written = write_together(); !written) {
      return fail(kInfrastructure, written.error().message);
    }
    return finish();
  }

 private:
  struct One {
    campaign::Campaign campaign;
    campaign::CampaignFiles files;
    campaign::CampaignResult result;
    std::string folder;  // below out_, ending in '/'; empty for a single campaign
  };

  int live() const {
    std::vector<const campaign::CampaignOptions*> campaigns;
    for (const One& one : all_) campaigns.push_back(&one.campaign.options);
    return attack_live(arguments_, campaigns);
  }

  const std::string& name() const {
    return suite_ ? suite_->name : all_.front().campaign.options.name;
  }

  bool load() {
    std::vector<scenarios::Diagnostic> problems;
    std::vector<scenarios::Override> overrides(arguments_.set.size());
    for (std::size_t i = 0; i < overrides.size(); ++i) {
      scenarios::parse_override(arguments_.set[i], overrides[i], problems);
    }
    const auto found = find_shipped(arguments_.campaign);
    const std::string path = found ? found->string() : arguments_.campaign;
    std::vector<std::string> files{path};
    if (campaign::is_suite(path)) {
      suite_.emplace();
      campaign::load_suite(path, *suite_, problems);
      files = suite_->campaigns;
    }
    for (const std::string& file : files) {
      One& one = all_.emplace_back();
      if (!campaign::load_campaign(file, overrides, one.campaign, problems)) continue;
      if (suite_) one.folder = campaign::file_name(one.campaign.options.name) + "/";
      one.files.scenario = resolve(one, "scenario", one.campaign.options.scenario, problems);
      one.files.costs =
          resolve(one, "costs.scenario", one.campaign.options.costs.scenario, problems);
      one.files.detection =
          resolve(one, "detection.scenario", one.campaign.options.detection.scenario, problems);
      if (problems.empty()) check_against_scenario(one.campaign, one.files, problems);
    }
    fmt::print(stderr, "{}", to_string(problems));
    return problems.empty();
  }

  // Beside the campaign's own file, or one that ships.
  static std::string resolve(const One& one, const std::string& key, const std::string& scenario,
                             std::vector<scenarios::Diagnostic>& problems) {
    if (scenario.empty()) return {};
    const auto beside = fs::path(one.campaign.source.path).parent_path() / scenario;
    if (fs::exists(beside)) return beside.string();
    if (const auto found = find_shipped(scenario)) return found->string();
    problems.push_back(diagnostic_at(one.campaign, key, scenario + " is not here"));
    return {};
  }

  std::string command() const {
    std::string text = "gauntlet attack " + arguments_.campaign;
    for (const auto& set : arguments_.set) text += " --set '" + set + "'";
    return text;
  }

  reports::Provenance about() const {
    reports::Provenance about;
    about.version = GAUNTLET_VERSION;
    about.git_commit = GAUNTLET_COMMIT;
    about.compiler = reports::compiler_family();
    about.command = command();
    return about;
  }

  Result<void> run_one(One& one) {
    const std::string& name = one.campaign.options.name;
    if (!arguments_.quiet && !arguments_.json) fmt::print(stderr, "{} …\n", name);
    auto result = campaign::run_campaign(one.campaign, one.files, *trials_, clean_);
    if (!result) return result.error();
    one.result = std::move(*result);
    const fs::path folder = out_ / one.folder;
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return Error{"io", folder.string() + ": " + error.message()};
    for (const auto& v : one.result.variants) {
      if (!v.example) continue;
      const auto saved = save_finding(folder.string(), one.campaign.options, v);
      if (!saved) return saved.error();
      files_.push_back(*saved);
    }
    const std::string json = to_json(one.campaign, one.result, command());
    if (auto r = write_whole_file(folder / "campaign.json", json); !r) return r;
    const std::string page = (folder / "report.html").string();
    if (auto r = write_campaign_page(page, one.campaign, one.result, about(), json, *trials_); !r) {
      return r;
    }
    files_.push_back(page);
    if (!suite_) json_ = json;
    if (!arguments_.json) print_table(one.campaign.options, one.result);
    return {};
  }

  Result<void> write_together() {
    std::vector<campaign::SarifInput> inputs;
    std::vector<campaign::SuiteRow> rows;
    for (const One& one : all_) {
      inputs.push_back({&one.campaign, &one.result, one.folder});
      rows.push_back({&one.campaign, &one.result, one.folder + "report.html"});
    }
    if (suite_) {
      json_ = suite_json(*suite_, rows);
      if (auto r = write_whole_file(out_ / "suite.json", json_); !r) return r;
      files_.push_back((out_ / "report.html").string());
      if (auto r = write_suite_page(files_.back(), *suite_, about(), json_); !r) return r;
    }
    files_.push_back((out_ / "findings.sarif").string());
    return write_whole_file(files_.back(), to_sarif(inputs, command(), GAUNTLET_VERSION));
  }

  int finish() const {
    if (arguments_.json) {
      fmt::print("{}", json_);
    } else {
      fmt::print("{} runs simulated, {} remembered\n\n", trials_->simulated(),
                 trials_->remembered());
      for (const std::string& file : files_) fmt::print("{}\n", file);
    }
    bool controls = true, finding = false;
    for (const One& one : all_) {
      for (const auto& v : one.result.variants) {
        if (v.control_failure.empty()) continue;
        fmt::print(stderr, "CONTROL FAILED {}, {}: {}\n", one.campaign.options.name, v.variant.name,
                   v.control_failure);
        controls = false;
      }
      finding |= one.result.any_finding() && counts(one.campaign.options, arguments_.fail_on);
    }
    return !controls ? kControlFailed : finding ? kFinding : kOk;
  }

  const AttackArguments& arguments_;
  std::optional<campaign::SuiteOptions> suite_;
  std::deque<One> all_;
  std::unique_ptr<campaign::Trials> trials_;
  campaign::CleanLives clean_;
  fs::path out_;
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
  what->add_option("campaign", arguments->campaign, "A campaign file, or a suite of them");
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
  command->add_flag("--json", arguments->json,
                    "Print campaign.json (suite.json) instead of tables");
  command->add_flag("--quiet", arguments->quiet, "Do not name each campaign as it begins");
  command
      ->add_option("--target", arguments->target,
                   "Attack services that run: authz=URL, ingest=URL and profile=URL. Loopback, or "
                   "whoever --authorisation names")
      ->take_all();
  command->add_option("--account", arguments->account,
                      "With --target: a file with the attacker's own USER SECRET");
  command->add_option("--trust", arguments->trust, "With --target: certificates to trust, PEM");
  command->add_option("--authorisation", arguments->authorisation,
                      "With --target: who may be attacked beyond this machine's loopback");
  command->callback([arguments, &exit_code] {
    exit_code = arguments->replay.empty() ? Command(*arguments).run() : replay(*arguments);
  });
}

}  // namespace gauntlet::cli
