#include "core/ports/answer_check.h"

#include <algorithm>
#include <cmath>

namespace gauntlet::external {
namespace {

constexpr std::size_t kLabelBytes = 64;
constexpr std::size_t kReasonBytes = 32;
constexpr Duration kWindowMax = std::chrono::hours{1};
constexpr std::uint32_t kCountMax = 100'000;
// A frame announces its samples in one byte, a batch of the phone's own has fewer than this.
constexpr std::uint64_t kSamplesMax = 65'536;

bool is_label(const std::string& text) {
  return text.size() <= kLabelBytes && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20;
         });
}

bool is_reason(const std::string& text) {
  return !text.empty() && text.size() <= kReasonBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

std::string ahead(HostTime t, HostTime now) {
  return std::to_string(to_ms(t - now)) + " ms after the input that it answers";
}

std::string name(FrameRef ref) {
  return "frame " + std::to_string(ref.ordinal) + " of device " + std::to_string(ref.device);
}

// `at` of an event: the origin stands for now. Compared without subtracting, which may overflow.
Result<void> check_at(HostTime at, HostTime now) {
  if (at == HostTime{}) return {};
  if (at < now) {
    return Error{"past", "at_ns lies before the input that it answers; leave it 0 for now"};
  }
  if (at > now + AnswerCheck::kAhead) return Error{"future", "at_ns lies more than 60 s ahead"};
  return {};
}

}  // namespace

FrameRef AnswerCheck::add_frame(DeviceIndex device, SensorKind sensor,
                                std::optional<std::uint32_t> samples) {
  auto& frames = frames_[device];
  const FrameRef ref{device, static_cast<std::uint32_t>(frames.size())};
  frames.push_back({sensor, samples, 0, false});
  return ref;
}

Result<AnswerCheck::Frame*> AnswerCheck::find(FrameRef ref) {
  if (input_ == PipelineInput::fused) {
    return Error{"fused_samples",
                 "samples of frames are accounted for that were never given to it"};
  }
  const auto device = frames_.find(ref.device);
  if (device == frames_.end() || ref.ordinal >= device->second.size()) {
    return Error{"unknown_frame", name(ref) + " has not arrived"};
  }
  return &device->second[ref.ordinal];
}

Result<void> AnswerCheck::claim(FrameRef ref, std::uint64_t count) {
  auto found = find(ref);
  if (!found) return found.error();
  Frame& frame = **found;
  const std::uint64_t most = frame.samples.value_or(kSamplesMax);
  if (frame.claimed + count > most) {
    return Error{"too_many_samples", name(ref) + " carries " + std::to_string(most) + " samples; " +
                                         std::to_string(frame.claimed + count) +
                                         " are accounted for"};
  }
  frame.claimed += static_cast<std::uint32_t>(count);
  frame.mentioned = true;
  return {};
}

Result<void> AnswerCheck::aligned(const Aligned& a, HostTime now) {
  for (const HostTime t : a.estimated) {
    if (t > now) {
      return Error{"future",
                   "a sample of " + name(a.frame) + " is said to be taken " + ahead(t, now)};
    }
  }
  auto found = find(a.frame);
  if (!found) return found.error();
  const std::uint64_t most = (*found)->samples.value_or(kSamplesMax);
  if (a.first + std::uint64_t{a.estimated.size()} > most) {
    return Error{"too_many_samples",
                 name(a.frame) + " carries " + std::to_string(most) + " samples; sample " +
                     std::to_string(a.first + a.estimated.size() - 1) + " is none of them"};
  }
  return claim(a.frame, a.estimated.size());
}

Result<void> AnswerCheck::rejected(const SamplesRejected& r) {
  if (!is_reason(r.reason)) {
    return Error{"value", "Rejected.reason must be one word of a-z, 0-9 and _, at most 32 bytes"};
  }
  return claim(r.frame, r.count);
}

Result<void> AnswerCheck::window(const WindowClassified& w, HostTime now) const {
  if (w.to > now) return Error{"future", "a window ends " + ahead(w.to, now)};
  if (w.to < HostTime{} || w.from >= w.to || w.from < w.to - kWindowMax) {
    return Error{"value", "a window must end after it begins, within an hour"};
  }
  if (!is_label(w.label)) return Error{"value", "Window.label is too long or no text"};
  if (!(w.confidence >= 0 && w.confidence <= 1)) {
    return Error{"value",
                 "Window.confidence must be from 0 to 1, not " + std::to_string(w.confidence)};
  }
  return check_at(w.at, now);
}

Result<void> AnswerCheck::shown(const Shown& s, HostTime now) const {
  if (s.claimed > now) {
    return Error{"future", "Shown.claimed_ns lies " + ahead(s.claimed, now)};
  }
  if (!is_label(s.exercise)) return Error{"value", "Shown.exercise is too long or no text"};
  if (s.count > kCountMax) return Error{"value", "Shown.count is beyond 100000"};
  if (s.kind == Shown::Kind::repetition && s.count == 0) {
    return Error{"value", "repetitions are counted from 1"};
  }
  return check_at(s.at, now);
}

std::vector<AnswerCheck::Gap> AnswerCheck::gaps() const {
  std::vector<Gap> out;
  for (const auto& [device, frames] : frames_) {
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const Frame& f = frames[i];
      const std::uint32_t left = f.samples.value_or(f.claimed) - f.claimed;
      if (left == 0 && f.mentioned) continue;
      out.push_back({{device, static_cast<std::uint32_t>(i)}, f.sensor, left});
    }
  }
  return out;
}

}  // namespace gauntlet::external
