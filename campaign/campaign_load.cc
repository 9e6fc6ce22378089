// Reading a campaign file, and what ranges cannot say about it.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "campaign/campaign_options.h"
#include "campaign/sarif.h"
#include "scenarios/toml_lookup.h"

namespace gauntlet::campaign {
namespace {

using scenarios::Diagnostic;

std::string indexed(const char* list, std::size_t i, const char* key = "") {
  return std::string(list) + "[" + std::to_string(i) + "]" + key;
}

class Checker {
 public:
  Checker(const Campaign& campaign, std::vector<Diagnostic>& problems)
      : campaign_(campaign), options_(campaign.options), problems_(problems) {}

  void check() const {
    if (options_.name.empty()) complain("name", "name is missing");
    if (options_.scenario.empty())
      complain("scenario", "scenario is missing: the file that is attacked");
    check_seeds();
    check_range("effort", options_.effort.path, options_.effort.scale, options_.effort.min,
                options_.effort.max);
    if (options_.effort.scale == Scale::choice)
      complain("effort.scale", "effort.scale must be linear or log");
    for (std::size_t i = 0; i < options_.parameters.size(); ++i) check_parameter(i);
    check_attacks();
    check_variants();
    check_formula("success", options_.success);
    if (options_.tally.tried.empty() != options_.tally.succeeded.empty())
      complain("tally", "tally needs both tried and succeeded");
    for (const std::string& id : options_.taxonomy) {
      if (known_taxon(id)) continue;
      complain("taxonomy",
               "taxonomy: \"" + id + "\" must begin with CWE-, OWASP-, ATTACK-ICS- or EMB3D-");
    }
    if (!options_.costs.scenario.empty() && options_.costs.metrics.empty())
      complain("costs", "costs.metrics is missing: what is charged");
  }

 private:
  void complain(const std::string& key, std::string message) const {
    problems_.push_back(diagnostic_at(campaign_, key, std::move(message)));
  }

  struct Seeds {
    const char* of;
    std::int64_t first, count;
    std::string text() const {
      return std::to_string(first) + " to " + std::to_string(first + count - 1);
    }
  };
  void check_seeds() const {
    const auto& o = options_;
    std::vector<Seeds> all{{"search", o.search.first_seed, o.search.seeds},
                           {"confirmation", o.confirmation.first_seed, o.confirmation.seeds}};
    if (!o.costs.scenario.empty()) all.push_back({"costs", o.costs.first_seed, o.costs.seeds});
    if (!o.detection.scenario.empty())
      all.push_back({"detection", o.detection.first_seed, 2 * o.detection.seeds});
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const Seeds &a = all[j], &b = all[i];
        if (a.first >= b.first + b.count || b.first >= a.first + a.count) continue;
        complain(b.of, std::string(a.of) + " and " + b.of + " share seeds: " + a.text() + " and " +
                           b.text() +
                           "; an interval over the samples of a search would be worth nothing");
      }
    }
  }
  void check_range(const std::string& where, const std::string& path, Scale scale, double min,
                   double max) const {
    if (path.empty()) complain(where, where + ".path is missing: attack[0].acoustic.level_db");
    if (scale == Scale::choice) return;
    if (!(min < max)) {
      complain(where, where + " " + path + ": min (" + std::to_string(min) +
                          ") must be below max (" + std::to_string(max) + ")");
    }
    if (scale == Scale::logarithmic && min <= 0) {
      complain(where, where + " " + path + ": min must be above 0 on a logarithmic scale");
    }
  }
  void check_parameter(std::size_t i) const {
    const ParameterOptions& p = options_.parameters[i];
    const std::string where = indexed("parameter", i);
    check_range(where, p.path, p.scale, p.min, p.max);
    if (p.scale == Scale::choice && p.values.empty())
      complain(where, where + " " + p.path + ": a choice needs values");
    if (p.path == options_.effort.path)
      complain(where, where + " " + p.path + " is the effort already");
    for (std::size_t k = 0; k < i; ++k) {
      if (options_.parameters[k].path == p.path)
        complain(where, where + " " + p.path + " is there twice");
    }
  }
  void check_attacks() const {
    for (std::size_t i = 0; i < options_.attacks.size(); ++i) {
      const auto valid = options_.attacks[i].validate();
      if (!valid) complain(indexed("attack", i), valid.error().message);
    }
  }
  void check_variants() const {
    std::set<std::string> names;
    std::size_t weak = 0, quiet = 0;
    for (std::size_t i = 0; i < options_.variants.size(); ++i) {
      const VariantOptions& v = options_.variants[i];
      const std::string where = indexed("variant", i);
      if (v.name.empty()) complain(where, where + ".name is missing");
      if (!names.insert(v.name).second)
        complain(where, "two variants are called \"" + v.name + "\"");
      if (!v.success.empty()) check_formula(where + ".success", v.success);
      weak += v.role == Role::must_break ? 1 : 0;
      quiet += v.role == Role::no_attack ? 1 : 0;
    }
    if (quiet == 0) {
      complain("variant",
               "no variant has role = \"no_attack\": a campaign must show what its "
               "formula says when nobody attacks");
    }
    if (weak == 0 && options_.forbidden.empty()) {
      complain("variant",
               "no variant has role = \"must_break\": a campaign must break a system "
               "too weak to resist, or say why nature forbids it (forbidden = \"…\")");
    }
  }
  void check_formula(const std::string& key, const std::string& text) const {
    const auto formula = parse_formula(text);
    if (!formula) complain(key, key + ": " + formula.error().message);
  }

  const Campaign& campaign_;
  const CampaignOptions& options_;
  std::vector<Diagnostic>& problems_;
};

bool finish(bool read, Campaign& campaign, std::vector<Diagnostic>& problems) {
  if (!read) return false;
  campaign.base_set = campaign.options.set;
  if (!campaign.options.attacks.empty()) {
    const auto attacks = scenarios::find_in_toml(campaign.source.effective, "attack");
    campaign.base_set.push_back("attack=" + attacks.value().value);
  }
  Checker(campaign, problems).check();
  return problems.empty();
}

}  // namespace

Diagnostic diagnostic_at(const Campaign& campaign, const std::string& key, std::string message) {
  const auto place = scenarios::find_in_toml(campaign.source.text, key);
  return {campaign.source.path, place ? place->line : 0, place ? place->column : 0,
          std::move(message)};
}

bool load_campaign(const std::string& path, const std::vector<scenarios::Override>& overrides,
                   Campaign& campaign, std::vector<Diagnostic>& problems) {
  const bool read = scenarios::load_options(
      path, overrides, [&campaign](OptionVisitor& v) { campaign.options.describe(v); },
      campaign.source, problems);
  return finish(read, campaign, problems);
}

bool load_campaign_text(const std::string& name, const std::string& text, Campaign& campaign,
                        std::vector<Diagnostic>& problems) {
  const bool read = scenarios::load_options_text(
      name, text, {}, [&campaign](OptionVisitor& v) { campaign.options.describe(v); },
      campaign.source, problems);
  return finish(read, campaign, problems);
}

bool is_suite(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return scenarios::find_in_toml(text, "campaigns").has_value();
}

bool load_suite(const std::string& path, SuiteOptions& suite, std::vector<Diagnostic>& problems) {
  scenarios::LoadedText loaded;
  const bool read = scenarios::load_options(
      path, {}, [&suite](OptionVisitor& v) { suite.describe(v); }, loaded, problems);
  if (!read) return false;
  if (suite.name.empty()) problems.push_back({path, 0, 0, "name is missing"});
  suite.text = loaded.text;
  const auto folder = std::filesystem::path(path).parent_path();
  for (std::string& file : suite.campaigns) file = (folder / file).string();
  return problems.empty();
}

}  // namespace gauntlet::campaign
