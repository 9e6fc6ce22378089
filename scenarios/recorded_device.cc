#include "scenarios/recorded_device.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/units.h"

namespace gauntlet::scenarios {
namespace {

Duration lasts(const wire::FrameView& frame) {
  if (const auto duration = frame.duration()) return *duration;
  return from_seconds(static_cast<double>(frame.count()) /
                      static_cast<double>(frame.header.rate_hz));
}

// The end of a frame by its device's clock, if it knows it.
std::optional<Duration> own_end(const wire::FrameView& frame) {
  if (const auto end = frame.end()) return end->time_since_epoch();
  if (const auto start = frame.start()) return start->time_since_epoch() + lasts(frame);
  return std::nullopt;
}

}  // namespace

RecordedDevice::RecordedDevice(replay::Recording recording, sim::Simulation& simulation,
                               TrueDevice& truth, Receive receive)
    : recording_(std::move(recording)),
      truth_(truth),
      player_(recording_, simulation,
              [this, &simulation, receive = std::move(receive)](std::span<const std::byte> bytes,
                                                                std::size_t index) {
                const Carried& c = carried_[index];
                if (c.count == 0) return;
                truth_.frames.push_back({c.sensor, c.first, c.count, simulation.now()});
                delivered_bytes_ += bytes.size();
                receive(bytes);
              }) {}

Result<std::unique_ptr<RecordedDevice>> RecordedDevice::make(const std::string& path,
                                                             DeviceIndex device,
                                                             sim::Simulation& simulation,
                                                             WorldTime begin, WorldTime end,
                                                             TrueDevice& truth, Receive receive) {
  auto recording = replay::read_recording(path);
  if (!recording) return recording.error();
  std::unique_ptr<RecordedDevice> made(
      new RecordedDevice(std::move(*recording), simulation, truth, std::move(receive)));
  made->lay_out(device, begin, end);
  if (truth.streams.empty()) return Error{"empty", path + ": nothing that can be decoded"};
  return made;
}

std::size_t RecordedDevice::stream_of(DeviceIndex device, const wire::FrameView& frame) {
  for (std::size_t s = 0; s < truth_.streams.size(); ++s) {
    if (truth_.streams[s].id.sensor == frame.sensor()) return s;
  }
  TrueStream& s = truth_.streams.emplace_back();
  s.id = {device, frame.sensor()};
  s.nominal_rate_hz = s.true_rate_hz = static_cast<double>(frame.header.rate_hz);
  return truth_.streams.size() - 1;
}

void RecordedDevice::lay_out(DeviceIndex device, WorldTime begin, WorldTime end) {
  const auto arrivals = player_.offsets();
  carried_.resize(recording_.packets.size());
  if (recording_.packets.empty()) return;
  // Nothing may have been sampled before the run.
  const WorldTime start = begin + lasts(recording_.frame(recording_.packets.front()));
  player_.start(start);
  // The device's clock against the arrivals: as late as no packet comes before its end.
  Duration ahead = Duration::max();
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    const auto own = own_end(recording_.frame(recording_.packets[i]));
    if (own) ahead = std::min(ahead, arrivals[i] - *own);
  }
  std::map<std::string, Carried> known;  // by a packet's bytes
  std::vector<std::int16_t> counts;
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    const auto frame = recording_.frame(recording_.packets[i]);
    if (!frame.decodable() || start + arrivals[i] > end) continue;
    const std::string bytes(reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size());
    // A format without time or sequence cannot say whether equal bytes are the same moment.
    const auto twin = own_end(frame) ? known.find(bytes) : known.end();
    if (twin != known.end()) {
      carried_[i] = twin->second;
      continue;
    }
    TrueStream& s = truth_.streams[stream_of(device, frame)];
    const std::uint32_t n = frame.count();
    carried_[i] = {frame.sensor(), static_cast<std::int64_t>(s.sampled_at.size()), n};
    known[bytes] = carried_[i];
    counts.resize(std::size_t{3} * n);
    frame.decode(counts);
    const double unit = frame.sensor() == SensorKind::gyroscope ? wire::kRadpsPerCount : kMps2PerMg;
    for (const std::int16_t v : counts) s.signal.push_back(static_cast<float>(v * unit));
    const auto own = own_end(frame);
    const WorldTime last = start + (own ? *own + ahead : arrivals[i]);
    const Duration span = lasts(frame);
    for (std::uint32_t k = 0; k < n; ++k) {
      WorldTime t = std::max(begin, last - span + span * (k + 1) / n);
      // Packets that overlap or come out of order: an instant cannot be before the one before.
      if (!s.sampled_at.empty()) t = std::max(t, s.sampled_at.back() + Duration{1});
      s.sampled_at.push_back(t);
    }
  }
}

}  // namespace gauntlet::scenarios
