#include "calibration/identify.h"

#include <fmt/core.h>

#include <filesystem>
#include <memory>

#include "calibration/text.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/unreadable.h"
#include "core/files/whole_file.h"
#include "replay/track_import.h"

namespace gauntlet::cli {
namespace {

struct IdentifyArguments {
  std::string recording;
  std::string session;
  calibration::IdentifyOptions options;
  std::string out;
};

int fail(const Error& error) {
  fmt::print(stderr, "gauntlet identify: {}\n", error.message);
  return kBadInput;
}

// The track asked for, or the only one.
Result<const replay::SampleTrack*> choose(const std::vector<replay::SampleTrack>& tracks,
                                          const std::string& session) {
  const replay::SampleTrack* found = nullptr;
  for (const auto& t : tracks) {
    if (t.worn == "pocket" || (!session.empty() && t.session != session)) continue;
    if (found) {
      return Error{"bad_session", "there are several recordings, such as \"" + found->session +
                                      "\" and \"" + t.session + "\": name one with --session"};
    }
    found = &t;
  }
  if (!found) return Error{"bad_session", "no wrist's recording is called \"" + session + "\""};
  return found;
}

void print(const calibration::Identified& who) {
  using calibration::fixed;
  TextTable table({"axis", "rms error m/s2", "explained %"});
  for (std::size_t k = 0; k < 3; ++k) {
    table.add(
        {std::string(1, "xyz"[k]), fixed(who.rmse_mps2[k], 2), fixed(100 * who.explained[k], 1)});
  }
  table.add({"all", "", fixed(100 * who.explained_all, 1)});
  fmt::print(stderr, "{}: {} repetitions of {} s; mean repetition, simulated against recorded\n{}",
             who.exercise, who.cycles, fixed(who.period_s, 2), table.text());
  fmt::print(stderr, "of the set itself, repetition by repetition: {} % explained\n",
             fixed(100 * who.set_explained, 1));
}

int identify_command(const IdentifyArguments& arguments) {
  const auto imported = replay::import_tracks(std::span(&arguments.recording, 1));
  if (!imported) return fail(imported.error());
  const int done = report_unreadable(imported->unreadable);
  const auto track = choose(imported->tracks, arguments.session);
  if (!track) return fail(track.error());
  const auto who = [&] {
    ProgressLine line("fitting");
    return calibration::identify(**track, 0, (*track)->rows(), arguments.options,
                                 [&line](double share) { line.show(share); });
  }();
  if (!who) return fail(who.error());
  print(*who);
  const std::string toml = calibration::to_toml(*who, **track);
  if (arguments.out.empty()) {
    fmt::print("{}", toml);
    return done;
  }
  if (const auto written = write_whole_file(arguments.out, toml); !written) {
    fmt::print(stderr, "gauntlet identify: {}\n", written.error().message);
    return kInfrastructure;
  }
  fmt::print("{}\n", arguments.out);
  return done;
}

}  // namespace

void add_identify(CLI::App& app, int& exit_code) {
  CLI::App* command = add_command(
      app, "identify", "Make one recorded set a simulated person, as a fragment of a scenario",
      "gauntlet identify ../shared/data/muvr-pebble/sessions/jan-arms-24-05/1.raw --exercise "
      "biceps-curl");
  auto arguments = std::make_shared<IdentifyArguments>();
  command->add_option("recording", arguments->recording, "What `gauntlet import` reads")
      ->required();
  command->add_option("--session", arguments->session, "Which of several recordings");
  command->add_option("--exercise", arguments->options.exercise,
                      "What was done; the recording's label when not given");
  command->add_option("--styles", arguments->options.styles, "Sets of habits that are tried")
      ->capture_default_str();
  command->add_option("--out", arguments->out, "Write the fragment there instead of printing it");
  command->callback([arguments, &exit_code] { exit_code = identify_command(*arguments); });
}

}  // namespace gauntlet::cli
