#include "reports/result_h5.h"

#include <algorithm>
#include <limits>
#include <span>

#include "core/files/hdf5.h"

namespace gauntlet::reports {

namespace {

class Writer {
 public:
  Writer(Hdf5Writer& file, const RunRecord& record, const RunDetail& detail)
      : record_(record),
        detail_(detail),
        file_(file),
        origin_(record.truth.host_clock.to_host(record.truth.begin)) {}

  Result<void> write(const Provenance& p) {
    write_provenance(p);
    for (const StreamLedger& s : detail_.ledger.streams) write_stream(s);
    for (std::size_t d = 0; d < record_.links.size() && d < record_.truth.devices.size(); ++d) {
      if (!record_.links[d].radio) continue;
      put("device/" + record_.truth.devices[d].name + "/backlog_ms", record_.links[d].backlog_ms);
    }
    for (const auto& [id, fused] : record_.events.fused) write_fused(id, fused);
    write_sets();
    write_shown();
    write_windows();
    return file_.commit();
  }

 private:
  using Column = std::vector<std::int64_t>;

  // In rows of `columns`; 0: a vector.
  template <class T>
  void put(const std::string& path, const std::vector<T>& values, std::size_t columns = 0) {
    file_.write(path, std::span<const T>(values),
                {.rows = values.size() / std::max<std::size_t>(columns, 1),
                 .cols = columns,
                 .gzip = gzip_if_large(values.size())});
  }
  void put(const std::string& path, const std::vector<std::string>& values) {
    file_.write_strings(path, values, gzip_if_large(values.size()));
  }

  std::int64_t ns(HostTime t) const { return (t - origin_).count(); }

  std::string name_of(StreamId id) const {
    const auto& devices = record_.truth.devices;
    const std::string device =
        id.device < devices.size() ? devices[id.device].name : "device" + std::to_string(id.device);
    return device + '/' + std::string(to_string(id.sensor));
  }

  void write_provenance(const Provenance& p) {
    file_.attribute("/", "seed", record_.seed);
    file_.attribute("/", "scenario", p.scenario);
    file_.attribute("/", "scenario_text", p.scenario_text);
    file_.attribute("/", "version", p.version);
    file_.attribute("/", "git_commit", p.git_commit);
    file_.attribute("/", "compiler", p.compiler);
    file_.attribute("/", "command", p.command);
    file_.attribute("/", "host_origin_ns",
                    static_cast<std::uint64_t>(origin_.time_since_epoch().count()));
  }

  void write_stream(const StreamLedger& s) {
    const std::string group = "device/" + name_of(s.truth->id);
    const std::size_t n = s.fate.size();
    Column true_ns(n), estimated_ns(n);
    std::vector<std::uint8_t> delivered(n);
    std::vector<double> error_ms(n);
    for (std::size_t i = 0; i < n; ++i) {
      delivered[i] = s.fate[i] == SampleFate::delivered;
      true_ns[i] = ns(s.true_host[i]);
      estimated_ns[i] =
          delivered[i] ? ns(s.estimated[i]) : std::numeric_limits<std::int64_t>::min();
      error_ms[i] = delivered[i] ? to_ms(s.estimated[i] - s.true_host[i])
                                 : std::numeric_limits<double>::quiet_NaN();
    }
    file_.attribute(group, "nominal_rate_hz", s.truth->nominal_rate_hz);
    file_.attribute(group, "true_rate_hz", s.truth->true_rate_hz);
    put(group + "/true_ns", true_ns);
    put(group + "/estimated_ns", estimated_ns);
    put(group + "/delivered", delivered);
    put(group + "/error_ms", error_ms);
    put(group + "/signal", s.truth->signal, 3);
  }

  void write_fused(StreamId id, const EventLog::Fused& fused) {
    const std::string group = "fused/" + name_of(id);
    Column time;
    for (const HostTime t : fused.time) time.push_back(ns(t));
    put(group + "/time_ns", time);
    put(group + "/values", fused.values, 3);
    put(group + "/filled", fused.filled);
  }

  void write_sets() {
    std::vector<std::string> exercise;
    Column begin, end, repetitions, of_set;
    for (const MatchedSet& s : detail_.sets.sets) {
      for (const HostTime t : s.completed) {
        repetitions.push_back(ns(t));
        of_set.push_back(static_cast<std::int64_t>(exercise.size()));
      }
      exercise.push_back(s.truth->exercise);
      begin.push_back(ns(s.begin));
      end.push_back(ns(s.end));
    }
    put("sets/exercise", exercise);
    put("sets/begin_ns", begin);
    put("sets/end_ns", end);
    put("sets/repetitions_ns", repetitions);
    put("sets/repetition_set", of_set);
  }

  void write_shown() {
    static constexpr const char* kKinds[] = {"set_started", "repetition", "set_ended"};
    std::vector<std::string> kind, exercise;
    Column count, claimed, at;
    for (const Shown& e : record_.events.shown) {
      kind.push_back(kKinds[static_cast<std::size_t>(e.kind)]);
      exercise.push_back(e.exercise);
      count.push_back(e.count);
      claimed.push_back(ns(e.claimed));
      at.push_back(ns(e.at));
    }
    put("shown/kind", kind);
    put("shown/exercise", exercise);
    put("shown/count", count);
    put("shown/claimed_ns", claimed);
    put("shown/at_ns", at);
  }

  void write_windows() {
    std::vector<std::string> label;
    std::vector<float> confidence;
    Column from, to, at;
    for (const WindowClassified& w : record_.events.windows) {
      from.push_back(ns(w.from));
      to.push_back(ns(w.to));
      label.push_back(w.label);
      confidence.push_back(w.confidence);
      at.push_back(ns(w.at));
    }
    put("windows/from_ns", from);
    put("windows/to_ns", to);
    put("windows/label", label);
    put("windows/confidence", confidence);
    put("windows/at_ns", at);
  }

  const RunRecord& record_;
  const RunDetail& detail_;
  Hdf5Writer& file_;
  HostTime origin_;
};

}  // namespace

Result<void> write_result_h5(const std::filesystem::path& path, const RunRecord& record,
                             const RunDetail& detail, const Provenance& provenance) {
  auto file = Hdf5Writer::create(path.string(), Hdf5Strings::fixed);
  if (!file) return file.error();
  return Writer(*file, record, detail).write(provenance);
}

}  // namespace gauntlet::reports
