#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/unreadable.h"
#include "core/files/whole_file.h"
#include "replay/track_csv.h"
#include "replay/track_hdf5.h"
#include "replay/track_import.h"

namespace gauntlet::cli {
namespace {

struct ImportArguments {
  std::vector<std::string> sources;
  std::string out;
};

void print_summary(const replay::Imported& imported) {
  std::map<std::string, std::vector<const replay::SampleTrack*>> by_device;
  for (const replay::SampleTrack& t : imported.tracks) by_device[t.device].push_back(&t);
  TextTable table({"device", "tracks", "samples", "hours", "rate Hz", "lowest", "highest",
                   "zero steps %", "P95 ms", "P99 ms", "max ms"});
  for (const auto& [device, tracks] : by_device) {
    std::size_t rows = 0;
    for (const auto* t : tracks) rows += t->rows();
    const auto s = replay::step_statistics(tracks);
    table.add({device.empty() ? "?" : device, std::to_string(tracks.size()), std::to_string(rows),
               fmt::format("{:.2f}", s.length_s / 3600), fmt::format("{:.2f}", s.rate_hz),
               fmt::format("{:.2f}", s.rate_min_hz), fmt::format("{:.2f}", s.rate_max_hz),
               fmt::format("{:.1f}", 100 * s.zero_share), fmt::format("{:.0f}", s.p95_ms),
               fmt::format("{:.0f}", s.p99_ms), fmt::format("{:.0f}", s.max_ms)});
  }
  fmt::print("{}", table.text());
  if (imported.damaged > 0) fmt::print("{} captures are damaged in part\n", imported.damaged);
  if (imported.left_out > 0) fmt::print("{} captures hold no sample\n", imported.left_out);
}

Result<void> write(const replay::Imported& imported, const std::string& out) {
  if (!out.ends_with(".csv")) return replay::write_tracks(imported.tracks, out);
  if (imported.tracks.size() != 1) {
    return Error{"bad_output", "a .csv file holds one track, and these are " +
                                   std::to_string(imported.tracks.size()) + "; write .h5"};
  }
  return write_whole_file(out, replay::to_csv(imported.tracks.front()));
}

int import_command(const ImportArguments& arguments) {
  auto imported = [&arguments] {
    ProgressLine line("reading");
    return replay::import_tracks(arguments.sources, [&line](double share) { line.show(share); });
  }();
  if (!imported) {
    fmt::print(stderr, "gauntlet import: {}\n", imported.error().message);
    return kBadInput;
  }
  print_summary(*imported);
  const int done = std::max<int>(report_unreadable(imported->unreadable),
                                 imported->damaged > 0 ? kPartial : kOk);
  if (arguments.out.empty()) return done;
  if (const auto written = write(*imported, arguments.out); !written) {
    fmt::print(stderr, "gauntlet import: {}\n", written.error().message);
    return written.error().code == "bad_output" ? kBadInput : kInfrastructure;
  }
  fmt::print("{}\n", arguments.out);
  return done;
}

}  // namespace

void add_import(CLI::App& app, int& exit_code) {
  CLI::App* command =
      add_command(app, "import", "Read anybody's recordings into one file of tracks",
                  "gauntlet import ../shared/data/sp-sw-har --out people.h5");
  auto arguments = std::make_shared<ImportArguments>();
  command
      ->add_option("sources", arguments->sources,
                   ".csv, .h5, .raw and .dat files, or folders of them (docs/recording-format.md)")
      ->required();
  command->add_option("--out", arguments->out, "A .h5 file, or .csv for a single track");
  command->callback([arguments, &exit_code] { exit_code = import_command(*arguments); });
}

}  // namespace gauntlet::cli
