#include "core/ports/external_codec.h"

#include <limits>

#include "core/ports/external.pb.h"

namespace gauntlet::external {
namespace {

namespace pb = gauntlet::external::v1;

std::int64_t ns(HostTime t) { return t.time_since_epoch().count(); }
HostTime host(std::int64_t ns) { return HostTime{Duration{ns}}; }

pb::Input input(HostTime now) {
  pb::Input in;
  in.set_now_ns(ns(now));
  return in;
}

template <class Message>
void name_frame(Message& out, FrameRef ref) {
  out.set_device(ref.device);
  out.set_ordinal(ref.ordinal);
}

// False when a number names nothing.
template <class Message>
bool frame_of(const Message& in, FrameRef& ref, SensorKind& sensor) {
  if (in.device() > std::numeric_limits<DeviceIndex>::max() || in.sensor() > 2) return false;
  ref = {static_cast<DeviceIndex>(in.device()), in.ordinal()};
  sensor = static_cast<SensorKind>(in.sensor());
  return true;
}

bool has_unknown(const google::protobuf::Message& m) {
  return !m.GetReflection()->GetUnknownFields(m).empty();
}

Answer ready(const pb::Ready& in) {
  return Ready{in.version(), in.name(), in.accounts_samples(), in.only_in_real_time()};
}

Answer window(const pb::Window& in) {
  return WindowClassified{host(in.from_ns()), host(in.to_ns()), in.label(), in.confidence(),
                          host(in.at_ns())};
}

Answer idle(const pb::Idle& in) {
  Idle out{in.sequence(), {}};
  if (in.has_until_ns()) out.until = host(in.until_ns());
  return out;
}

Result<Answer> aligned(const pb::Aligned& in) {
  Aligned out;
  if (!frame_of(in, out.frame, out.sensor))
    return Error{"value", "Aligned: no such device, sensor"};
  out.first = in.first();
  out.estimated.reserve(static_cast<std::size_t>(in.estimated_ns_size()));
  for (const std::int64_t t : in.estimated_ns()) out.estimated.push_back(host(t));
  return Answer{std::move(out)};
}

Result<Answer> rejected(const pb::Rejected& in) {
  SamplesRejected out;
  if (!frame_of(in, out.frame, out.sensor)) {
    return Error{"value", "Rejected: no such device, sensor"};
  }
  out.count = in.count();
  out.reason = in.reason();
  return Answer{std::move(out)};
}

Result<Answer> shown(const pb::Shown& in) {
  if (in.kind() > 2) return Error{"value", "Shown.kind = " + std::to_string(in.kind())};
  return Answer{Shown{static_cast<Shown::Kind>(in.kind()), in.exercise(), in.count(),
                      host(in.claimed_ns()), host(in.at_ns())}};
}

}  // namespace

std::string encode_hello(const PipelineOptions& options, std::span<const std::uint32_t> versions) {
  pb::Input in;
  for (const std::uint32_t v : versions) in.mutable_hello()->add_versions(v);
  in.mutable_hello()->set_input(options.input == PipelineInput::fused ? 1 : 0);
  in.mutable_hello()->set_message_bytes_max(static_cast<std::uint32_t>(options.message_bytes_max));
  return in.SerializeAsString();
}

std::string encode_frame(HostTime now, FrameRef ref, std::span<const std::byte> bytes) {
  pb::Input in = input(now);
  name_frame(*in.mutable_frame(), ref);
  in.mutable_frame()->set_bytes(bytes.data(), bytes.size());
  return in.SerializeAsString();
}

std::string encode_local(HostTime now, FrameRef ref, const LocalBatch& batch) {
  pb::Input in = input(now);
  pb::Local& out = *in.mutable_local();
  name_frame(out, ref);
  out.set_sensor(static_cast<std::uint32_t>(batch.stream.sensor));
  for (const HostTime t : batch.stamps) out.add_stamps_ns(ns(t));
  out.mutable_values()->Add(batch.values.begin(), batch.values.end());
  return in.SerializeAsString();
}

std::string encode_fused(HostTime now, std::span<const FusedBlock> blocks) {
  pb::Input in = input(now);
  in.mutable_fused();
  for (const FusedBlock& b : blocks) {
    pb::Block& out = *in.mutable_fused()->add_blocks();
    out.set_device(b.stream.device);
    out.set_sensor(static_cast<std::uint32_t>(b.stream.sensor));
    out.set_start_ns(ns(b.start));
    out.set_period_ns(static_cast<std::uint32_t>(b.period.count()));
    out.mutable_values()->Add(b.values.begin(), b.values.end());
    out.set_filled(b.filled.data(), b.filled.size());
  }
  return in.SerializeAsString();
}

std::string encode_mark(HostTime now, const UserMark& mark) {
  pb::Input in = input(now);
  in.mutable_mark()->set_kind(static_cast<std::uint32_t>(mark.kind));
  in.mutable_mark()->set_exercise(mark.exercise);
  return in.SerializeAsString();
}

std::string encode_wake(HostTime now) {
  pb::Input in = input(now);
  in.mutable_wake();
  return in.SerializeAsString();
}

std::string encode_finish(HostTime now) {
  pb::Input in = input(now);
  in.mutable_finish();
  return in.SerializeAsString();
}

void number(std::string& input, std::uint64_t sequence) {
  // Fields may come in any order, so this one need not be known when the others are written.
  pb::Input in;
  in.set_sequence(sequence);
  in.AppendToString(&input);
}

Result<Decoded> decode_output(std::string_view bytes) {
  pb::Output out;
  if (!out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error{"framing", "a message that is no Output of the contract"};
  }
  const auto decoded = [&out](auto&& answer, const google::protobuf::Message& part) {
    return Decoded{Answer(std::forward<decltype(answer)>(answer)),
                   has_unknown(out) || has_unknown(part)};
  };
  const auto checked = [&](Result<Answer> answer,
                           const google::protobuf::Message& part) -> Result<Decoded> {
    if (!answer) return answer.error();
    return decoded(std::move(*answer), part);
  };
  switch (out.what_case()) {
    case pb::Output::kReady:
      return decoded(ready(out.ready()), out.ready());
    case pb::Output::kAligned:
      return checked(aligned(out.aligned()), out.aligned());
    case pb::Output::kRejected:
      return checked(rejected(out.rejected()), out.rejected());
    case pb::Output::kWindow:
      return decoded(window(out.window()), out.window());
    case pb::Output::kShown:
      return checked(shown(out.shown()), out.shown());
    case pb::Output::kIdle:
      return decoded(idle(out.idle()), out.idle());
    case pb::Output::WHAT_NOT_SET:
      break;
  }
  return Error{"empty", has_unknown(out) ? "an Output of a kind that this contract does not know"
                                         : "an Output with nothing in it"};
}

}  // namespace gauntlet::external
