#include "cli/replay.h"

#include <fmt/core.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>

#include "cli/command.h"
#include "cli/version.h"
#include "replay/leave_one_out.h"
#include "replay/recording_hdf5.h"
#include "replay/replay_text.h"
#include "scenarios/replay_result.h"

namespace gauntlet::cli {
namespace {

int fail(int code, const Error& error) {
  fmt::print(stderr, "gauntlet replay: {}\n", error.message);
  return code;
}

reports::Provenance provenance_of(const ReplayArguments& arguments) {
  reports::Provenance about;
  about.scenario = "replay";
  about.version = GAUNTLET_VERSION;
  about.git_commit = GAUNTLET_COMMIT;
  about.compiler = reports::compiler_family();
  about.command = "gauntlet replay PATH... --decoder " + arguments.decoder;
  if (arguments.counter != "peaks") about.command += " --counter " + arguments.counter;
  return about;
}

Result<void> write_json(const std::string& path, const reports::ResultFile& result) {
  const auto folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  return reports::write_result_json(path, result);
}

}  // namespace

int replay_captures(const ReplayArguments& arguments, reports::ResultFile& result) {
  const auto decoder = replay::decoder_named(arguments.decoder);
  if (!decoder) return fail(kBadInput, decoder.error());
  const auto format = replay::recording_format(arguments.format);
  if (!format) return fail(kBadInput, format.error());
  const auto collection = replay::read_collection(arguments.paths, *format);
  if (!collection) return fail(kBadInput, collection.error());

  replay::ReplayOptions options;
  options.decoder = *decoder;
  if (arguments.counter == "template") options.finder = replay::RepetitionFinder::matches;
  if (arguments.counter == "running") options.finder = replay::RepetitionFinder::running;
  const auto report = replay::make_report(*collection, options);
  result = scenarios::replay_result(report, provenance_of(arguments));
  replay::print_report(report, std::cout);
  if (arguments.leave_one_session_out) replay::print_left_out(*collection, options, std::cout);
  std::cout.flush();
  if (!arguments.json.empty()) {
    if (const auto w = write_json(arguments.json, result); !w) {
      return fail(kInfrastructure, w.error());
    }
    fmt::print("{}\n", arguments.json);
  }
  if (!arguments.h5.empty()) {
    if (const auto w = replay::write_collection(*collection, *decoder, arguments.h5); !w) {
      return fail(kInfrastructure, w.error());
    }
    fmt::print("{}\n", arguments.h5);
  }
  return report.partial() ? kPartial : kOk;
}

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
  command
      ->add_option("--counter", arguments->counter,
                   "peaks or template with the whole set in view, or running: as the phone does")
      ->check(CLI::IsMember({"peaks", "template", "running"}))
      ->capture_default_str();
  command->add_flag("--leave-one-session-out", arguments->leave_one_session_out,
                    "Score the counter that runs along also with the constants that the other "
                    "sessions would choose");
  command->add_option("--json", arguments->json, "Write the figures as a result file");
  command->add_option("--h5", arguments->h5, "Write the decoded samples as HDF5");
  command->callback([arguments, &exit_code] {
    reports::ResultFile result;
    exit_code = replay_captures(*arguments, result);
  });
}

}  // namespace gauntlet::cli
