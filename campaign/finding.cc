#include "campaign/finding.h"

#include <cctype>
#include <cinttypes>
#include <cstdio>
#include <filesystem>

#include "campaign/attack_search.h"
#include "core/files/whole_file.h"
#include "reports/json_writer.h"

namespace gauntlet::campaign {
namespace {

// JSON's strings are TOML's.
std::string toml_text(std::string_view text) {
  reports::JsonWriter json;
  json.string(text);
  return json.text();
}

}  // namespace

void Finding::describe(OptionVisitor& v) {
  v.text("campaign", campaign, "that found it");
  v.text("row", row, "of the catalogue");
  v.text("variant", variant, "of the system that fell");
  v.text("scenario", scenario, "beside this file");
  v.text("success", success, "the formula");
  v.integer("seed", seed, {0, 9e18}, "1", "of the run");
  v.flag("holds", holds, "whether the attack succeeds: false once it has been defended against");
  v.number("robustness", robustness, {}, "", "by what margin");
  v.text("digest", digest, "of the run's metrics");
}

std::string hexadecimal(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016" PRIx64, value);
  return text;
}

std::string file_name(std::string_view name) {
  std::string text;
  for (const char c : name) text += std::isalnum(static_cast<unsigned char>(c)) ? c : '-';
  return text;
}

const std::string& success_of(const CampaignOptions& campaign, const VariantOptions& variant) {
  return variant.success.empty() ? campaign.success : variant.success;
}

std::string finding_name(const CampaignOptions& campaign, const VariantOptions& variant) {
  return file_name(campaign.name + "-" + variant.name);
}

Result<std::string> save_finding(const std::string& folder, const CampaignOptions& campaign,
                                 const VariantResult& variant) {
  const CounterExample& example = *variant.example;
  const std::string name = finding_name(campaign, variant.variant);
  const std::filesystem::path base(folder);
  const auto scenario = write_whole_file(
      base / (name + ".toml"), "# " + campaign.name + ": an attack on \"" + variant.variant.name +
                                   "\" that succeeds\n" + example.scenario_text + "\n");
  if (!scenario) return scenario.error();
  const std::string path = (base / (name + ".finding.toml")).string();
  const auto finding = write_whole_file(
      path, "campaign = " + toml_text(campaign.name) + "\nrow = " + toml_text(campaign.row) +
                "\nvariant = " + toml_text(variant.variant.name) +
                "\nscenario = " + toml_text(name + ".toml") +
                "\nsuccess = " + toml_text(success_of(campaign, variant.variant)) +
                "\nseed = " + std::to_string(example.trial.seed) +
                "\nholds = true\nrobustness = " + number_text(example.outcome.robustness) +
                "\ndigest = " + toml_text(hexadecimal(example.outcome.digest)) + "\n");
  if (!finding) return finding.error();
  return path;
}

bool load_finding(const std::string& path, Finding& finding,
                  std::vector<scenarios::Diagnostic>& problems) {
  scenarios::LoadedText loaded;
  if (!scenarios::load_options(
          path, {}, [&finding](OptionVisitor& v) { finding.describe(v); }, loaded, problems)) {
    return false;
  }
  finding.scenario = (std::filesystem::path(path).parent_path() / finding.scenario).string();
  return true;
}

}  // namespace gauntlet::campaign
