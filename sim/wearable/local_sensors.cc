#include "sim/wearable/local_sensors.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "core/base/check.h"

namespace gauntlet::sim {

void LocalSensorsOptions::describe(OptionVisitor& v) {
  v.preset(local_sensors_preset_names(), "a known phone",
           [this](std::string_view preset) { *this = local_sensors_preset(preset); });
  v.text("name", name, "names the device and its random streams");
  v.choice("worn", worn, {{"wrist", Worn::wrist}, {"pocket", Worn::pocket}}, "where");
  v.list("sensors", sensors, "its sensors, one of a kind each, on one oscillator");
  v.table("thermal", thermal, "warming up in the pocket");
  v.integer("batch", batch, {1, 1000}, "samples", "samples of a delivery", "neutral");
  v.number("latency_ms", latency_ms, {0, 1000}, "ms", "least time from sampling to handling",
           "proposal");
  v.number("latency_jitter_ms", latency_jitter_ms, {0, 1000}, "ms", "mean of what is added to it",
           "proposal");
  v.number("handling_ms", handling_ms, {0, 100}, "ms", "time to handle one sample", "fitted");
  v.number("busy_probability", busy_probability, {0, 1}, "1",
           "chance per sample that the system becomes busy", "fitted: 8.4 % steps of zero");
  v.number("busy_min_ms", busy_min_ms, {0, 1000}, "ms", "least time it is busy",
           "fitted: dt P95 23, P99 48 ms");
  v.number("busy_mean_ms", busy_mean_ms, {0, 1000}, "ms", "mean time it is busy", "fitted");
  v.flag("busy_empirical", busy_empirical, "draws busy times from the quantiles below");
  v.number("busy_p50_ms", busy_p50_ms, {0, 10000}, "ms", "half of the busy times are shorter",
           "fitted, as the others");
  v.number("busy_p90_ms", busy_p90_ms, {0, 10000}, "ms", "nine of ten are shorter", "proposal");
  v.number("busy_p99_ms", busy_p99_ms, {0, 10000}, "ms", "99 of 100 are shorter", "proposal");
  v.number("busy_max_ms", busy_max_ms, {0, 10000}, "ms", "the longest one",
           "the recordings' longest step");
  v.number("stamp_resolution_ms", stamp_resolution_ms, {1e-3, 1000}, "ms", "stamps are floored",
           "recorded phones: whole milliseconds");
}

Result<void> LocalSensorsOptions::validate() const {
  if (auto ok = validate_sensors(sensors); !ok) {
    return Error{"bad_phone", name + ": " + ok.error().message};
  }
  if (!busy_empirical && busy_mean_ms < busy_min_ms) {
    return Error{"bad_phone", name + ": busy_mean_ms (" + std::to_string(busy_mean_ms) +
                                  ") must be at least busy_min_ms (" + std::to_string(busy_min_ms) +
                                  ")"};
  }
  const double quantiles[] = {busy_min_ms, busy_p50_ms, busy_p90_ms, busy_p99_ms, busy_max_ms};
  if (busy_empirical && !std::is_sorted(std::begin(quantiles), std::end(quantiles))) {
    return Error{"bad_phone",
                 name +
                     ": busy_min_ms, busy_p50_ms, busy_p90_ms, busy_p99_ms and busy_max_ms must "
                     "not decrease"};
  }
  return {};
}

const std::vector<std::string_view>& local_sensors_preset_names() {
  static const std::vector<std::string_view> names{"phone", "phone-2023"};
  return names;
}

LocalSensorsOptions local_sensors_preset(std::string_view name) {
  CHECK(name == "phone" || name == "phone-2023", "no preset of local sensors", name);
  LocalSensorsOptions o;
  o.sensors = {sensor_preset("phone-accelerometer"), sensor_preset("phone-gyroscope")};
  return o;
}

LocalSensors::LocalSensors(Simulation& simulation, const LocalSensorsOptions& options,
                           DeviceIndex device, const RandomStream& stream, const Motion& motion,
                           const HostClock& host, WorldTime begin, WorldTime end, TrueDevice& truth,
                           LocalSink sink)
    : simulation_(simulation),
      options_(options),
      host_(host),
      truth_(truth),
      sink_(std::move(sink)),
      end_(end),
      handling_(stream.child("handling")),
      handled_(begin),
      busy_until_(begin) {
  const Result<void> valid = options.validate();
  CHECK(valid.ok(), options.name, valid.error().message);
  truth_.name = options.name;
  for (SensorOptions o : options.sensors) {
    // One oscillator: when to sample is for the first sensor to say.
    const SensorOptions& clock = options.sensors.front();
    o.nominal_rate_hz = clock.nominal_rate_hz;
    o.oscillator = clock.oscillator;
    o.sampling_jitter_us = clock.sampling_jitter_us;
    o.faults.gap_per_hour = clock.faults.gap_per_hour;
    o.faults.gap_s = clock.faults.gap_s;
    sensors_.push_back(std::make_unique<SampledSensor>(o, options.thermal, StreamId{device, o.kind},
                                                       stream, true, motion, begin, end));
    truth_.streams.push_back(sensors_.back()->make_truth());
  }
}

LocalSensors::~LocalSensors() = default;

void LocalSensors::add_source(SensorKind sensor, const AnalogSource& source) {
  for (auto& s : sensors_) {
    if (s->options().kind == sensor) s->add_source(&source);
  }
}

void LocalSensors::start() { schedule(); }

double LocalSensors::draw_busy_ms() {
  const LocalSensorsOptions& o = options_;
  if (!o.busy_empirical) {
    return o.busy_min_ms + handling_.exponential(o.busy_mean_ms - o.busy_min_ms);
  }
  constexpr double kProbability[] = {0, 0.5, 0.9, 0.99, 1};
  const double quantile[] = {o.busy_min_ms, o.busy_p50_ms, o.busy_p90_ms, o.busy_p99_ms,
                             o.busy_max_ms};
  const double p = handling_.uniform();
  std::size_t i = 0;
  while (i < 3 && p >= kProbability[i + 1]) ++i;
  const double within = (p - kProbability[i]) / (kProbability[i + 1] - kProbability[i]);
  return quantile[i] + within * (quantile[i + 1] - quantile[i]);
}

// Decides when the next batch's samples are handled; the delivery is when the last one is.
void LocalSensors::schedule() {
  pending_.clear();
  stamps_.clear();
  const auto batch = static_cast<std::size_t>(options_.batch);
  sensors_.front()->take(batch, WorldTime::max(), pending_);
  for (std::size_t i = 1; i < sensors_.size(); ++i) {
    other_.clear();
    sensors_[i]->take(pending_.size(), WorldTime::max(), other_);
    CHECK(other_ == pending_, "sensors of one oscillator sample together");
  }
  if (pending_.empty()) return;
  const Duration resolution = from_ms(options_.stamp_resolution_ms);
  const Duration handling = from_ms(options_.handling_ms);
  for (const WorldTime t : pending_) {
    WorldTime at =
        t + from_ms(options_.latency_ms + handling_.exponential(options_.latency_jitter_ms));
    if (handling_.chance(options_.busy_probability) && at >= busy_until_) {
      busy_until_ = at + from_ms(draw_busy_ms());
    }
    handled_ = std::max({at, busy_until_, handled_ + handling});
    const Duration shown = host_.to_host(handled_).time_since_epoch();
    stamps_.push_back(HostTime{shown - shown % resolution});
  }
  simulation_.at(
      handled_, [this] { deliver(); }, kDefaultPriority,
      simulation_.tag("phone: reads its sensors"));
}

void LocalSensors::deliver() {
  const auto count = static_cast<std::uint32_t>(pending_.size());
  xyz_.resize(3 * pending_.size());
  for (std::size_t i = 0; i < sensors_.size(); ++i) {
    SampledSensor& s = *sensors_[i];
    s.sample(pending_, xyz_.data(), truth_.streams[i]);
    truth_.frames.push_back({s.options().kind, first_, count, simulation_.now()});
    sink_({s.id(), stamps_, xyz_});
  }
  first_ += count;
  schedule();
}

}  // namespace gauntlet::sim
