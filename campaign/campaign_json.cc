#include "campaign/campaign_json.h"

#include <algorithm>

#include "campaign/attack_search.h"
#include "campaign/finding.h"
#include "reports/json_writer.h"
#include "reports/metrics/registry.h"
#include "reports/result.h"

namespace gauntlet::campaign {
namespace {

using reports::JsonWriter;

std::string counts(const Level& level) {
  return std::to_string(level.successes) + " of " + std::to_string(level.seeds) + " fresh seeds";
}

std::string percent(double share) { return reports::to_text(100 * share) + " %"; }

void write_interval(JsonWriter& json, const reports::Interval& interval) {
  json.key("interval").begin_array(true);
  json.number(interval.lo).number(interval.hi).end_array();
}

void write_strings(JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array(true);
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

void write_level(JsonWriter& json, const Level& level) {
  json.begin_object();
  json.key("effort").number(level.effort);
  json.key("successes").integer(level.successes).key("seeds").integer(level.seeds);
  write_interval(json, level.interval);
  json.key("robustness").number(level.robustness);
  json.key("attack");
  write_strings(json, level.attack);
  json.end_object();
}

void write_example(JsonWriter& json, const Campaign& campaign, const VariantResult& v) {
  const CampaignOptions& options = campaign.options;
  const CounterExample& example = *v.example;
  json.begin_object();
  json.key("seed").integer(example.trial.seed);
  json.key("effort").number(example.effort);
  // Without what every run of the campaign has.
  const auto base = static_cast<std::ptrdiff_t>(campaign.base_set.size());
  json.key("set");
  write_strings(json, {example.trial.set.begin() + base, example.trial.set.end()});
  json.key("robustness").number(example.outcome.robustness);
  json.key("digest").string(hexadecimal(example.outcome.digest));
  json.key("replay").string("gauntlet attack --replay " + finding_name(options, v.variant) +
                            ".finding.toml");
  json.key("cost").begin_array();
  for (const CostItem& item : example.cost.items) {
    json.begin_object();
    json.key("name").string(item.name).key("value").number(item.value);
    json.key("unit").string(item.unit).end_object();
  }
  json.end_array();
  json.end_object();
}

void write_blind(JsonWriter& json, const SplittingEstimate& blind) {
  json.begin_object();
  json.key("probability").number(blind.probability);
  write_interval(json, blind.interval);
  json.key("found").boolean(blind.found).key("evaluations").integer(blind.evaluations);
  json.end_object();
}

void write_costs(JsonWriter& json, const std::vector<MetricCost>& costs) {
  json.key("costs").begin_array();
  for (const MetricCost& cost : costs) {
    json.begin_object();
    json.key("metric").string(cost.metric);
    const auto* info = reports::find_metric(cost.metric);
    json.key("unit").string(info ? info->unit : "");
    json.key("n").integer(cost.value.n);
    json.key("value");
    cost.value.n > 0 ? json.number(cost.value.mean) : json.null();
    json.key("difference");
    cost.difference ? json.number(cost.difference->difference.mean) : json.null();
    if (cost.difference && cost.difference->difference.interval) {
      write_interval(json, *cost.difference->difference.interval);
    }
    json.end_object();
  }
  json.end_array();
}

void write_tally(JsonWriter& json, const VariantResult& v) {
  json.key("tally");
  if (!v.tally) {
    json.null();
    return;
  }
  json.begin_object();
  json.key("tried").integer(v.tally->tried).key("succeeded").integer(v.tally->succeeded);
  write_interval(json, v.tally->interval);
  json.key("words").string(tally_in_words(v));
  json.end_object();
}

void write_control(JsonWriter& json, const VariantResult& v) {
  json.key("control");
  if (!v.p_value) {
    json.null();
    return;
  }
  json.begin_object().key("stated_rate").number(v.variant.stated_rate);
  json.key("at_most").boolean(v.variant.stated_at_most);
  json.key("p_value").number(*v.p_value).end_object();
}

void write_optional(JsonWriter& json, const char* key,
                    const std::optional<reports::Interval>& interval) {
  json.key(key);
  if (!interval) {
    json.null();
    return;
  }
  json.begin_array(true).number(interval->lo).number(interval->hi).end_array();
}

void write_detector(JsonWriter& json, const DetectorResult& d) {
  json.begin_object();
  json.key("name").string(d.name).key("area").number(d.area);
  write_optional(json, "area_interval", d.area_interval);
  json.key("roc").begin_array();
  for (const RocPoint& p : d.roc) {
    json.begin_object();
    json.key("false_alarms").number(p.false_alarms).key("hits").number(p.hits);
    write_optional(json, "interval", p.interval);
    json.end_object();
  }
  json.end_array();
  json.key("noticed").integer(d.noticed).key("attacks").integer(d.attacks);
  write_optional(json, "noticed_interval", d.noticed_interval);
  json.key("delay_s");
  d.delay_s ? json.number(d.delay_s->mean) : json.null();
  write_optional(json, "delay_interval_s", d.delay_s ? d.delay_s->interval : std::nullopt);
  json.key("clean_alarms").integer(d.clean_alarms).key("clean_h").number(d.clean_h);
  write_optional(json, "alarms_per_h", d.alarms_per_h);
  json.end_object();
}

void write_detection(JsonWriter& json, const std::optional<Detection>& detection) {
  json.key("detection");
  if (!detection) {
    json.null();
    return;
  }
  json.begin_object().key("detectors").begin_array();
  for (const DetectorResult& d : detection->detectors) write_detector(json, d);
  json.end_array().key("systems").begin_array();
  for (const SystemStages& s : detection->systems) {
    json.begin_object().key("name").string(s.variant).key("stages").begin_array();
    for (const StageResult& stage : s.stages) {
      json.begin_object().key("stage").string(stage.stage).key("should").boolean(stage.should);
      json.key("stopped");
      stage.stopped ? json.number(*stage.stopped) : json.null();
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
}

void write_variant(JsonWriter& json, const Campaign& campaign, const VariantResult& v) {
  const CampaignOptions& options = campaign.options;
  json.begin_object();
  json.key("name").string(v.variant.name);
  json.key("role").string(to_string(v.variant.role));
  json.key("set");
  write_strings(json, v.variant.set);
  json.key("attacker");
  write_strings(json, v.variant.attacker);
  json.key("success").string(success_of(options, v.variant));
  json.key("verdict").string(verdict_of(v));
  json.key("words").string(in_words(options, v));
  json.key("attack");
  write_strings(json, v.attack);
  json.key("points").integer(v.points).key("points_successful").integer(v.points_successful);
  json.key("search_robustness").number(v.search_robustness);
  json.key("blind");
  if (v.blind) {
    write_blind(json, *v.blind);
  } else {
    json.null();
  }
  json.key("frontier").begin_array();
  for (const Level& level : v.levels) write_level(json, level);
  json.end_array();
  json.key("naive");
  if (v.naive) {
    write_level(json, *v.naive);
  } else {
    json.null();
  }
  json.key("smallest_effort");
  v.smallest_effort ? json.number(*v.smallest_effort) : json.null();
  json.key("example");
  if (v.example) {
    write_example(json, campaign, v);
  } else {
    json.null();
  }
  write_tally(json, v);
  write_control(json, v);
  write_costs(json, v.costs);
  json.end_object();
}

void write_attacks(JsonWriter& json, const CampaignOptions& options) {
  json.key("attacks").begin_array();
  for (const auto& attack : options.attacks) {
    json.begin_object();
    json.key("kind").string(adversarial::to_string(attack.kind));
    json.key("device").string(attack.device);
    json.key("sensor").string(to_string(attack.sensor));
    json.key("start_s").number(attack.start_s).key("stop_s").number(attack.stop_s);
    json.end_object();
  }
  json.end_array();
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
    return "holds in " + counts(last) + " without any attack, " + percent(last.interval.lo) +
           " to " + percent(last.interval.hi) +
           "; stated: " + (v.variant.stated_at_most ? "at most " : "") +
           percent(v.variant.stated_rate) + " (binomial test: p = " + reports::to_text(*v.p_value) +
           ")";
  }
  const std::string unit = " " + options.effort.unit;
  if (!v.found()) {
    std::string text = "not found: the best attack met succeeds at most " + percent(v.bound()) +
                       " of the time (" + counts(last) + " at " + reports::to_text(last.effort) +
                       unit + ")";
    if (v.points_successful > 0) text += "; now and then on seeds of the search";
    return text;
  }
  if (v.smallest_effort && last.interval.lo < options.effort.required_share) {
    return "succeeds from " + reports::to_text(*v.smallest_effort) + unit +
           " on, but no longer at " + reports::to_text(last.effort) + unit + " (" + counts(last) +
           ")";
  }
  if (v.smallest_effort) {
    return "succeeds from " + reports::to_text(*v.smallest_effort) + unit + " on (" + counts(last) +
           " at " + reports::to_text(last.effort) + unit + ")";
  }
  const Level& best =
      *std::max_element(v.levels.begin(), v.levels.end(),
                        [](const Level& a, const Level& b) { return a.successes <= b.successes; });
  return "succeeds now and then: " + counts(best) + " at " + reports::to_text(best.effort) + unit +
         ", " + percent(best.interval.lo) + " to " + percent(best.interval.hi);
}

std::string tally_in_words(const VariantResult& v) {
  if (!v.tally) return {};
  const Tally& t = *v.tally;
  std::string text =
      std::to_string(t.succeeded) + " of " + std::to_string(t.tried) + " requests granted: ";
  if (t.succeeded > 0) text += percent(t.interval.lo) + " to ";
  return text + (t.succeeded > 0 ? "" : "at most ") + percent(t.interval.hi);
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
  json.key("forbidden").string(options.forbidden);
  json.key("knowledge").string(options.knowledge);
  json.key("scenario").string(options.scenario);
  json.key("success").string(options.success);
  json.key("severity").string(to_string(options.severity));
  json.key("taxonomy");
  write_strings(json, options.taxonomy);
  write_attacks(json, options);
  json.key("effort").begin_object();
  json.key("path").string(options.effort.path).key("unit").string(options.effort.unit);
  json.key("required_share").number(options.effort.required_share);
  json.key("log").boolean(options.effort.scale == Scale::logarithmic);
  json.end_object();
  json.key("level").number(options.confirmation.level);
  json.key("shown").begin_object();
  json.key("variant").string(result.shown_variant).key("seed").integer(result.shown.seed);
  json.end_object();
  json.key("command").string(command);
  json.key("controls_hold").boolean(result.controls_hold());
  json.key("variants").begin_array();
  for (const VariantResult& v : result.variants) write_variant(json, campaign, v);
  json.end_array();
  write_detection(json, result.detection);
  json.end_object();
  return json.text() + "\n";
}

}  // namespace gauntlet::campaign
