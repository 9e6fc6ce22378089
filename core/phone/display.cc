#include "core/phone/display.h"

#include <algorithm>
#include <utility>

namespace gauntlet {
namespace {

// A set may have begun so much before it is claimed to; what is before that is rather the way to
// the weight than a repetition.
constexpr Duration kGrace = std::chrono::milliseconds{100};

// The counter sees the fused grid, whatever rate its options were written for.
RepetitionCounterOptions on_grid(RepetitionCounterOptions o, Duration period) {
  o.rate_hz = 1 / to_seconds(period);
  return o;
}

}  // namespace

Display::Display(const PhoneOptions& options, Duration period)
    : period_(period),
      detector_(options.sets),
      options_(options),
      counter_(on_grid(options.repetitions, period)) {}

void Display::append(const GridRows& rows) {
  for (const GridRows::Run& run : rows.runs) {
    for (std::size_t k = 0; k < run.count; ++k) {
      const float* v = rows.values.data() + 3 * (run.first + k);
      rows_.push_back({run.start + period_ * static_cast<std::int64_t>(k), {v[0], v[1], v[2]}});
    }
  }
  const auto most = static_cast<std::size_t>(kRemembered / period_);
  while (rows_.size() > most) rows_.pop_front();
}

void Display::on_window(HostTime from, HostTime to, const std::string& label) {
  const SetDetector::Change change = detector_.on_window(from, to, label);
  react(change);
  if (detector_.active()) count_repetitions();
}

void Display::on_time(HostTime now) { react(detector_.on_time(now)); }

void Display::close() { react(detector_.close()); }

void Display::on_mark(const UserMark& mark) {
  const bool begins = mark.kind == UserMark::Kind::set_start;
  if (!begins && mark.kind != UserMark::Kind::set_end) return;
  // Whoever begins a set has ended the one before, whether they said so or not.
  if (marked_) {
    const auto count =
        static_cast<std::uint32_t>(begins ? 0 : std::max<std::int64_t>(0, mark.repetitions));
    // All that a notebook says of when they were.
    const Duration each = (mark.at - marked_->at) / std::max<std::uint32_t>(1, count);
    for (std::uint32_t k = 1; k <= count; ++k) {
      shown_.push_back({Shown::Kind::repetition, marked_->exercise, k,
                        marked_->at + each * static_cast<std::int64_t>(k) - each / 2, HostTime{}});
    }
    shown_.push_back({Shown::Kind::set_ended, marked_->exercise, count, mark.at, HostTime{}});
    sets_.push_back({marked_->exercise, marked_->at, mark.at, count});
    marked_.reset();
  }
  if (!begins) return;
  marked_ = mark;
  shown_.push_back({Shown::Kind::set_started, mark.exercise, 0, mark.at, HostTime{}});
}

void Display::react(SetDetector::Change change) {
  if (change == SetDetector::Change::started) {
    counter_.reset();
    found_.clear();
    trackers_.clear();
    // All follow it from its begin: which exercise it is turns out later.
    for (std::size_t i = 0; options_.tracker.enabled && i < options_.profiles.size(); ++i) {
      trackers_.emplace_back(options_.profiles[i], options_.tracker, 1 / to_seconds(period_));
    }
    count_ = 0;
    counted_to_ = detector_.signal_begin();
    tracked_to_ = detector_.claimed_begin() - kGrace;
    shown_.push_back(
        {Shown::Kind::set_started, detector_.exercise(), 0, detector_.claimed_begin(), HostTime{}});
  } else if (change == SetDetector::Change::ended) {
    shown_.push_back({Shown::Kind::set_ended, detector_.exercise(), count_, detector_.claimed_end(),
                      HostTime{}});
    sets_.push_back(
        {detector_.exercise(), detector_.claimed_begin(), detector_.claimed_end(), count_});
  }
}

void Display::show_repetition(HostTime claimed) {
  shown_.push_back({Shown::Kind::repetition, detector_.exercise(), ++count_, claimed, HostTime{}});
}

// The likeliest by the signal and by what the classifier said; none where most windows are of an
// exercise without a profile.
const RepetitionTracker* Display::believed() const {
  const RepetitionTracker* best = nullptr;
  double most = 0;
  bool known = false;
  for (std::size_t i = 0; i < trackers_.size(); ++i) {
    const std::string& exercise = options_.profiles[i].exercise;
    known = known || exercise == detector_.exercise();
    const double score = trackers_[i].evidence() +
                         options_.tracker.vote * static_cast<double>(detector_.votes(exercise));
    if (best && score <= most) continue;
    best = &trackers_[i];
    most = score;
  }
  return known ? best : nullptr;
}

void Display::count_repetitions() {
  const HostTime end = detector_.signal_end();
  const auto from = [this](HostTime begin) {
    return std::lower_bound(rows_.begin(), rows_.end(), begin,
                            [](const Row& r, HostTime t) { return r.t < t; });
  };
  for (auto row = from(counted_to_); row != rows_.end() && row->t < end; ++row) {
    counter_.push(row->t, row->value);
  }
  counted_to_ = std::max(counted_to_, end);
  for (const Repetition& r : counter_.take_new()) found_.push_back(r.completed);
  for (auto row = from(tracked_to_); row != rows_.end() && row->t < end; ++row) {
    for (RepetitionTracker& t : trackers_) t.push(row->value);
  }
  tracked_to_ = std::max(tracked_to_, end);
  // A profile that sees no movement where there is a set is another exercise's.
  constexpr std::size_t kMissed = 3;
  const RepetitionTracker* tracker = believed();
  const bool blind = tracker && tracker->completed() == 0 && found_.size() >= kMissed;
  const bool followed = tracker && !blind && tracker->misfit() <= options_.tracker.max_misfit;
  const std::size_t count = followed ? tracker->completed() : found_.size();
  while (count_ < count) show_repetition(followed ? end : found_[count_]);
}

std::vector<Shown> Display::take_shown() { return std::exchange(shown_, {}); }

std::vector<UploadedSet> Display::take_sets() { return std::exchange(sets_, {}); }

}  // namespace gauntlet
