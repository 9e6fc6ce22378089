#include "reports/html/run_payload.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "reports/html/decimate.h"
#include "reports/statistics/intervals.h"

namespace gauntlet::reports {

namespace {

constexpr std::size_t kSignalBuckets = 1500;
constexpr std::size_t kTimingBuckets = 1000;
constexpr std::size_t kBacklogPoints = 4000;
constexpr double kLagBin_ms = 50;
constexpr double kAround_s = 3;  // of a set's detail, before and after
constexpr std::size_t kRepetitionsListed = 20000;

class Payload {
 public:
  Payload(JsonWriter& json, const RunRecord& record, const RunDetail& detail, std::size_t bytes)
      : json_(json),
        record_(record),
        detail_(detail),
        detail_bytes_(bytes),
        origin_(record.truth.host_clock.to_host(record.truth.begin)),
        duration_s_(std::max(1e-3, to_seconds(record.truth.end - record.truth.begin))) {}

  void write() {
    json_.begin_object();
    json_.key("seed").integer(record_.seed);
    json_.key("duration_s").number(duration_s_);
    write_sets();
    write_activities();
    json_.key("spoofed").begin_array(true);
    for (std::size_t i = 0; i < std::min(detail_.sets.spoofed.size(), kRepetitionsListed); ++i) {
      json_.number(rounded(seconds(detail_.sets.spoofed[i])));
    }
    json_.end_array();
    write_signals();
    write_timing();
    write_backlog();
    write_lags();
    json_.end_object();
  }

 private:
  double seconds(HostTime t) const { return to_seconds(t - origin_); }
  double seconds(WorldTime t) const { return seconds(record_.truth.host_clock.to_host(t)); }
  // Milliseconds are enough for the eye.
  static double rounded(double s) { return std::round(s * 1000) / 1000; }

  std::string name_of(StreamId id) const {
    const auto& devices = record_.truth.devices;
    const std::string device =
        id.device < devices.size() ? devices[id.device].name : "device" + std::to_string(id.device);
    std::string name = device + ' ' + std::string(to_string(id.sensor));
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
  }

  static const char* unit_of(SensorKind sensor) {
    switch (sensor) {
      case SensorKind::accelerometer:
        return "m/s²";
      case SensorKind::gyroscope:
        return "rad/s";
      case SensorKind::heart_rate:
        return "1/min";
      case SensorKind::magnetometer:
        return "T";
      case SensorKind::strain:
        return "1";
      case SensorKind::beacon:
        return "dBm";
    }
    return "";
  }

  void write_times(const char* key, const std::vector<HostTime>& times) {
    json_.key(key).begin_array(true);
    for (std::size_t i = 0; i < std::min(times.size(), kRepetitionsListed); ++i) {
      json_.number(rounded(seconds(times[i])));
    }
    json_.end_array();
  }

  void write_sets() {
    json_.key("sets").begin_array();
    for (const MatchedSet& s : detail_.sets.sets) {
      json_.begin_object();
      json_.key("exercise").string(s.truth->exercise);
      json_.key("begin").number(rounded(seconds(s.begin)));
      json_.key("end").number(rounded(seconds(s.end)));
      write_times("completed", s.completed);
      write_times("shown", s.shown);
      json_.key("lag_ms").begin_array(true);
      for (const MatchedRepetition& m : s.matches) json_.number(rounded(m.lag_ms));
      json_.end_array();
      json_.key("announced");
      if (s.announced) {
        json_.number(rounded(seconds(*s.announced)));
      } else {
        json_.null();
      }
      json_.end_object();
    }
    json_.end_array();
  }

  void write_activities() {
    json_.key("activities").begin_array();
    for (const TrueActivity& a : record_.truth.activities) {
      json_.begin_object();
      json_.key("name").string(a.name);
      json_.key("begin").number(rounded(seconds(a.begin)));
      json_.key("end").number(rounded(seconds(a.end)));
      json_.end_object();
    }
    json_.end_array();
  }

  const StreamLedger* ledger_of(StreamId id) const {
    for (const StreamLedger& s : detail_.ledger.streams) {
      if (s.truth->id == id) return &s;
    }
    return nullptr;
  }

  void write_signals() {
    json_.key("signals").begin_array();
    for (const auto& [id, fused] : record_.events.fused) {
      const StreamLedger* truth = ledger_of(id);
      if (truth == nullptr || fused.time.empty()) continue;
      json_.begin_object();
      json_.key("name").string(name_of(id));
      json_.key("unit").string(unit_of(id.sensor));
      write_overview(fused, *truth);
      write_filled(fused);
      write_details(fused, *truth);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_overview(const EventLog::Fused& fused, const StreamLedger& truth) {
    const Buckets buckets{0, duration_s_, kSignalBuckets};
    std::vector<MinMaxSeries> series(6, MinMaxSeries(buckets));
    for (std::size_t i = 0; i < fused.time.size(); ++i) {
      for (std::size_t a = 0; a < 3; ++a) {
        series[a].add(seconds(fused.time[i]), fused.values[3 * i + a]);
      }
    }
    for (std::size_t i = 0; has_signal(truth) && i < truth.true_host.size(); ++i) {
      for (std::size_t a = 0; a < 3; ++a) {
        series[3 + a].add(seconds(truth.true_host[i]), truth.truth->signal[3 * i + a]);
      }
    }
    json_.key("overview").begin_object();
    json_.key("t").string(float32_base64(row_times(buckets)));
    json_.key("series").begin_array();
    for (const MinMaxSeries& s : series) json_.string(float32_base64(s.rows()));
    json_.end_array();
    json_.end_object();
  }

  // Stretches of invented rows, seconds, from and to.
  void write_filled(const EventLog::Fused& fused) {
    constexpr std::size_t kStretches = 2000;
    json_.key("filled").begin_array(true);
    std::size_t written = 0;
    for (std::size_t i = 0; i < fused.filled.size() && written < kStretches;) {
      std::size_t end = i;
      while (end < fused.filled.size() && fused.filled[end] != 0) ++end;
      if (end > i) {
        json_.begin_array(true).number(rounded(seconds(fused.time[i])));
        json_.number(rounded(seconds(fused.time[end - 1]))).end_array();
        ++written;
      }
      i = end + 1;
    }
    json_.end_array();
  }

  // A world may leave out the noiseless signal of a stream.
  static bool has_signal(const StreamLedger& truth) {
    return truth.truth->signal.size() == 3 * truth.true_host.size();
  }

  // The truth at the instant t, straight between its samples; NaN outside.
  static float true_at(const StreamLedger& truth, HostTime t, std::size_t axis) {
    if (!has_signal(truth)) return std::nanf("");
    const auto& at = truth.true_host;
    const auto it = std::lower_bound(at.begin(), at.end(), t);
    if (it == at.end() || (it == at.begin() && *it != t)) return std::nanf("");
    const auto i = static_cast<std::size_t>(it - at.begin());
    if (i == 0) return truth.truth->signal[axis];
    const double share = static_cast<double>((t - at[i - 1]).count()) /
                         static_cast<double>((at[i] - at[i - 1]).count());
    const double a = truth.truth->signal[3 * (i - 1) + axis], b = truth.truth->signal[3 * i + axis];
    return static_cast<float>(a + share * (b - a));
  }

  void write_details(const EventLog::Fused& fused, const StreamLedger& truth) {
    json_.key("details").begin_array();
    for (const MatchedSet& s : detail_.sets.sets) {
      const auto from =
          std::lower_bound(fused.time.begin(), fused.time.end(), s.begin - from_seconds(kAround_s));
      const auto to = std::upper_bound(from, fused.time.end(), s.end + from_seconds(kAround_s));
      write_detail(fused, truth, static_cast<std::size_t>(from - fused.time.begin()),
                   static_cast<std::size_t>(to - fused.time.begin()));
    }
    json_.end_array();
  }

  // null once the room is used up.
  void write_detail(const EventLog::Fused& fused, const StreamLedger& truth, std::size_t from,
                    std::size_t to) {
    constexpr std::size_t kBytesPerRow = 7 * sizeof(float) * 4 / 3;
    if (from >= to || (to - from) * kBytesPerRow > detail_bytes_) {
      json_.null();
      return;
    }
    detail_bytes_ -= (to - from) * kBytesPerRow;
    std::array<std::vector<float>, 7> columns;
    const double begin_s = seconds(fused.time[from]);
    for (std::size_t i = from; i < to; ++i) {
      columns[0].push_back(static_cast<float>(seconds(fused.time[i]) - begin_s));
      for (std::size_t a = 0; a < 3; ++a) {
        columns[1 + a].push_back(fused.values[3 * i + a]);
        columns[4 + a].push_back(true_at(truth, fused.time[i], a));
      }
    }
    json_.begin_object();
    json_.key("from").number(begin_s);
    json_.key("t").string(float32_base64(columns[0]));
    json_.key("series").begin_array();
    for (std::size_t c = 1; c < columns.size(); ++c) json_.string(float32_base64(columns[c]));
    json_.end_array();
    json_.end_object();
  }

  void write_timing() {
    json_.key("timing").begin_object();
    const Buckets buckets{0, duration_s_, kTimingBuckets};
    json_.key("t").string(float32_base64(bucket_times(buckets)));
    json_.key("streams").begin_array();
    for (const StreamLedger& s : detail_.ledger.streams) {
      if (s.delivered == 0) continue;
      MinMaxSeries errors(buckets);
      std::vector<double> sizes;
      for (std::size_t i = 0; i < s.fate.size(); ++i) {
        if (s.fate[i] != SampleFate::delivered) continue;
        const double error_ms = to_ms(s.estimated[i] - s.true_host[i]);
        errors.add(seconds(s.true_host[i]), static_cast<float>(error_ms));
        sizes.push_back(std::abs(error_ms));
      }
      json_.begin_object();
      json_.key("name").string(name_of(s.truth->id));
      json_.key("min").string(float32_base64(errors.minima()));
      json_.key("max").string(float32_base64(errors.maxima()));
      json_.key("delivered").integer(s.delivered);
      json_.key("produced").integer(s.fate.size());
      json_.key("p50_ms").number(quantile_in_place(sizes, 0.5));
      json_.key("p95_ms").number(quantile_in_place(sizes, 0.95));
      json_.key("true_rate_hz").number(s.truth->true_rate_hz);
      json_.end_object();
    }
    json_.end_array();
    json_.end_object();
  }

  void write_backlog() {
    json_.key("backlog").begin_array();
    for (std::size_t d = 0; d < record_.links.size() && d < record_.truth.devices.size(); ++d) {
      const LinkAccount& l = record_.links[d];
      if (!l.radio) continue;
      const auto points = static_cast<double>(l.backlog_ms.size());
      const Buckets buckets{0, std::max(1.0, points),
                            std::clamp<std::size_t>(l.backlog_ms.size(), 1, kBacklogPoints)};
      MinMaxSeries series(buckets);
      for (std::size_t i = 0; i < l.backlog_ms.size(); ++i) {
        series.add(static_cast<double>(i), l.backlog_ms[i]);
      }
      json_.begin_object();
      json_.key("name").string(record_.truth.devices[d].name);
      json_.key("bytes").integer(l.bytes);
      json_.key("seconds").number(l.seconds);
      json_.key("max_ms").number(l.backlog_max_ms);
      json_.key("max_bytes").integer(l.backlog_max_bytes);
      json_.key("step_s").number(buckets.width_s());
      json_.key("ms").string(float32_base64(series.maxima()));
      json_.end_object();
    }
    json_.end_array();
  }

  // Counts per bin of kLagBin_ms, from the first that is used.
  void write_lags() {
    std::vector<std::int64_t> bins;
    for (const MatchedSet& s : detail_.sets.sets) {
      for (const MatchedRepetition& m : s.matches) {
        bins.push_back(static_cast<std::int64_t>(std::floor(m.lag_ms / kLagBin_ms)));
      }
    }
    std::sort(bins.begin(), bins.end());
    json_.key("lags").begin_object();
    json_.key("bin_ms").number(kLagBin_ms);
    json_.key("from_ms").number(bins.empty() ? 0 : static_cast<double>(bins[0]) * kLagBin_ms);
    json_.key("counts").begin_array(true);
    for (std::int64_t b = bins.empty() ? 0 : bins.front(); !bins.empty() && b <= bins.back(); ++b) {
      const auto [from, to] = std::equal_range(bins.begin(), bins.end(), b);
      json_.integer(static_cast<std::uint64_t>(to - from));
    }
    json_.end_array();
    json_.end_object();
  }

  JsonWriter& json_;
  const RunRecord& record_;
  const RunDetail& detail_;
  std::size_t detail_bytes_;
  HostTime origin_;
  double duration_s_;
};

}  // namespace

void write_run_payload(JsonWriter& json, const RunRecord& record, const RunDetail& detail,
                       std::size_t detail_bytes) {
  Payload(json, record, detail, detail_bytes).write();
}

}  // namespace gauntlet::reports
