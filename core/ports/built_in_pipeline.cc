#include "core/ports/built_in_pipeline.h"

#include <utility>

namespace gauntlet {

BuiltInPipeline::BuiltInPipeline(Runtime& runtime, PhoneOptions options,
                                 const learn::Serving& model, EventSink& sink)
    : phone_(runtime, std::move(options), model, sink) {}

BuiltInPipeline::BuiltInPipeline(Runtime& runtime, PhoneOptions options,
                                 const learn::Serving& model, EventSink& sink,
                                 std::unique_ptr<Cloud> cloud)
    : phone_(runtime, std::move(options), model, sink, std::move(cloud)) {}

void BuiltInPipeline::on_frame(DeviceIndex device, std::span<const std::byte> bytes,
                               HostTime arrival) {
  phone_.on_frame(device, bytes, arrival);
}

void BuiltInPipeline::on_local(const LocalBatch& batch, HostTime arrival) {
  phone_.on_local(batch.stream, batch.stamps, batch.values, arrival);
}

void BuiltInPipeline::on_mark(const UserMark& mark) { phone_.on_mark(mark); }

void BuiltInPipeline::finish() { phone_.finish(); }

}  // namespace gauntlet
