#include "reports/metrics/registry.h"

namespace gauntlet::reports {

namespace {

constexpr auto kLower = Better::lower;
constexpr auto kHigher = Better::higher;
constexpr auto kZero = Better::nearer_zero;
constexpr auto kNeither = Better::neither;

// Thresholds are practical: half a millisecond is a fortieth of a sample at 50 Hz; 0.05 s/h is what
// the aligned decoder achieves on the captures; 10 ms of lag nobody sees; a hundredth of F1 is
// smaller than the difference between any two published systems.
constexpr MetricInfo kMetrics[] = {
    {"timing.error_ms.p50", "ms", kLower, 0.1, 0.5,
     "Median over accepted samples of wearables of |estimated - true sampling instant|, both on "
     "the "
     "phone's clock."},
    {"timing.error_ms.p95", "ms", kLower, 0.1, 1.0,
     "95th percentile of what the .p50 of this name is the median of."},
    {"timing.all_error_ms.p50", "ms", kLower, 0.1, 0.5,
     "As timing.error_ms.p50, over all streams, the phone's own sensors included."},
    {"timing.all_error_ms.p95", "ms", kLower, 0.1, 1.0,
     "95th percentile of what the .p50 of this name is the median of."},
    {"timing.bias_ms", "ms", kZero, 0.1, 0.5,
     "Median over accepted samples of wearables of estimated - true sampling instant; negative: "
     "believed to be earlier than they were. One-way estimators cannot see a constant delay."},
    {"timing.drift_s_per_h", "s/h", kZero, 0.1, 0.05,
     "Slope of estimated - true sampling instant over true time, wearables' streams: least squares "
     "with one slope and an intercept per stream. Negative: the estimate falls behind."},
    {"timing.stream_bias_ms.*", "ms", kNeither, 0, 0,
     "As timing.bias_ms, of one sensor of one simulated wearable."},
    {"timing.stream_error_ms.p95.*", "ms", kNeither, 0, 0,
     "As timing.error_ms.p95, of one sensor of one simulated wearable."},
    {"lag.detection_ms.p50", "ms", kLower, 0.05, 10,
     "Median over detected sets of (first set_started shown) - (true begin of the set). A set is "
     "detected when set_started is shown between 1 s before its begin and its end."},
    {"lag.detection_ms.p95", "ms", kLower, 0.05, 20,
     "95th percentile of what the .p50 of this name is the median of."},
    {"sets.detected_share", "share", kHigher, 0, 0.02, "Share of true sets that were detected."},
    {"sets.spoofed", "count", kLower, 0.05, 0.5,
     "set_started shown where no true set is under way (from 1 s before a set to its end)."},
    {"lag.display_ms.p50", "ms", kLower, 0.05, 10,
     "Median over matched repetitions of (instant shown) - (true instant of completion). Within a "
     "set, shown and true repetitions are matched one to one in order, shown from 500 ms before to "
     "5 s after; as many as possible, then with the least total |lag|."},
    {"lag.display_ms.p95", "ms", kLower, 0.05, 20,
     "95th percentile of what the .p50 of this name is the median of."},
    {"lag.within_100ms", "share", kHigher, 0, 0.01,
     "Share of matched repetitions shown within 100 ms of their completion."},
    {"lag.within_250ms", "share", kHigher, 0, 0.01,
     "Share of matched repetitions shown within 250 ms of their completion."},
    {"lag.within_750ms", "share", kHigher, 0, 0.01,
     "Share of matched repetitions shown within 750 ms of their completion."},
    {"f1.macro", "share", kHigher, 0, 0.01,
     "Macro-averaged F1 over classified windows, no exercise (NULL) being a class. A window's "
     "truth "
     "is what covers most of it; a tie goes to the exercise. Classes: all that occur in truth or "
     "prediction. The split stands in the provenance."},
    {"f1.macro_no_null", "share", kHigher, 0, 0.01,
     "As f1.macro, with NULL left out of the average only: windows taken for an exercise still "
     "count."},
    {"frames.hit", "share", kHigher, 0, 0.01,
     "Of frames (100 ms) in an exercise, those said to be in it. With frames.deletion, "
     "fragmenting, "
     "underfill_start and underfill_end it sums to 1 (Ward, Lukowicz, Gellersen 2011)."},
    {"frames.quiet", "share", kHigher, 0, 0.01,
     "Of frames not in an exercise, those not said to be in it, exercise by exercise. With "
     "frames.insertion, merge, overfill_start and overfill_end it sums to 1."},
    {"frames.*", "share", kLower, 0, 0.01,
     "Of frames in an exercise: missed with the whole event (deletion), between two hits of it "
     "(fragmenting), at its start or end (underfill). Of others: a whole answer without an event "
     "(insertion), between two hit events (merge), before or after one (overfill)."},
    {"events.correct", "count", kHigher, 0.02, 0.5,
     "Exercises answered by exactly one stretch of answers that answers nothing else."},
    {"events.*", "count", kLower, 0.05, 0.5,
     "True exercises deleted, fragmented, merged or both, and stretches of answers inserted, "
     "fragmenting, merging or both (Ward, Lukowicz, Gellersen 2011)."},
    {"segments.f1.*", "share", kHigher, 0, 0.01,
     "F1 of stretches of answers against true exercises, one to one; found where intersection over "
     "union is at least 0.1, 0.25 or 0.5."},
    {"onset.ms.p50", "ms", kLower, 0.05, 50,
     "Median time from a set's true begin to the first window classified as its exercise."},
    {"onset.ms.p95", "ms", kLower, 0.05, 100, "As onset.ms.p50, 95th percentile."},
    {"onset.found_share", "share", kHigher, 0, 0.02,
     "Share of true sets whose exercise was named at least once while they lasted."},
    {"reps.exact", "share", kHigher, 0, 0.02,
     "Share of true sets for which as many repetitions were shown as were done. A shown repetition "
     "belongs to the set under way, from 500 ms before its begin to 5 s after its end or to 500 ms "
     "before the next."},
    {"reps.within1", "share", kHigher, 0, 0.02,
     "Share of true sets for which it was within one of what was done (see reps.exact)."},
    {"reps.mae", "count", kLower, 0.05, 0.05,
     "Mean over true sets of |repetitions shown - repetitions done|."},
    {"reps.matched_share", "share", kHigher, 0, 0.02,
     "Share of true repetitions that were matched by a shown one (see lag.display_ms)."},
    {"reps.spoofed", "count", kLower, 0.05, 0.5,
     "Repetitions shown where no true set is under way."},
    {"reps.spoofed_share", "share", kLower, 0, 0.01,
     "Share of all repetitions shown where no true set is under way."},
    {"link.bytes_per_s", "B/s", kLower, 0.02, 2,
     "Sum over the wearables' links of bytes carried by the time for which the link existed."},
    {"link.backlog_ms.max", "ms", kLower, 0.1, 50,
     "The longest that any byte had waited in a wearable, over the run and all links."},
    {"link.backlog_bytes.max", "B", kLower, 0.1, 50, "The most that ever waited in a wearable."},
    {"device.mj_per_h", "mJ/h", kLower, 0.02, 10,
     "Sum over simulated wearables of what firmware and radio used: wake-ups, time awake and "
     "asleep, bytes and connection events, each times its cost."},
    {"device.mj_per_h.*", "mJ/h", kNeither, 0, 0, "The same for the wearable of this name."},
    {"device.radio_mj_per_h", "mJ/h", kNeither, 0, 0, "The radio's part of device.mj_per_h."},
    {"device.radio_mj_per_h.*", "mJ/h", kNeither, 0, 0, "The same for the wearable of this name."},
    {"device.wakes_per_h", "1/h", kNeither, 0, 0, "Wake-ups of the firmware, all wearables."},
    {"device.wakes_per_h.*", "1/h", kNeither, 0, 0, "The same for the wearable of this name."},
    {"device.reads_per_h", "1/h", kNeither, 0, 0, "Transactions on the sensors' bus."},
    {"device.reads_per_h.*", "1/h", kNeither, 0, 0, "The same for the wearable of this name."},
    {"device.awake_ms_per_h", "ms/h", kNeither, 0, 0, "Time for which firmware was awake."},
    {"device.awake_ms_per_h.*", "ms/h", kNeither, 0, 0, "The same for the wearable of this name."},
    {"device.radio_ms_per_h", "ms/h", kNeither, 0, 0,
     "Time on the air: packets, answers, the spaces between, and polls."},
    {"device.radio_ms_per_h.*", "ms/h", kNeither, 0, 0, "The same for the wearable of this name."},
    {"device.air_bytes_per_h", "B/h", kNeither, 0, 0,
     "Bytes on the air: payload, headers, repetitions, framing, polls."},
    {"device.air_bytes_per_h.*", "B/h", kNeither, 0, 0, "The same for the wearable of this name."},
    {"device.outbox_refusals", "count", kNeither, 0, 0,
     "Offers of a frame that were refused because the one before it was under way."},
    {"radio.payload_bytes", "B", kNeither, 0, 0, "Bytes of messages, acknowledged, every try."},
    {"radio.header_bytes", "B", kNeither, 0, 0, "Headers of packets, ATT and L2CAP included."},
    {"radio.repeated_bytes", "B", kNeither, 0, 0, "Bytes of packets that were lost on the air."},
    {"radio.framing_bytes", "B", kNeither, 0, 0, "Preambles, addresses, checks and answers."},
    {"radio.events_skipped", "count", kLower, 0.05, 10,
     "Connection events wanted for data and given to another device on the phone's radio."},
    {"radio.events_cut", "count", kNeither, 0, 0,
     "Connection events that ended because another device's was due."},
    {"radio.connections_lost", "count", kLower, 0, 0.5,
     "Connections lost to silence for the supervision timeout."},
    {"radio.airtime_share", "share", kNeither, 0, 0,
     "Time on the air of all wearables by the length of the run."},
    {"samples.produced", "count", kNeither, 0, 0, "Samples that sensors took."},
    {"samples.delivered", "count", kHigher, 0.001, 10,
     "Samples that the pipeline accepted, each counted once."},
    {"samples.dropped", "count", kLower, 0.01, 10,
     "Samples lost anywhere. produced = delivered + dropped, exactly, or the run fails."},
    {"samples.dropped.*", "count", kNeither, 0, 0,
     "Samples lost, by place.reason. Place `phone`: reached the phone and was not accepted."},
    {"samples.filled", "count", kLower, 0.05, 50,
     "Rows of the fused signal that were invented to fill a gap. Counted apart from the books."},
    {"samples.duplicates", "count", kNeither, 0, 0,
     "Further arrivals of a sample that had already reached the phone. Counted apart."},
    {"samples.accepted_twice", "count", kLower, 0, 0,
     "Times the pipeline accepted a sample that it had already accepted."},
    {"samples.invented", "count", kLower, 0, 0,
     "Samples the pipeline accepted that were never in the frame it names."},
    {"samples.foreign_accepted", "count", kLower, 0, 0,
     "Samples accepted out of frames that an attacker made."},
    {"attack.requests", "count", kNeither, 0, 0, "Requests of attackers on tokens and services."},
    {"attack.accepted", "count", kLower, 0, 0,
     "Those that were granted what is not the attacker's."},
    {"attack.over_quota", "count", kNeither, 0, 0,
     "Those that were refused because there were too many of them."},
    {"attack.upload_ms.p99", "ms", kLower, 0.05, 5,
     "99th percentile of the time from the phone's request to upload to its answer, over attempts "
     "while somebody attacks the services."},
    {"attack.signal_bias.*", "SI", kNeither, 0, 0,
     "By device and sensor: length of the mean of what sources that are not the wearer added to "
     "the sampled signal, over the samples that they changed; in the sensor's SI unit."},
    {"attack.signal_rms.*", "SI", kNeither, 0, 0,
     "By device and sensor: root mean square length of the same."},
    {"attack.signal_changed.*", "count", kNeither, 0, 0,
     "By device and sensor: samples that such sources changed."},
    {"attack.should_stop.*", "count", kNeither, 0, 0,
     "By stage (sensor, link, intake, guard, classifier, services): attacks that it should stop."},
    {"attack.stopped.*", "share", kHigher, 0, 0,
     "By stage: share of the attacks on devices or services during which it refused something, or "
     "raised an alarm; the guard's false alarms count as well. Of the sensor only where it can "
     "notice: a saturation flag or dark slots."},
    {"guard.auc.*", "share", kHigher, 0, 0.01,
     "By detector: probability that a window under attack scores higher than one of clean life, "
     "ties half (area under the ROC curve). Windows that an attack covers in part are left out."},
    {"guard.tpr_at_1pct.*", "share", kHigher, 0, 0.01,
     "By detector: share of windows under attack that score above the 99th percentile of clean "
     "ones."},
    {"guard.tpr_at_10pct.*", "share", kHigher, 0, 0.01,
     "By detector: the same, above the 90th percentile."},
    {"guard.delay_s.*", "s", kLower, 0, 0.5,
     "By detector: from the begin of an attack to its first alarm in it, mean over those that it "
     "noticed."},
    {"guard.detected.*", "share", kHigher, 0, 0,
     "By detector: attacks on devices during which it raised an alarm."},
    {"guard.alarms_per_h.*", "1/h", kLower, 0, 0.1,
     "By detector: alarms (from the first window above to the next one below) per hour of a "
     "device's clean life."},
    {"authz.accepted", "count", kNeither, 0, 0, "Requests whose token was accepted."},
    {"authz.refused", "count", kNeither, 0, 0, "Requests whose token was refused."},
    {"authz.refused.*", "count", kNeither, 0, 0, "Requests whose token was refused, by reason."},
    {"services.over_quota.*", "count", kLower, 0, 0,
     "By what had no more of them (address, subject, token, cluster): requests of whomever that "
     "services refused for their number."},
    {"uploads.failed", "count", kNeither, 0, 0,
     "Attempts to upload that ended in no answer or a status outside 200-299, as the phone sees "
     "it."},
    {"labels.forgotten", "count", kNeither, 0, 0,
     "True sets whose start the user did not mark, from 30 s before the begin to the end."},
    {"labels.early", "count", kNeither, 0, 0, "Sets marked as started more than 1 s too early."},
    {"labels.late", "count", kNeither, 0, 0, "Sets marked as started more than 1 s too late."},
    {"privacy.m0.violations", "count", kLower, 0, 0,
     "Pairs of place and identifier where an identifier was found that the place may not hold "
     "(raw, "
     "hex, base64, UTF-16, percent-encoded, SHA-256, inside JWTs), and places that hold user and "
     "session together without leave."},
    {"privacy.m0.bytes_searched", "B", kNeither, 0, 0,
     "Bytes of stores, logs and wires in which identifiers were searched."},
    {"replay.packets", "count", kNeither, 0, 0, "Packets in the captures, duplicates included."},
    {"replay.duplicates", "count", kNeither, 0, 0, "Packets that came more than once."},
    {"replay.gaps", "count", kNeither, 0, 0, "Missing sequence numbers."},
    {"replay.loss_s_per_h.floor20", "s/h", kZero, 0.01, 0.02,
     "Seconds lost per hour of capture, against the packets' own clock, by a decoder that floors "
     "each packet's duration to a multiple of 20 ms. Packets of 100 samples at 50 Hz, duplicates "
     "removed, desk logs left out."},
    {"replay.loss_s_per_h.nominal", "s/h", kZero, 0.01, 0.02,
     "Seconds lost per hour by a decoder that believes the nominal rate."},
    {"replay.loss_s_per_h.aligned", "s/h", kZero, 0.01, 0.02,
     "Seconds lost per hour by the aligned decoder."},
    {"replay.*", "count", kNeither, 0, 0, "Counts particular to a format of capture."},
};

bool in_family(std::string_view name, std::string_view family) {
  if (!family.ends_with(".*")) return false;
  family.remove_suffix(1);
  return name.size() > family.size() && name.starts_with(family);
}

}  // namespace

std::string_view to_string(Better better) {
  switch (better) {
    case Better::lower:
      return "lower";
    case Better::higher:
      return "higher";
    case Better::nearer_zero:
      return "nearer 0";
    case Better::neither:
      return "neither";
  }
  return "unknown";
}

std::span<const MetricInfo> all_metrics() { return kMetrics; }

const MetricInfo* find_metric(std::string_view name) {
  for (const MetricInfo& info : kMetrics) {
    if (info.name == name) return &info;
  }
  for (const MetricInfo& info : kMetrics) {
    if (in_family(name, info.name)) return &info;
  }
  return nullptr;
}

}  // namespace gauntlet::reports
