#include "reports/metrics/devices.h"

#include <string>

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

}  // namespace

void measure_devices(const RunRecord& record, MetricValues& out) {
  const double hours = to_seconds(record.duration) / 3600;
  if (record.devices.empty() || hours <= 0) return;
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
