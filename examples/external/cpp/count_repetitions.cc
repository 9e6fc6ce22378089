// Counts repetitions: every swing of the watch's x axis above its mean and back is one.
//
//   gauntlet sut check -- build/count_repetitions
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/util/delimited_message_util.h>
#include <unistd.h>

#include <optional>
#include <span>
#include <vector>

#include "core/ports/external.pb.h"
#include "core/wire/frame.h"

namespace {

namespace io = google::protobuf::io;
namespace util = google::protobuf::util;
using namespace gauntlet::external::v1;

constexpr double kSwing_mg = 200;
constexpr int kQuietSamples = 400;
constexpr std::int64_t kPeriod_ns = 20'000'000;  // as the watch believes: 50 Hz

class Counter {
 public:
  explicit Counter(io::FileOutputStream& out) : out_(out) {}
  void on_frame(const Frame& frame, std::int64_t now_ns) {
    using namespace gauntlet::wire;
    const auto view = read_whole_frame(FrameFormat::pebble16,
                                       std::as_bytes(std::span<const char>(frame.bytes())));
    if (!view || !view->decodable()) return;
    std::vector<std::int16_t> xyz(3 * std::size_t{view->count()});
    view->decode(xyz);
    for (std::int64_t k = 0; k < view->count(); ++k) {
      on_sample(xyz[static_cast<std::size_t>(3 * k)],
                now_ns - (view->count() - 1 - k) * kPeriod_ns);
    }
  }

 private:
  void on_sample(double x_mg, std::int64_t at_ns) {
    mean_ = mean_ ? *mean_ + 0.005 * (x_mg - *mean_) : x_mg;
    ++quiet_;
    if (high_ && x_mg < *mean_ - kSwing_mg) {
      if (count_ == 0) show(0, at_ns);
      high_ = false, ++count_, quiet_ = 0;
      show(1, at_ns);
    }
    high_ = high_ || x_mg > *mean_ + kSwing_mg;
    if (count_ == 0 || quiet_ <= kQuietSamples) return;
    show(2, at_ns);
    count_ = 0;
  }
  void show(std::uint32_t kind, std::int64_t at_ns) {
    Output output;
    output.mutable_shown()->set_kind(kind);
    output.mutable_shown()->set_exercise("something");
    output.mutable_shown()->set_count(count_);
    output.mutable_shown()->set_claimed_ns(at_ns);
    util::SerializeDelimitedToZeroCopyStream(output, &out_);
  }
  io::FileOutputStream& out_;
  std::optional<double> mean_;
  bool high_ = false;
  std::uint32_t count_ = 0;
  int quiet_ = 0;
};

}  // namespace

int main() {
  io::FileInputStream in(STDIN_FILENO);
  io::FileOutputStream out(STDOUT_FILENO);
  Counter counter(out);
  Input input;
  while (util::ParseDelimitedFromZeroCopyStream(&input, &in, nullptr)) {
    Output output;
    if (input.has_hello()) {
      output.mutable_ready()->set_version(1);
      output.mutable_ready()->set_name("swings");
      util::SerializeDelimitedToZeroCopyStream(output, &out);
    }
    if (input.has_frame()) counter.on_frame(input.frame(), input.now_ns());
    output.mutable_idle()->set_sequence(input.sequence());
    util::SerializeDelimitedToZeroCopyStream(output, &out);
    if (!out.Flush()) return 1;  // the harness has gone
  }
}
