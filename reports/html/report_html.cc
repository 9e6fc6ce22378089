#include "reports/html/report_html.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "core/files/whole_file.h"
#include "reports/escape.h"
#include "reports/html/run_payload.h"
#include "reports/html/web_assets.h"
#include "reports/json_writer.h"
#include "reports/metrics/registry.h"

namespace gauntlet::reports {

namespace {

void write_definitions(JsonWriter& json, const ResultFile& result) {
  json.key("definitions").begin_object();
  for (const auto& [name, metric] : result.metrics) {
    const MetricInfo* info = find_metric(name);
    if (info == nullptr) continue;
    json.key(name).begin_object();
    json.key("better").string(to_string(info->better));
    json.key("text").string(info->definition);
    json.end_object();
  }
  json.end_object();
}

// What is left for signals at full rate when everything else has its room: the page itself and the
// decimated plots take well under a megabyte, the result as much as it has seeds.
std::size_t detail_room(std::size_t result_bytes) {
  constexpr std::size_t kPageAndPlots = 1'000'000;
  const std::size_t taken = kPageAndPlots + result_bytes;
  return taken < kReportBytesMax ? std::min(kDetailBytes, kReportBytesMax - taken) : 0;
}

// JSON in which no "<" can end the script that holds it: our writer escapes it everywhere.
std::string payload(const ReportInput& input) {
  JsonWriter json;
  json.begin_object();
  const std::string result = to_json(input.result);
  json.key("result").raw(result);
  write_definitions(json, input.result);
  json.key("run");
  if (input.record != nullptr && input.detail != nullptr) {
    write_run_payload(json, *input.record, *input.detail, detail_room(result.size()));
  } else {
    json.null();
  }
  json.key("campaign").raw(input.campaign.empty() ? "null" : input.campaign);
  json.end_object();
  return json.text();
}

// Replaces "{{name}}" in the page.
std::string fill_in(std::string_view page,
                    std::initializer_list<std::pair<std::string_view, std::string>> values) {
  std::string out;
  while (!page.empty()) {
    const std::size_t at = page.find("{{");
    out += page.substr(0, at);
    if (at == std::string_view::npos) break;
    const std::size_t end = page.find("}}", at);
    CHECK(end != std::string_view::npos, at);
    const std::string_view name = page.substr(at + 2, end - at - 2);
    bool known = false;
    for (const auto& [key, value] : values) {
      if (key != name) continue;
      out += value;
      known = true;
    }
    CHECK(known, name);
    page.remove_prefix(end + 2);
  }
  return out;
}

}  // namespace

std::string to_html(const ReportInput& input) {
  const auto text = [](std::string_view s) { return std::string(s); };
  return fill_in(web::kReportHtml, {{"title", escape_xml(input.result.provenance.scenario)},
                                    {"uplot.css", text(web::kUplotCss)},
                                    {"report.css", text(web::kReportCss)},
                                    {"uplot.js", text(web::kUplotJs)},
                                    {"base.js", text(web::kBaseJs)},
                                    {"plots.js", text(web::kPlotsJs)},
                                    {"sections.js", text(web::kSectionsJs)},
                                    {"campaign.js", text(web::kCampaignJs)},
                                    {"main.js", text(web::kMainJs)},
                                    {"data", payload(input)}});
}

Result<void> write_report_html(const std::filesystem::path& path, const ReportInput& input) {
  return write_whole_file(path, to_html(input));
}

}  // namespace gauntlet::reports
