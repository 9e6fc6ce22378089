// A gate's findings for a console, a JUnit reader and a summary page.
#include <algorithm>

#include "reports/escape.h"
#include "reports/gate.h"

namespace gauntlet::reports {

namespace {

std::string escape_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string number_or_dash(const std::optional<double>& value) {
  return value ? to_text(*value) : std::string("-");
}

std::string verdict_text(const GateFinding& f) {
  if (!f.judged) return "not judged";
  return std::string(to_string(f.verdict)) + (f.advisory ? " (advisory)" : "");
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string markdown_row(const GateFinding& f) {
  return "| " + verdict_text(f) + " | `" + f.metric + "` | " + number_or_dash(f.baseline) + " | " +
         number_or_dash(f.candidate) + " | " + f.unit + " | " + escape_cell(f.why) + " |\n";
}

// A gate that could not compare has one case, itself.
std::string junit_case(const std::string& name, const std::string& inner) {
  return "    <testcase classname=\"gauntlet.gate\" name=\"" + escape_xml(name) + "\">" + inner +
         "</testcase>\n";
}

std::string junit_element(const char* tag, std::string_view type, const std::string& message) {
  return std::string("<") + tag + " type=\"" + escape_xml(type) + "\" message=\"" +
         escape_xml(message) + "\"/>";
}

}  // namespace

std::string to_console(const GateReport& report) {
  std::string out = std::string(to_string(report.verdict)) + ": " + report.why + '\n';
  for (const std::string& n : report.notes) out += "  note: " + n + '\n';
  std::size_t width = 0, not_judged = 0;
  for (const GateFinding& f : report.findings) width = std::max(width, f.metric.size());
  for (const GateFinding& f : report.findings) {
    if (!f.judged) {
      ++not_judged;
      continue;
    }
    out += "  " + padded(verdict_text(f), 13) + ' ' + padded(f.metric, width) + "  " +
           number_or_dash(f.baseline) + " -> " + number_or_dash(f.candidate) + ' ' + f.unit + "  " +
           f.why + '\n';
  }
  if (not_judged > 0) out += "  " + std::to_string(not_judged) + " metrics not judged\n";
  return out;
}

std::string to_junit(const GateReport& report) {
  std::string cases;
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
  if (report.verdict == Verdict::incompatible || report.verdict == Verdict::infrastructure) {
    ++tests, ++errors;
    cases +=
        junit_case("comparison", junit_element("error", to_string(report.verdict), report.why));
  }
  for (const GateFinding& f : report.findings) {
    ++tests;
    if (!f.judged || (f.advisory && f.verdict != Verdict::pass)) {
      ++skipped;
      cases += junit_case(
          f.metric, "<skipped message=\"" + escape_xml(verdict_text(f) + ": " + f.why) + "\"/>");
    } else if (f.verdict == Verdict::pass) {
      cases += junit_case(f.metric, "<system-out>" + escape_xml(f.why) + "</system-out>");
    } else {
      ++failures;
      cases += junit_case(f.metric, junit_element("failure", to_string(f.verdict), f.why));
    }
  }
  const std::string counts = " tests=\"" + std::to_string(tests) + "\" failures=\"" +
                             std::to_string(failures) + "\" errors=\"" + std::to_string(errors) +
                             "\" skipped=\"" + std::to_string(skipped) + "\"";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite "
         "name=\"gauntlet gate\"" +
         counts + ">\n" + cases + "  </testsuite>\n</testsuites>\n";
}

std::string to_markdown(const GateReport& report, std::size_t bytes_max) {
  std::string out = "## Gate: " + std::string(to_string(report.verdict)) + "\n\n" +
                    escape_cell(report.why) + "\n\n";
  for (const std::string& n : report.notes) out += "- " + n + '\n';
  if (report.findings.empty()) return out;
  out +=
      "\n| verdict | metric | baseline | candidate | unit | why |\n|---|---|---:|---:|---|---|\n";
  constexpr std::size_t kRoomForLastLine = 64;
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    const std::string row = markdown_row(report.findings[i]);
    if (out.size() + row.size() + kRoomForLastLine > bytes_max) {
      return out + "\n" + std::to_string(report.findings.size() - i) + " more\n";
    }
    out += row;
  }
  return out;
}

}  // namespace gauntlet::reports
