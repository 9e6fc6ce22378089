#include "campaign/campaign_json.h"

#include "campaign/attack_search.h"
#include "campaign/finding.h"
#include "reports/json_writer.h"
#include "reports/result.h"

namespace gauntlet::campaign {
namespace {

using reports::JsonWriter;

std::string counts(const Level& level) {
  return std::to_string(level.successes) + " of " + std::to_string(level.seeds) + " fresh seeds";
}

std::string percent(double share) { return reports::to_text(100 * share) + " %"; }

void write_level(JsonWriter& json, const Level& level) {
  json.begin_object();
  json.key("effort").number(level.effort);
  json.key("successes").integer(level.successes).key("seeds").integer(level.seeds);
  json.key("interval").begin_array(true);
  json.number(level.interval.lo).number(level.interval.hi).end_array();
  json.end_object();
}

void write_strings(JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array(true);
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

void write_example(JsonWriter& json, const CounterExample& example) {
  json.begin_object();
  json.key("seed").integer(example.trial.seed);
  json.key("effort").number(example.effort);
  json.key("set");
  write_strings(json, example.trial.set);
  json.key("robustness").number(example.outcome.robustness);
  json.key("digest").string(hexadecimal(example.outcome.digest));
  json.end_object();
}

void write_variant(JsonWriter& json, const CampaignOptions& options, const VariantResult& v) {
  constexpr std::string_view kRoles[] = {"measured", "must_break", "no_attack"};
  json.begin_object();
  json.key("name").string(v.variant.name);
  json.key("role").string(kRoles[static_cast<std::size_t>(v.variant.role)]);
  json.key("set");
  write_strings(json, v.variant.set);
  json.key("verdict").string(verdict_of(v));
  json.key("words").string(in_words(options, v));
  json.key("attack");
  write_strings(json, v.attack);
  json.key("points").integer(v.points).key("points_successful").integer(v.points_successful);
  json.key("search_robustness").number(v.search_robustness);
  json.key("frontier").begin_array();
  for (const Level& level : v.levels) write_level(json, level);
  json.end_array();
  json.key("smallest_effort");
  v.smallest_effort ? json.number(*v.smallest_effort) : json.null();
  json.key("example");
  if (v.example) {
    write_example(json, *v.example);
  } else {
    json.null();
  }
  json.end_object();
}

}  // namespace

std::string_view verdict_of(const VariantResult& v) {
  if (!v.control_failure.empty()) return "control failed";
  if (v.variant.role == Role::no_attack) return "control quiet";
  if (v.variant.role == Role::must_break) return "control broken";
  return v.found() ? "found" : "not found";
}

std::string in_words(const CampaignOptions& options, const VariantResult& v) {
  const Level& last = v.levels.back();
  if (!v.control_failure.empty()) return v.control_failure;
  if (v.variant.role == Role::no_attack) {
    return "holds in " + counts(last) + " without any attack, as stated";
  }
  const std::string unit = " " + options.effort.unit;
  if (!v.found()) {
    return "not found: the best attack met succeeds at most " + percent(v.bound()) +
           " of the time (" + counts(last) + " at " + reports::to_text(last.effort) + unit + ")";
  }
  if (v.smallest_effort) {
    return "succeeds from " + reports::to_text(*v.smallest_effort) + unit + " on (" + counts(last) +
           " at " + reports::to_text(last.effort) + unit + ")";
  }
  return "succeeds now and then: " + counts(last) + " at " + reports::to_text(last.effort) + unit +
         ", " + percent(last.interval.lo) + " to " + percent(last.interval.hi);
}

std::string to_json(const Campaign& campaign, const CampaignResult& result,
                    const std::string& command) {
  const CampaignOptions& options = campaign.options;
  JsonWriter json(1);
  json.begin_object();
  json.key("schema").integer(1);
  json.key("campaign").string(options.name);
  json.key("about").string(options.about);
  json.key("row").string(options.row);
  json.key("knowledge").string(options.knowledge);
  json.key("scenario").string(options.scenario);
  json.key("success").string(options.success);
  json.key("severity").string(to_string(options.severity));
  json.key("taxonomy");
  write_strings(json, options.taxonomy);
  json.key("effort").begin_object();
  json.key("path").string(options.effort.path).key("unit").string(options.effort.unit);
  json.key("required_share").number(options.effort.required_share);
  json.end_object();
  json.key("level").number(options.confirmation.level);
  json.key("command").string(command);
  json.key("controls_hold").boolean(result.controls_hold());
  json.key("variants").begin_array();
  for (const VariantResult& v : result.variants) write_variant(json, options, v);
  json.end_array();
  json.end_object();
  return json.text() + "\n";
}

}  // namespace gauntlet::campaign
