#include "reports/metrics/samples.h"

#include <algorithm>
#include <span>

namespace gauntlet::reports {

namespace {

constexpr std::size_t kHolesListed = 10;

// What the pipeline said of one frame.
struct FrameClaims {
  std::vector<const EventLog::Aligned*> aligned;
  std::vector<const SamplesRejected*> rejected;
};

class Tracer {
 public:
  Tracer(const RunRecord& record, SampleLedger& ledger) : record_(record), ledger_(ledger) {}

  void run() {
    open_streams();
    collect_claims();
    for (std::size_t d = 0; d < record_.truth.devices.size(); ++d) {
      const auto& frames = record_.truth.devices[d].frames;
      for (std::size_t f = 0; f < frames.size(); ++f) settle(d, f, frames[f], claims_[d][f]);
    }
    close();
  }

 private:
  void open_streams() {
    first_reason_.clear();
    for (std::size_t d = 0; d < record_.truth.devices.size(); ++d) {
      for (const TrueStream& stream : record_.truth.devices[d].streams) {
        StreamLedger s;
        s.truth = &stream;
        s.radio = d >= record_.links.size() || record_.links[d].radio;
        const std::size_t n = stream.sampled_at.size();
        s.fate.assign(n, SampleFate::never_arrived);
        s.estimated.resize(n);
        s.true_host.reserve(n);
        for (const WorldTime t : stream.sampled_at) {
          s.true_host.push_back(record_.truth.host_clock.to_host(t));
        }
        ledger_.produced += n;
        ledger_.streams.push_back(std::move(s));
        first_reason_.emplace_back(n, nullptr);
      }
    }
  }

  FrameClaims* claims_of(FrameRef frame) {
    if (frame.device >= claims_.size() || frame.ordinal >= claims_[frame.device].size()) {
      hole("device " + std::to_string(frame.device) + ": frame " + std::to_string(frame.ordinal) +
           " is reported, and never arrived");
      return nullptr;
    }
    return &claims_[frame.device][frame.ordinal];
  }

  void collect_claims() {
    for (const TrueDevice& d : record_.truth.devices) claims_.emplace_back(d.frames.size());
    for (const auto& e : record_.events.aligned) {
      if (FrameClaims* c = claims_of(e.frame)) c->aligned.push_back(&e);
    }
    for (const auto& e : record_.events.rejected) {
      if (FrameClaims* c = claims_of(e.frame)) c->rejected.push_back(&e);
    }
  }

  std::size_t stream_index(std::size_t device, SensorKind sensor) const {
    for (std::size_t i = 0; i < ledger_.streams.size(); ++i) {
      const StreamId id = ledger_.streams[i].truth->id;
      if (id.device == device && id.sensor == sensor) return i;
    }
    return ledger_.streams.size();
  }

  void settle(std::size_t device, std::size_t ordinal, const TrueFrame& frame,
              const FrameClaims& claims) {
    if (frame.first < 0) {
      for (const auto* e : claims.aligned) ledger_.foreign_accepted += e->count;
      return;
    }
    const std::size_t s = stream_index(device, frame.sensor);
    const auto first = static_cast<std::size_t>(frame.first);
    if (s == ledger_.streams.size() || first + frame.count > ledger_.streams[s].fate.size()) {
      hole(frame_name(device, ordinal) + " carries samples that no stream produced");
      return;
    }
    count_duplicates(s, first, frame.count);
    std::vector<bool> accepted(frame.count, false);
    for (const auto* e : claims.aligned) accept(s, frame, *e, accepted);
    reject(device, ordinal, s, first, claims, accepted);
  }

  void count_duplicates(std::size_t s, std::size_t first, std::uint32_t count) {
    if (arrived_.size() < ledger_.streams.size()) {
      for (const StreamLedger& l : ledger_.streams) arrived_.emplace_back(l.fate.size(), false);
    }
    for (std::uint32_t k = 0; k < count; ++k) {
      if (arrived_[s][first + k]) ++ledger_.duplicates;
      arrived_[s][first + k] = true;
    }
  }

  void accept(std::size_t s, const TrueFrame& frame, const EventLog::Aligned& e,
              std::vector<bool>& accepted) {
    StreamLedger& stream = ledger_.streams[s];
    for (std::uint32_t k = 0; k < e.count; ++k) {
      const std::size_t at = std::size_t{e.first} + k;
      if (at >= frame.count || e.sensor != frame.sensor) {
        ++ledger_.invented;
        continue;
      }
      accepted[at] = true;
      const std::size_t sample = static_cast<std::size_t>(frame.first) + at;
      if (stream.fate[sample] == SampleFate::delivered) {
        ++ledger_.accepted_twice;
        continue;
      }
      stream.fate[sample] = SampleFate::delivered;
      stream.estimated[sample] = record_.events.estimated[e.begin + k];
    }
  }

  // Deals the frame's rejections to the samples in it that were not accepted.
  void reject(std::size_t device, std::size_t ordinal, std::size_t s, std::size_t first,
              const FrameClaims& claims, const std::vector<bool>& accepted) {
    std::size_t turn = 0;
    std::uint32_t dealt = 0, silent = 0;
    for (std::size_t k = 0; k < accepted.size(); ++k) {
      if (accepted[k]) continue;
      if (claims.rejected.empty()) {
        ++silent;
        continue;
      }
      // The last reason covers what the pipeline could not have counted (a frame cut short).
      while (turn + 1 < claims.rejected.size() && dealt >= claims.rejected[turn]->count) {
        ++turn;
        dealt = 0;
      }
      ++dealt;
      StreamLedger& stream = ledger_.streams[s];
      if (stream.fate[first + k] != SampleFate::never_arrived) continue;
      stream.fate[first + k] = SampleFate::rejected;
      first_reason_[s][first + k] = &claims.rejected[turn]->reason;
    }
    if (silent > 0) {
      hole(frame_name(device, ordinal) + ": " + std::to_string(silent) + " of " +
           std::to_string(accepted.size()) + " samples neither accepted nor rejected");
    }
  }

  void close() {
    ledger_.dropped = record_.truth.dropped;
    for (std::size_t s = 0; s < ledger_.streams.size(); ++s) {
      StreamLedger& stream = ledger_.streams[s];
      for (std::size_t i = 0; i < stream.fate.size(); ++i) {
        switch (stream.fate[i]) {
          case SampleFate::delivered:
            ++stream.delivered;
            break;
          case SampleFate::rejected:
            ledger_.dropped.add("phone." + *first_reason_[s][i]);
            break;
          case SampleFate::never_arrived:
            ledger_.never_arrived += !has_arrived(s, i);
            break;
        }
      }
      ledger_.delivered += stream.delivered;
    }
    if (holes_ > kHolesListed) {
      ledger_.holes.push_back(std::to_string(holes_ - kHolesListed) + " more like these");
    }
  }

  bool has_arrived(std::size_t s, std::size_t i) const {
    return s < arrived_.size() && arrived_[s][i];
  }

  std::string frame_name(std::size_t device, std::size_t ordinal) const {
    return record_.truth.devices[device].name + ": frame " + std::to_string(ordinal);
  }

  void hole(std::string words) {
    if (++holes_ <= kHolesListed) ledger_.holes.push_back(std::move(words));
  }

  const RunRecord& record_;
  SampleLedger& ledger_;
  std::vector<std::vector<FrameClaims>> claims_;
  std::vector<std::vector<bool>> arrived_;
  std::vector<std::vector<const std::string*>> first_reason_;
  std::size_t holes_ = 0;
};

}  // namespace

SampleLedger trace_samples(const RunRecord& record) {
  SampleLedger ledger;
  Tracer(record, ledger).run();
  return ledger;
}

std::vector<std::string> books_balance(const SampleLedger& ledger, const RunRecord& record) {
  std::vector<std::string> out = ledger.holes;
  const std::uint64_t by_world = record.truth.dropped.total();
  if (ledger.never_arrived != by_world) {
    out.push_back(std::to_string(ledger.never_arrived) +
                  " samples never reached the phone; the world accounts for " +
                  std::to_string(by_world));
  }
  const std::uint64_t sum = ledger.delivered + ledger.dropped.total();
  if (ledger.produced != sum) {
    out.push_back(std::to_string(ledger.produced) + " samples produced, " +
                  std::to_string(ledger.delivered) + " delivered + " +
                  std::to_string(ledger.dropped.total()) + " dropped = " + std::to_string(sum));
  }
  return out;
}

void measure_samples(const SampleLedger& ledger, const RunRecord& record, MetricValues& out) {
  out.set_count("samples.produced", ledger.produced);
  out.set_count("samples.delivered", ledger.delivered);
  out.set_count("samples.dropped", ledger.dropped.total());
  for (const auto& [where, n] : ledger.dropped.all()) out.set_count("samples.dropped." + where, n);
  std::uint64_t filled = 0;
  for (const auto& [id, fused] : record.events.fused) {
    for (const std::uint8_t f : fused.filled) filled += f != 0;
  }
  out.set_count("samples.filled", filled);
  out.set_count("samples.duplicates", ledger.duplicates);
  out.set_count("samples.accepted_twice", ledger.accepted_twice);
  out.set_count("samples.invented", ledger.invented);
  out.set_count("samples.foreign_accepted", ledger.foreign_accepted);
}

}  // namespace gauntlet::reports
