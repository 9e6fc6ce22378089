#include "calibration/calibrate.h"

#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "cli/command.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "cli/unreadable.h"
#include "core/files/whole_file.h"

namespace gauntlet::cli {
namespace {

struct CalibrateArguments {
  std::string data;
  std::string preset;
  std::string html;
  std::uint64_t seed = 1;
};

int write(const std::string& path, const std::string& text) {
  if (path.empty()) return kOk;
  std::error_code error;
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (const auto written = write_whole_file(path, text); !written) {
    fmt::print(stderr, "gauntlet calibrate: {}\n", written.error().message);
    return kInfrastructure;
  }
  fmt::print("{}\n", path);
  return kOk;
}

int calibrate_command(const CalibrateArguments& arguments) {
  const auto data =
      arguments.data.empty() ? find_data() : std::optional<std::filesystem::path>(arguments.data);
  if (!data) {
    fmt::print(stderr,
               "gauntlet calibrate: there are no recordings to calibrate on: name their folder, or "
               "set GAUNTLET_DATA\n");
    return kBadInput;
  }
  calibration::CalibrateOptions options;
  options.seed = arguments.seed;
  std::unique_ptr<ProgressLine> line;
  std::string_view doing;
  options.progress = [&](std::string_view what, double share) {
    if (what != doing) {
      line.reset();
      line = std::make_unique<ProgressLine>(std::string(what));
      doing = what;
    }
    line->show(share);
  };
  const auto report = calibration::calibrate(data->string(), options);
  line.reset();
  if (!report) {
    fmt::print(stderr,
               "gauntlet calibrate: {} (GAUNTLET_DATA or the folder named says where they "
               "are)\n",
               report.error().message);
    return kBadInput;
  }
  fmt::print("{}\n", calibration::to_text(*report));
  if (arguments.preset.empty()) fmt::print("{}", report->preset);
  if (const int failed = write(arguments.preset, report->preset); failed != kOk) return failed;
  const int failed = write(arguments.html, calibration::to_html(*report));
  return failed != kOk ? failed : report_unreadable(report->unreadable);
}

}  // namespace

void add_calibrate(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(
      app, "calibrate", "Fit the world's spreads to recordings, and prove how far it is like them",
      "gauntlet calibrate ../shared/data --preset fitted.toml --html calibration.html");
  auto arguments = std::make_shared<CalibrateArguments>();
  command->add_option("data", arguments->data,
                      "Folder with muvr-pebble and sp-sw-har; else GAUNTLET_DATA");
  command->add_option("--preset", arguments->preset,
                      "Write the preset there instead of printing it");
  command->add_option("--html", arguments->html, "Write the report as a page");
  command->add_option("--seed", arguments->seed, "Of the simulated people")->capture_default_str();
  command->callback([arguments, &exit_code] { exit_code = calibrate_command(*arguments); });
}

}  // namespace gauntlet::cli
