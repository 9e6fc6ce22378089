#include "core/phone/set_detector.h"

#include <algorithm>

namespace gauntlet {
namespace {

// Of equals the name that sorts first: the answer must not depend on anything else.
std::pair<std::string, int> most(const std::map<std::string, int>& votes) {
  std::pair<std::string, int> best{"", 0};
  for (const auto& [label, n] : votes) {
    if (n > best.second) best = {label, n};
  }
  return best;
}

}  // namespace

void SetDetector::count(const Window& w) {
  if (w.label.empty()) return;
  ++votes_[w.label];
  exercise_ = most(votes_).first;
  end_ = w.from + (w.to - w.from) / 2;
  signal_end_ = w.to;
}

SetDetector::Change SetDetector::start_if_agreed() {
  std::map<std::string, int> votes;
  for (const Window& w : recent_) {
    if (!w.label.empty()) ++votes[w.label];
  }
  const auto [label, n] = most(votes);
  if (n < options_.start_votes) return Change::none;
  active_ = true;
  votes_.clear();
  const auto first = std::find_if(recent_.begin(), recent_.end(),
                                  [](const Window& w) { return !w.label.empty(); });
  begin_ = first->from + (first->to - first->from) / 2;
  signal_begin_ = first->from;
  for (const Window& w : recent_) count(w);
  exercise_ = label;
  return Change::started;
}

SetDetector::Change SetDetector::end() {
  if (!active_) return Change::none;
  active_ = false;
  recent_.clear();
  return Change::ended;
}

SetDetector::Change SetDetector::on_window(HostTime from, HostTime to, const std::string& label) {
  last_window_ = to;
  recent_.push_back({from, to, label});
  if (recent_.size() > static_cast<std::size_t>(options_.votes)) recent_.pop_front();
  if (!active_) return start_if_agreed();
  count(recent_.back());
  const auto none = std::count_if(recent_.begin(), recent_.end(),
                                  [](const Window& w) { return w.label.empty(); });
  const std::int64_t needed = std::min(options_.end_votes, options_.votes);
  return none >= needed ? end() : Change::none;
}

SetDetector::Change SetDetector::on_time(HostTime now) {
  if (!active_ || now - last_window_ < from_seconds(options_.silence_s)) return Change::none;
  return end();
}

SetDetector::Change SetDetector::close() { return end(); }

}  // namespace gauntlet
