// The pipeline up to the fused signal: decode, align, fuse, filter on the phone's timer, and
// nothing behind. What training windows are cut from, and what the benchmarks time without
// classification.
#pragma once

#include <memory>

#include "core/phone/phone_options.h"
#include "core/ports/system_under_test.h"
#include "core/runtime/runtime.h"

namespace gauntlet::scenarios {

// The user's marks are not looked at.
std::unique_ptr<SystemUnderTest> make_fusion_only(Runtime& runtime, const PhoneOptions& options,
                                                  EventSink& sink);

}  // namespace gauntlet::scenarios
