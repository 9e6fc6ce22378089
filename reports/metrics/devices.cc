#include "reports/metrics/devices.h"

#include <cmath>
#include <string>
#include <vector>

#include "reports/statistics/intervals.h"

namespace gauntlet::reports {

namespace {

struct Rate {
  const char* name;
  double DeviceAccount::* amount;
};
// Each as a sum over the wearables and, with their names behind it, for each of them.
constexpr Rate kPerHour[] = {
    {"device.mj_per_h", &DeviceAccount::energy_mj},
    {"device.radio_mj_per_h", &DeviceAccount::radio_mj},
    {"device.wakes_per_h", &DeviceAccount::wake_ups},
    {"device.reads_per_h", &DeviceAccount::reads},
    {"device.awake_ms_per_h", &DeviceAccount::awake_ms},
    {"device.radio_ms_per_h", &DeviceAccount::radio_ms},
    {"device.air_bytes_per_h", &DeviceAccount::air_bytes},
};

void measure_placement(const SampleLedger& ledger, const RunRecord& record, MetricValues& out) {
  for (const StreamLedger& s : ledger.streams) {
    if (!s.radio || s.delivered == 0) continue;
    std::vector<double> error, size;
    for (std::size_t i = 0; i < s.fate.size(); ++i) {
      if (s.fate[i] != SampleFate::delivered) continue;
      error.push_back(to_ms(s.estimated[i] - s.true_host[i]));
      size.push_back(std::abs(error.back()));
    }
    const StreamId id = s.truth->id;
    const std::string name =
        record.truth.devices[id.device].name + "." + std::string(to_string(id.sensor));
    out.set("timing.stream_bias_ms." + name, quantile_in_place(error, 0.5), error.size());
    out.set("timing.stream_error_ms.p95." + name, quantile_in_place(size, 0.95), size.size());
  }
}

}  // namespace

void measure_devices(const SampleLedger& ledger, const RunRecord& record, MetricValues& out) {
  const double hours = to_seconds(record.duration) / 3600;
  if (record.devices.empty() || hours <= 0) return;
  measure_placement(ledger, record, out);
  for (const Rate& rate : kPerHour) {
    double sum = 0;
    for (const DeviceAccount& d : record.devices) {
      sum += d.*rate.amount;
      out.set(std::string(rate.name) + "." + d.name, d.*rate.amount / hours, 1);
    }
    out.set(rate.name, sum / hours, record.devices.size());
  }
  std::uint64_t payload = 0, header = 0, repeated = 0, framing = 0, skipped = 0, cut = 0, lost = 0,
                refused = 0;
  double airtime_ms = 0;
  for (const DeviceAccount& d : record.devices) {
    payload += d.payload_bytes;
    header += d.header_bytes;
    repeated += d.repeated_bytes;
    framing += d.framing_bytes;
    skipped += d.events_skipped;
    cut += d.events_cut;
    lost += d.connections_lost;
    refused += d.outbox_refusals;
    airtime_ms += d.radio_ms;
  }
  out.set_count("radio.payload_bytes", payload);
  out.set_count("radio.header_bytes", header);
  out.set_count("radio.repeated_bytes", repeated);
  out.set_count("radio.framing_bytes", framing);
  out.set_count("radio.events_skipped", skipped);
  out.set_count("radio.events_cut", cut);
  out.set_count("radio.connections_lost", lost);
  out.set_count("device.outbox_refusals", refused);
  out.set("radio.airtime_share", airtime_ms / to_ms(record.duration), record.devices.size());
}

}  // namespace gauntlet::reports
