#include <fmt/core.h>

#include <filesystem>
#include <iostream>
#include <vector>

#include "cli/command.h"
#include "cli/paths.h"
#include "replay/replay_hdf5.h"
#include "replay/replay_text.h"
#include "scenarios/replay_result.h"

namespace gauntlet::cli {
namespace {

struct ReplayArguments {
  std::vector<std::string> paths;
  std::string decoder = "aligned";
  std::string format = "auto";
  std::string json;
  std::string h5;
};

int fail(const Error& error) {
  fmt::print(stderr, "gauntlet replay: {}\n", error.message);
  return kBadInput;
}

int replay_command(const ReplayArguments& arguments) {
  const auto decoder = replay::decoder_from_name(arguments.decoder);
  if (!decoder) return fail(decoder.error());
  const auto format = replay::recording_format(arguments.format);
  if (!format) return fail(format.error());
  const auto collection = replay::read_collection(arguments.paths, *format);
  if (!collection) return fail(collection.error());

  replay::ReplayOptions options;
  options.decoder = *decoder;
  const auto report = replay::make_report(*collection, options);
  replay::print_report(report, std::cout);
  if (!arguments.json.empty()) {
    const auto written = reports::write_result_json(
        arguments.json, scenarios::replay_result(report, GAUNTLET_VERSION, GAUNTLET_COMMIT));
    if (!written) return fail(written.error());
    fmt::print("wrote {}\n", arguments.json);
  }
  if (!arguments.h5.empty()) {
    const auto written = replay::write_hdf5(arguments.h5, *collection, *decoder);
    if (!written) return fail(written.error());
    fmt::print("wrote {}\n", arguments.h5);
  }
  return report.partial() ? kPartial : kOk;
}

}  // namespace

void add_replay(CLI::App& app, int& exit_code) {
  CLI::App* command =
      add_command(app, "replay", "Decode captures and measure what each decoder loses",
                  "gauntlet replay ../shared/data/muvr-pebble/sessions --json captures.json");
  auto arguments = std::make_shared<ReplayArguments>();
  command->add_option("paths", arguments->paths, ".raw and .dat files, or folders of them")
      ->required();
  command->add_option("--decoder", arguments->decoder, "floor20, nominal or aligned")
      ->capture_default_str();
  command->add_option("--format", arguments->format, "auto, pebble5, pebble16 or lift-log")
      ->capture_default_str();
  command->add_option("--json", arguments->json, "Write the figures as a result file");
  command->add_option("--h5", arguments->h5, "Write the decoded samples as HDF5");
  command->callback([arguments, &exit_code] { exit_code = replay_command(*arguments); });
}

}  // namespace gauntlet::cli
