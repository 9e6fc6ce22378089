#include "campaign/campaign_page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "campaign/campaign_json.h"
#include "campaign/true_signal.h"
#include "reports/html/decimate.h"
#include "reports/html/report_html.h"
#include "reports/json_writer.h"

namespace gauntlet::campaign {
namespace {

using reports::JsonWriter;

constexpr double kWaveform_s = 30;

// The stretch of the run that shows the attack at work, as one axis of one stream.
class Waveform {
 public:
  Waveform(const scenarios::SeedRun& run, const scenarios::ScenarioOptions& options)
      : run_(run), options_(options), zero_(run.truth->host_clock.to_host(run.truth->begin)) {}

  std::string json() {
    if (!choose_stream()) return "null";
    choose_stretch();
    choose_axis();
    return write();
  }

 private:
  double seconds(HostTime t) const { return to_seconds(t - zero_); }

  // The attacked sensor's, or the first that there is.
  bool choose_stream() {
    for (const auto& [id, fused] : run_.events->fused) {
      if (fused.time.empty()) continue;
      if (!fused_) pick(id, fused);
      for (const auto& attack : options_.attacks) {
        const auto& device = run_.truth->devices.at(id.device);
        if (attack.device == device.name && attack.sensor == id.sensor) pick(id, fused);
      }
    }
    return fused_ != nullptr;
  }
  void pick(StreamId id, const EventLog::Fused& fused) {
    id_ = id;
    fused_ = &fused;
    truth_.emplace(run_, id);
  }

  // From a little before the first repetition shown under attack, or the attack's begin.
  void choose_stretch() {
    double start_s = 0;
    if (!options_.attacks.empty()) start_s = options_.attacks.front().start_s;
    double from_s = start_s;
    for (const Shown& s : run_.events->shown) {
      if (s.kind != Shown::Kind::repetition || seconds(s.at) < start_s) continue;
      from_s = std::max(start_s, seconds(s.at) - kWaveform_s / 2);
      break;
    }
    from_s_ = std::max(0.0, from_s - 5);
    to_s_ = from_s_ + kWaveform_s;
  }

  double truth_at(HostTime t, std::size_t axis) const { return truth_->at(t, axis); }

  template <class Each>
  void rows(const Each& each) const {
    for (std::size_t i = 0; i < fused_->time.size(); ++i) {
      const double t = seconds(fused_->time[i]);
      if (t >= from_s_ && t < to_s_) each(i, t);
    }
  }

  // The one on which the attack shows most: furthest from the truth, else the liveliest.
  void choose_axis() {
    std::array<double, 3> apart{}, mean{}, square{};
    double n = 0;
    rows([&](std::size_t i, double) {
      for (std::size_t a = 0; a < 3; ++a) {
        const double seen = double{fused_->values[3 * i + a]};
        const double off = seen - truth_at(fused_->time[i], a);
        if (!std::isnan(off)) apart[a] += off * off;
        mean[a] += seen;
        square[a] += seen * seen;
      }
      ++n;
    });
    for (std::size_t a = 0; a < 3; ++a) {
      if (!*truth_ && n > 0) apart[a] = square[a] - mean[a] * mean[a] / n;
      if (apart[a] > apart[axis_]) axis_ = a;
    }
  }

  std::string write() const {
    std::vector<float> t, seen, truth;
    rows([&](std::size_t i, double at) {
      t.push_back(static_cast<float>(at));
      seen.push_back(fused_->values[3 * i + axis_]);
      truth.push_back(static_cast<float>(truth_at(fused_->time[i], axis_)));
    });
    JsonWriter json;
    json.begin_object();
    json.key("name").string(run_.truth->devices.at(id_.device).name + " " +
                            std::string(to_string(id_.sensor)) + " " + "xyz"[axis_]);
    json.key("unit").string(id_.sensor == SensorKind::gyroscope ? "rad/s" : "m/s²");
    json.key("t").string(reports::float32_base64(t));
    json.key("seen").string(reports::float32_base64(seen));
    json.key("truth").string(reports::float32_base64(truth));
    json.key("shown").begin_array(true);
    for (const Shown& s : run_.events->shown) {
      const double at = seconds(s.at);
      if (s.kind == Shown::Kind::repetition && at >= from_s_ && at < to_s_) json.number(at);
    }
    json.end_array();
    write_windows(json);
    json.key("attack").begin_array(true);
    for (const auto& attack : options_.attacks) {
      json.number(attack.start_s);
      if (attack.stop_s > 0) json.number(attack.stop_s);
    }
    json.end_array();
    json.end_object();
    return json.text();
  }

  void write_windows(JsonWriter& json) const {
    struct Band {
      double from, to;
      std::string label;
    };
    std::vector<Band> bands;
    for (const WindowClassified& w : run_.events->windows) {
      const double from = seconds(w.from), to = seconds(w.to);
      if (w.label.empty() || to < from_s_ || from > to_s_) continue;
      if (!bands.empty() && bands.back().label == w.label && from <= bands.back().to) {
        bands.back().to = to;
      } else {
        bands.push_back({bands.empty() ? from : std::max(from, bands.back().to), to, w.label});
      }
    }
    json.key("exercising").begin_array(true);
    for (const Band& b : bands) {
      json.begin_array(true).number(b.from).number(b.to).string(b.label).end_array();
    }
    json.end_array();
  }

  const scenarios::SeedRun& run_;
  const scenarios::ScenarioOptions& options_;
  HostTime zero_;
  const EventLog::Fused* fused_ = nullptr;
  std::optional<TrueSignal> truth_;
  StreamId id_{};
  double from_s_ = 0, to_s_ = 0;
  std::size_t axis_ = 0;
};

}  // namespace

Result<void> write_campaign_page(const std::string& path, const Campaign& campaign,
                                 const CampaignResult& result, const reports::Provenance& about,
                                 const std::string& json, Trials& trials) {
  const auto scenario = Trials::scenario_of(result.shown);
  if (!scenario) return scenario.error();
  const auto run = trials.run_whole(result.shown);
  if (!run) return run.error();
  reports::Provenance provenance = about;
  provenance.scenario = campaign.options.name;
  provenance.scenario_text = scenario->source.effective;
  provenance.seeds = {run->seed};
  provenance.duration_s = to_seconds(run->record->duration);
  provenance.split = run->record->split;
  const reports::ResultFile file = reports::summarise(std::move(provenance), {&run->result, 1});
  // campaign.json ends with a brace: the waveform goes before it.
  const std::size_t end = json.rfind('}');
  const std::string data =
      json.substr(0, end) + ",\"waveform\":" + Waveform(*run, scenario->options).json() + "}";
  return reports::write_report_html(
      path,
      {.result = file, .record = run->record.get(), .detail = &run->detail, .campaign = data});
}

std::string suite_json(const SuiteOptions& suite, const std::vector<SuiteRow>& rows) {
  JsonWriter json(1);
  json.begin_object();
  json.key("schema").integer(1).key("suite").string(suite.name).key("about").string(suite.about);
  json.key("rows").begin_array();
  for (const SuiteRow& row : rows) {
    const CampaignOptions& options = row.campaign->options;
    json.begin_object();
    json.key("row").string(options.row).key("name").string(options.name);
    json.key("page").string(row.page).key("forbidden").string(options.forbidden);
    json.key("controls_hold").boolean(row.result->controls_hold());
    json.key("found").boolean(row.result->any_finding());
    json.key("variants").begin_array();
    for (const VariantResult& v : row.result->variants) {
      json.begin_object();
      json.key("name").string(v.variant.name).key("role").string(to_string(v.variant.role));
      json.key("verdict").string(verdict_of(v)).key("words").string(in_words(options, v));
      json.key("tally").string(tally_in_words(v));
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
  json.key("uncovered").begin_array();
  for (const UncoveredOptions& u : suite.uncovered) {
    json.begin_object().key("row").string(u.row).key("why").string(u.why).end_object();
  }
  json.end_array().end_object();
  return json.text() + "\n";
}

Result<void> write_suite_page(const std::string& path, const SuiteOptions& suite,
                              const reports::Provenance& about, const std::string& json) {
  reports::ResultFile file;
  file.provenance = about;
  file.provenance.scenario = suite.name;
  file.provenance.scenario_text = suite.text;
  return reports::write_report_html(path, {.result = file, .campaign = json});
}

}  // namespace gauntlet::campaign
