#include "core/signal/conditioner.h"

namespace gauntlet {
namespace {

// m/s2 or rad/s: fast but genuine movements stay below four of these within 60 ms.
constexpr double kSpikeFloor = 2;

ResamplerOptions resampler_options(const ConditionerOptions& o) {
  return {from_ms(o.grid_period_ms), o.resample, o.fill, from_ms(o.fill_max_ms),
          from_ms(o.late_wait_ms)};
}

Biquad low_pass(const ConditionerOptions& o) {
  if (o.low_pass_hz <= 0) return {};
  const double rate_hz = 1000 / o.grid_period_ms;
  // A cut-off at or above half the grid rate has nothing left to remove.
  return o.low_pass_hz < rate_hz / 2 ? butterworth2(o.low_pass_hz, rate_hz) : Biquad{};
}

}  // namespace

void ConditionerOptions::describe(OptionVisitor& v) {
  v.number("grid_period_ms", grid_period_ms, {1, 1000}, "ms", "period of the fused signal",
           "the essay: 50 Hz");
  v.choice("resample", resample,
           {{"linear", ResampleMethod::linear},
            {"cubic", ResampleMethod::cubic},
            {"round-even", ResampleMethod::round_even}},
           "how samples become grid rows");
  v.choice("fill", fill,
           {{"linear", FillMethod::linear}, {"hold", FillMethod::hold}, {"none", FillMethod::none}},
           "what short gaps are filled with; filled rows are flagged");
  v.number("fill_max_ms", fill_max_ms, {0, 10000}, "ms", "a longer gap stays a gap",
           "the essay: 15 samples");
  v.number("late_wait_ms", late_wait_ms, {0, 60000}, "ms",
           "how long a row waits for a missing frame after the next one has come");
  v.flag("spike_removal", spike_removal, "Hampel filter over seven rows");
  v.number("spike_sigmas", spike_sigmas, {1, 100}, "deviations", "distance that makes a spike");
  v.number("low_pass_hz", low_pass_hz, {0, 1000}, "Hz",
           "cut-off of the second-order Butterworth, delay 225 ms / this; 0 switches it off",
           "22 ms at 10 Hz, 45 ms at 5 Hz");
}

Conditioner::Conditioner(const ConditionerOptions& options)
    : options_(options),
      resampler_(resampler_options(options)),
      hampel_({options.spike_removal ? std::size_t{3} : 0, options.spike_sigmas, kSpikeFloor}),
      low_pass_(low_pass(options)) {}

void Conditioner::append(std::size_t first, std::size_t n, GridRows& out) {
  if (n == 0) return;
  low_pass_.apply(out.values.data() + 3 * first, n);
  if (stretch_rows_ == 0 || out.runs.empty()) {
    out.runs.push_back({next_out_, first, 0, stretch_rows_ > 0});
  }
  out.runs.back().count += n;
  stretch_rows_ += n;
  next_out_ += from_ms(options_.grid_period_ms) * static_cast<std::int64_t>(n);
}

void Conditioner::end_stretch(GridRows& out) {
  const std::size_t first = out.filled.size();
  append(first, hampel_.flush(out.values, out.filled), out);
  low_pass_.reset();
  stretch_rows_ = 0;
}

void Conditioner::advance(HostTime now, bool flush, GridRows& out) {
  raw_.clear();
  resampler_.advance(now, flush, raw_);
  for (const GridRows::Run& run : raw_.runs) {
    if (!run.continues) {
      end_stretch(out);
      next_out_ = run.start;
    }
    const std::size_t first = out.filled.size();
    append(first,
           hampel_.push(raw_.values.data() + 3 * run.first, raw_.filled.data() + run.first,
                        run.count, out.values, out.filled),
           out);
  }
  if (flush) end_stretch(out);
}

}  // namespace gauntlet
