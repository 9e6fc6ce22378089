#include "calibration/calibrate.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "calibration/allan_proof.h"
#include "calibration/link_proof.h"
#include "calibration/realism.h"
#include "calibration/spreads.h"
#include "replay/track_import.h"

namespace gauntlet::calibration {
namespace {

Result<replay::Collection> collection_in(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder)) return replay::Collection{};
  const std::string paths[] = {folder.string()};
  return replay::read_collection(paths);
}

Result<replay::Imported> tracks_in(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder)) return replay::Imported{};
  const std::string paths[] = {folder.string()};
  return replay::import_tracks(paths);
}

void append(std::vector<Section> more, Report& report) {
  for (Section& s : more) report.sections.push_back(std::move(s));
}

}  // namespace

Result<Report> calibrate(const std::string& folder, const CalibrateOptions& options) {
  const std::filesystem::path base(folder);
  const auto step = [&options](std::string_view what) {
    return [&options, what](double share) {
      if (options.progress) options.progress(what, share);
    };
  };
  step("reading")(0);
  const auto sessions = collection_in(base / "muvr-pebble" / "sessions");
  if (!sessions) return sessions.error();
  const auto logs = collection_in(base / "muvr-pebble" / "logs");
  if (!logs) return logs.error();
  const auto gym = tracks_in(base / "muvr-pebble" / "sessions");
  if (!gym) return gym.error();
  const auto people = tracks_in(base / "sp-sw-har");
  if (!people) return people.error();
  if (gym->tracks.empty() && people->tracks.empty()) {
    return Error{"no_data", "no recordings in " + folder +
                                ": neither muvr-pebble/sessions nor sp-sw-har is there"};
  }

  Report report;
  for (const auto* of : {&gym->unreadable, &logs->unreadable, &people->unreadable}) {
    report.unreadable.insert(report.unreadable.end(), of->begin(), of->end());
  }
  step("fitting spreads")(0);
  Fit fit = fit_spreads(*sessions, *logs, people->tracks);
  append(std::move(fit.sections), report);
  report.preset = std::move(fit.preset);
  step("noise")(0);
  append({prove_allan(options.seed)}, report);
  if (!sessions->sessions.empty()) {
    append(prove_link(*sessions, *logs, options.seed, step("clock and radio")), report);
  }
  append(prove_realism(gym->tracks, people->tracks, options.seed, step("people")), report);
  return report;
}

}  // namespace gauntlet::calibration
