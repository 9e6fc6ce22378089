// Keeps every event of a run in memory, in the order in which they were reported. Spans of the
// events are copied into flat arrays (about 20 B a sample). Not thread-safe.
#pragma once

#include <map>
#include <vector>

#include "core/events/events.h"

namespace gauntlet {

class EventLog final : public EventSink {
 public:
  struct Aligned {
    FrameRef frame;
    SensorKind sensor;
    std::uint32_t first;
    std::size_t begin, count;  // into estimated
    HostTime at;
  };
  struct Fused {
    std::vector<HostTime> time;
    std::vector<float> values;  // 3 per row
    std::vector<std::uint8_t> filled;
  };

  void on(const SamplesAligned& e) override {
    aligned.push_back({e.frame, e.sensor, e.first, estimated.size(), e.estimated.size(), e.at});
    estimated.insert(estimated.end(), e.estimated.begin(), e.estimated.end());
  }
  void on(const SamplesRejected& e) override { rejected.push_back(e); }
  void on(const FusedBlock& e) override {
    Fused& f = fused[e.stream];
    for (std::size_t k = 0; k < e.filled.size(); ++k) {
      f.time.push_back(e.start + e.period * static_cast<std::int64_t>(k));
    }
    f.values.insert(f.values.end(), e.values.begin(), e.values.end());
    f.filled.insert(f.filled.end(), e.filled.begin(), e.filled.end());
  }
  void on(const WindowClassified& e) override { windows.push_back(e); }
  void on(const Shown& e) override { shown.push_back(e); }
  void on(const UserMark& e) override { marks.push_back(e); }
  void on(const UploadAttempted& e) override { uploads.push_back(e); }
  void on(const GuardScored& e) override { guard.push_back(e); }

  std::vector<Aligned> aligned;
  std::vector<HostTime> estimated;
  std::vector<SamplesRejected> rejected;
  std::map<StreamId, Fused> fused;
  std::vector<WindowClassified> windows;
  std::vector<Shown> shown;
  std::vector<UserMark> marks;
  std::vector<UploadAttempted> uploads;
  std::vector<GuardScored> guard;
};

}  // namespace gauntlet
