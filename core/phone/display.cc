#include "core/phone/display.h"

#include <algorithm>
#include <utility>

namespace gauntlet {
namespace {

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
    tracker_.reset();
    tracked_.clear();
    count_ = 0;
    counted_to_ = detector_.signal_begin();
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

// The tracker of the set's exercise, from the set's begin if it is another one than before.
void Display::follow() {
  if (detector_.exercise() == tracked_) return;
  tracked_ = detector_.exercise();
  tracked_to_ = detector_.claimed_begin();
  tracker_.reset();
  const auto profile = std::ranges::find(options_.profiles, tracked_, &RepetitionProfile::exercise);
  if (!options_.tracker.enabled || profile == options_.profiles.end()) return;
  tracker_.emplace(*profile, options_.tracker, 1 / to_seconds(period_));
}

void Display::count_repetitions() {
  follow();
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
  if (tracker_) {
    for (auto row = from(tracked_to_); row != rows_.end() && row->t < end; ++row) {
      tracker_->push(row->value);
    }
    tracked_to_ = std::max(tracked_to_, end);
  }
  // A profile that sees no movement where there is a set is another exercise's.
  constexpr std::size_t kMissed = 3;
  const bool blind = tracker_ && tracker_->completed() == 0 && found_.size() >= kMissed;
  const bool followed = tracker_ && !blind && tracker_->misfit() <= options_.tracker.max_misfit;
  const std::size_t count = followed ? tracker_->completed() : found_.size();
  while (count_ < count) show_repetition(followed ? end : found_[count_]);
}

std::vector<Shown> Display::take_shown() { return std::exchange(shown_, {}); }

std::vector<UploadedSet> Display::take_sets() { return std::exchange(sets_, {}); }

}  // namespace gauntlet
