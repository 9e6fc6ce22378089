#include "calibration/finding.h"

#include <algorithm>
#include <string_view>

#include "calibration/text.h"
#include "reports/escape.h"
#include "reports/html/web_assets.h"
#include "reports/wrapped.h"

namespace gauntlet::calibration {
namespace {

std::string word(Verdict v) {
  return v == Verdict::holds ? "holds" : v == Verdict::falls_short ? "FALLS SHORT" : "";
}

std::string value_of(const Finding& f) {
  return number(f.value) + (f.unit.empty() || f.unit == "1" ? "" : " " + f.unit);
}

std::string interval_of(const Finding& f) {
  return f.interval ? number(f.interval->lo) + " to " + number(f.interval->hi) : "";
}

// What was asked and what came out, before everything else.
Section goals_of(const Report& report) {
  Section goals{
      "Goals", "Every finding that has one; the sections below say how it was found.", {}};
  for (const Section& s : report.sections) {
    for (const Finding& f : s.findings) {
      if (f.goal.empty()) continue;
      goals.findings.push_back(f);
      goals.findings.back().note.clear();
    }
  }
  return goals;
}

std::vector<Section> with_goals(const Report& report) {
  std::vector<Section> sections{goals_of(report)};
  if (sections.front().findings.empty()) sections.clear();
  sections.insert(sections.end(), report.sections.begin(), report.sections.end());
  return sections;
}

}  // namespace

std::string to_text(const Report& report) {
  std::string out;
  for (const Section& s : with_goals(report)) {
    out += "\n" + s.title + "\n" + std::string(s.title.size(), '-') + "\n";
    out += reports::wrapped(s.about);
    for (const Finding& f : s.findings) {
      std::string line = f.name + ": " + value_of(f);
      if (f.interval) line += " (" + interval_of(f) + ")";
      if (f.n > 0) line += ", n = " + std::to_string(f.n);
      if (!f.goal.empty()) line += "; goal " + f.goal + ": " + word(f.verdict);
      out += reports::wrapped(line, "    ");
      if (!f.note.empty()) out += reports::wrapped(f.note, "      ");
    }
  }
  return out;
}

std::string to_html(const Report& report) {
  const auto text = [](std::string_view s) { return reports::escape_xml(s); };
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n<title>Calibration \u00b7 Gauntlet report</title>\n<style>" +
      std::string(reports::web::kReportCss) +
      "</style></head><body><main id=\"content\"><h1>Calibration and proof</h1>\n";
  for (const Section& s : with_goals(report)) {
    out += "<section><header><h2>" + text(s.title) + "</h2><p>" + text(s.about) + "</p></header>\n";
    for (const Chart& c : s.charts) {
      out += "<figure><figcaption>" + text(c.title) + "</figcaption>" + to_svg(c) + "</figure>\n";
    }
    out +=
        "<table><thead><tr><th>finding</th><th>value</th><th>interval</th>"
        "<th>n</th><th>goal</th><th>verdict</th><th>note</th></tr></thead><tbody>\n";
    for (const Finding& f : s.findings) {
      out += "<tr>";
      const std::string verdict = f.verdict == Verdict::informs
                                      ? std::string{}
                                      : std::string("<span class=\"pill ") +
                                            (f.verdict == Verdict::holds ? "good" : "bad") + "\">" +
                                            word(f.verdict) + "</span>";
      for (const std::string& cell :
           {text(f.name), text(value_of(f)), text(interval_of(f)),
            f.n > 0 ? std::to_string(f.n) : std::string{}, text(f.goal), verdict, text(f.note)}) {
        out += "<td>" + cell + "</td>";
      }
      out += "</tr>\n";
    }
    out += "</tbody></table></section>\n";
  }
  if (!report.preset.empty()) {
    out += "<section><header><h2>Preset</h2></header><pre>" + text(report.preset) +
           "</pre></section>\n";
  }
  return out + "</main></body></html>\n";
}

}  // namespace gauntlet::calibration
