// Writes a report of synthetic runs: what the browser test opens, and what to look at while working
// on the page.
//   reports_write_report OUT.html [SEEDS [SETS]]
#include <cstdlib>
#include <iostream>

#include "reports/html/report_html.h"
#include "tests/reports/support/synthetic_run.h"

int main(int argc, char** argv) {
  using namespace gauntlet::reports;
  if (argc < 2) return 2;
  const std::uint64_t seeds = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  SyntheticOptions options;
  if (argc > 3) options.sets = static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10));
  std::vector<SeedResult> results;
  Provenance p;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    options.seed = seed;
    results.push_back(measure(make_synthetic_run(options).record()));
    p.seeds.push_back(seed);
  }
  options.seed = 1;
  const SyntheticRun run = make_synthetic_run(options);
  const RunRecord record = run.record();
  RunDetail detail;
  (void)measure(record, detail);
  p.scenario = record.scenario;
  p.scenario_text = "name = \"gym-hour\"\n\n[person]\ncount = 1\n";
  p.duration_s = gauntlet::to_seconds(record.duration);
  p.split = record.split;
  p.version = "0.1.0";
  p.git_commit = "6da3f869a40e2a20e59c7cc2f7b0b4e1a9d3b2c1";
  p.compiler = "gcc 12";
  p.command = "gauntlet run gym-hour --seeds " + std::to_string(seeds);
  ResultFile result = summarise(p, results);
  add_metric(result, "replay.packets", 4110, 4110);
  add_metric(result, "replay.duplicates", 212, 4110);
  add_metric(result, "replay.gaps", 97, 4110);
  add_metric(result, "replay.loss_s_per_h.floor20", 10.75, 4110, Interval{10.73, 10.77});
  add_metric(result, "replay.loss_s_per_h.nominal", 81.12, 4110, Interval{81.10, 81.14});
  add_metric(result, "replay.loss_s_per_h.aligned", 0.012, 4110, Interval{0.004, 0.02});
  result.tables["replay.sessions"] = {
      {"session", "packets", "true rate (Hz)", "floor20 (s/h)", "nominal (s/h)", "aligned (s/h)"},
      {{std::string("a"), 471.0, 48.83, 10.71, 81.2, 0.01},
       {std::string("b"), 502.0, 48.93, 10.8, 80.9, 0.02}}};
  const auto written = write_report_html(argv[1], {result, &record, &detail});
  if (!written.ok()) std::cerr << written.error().message << '\n';
  return written.ok() ? 0 : 6;
}
