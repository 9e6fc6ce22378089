#include "scenarios/evaluation.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/learn/calibration.h"
#include "replay/track_import.h"
#include "reports/statistics/paired.h"

namespace gauntlet::scenarios {
namespace {

constexpr const char* kPeople = "sp-sw-har";
constexpr const char* kGym = "gym";
constexpr const char* kNoExercise = "no exercise";

// Accuracy and macro-F1 of what some groups, each as often as it is named, were told.
class ByGroup {
 public:
  ByGroup(const learn::Dataset& data, const learn::HeldOut& held_out)
      : classes_(data.classes.size()), groups_(data.groups.size()) {
    confusion_.assign(groups_, std::vector<double>(classes_ * classes_));
    for (std::size_t i = 0; i < data.size(); ++i) {
      confusion_[data.group[i]][data.label[i] * classes_ + held_out.answers[i]] += 1;
    }
  }
  double accuracy(std::span<const std::size_t> groups) const {
    const auto all = sum(groups);
    double right = 0, n = 0;
    for (std::size_t c = 0; c < classes_; ++c) right += all[c * classes_ + c];
    for (const double x : all) n += x;
    return right / n;
  }
  double macro_f1(std::span<const std::size_t> groups) const {
    const auto all = sum(groups);
    double f1 = 0, occurring = 0;
    for (std::size_t c = 0; c < classes_; ++c) {
      double true_of = 0, called = 0;
      for (std::size_t o = 0; o < classes_; ++o) {
        true_of += all[c * classes_ + o];
        called += all[o * classes_ + c];
      }
      // A class that these groups do not have is not a class they can be asked about.
      if (true_of == 0) continue;
      occurring += 1;
      f1 += 2 * all[c * classes_ + c] / (true_of + called);
    }
    return f1 / occurring;
  }

 private:
  std::vector<double> sum(std::span<const std::size_t> groups) const {
    std::vector<double> all(classes_ * classes_);
    for (const std::size_t g : groups) {
      for (std::size_t i = 0; i < all.size(); ++i) all[i] += confusion_[g][i];
    }
    return all;
  }
  std::size_t classes_, groups_;
  std::vector<std::vector<double>> confusion_;
};

EvaluationRow row_of(const learn::Dataset& data, const learn::Folds& folds, std::string pipeline,
                     learn::HeldOut held_out) {
  EvaluationRow row;
  const auto calibration_error = [&] {
    return learn::expected_calibration_error(held_out.probabilities, data.classes.size(),
                                             data.label);
  };
  row.calibration_error_before = calibration_error();
  learn::calibrate_held_out(data, folds, held_out);
  row.calibration_error = calibration_error();
  row.data = data.name;
  row.pipeline = std::move(pipeline);
  row.split = held_out.evaluation.split;
  const ByGroup by_group(data, held_out);
  row.worst_group_accuracy = 2;
  for (std::size_t g = 0; g < data.groups.size(); ++g) {
    row.group_accuracy.push_back(by_group.accuracy(std::span(&g, 1)));
    row.group_macro_f1.push_back(by_group.macro_f1(std::span(&g, 1)));
    if (row.group_accuracy.back() >= row.worst_group_accuracy) continue;
    row.worst_group_accuracy = row.group_accuracy.back();
    row.worst_group = data.groups[g];
  }
  row.accuracy = reports::bootstrap_interval(
      data.groups.size(), [&](auto groups) { return by_group.accuracy(groups); });
  row.macro_f1 = reports::bootstrap_interval(
      data.groups.size(), [&](auto groups) { return by_group.macro_f1(groups); });
  row.held_out = std::move(held_out);
  return row;
}

// From probabilities as they were answered: the first stage found an exercise likelier than none.
std::optional<double> second_stage_share(const learn::Dataset& data,
                                         const learn::HeldOut& held_out) {
  const auto null = std::ranges::find(data.classes, kNoExercise);
  if (null == data.classes.end()) return std::nullopt;
  const auto at = static_cast<std::size_t>(null - data.classes.begin());
  std::size_t reached = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    reached += held_out.probabilities[i * data.classes.size() + at] < 0.5F ? 1 : 0;
  }
  return static_cast<double>(reached) / static_cast<double>(data.size());
}

}  // namespace

void EvaluationOptions::describe(OptionVisitor& v) {
  v.table("windows", windows, "how recordings are cut");
  v.table("classifier", classifier, "how windows are classified");
  v.integer("folds", folds, {0, 1000}, "1",
            "people (or sessions) are left out in so many rounds; 0: one by one");
  v.table("serving", serving, "what differs between training and serving");
  v.table("context", context, "what habits and places are worth");
  v.table("layers", layers, "an ensemble's choice of machines, and corrective feedback");
}

Result<LoadedWindows> load_windows(const std::string& data_folder, const std::string& name,
                                   const WindowOptions& options,
                                   const std::function<void(double)>& progress) {
  namespace fs = std::filesystem;
  const bool known = name == kPeople || name == kGym;
  if (known && data_folder.empty()) {
    return Error{"no_data", "the recordings are not here; GAUNTLET_DATA names their folder"};
  }
  std::string path = name;
  if (known)
    path = (fs::path(data_folder) / (name == kGym ? "muvr-pebble/sessions" : kPeople)).string();
  auto imported = replay::import_tracks(std::span(&path, 1), progress);
  if (!imported) return imported.error();
  // Two devices of one person at once are two data sets, not two people.
  std::map<std::string, std::vector<replay::SampleTrack>> devices;
  for (auto& track : imported->tracks) devices[track.device].push_back(std::move(track));
  LoadedWindows out{{}, std::move(imported->unreadable)};
  for (const auto& [device, tracks] : devices) {
    auto cut = cut_tracks(tracks, options);
    if (!cut) return cut.error();
    cut->data.name = name;
    if (!device.empty()) cut->data.name.append(" ").append(device);
    out.devices.push_back(std::move(*cut));
  }
  return out;
}

Result<void> check_channels(const learn::Dataset& data,
                            const learn::ClassifierOptions& classifier) {
  constexpr std::uint32_t kMost = 8;  // a kernel's subset of channels is a byte in the model file
  const bool rocket = classifier.kind == learn::ClassifierKind::minirocket ||
                      (classifier.kind == learn::ClassifierKind::ensemble &&
                       std::ranges::count(classifier.members, "minirocket") > 0);
  if (!rocket || data.channels / data.seen <= kMost) return {};
  return Error{"too_wide", "windows of " + std::to_string(data.channels / data.seen) +
                               " channels; minirocket takes eight at most"};
}

std::vector<EvaluationRow> evaluate_windows(const learn::Dataset& data,
                                            const EvaluationOptions& options, learn::Split split,
                                            unsigned threads,
                                            const std::function<void(double)>& progress) {
  learn::Folds folds = learn::make_folds(data, split);
  if (split == learn::Split::leave_one_group_out && options.folds > 1 &&
      options.folds < folds.count) {
    folds.count = static_cast<std::uint32_t>(options.folds);
    for (std::uint32_t& f : folds.fold) f %= folds.count;
    folds.name = std::to_string(folds.count) + " folds of groups";
  } else if (split == learn::Split::random && options.folds > 1) {
    folds = learn::make_folds(data, split, static_cast<std::uint32_t>(options.folds));
  }
  const std::string name =
      !options.name.empty()
          ? options.name
          : std::string(
                learn::classifier_names()[static_cast<std::size_t>(options.classifier.kind)]);
  learn::HeldOut held_out = learn::cross_validate(
      data, folds,
      [&options] {
        return learn::serve_defective(learn::make_classifier(options.classifier), options.serving);
      },
      threads,
      [&](double share) {
        if (progress) progress(options.layers.judged ? share / 2 : share);
      });
  std::vector<EvaluationRow> rows;
  if (split == learn::Split::leave_one_group_out) {
    learn::HeldOut ordered = learn::with_class_order(data, folds, held_out);
    const auto reached = options.classifier.stages == 2 ? second_stage_share(data, held_out)
                                                        : std::optional<double>{};
    rows.push_back(row_of(data, folds, name, std::move(held_out)));
    rows.back().second_stage_share = reached;
    if (options.context.judged) {
      rows.back().sets = judge_sets(data, folds, rows.back().held_out, options.context);
    }
    if (options.layers.judged) {
      rows.back().layers =
          judge_layers(data, folds, options.classifier, options.layers, threads, [&](double share) {
            if (progress) progress(0.5 + share / 2);
          });
    }
    rows.push_back(row_of(data, folds, name + " + order", std::move(ordered)));
  } else {
    rows.push_back(row_of(data, folds, name, std::move(held_out)));
  }
  return rows;
}

}  // namespace gauntlet::scenarios
