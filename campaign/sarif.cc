#include "campaign/sarif.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "campaign/campaign_json.h"
#include "campaign/finding.h"
#include "reports/json_writer.h"
#include "sim/engine/random.h"

namespace gauntlet::campaign {
namespace {

using reports::JsonWriter;

struct Taxonomy {
  std::string_view prefix, name, organization, about;
};
constexpr std::array<Taxonomy, 4> kTaxonomies{{
    {"CWE-", "CWE", "MITRE", "Common Weakness Enumeration"},
    {"OWASP-", "OWASP API Security", "OWASP", "API Security Top 10, 2023"},
    {"ATTACK-ICS-", "ATT&CK for ICS", "MITRE", "Techniques against industrial control systems"},
    {"EMB3D-", "EMB3D", "MITRE", "Threats to embedded devices"},
}};

const Taxonomy* taxonomy_of(const std::string& id) {
  const auto it = std::find_if(kTaxonomies.begin(), kTaxonomies.end(),
                               [&id](const Taxonomy& t) { return id.starts_with(t.prefix); });
  return it == kTaxonomies.end() ? nullptr : &*it;
}

// CWE's are known by their whole name, others by what stands behind the prefix.
std::string taxon(const std::string& id) {
  const Taxonomy* t = taxonomy_of(id);
  return !t || t->name == "CWE" ? id : id.substr(t->prefix.size());
}

std::string_view level_of(Severity severity) {
  constexpr std::string_view kLevels[] = {"note", "warning", "error"};
  return kLevels[static_cast<std::size_t>(severity)];
}

std::string_view score_of(Severity severity) {
  constexpr std::string_view kScores[] = {"3.0", "5.5", "8.0"};  // as CVSS names the ranges
  return kScores[static_cast<std::size_t>(severity)];
}

class Writer {
 public:
  Writer(const std::vector<SarifInput>& inputs, const std::string& command,
         const std::string& version)
      : inputs_(inputs), command_(command), version_(version) {}

  std::string write() {
    json_.begin_object();
    json_.key("$schema").string("https://json.schemastore.org/sarif-2.1.0.json");
    json_.key("version").string("2.1.0");
    json_.key("runs").begin_array().begin_object();
    json_.key("tool").begin_object().key("driver").begin_object();
    json_.key("name").string("Gauntlet").key("version").string(version_);
    write_supported();
    write_rules();
    json_.end_object().end_object();
    write_taxonomies();
    write_invocation();
    json_.key("columnKind").string("utf16CodeUnits");
    json_.key("results").begin_array();
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      for (const VariantResult& v : inputs_[i].result->variants) {
        if (v.variant.role != Role::no_attack) write_result(i, v);
      }
    }
    json_.end_array();
    json_.end_object().end_array().end_object();
    return json_.text() + "\n";
  }

 private:
  std::map<std::string_view, std::set<std::string>> taxa() const {
    std::map<std::string_view, std::set<std::string>> all;
    for (const SarifInput& input : inputs_) {
      for (const std::string& id : input.campaign->options.taxonomy) {
        if (const Taxonomy* t = taxonomy_of(id)) all[t->name].insert(taxon(id));
      }
    }
    return all;
  }

  void text(std::string_view key, std::string_view value) {
    json_.key(key).begin_object().key("text").string(value).end_object();
  }

  void write_supported() {
    json_.key("supportedTaxonomies").begin_array();
    for (const auto& [name, ids] : taxa())
      json_.begin_object().key("name").string(name).end_object();
    json_.end_array();
  }

  void write_taxonomies() {
    const auto all = taxa();
    json_.key("taxonomies").begin_array();
    for (const Taxonomy& t : kTaxonomies) {
      const auto it = all.find(t.name);
      if (it == all.end()) continue;
      json_.begin_object().key("name").string(t.name).key("organization").string(t.organization);
      text("shortDescription", t.about);
      json_.key("taxa").begin_array();
      for (const std::string& id : it->second) {
        json_.begin_object().key("id").string(id).end_object();
      }
      json_.end_array().end_object();
    }
    json_.end_array();
  }

  void write_rules() {
    json_.key("rules").begin_array();
    for (const SarifInput& input : inputs_) write_rule(input.campaign->options);
    json_.end_array();
  }

  void write_rule(const CampaignOptions& o) {
    json_.begin_object().key("id").string(o.name);
    text("shortDescription", o.row.empty() ? o.about : o.row + ": " + o.about);
    text("fullDescription", o.about + " An attack succeeds when " + o.success + " holds.");
    json_.key("defaultConfiguration").begin_object().key("level").string(level_of(o.severity));
    json_.end_object();
    json_.key("relationships").begin_array();
    for (const std::string& id : o.taxonomy) {
      const Taxonomy* t = taxonomy_of(id);
      if (!t) continue;
      json_.begin_object().key("target").begin_object().key("id").string(taxon(id));
      json_.key("toolComponent").begin_object().key("name").string(t->name).end_object();
      json_.end_object().key("kinds").begin_array(true).string("relevant").end_array();
      json_.end_object();
    }
    json_.end_array();
    json_.key("properties").begin_object().key("catalogueRow").string(o.row);
    json_.key("security-severity").string(score_of(o.severity));
    json_.key("tags").begin_array(true).string("security");
    for (const std::string& id : o.taxonomy) {
      json_.string(id.starts_with("CWE-") ? "external/cwe/cwe-" + id.substr(4) : id);
    }
    json_.end_array().end_object().end_object();
  }

  void write_invocation() {
    bool good = true;
    for (const SarifInput& input : inputs_) good = good && input.result->controls_hold();
    json_.key("invocations").begin_array().begin_object();
    json_.key("commandLine").string(command_).key("executionSuccessful").boolean(good);
    json_.key("toolExecutionNotifications").begin_array();
    for (const SarifInput& input : inputs_) {
      for (const VariantResult& v : input.result->variants) {
        if (v.control_failure.empty()) continue;
        json_.begin_object().key("level").string("error");
        text("message",
             input.campaign->options.name + ", " + v.variant.name + ": " + v.control_failure);
        json_.end_object();
      }
    }
    json_.end_array().end_object().end_array();
  }

  void write_result(std::size_t i, const VariantResult& v) {
    const CampaignOptions& o = inputs_[i].campaign->options;
    const bool measured = v.variant.role == Role::measured;
    const bool fails = measured && v.found();
    json_.begin_object().key("ruleId").string(o.name).key("ruleIndex").integer(i);
    json_.key("kind").string(fails ? "fail" : measured ? "pass" : "informational");
    json_.key("level").string(fails ? level_of(o.severity) : "none");
    text("message", message(o, v));
    json_.key("locations").begin_array().begin_object().key("physicalLocation").begin_object();
    json_.key("artifactLocation")
        .begin_object()
        .key("uri")
        .string(v.found() ? inputs_[i].folder + finding_name(o, v.variant) + ".toml"
                          : inputs_[i].campaign->source.path);
    json_.end_object().key("region").begin_object().key("startLine").integer(1).end_object();
    json_.end_object().end_object().end_array();
    json_.key("partialFingerprints").begin_object();
    json_.key("gauntletAttack/v1").string(fingerprint(o, v.variant)).end_object();
    write_properties(i, v);
    json_.end_object();
  }

  static std::string message(const CampaignOptions& o, const VariantResult& v) {
    std::string text = o.about + " Against \"" + v.variant.name + "\": " + in_words(o, v);
    if (v.tally) text += "; " + tally_in_words(v);
    return text + ".";
  }

  void write_properties(std::size_t i, const VariantResult& v) {
    const CampaignOptions& o = inputs_[i].campaign->options;
    const Level& last = v.levels.back();
    json_.key("properties").begin_object();
    json_.key("system").string(v.variant.name);
    json_.key("successes").integer(last.successes).key("freshSeeds").integer(last.seeds);
    json_.key("interval").begin_array(true);
    json_.number(last.interval.lo).number(last.interval.hi).end_array();
    json_.key("effortUnit").string(o.effort.unit);
    json_.key("smallestEffort");
    v.smallest_effort ? json_.number(*v.smallest_effort) : json_.null();
    if (v.example) {
      json_.key("seed").integer(v.example->trial.seed);
      json_.key("robustness").number(v.example->outcome.robustness);
      json_.key("replay").string("gauntlet attack --replay " + inputs_[i].folder +
                                 finding_name(o, v.variant) + ".finding.toml");
    }
    json_.end_object();
  }

  const std::vector<SarifInput>& inputs_;
  const std::string& command_;
  const std::string& version_;
  JsonWriter json_{1};
};

}  // namespace

bool known_taxon(const std::string& id) { return taxonomy_of(id) != nullptr; }

std::string fingerprint(const CampaignOptions& campaign, const VariantOptions& variant) {
  return hexadecimal(sim::hash_path(campaign.row + "\n" + campaign.name + "\n" + variant.name +
                                    "\n" + success_of(campaign, variant)));
}

std::string to_sarif(const std::vector<SarifInput>& inputs, const std::string& command,
                     const std::string& version) {
  return Writer(inputs, command, version).write();
}

}  // namespace gauntlet::campaign
