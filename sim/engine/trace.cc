#include "sim/engine/trace.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace gauntlet::sim {

Trace::Trace(std::size_t capacity) : buffer_(capacity) { CHECK(capacity > 0); }

std::vector<TraceRecord> TraceRing::last() const {
  const bool wrapped = count() > buffer_.size();
  std::vector<TraceRecord> records;
  if (wrapped) records.assign(buffer_.begin() + static_cast<std::ptrdiff_t>(used_), buffer_.end());
  records.insert(records.end(), buffer_.begin(),
                 buffer_.begin() + static_cast<std::ptrdiff_t>(used_));
  return records;
}

TraceFile::TraceFile(std::string path)
    : Trace(kBuffer), path_(std::move(path)), file_(std::fopen(temporary().c_str(), "wb")) {}

TraceFile::~TraceFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  std::remove(temporary().c_str());
}

void TraceFile::full() {
  if (file_ != nullptr && std::fwrite(buffer_.data(), sizeof(TraceRecord), used_, file_) != used_) {
    failed_ = true;
  }
  used_ = 0;
}

Result<void> TraceFile::close() {
  if (file_ == nullptr) return Error{"trace_open", "cannot write " + temporary()};
  full();
  const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
  if (failed_ || !closed) {
    std::remove(temporary().c_str());
    return Error{"trace_write", "cannot write all of " + temporary()};
  }
  if (std::rename(temporary().c_str(), path_.c_str()) != 0) {
    return Error{"trace_rename", "cannot rename " + temporary() + " to " + path_};
  }
  return {};
}

}  // namespace gauntlet::sim
