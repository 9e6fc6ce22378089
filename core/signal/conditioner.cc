#include "core/signal/conditioner.h"

#include <algorithm>
#include <optional>

namespace gauntlet {
namespace {

// m/s2 or rad/s: fast but genuine movements stay below four of these within 60 ms.
constexpr double kSpikeFloor = 2;

ResamplerOptions resampler_options(const ConditionerOptions& o) {
  return {from_ms(o.grid_period_ms), o.resample, o.fill, from_ms(o.fill_max_ms),
          from_ms(o.late_wait_ms)};
}

// What the resampler cannot know: it puts a line, and its rows are predicted anew here.
std::optional<GapMethod> predicted(FillMethod fill) {
  switch (fill) {
    case FillMethod::burg:
      return GapMethod::burg;
    case FillMethod::seasonal:
      return GapMethod::seasonal;
    case FillMethod::automatic:
      return GapMethod::automatic;
    default:
      return std::nullopt;
  }
}

}  // namespace

void ConditionerOptions::describe(OptionVisitor& v) {
  v.number("grid_period_ms", grid_period_ms, {1, 1000}, "ms", "period of the fused signal",
           "the essay: 50 Hz");
  v.choice("resample", resample,
           {{"linear", ResampleMethod::linear},
            {"cubic", ResampleMethod::cubic},
            {"round-even", ResampleMethod::round_even},
            {"band-limited", ResampleMethod::band_limited}},
           "how samples become grid rows");
  v.choice("fill", fill,
           {{"linear", FillMethod::linear},
            {"hold", FillMethod::hold},
            {"none", FillMethod::none},
            {"burg", FillMethod::burg},
            {"seasonal", FillMethod::seasonal},
            {"automatic", FillMethod::automatic}},
           "what short gaps are filled with; filled rows are flagged");
  v.number("fill_max_ms", fill_max_ms, {0, 10000}, "ms", "a longer gap stays a gap",
           "the essay: 15 samples");
  v.number("late_wait_ms", late_wait_ms, {0, 60000}, "ms",
           "how long a row waits for a missing frame after the next one has come");
  v.flag("spike_removal", spike_removal, "Hampel filter over seven rows");
  v.number("spike_sigmas", spike_sigmas, {1, 100}, "deviations", "distance that makes a spike");
  v.choice("filter", filter,
           {{"butterworth2", SmoothingMethod::butterworth2},
            {"butterworth4", SmoothingMethod::butterworth4},
            {"one-euro", SmoothingMethod::one_euro}},
           "what smooths; delays at 10 Hz: 22, 42 and 16 ms");
  v.number("low_pass_hz", low_pass_hz, {0, 1000}, "Hz",
           "cut-off of the filter, delay 225 ms / this for butterworth2; 0 switches it off",
           "22 ms at 10 Hz, 45 ms at 5 Hz");
  v.number("one_euro_beta", one_euro_beta, {0, 100}, "Hz per m/s3",
           "how the one-euro filter's cut-off rises with the speed of change", "Casiez 2012");
}

Conditioner::Conditioner(const ConditionerOptions& options)
    : options_(options),
      resampler_(resampler_options(options)),
      hampel_({options.spike_removal ? std::size_t{3} : 0, options.spike_sigmas, kSpikeFloor}),
      smoothing_(options.filter, options.low_pass_hz, options.one_euro_beta,
                 1000 / options.grid_period_ms) {}

void Conditioner::append(std::size_t first, std::size_t n, GridRows& out) {
  if (n == 0) return;
  smoothing_.apply(out.values.data() + 3 * first, n);
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
  smoothing_.reset();
  for (auto& axis : past_) axis.clear();
  stretch_rows_ = 0;
}

// Runs of filled rows are predicted from the rows before them. Part of a gap may come now and the
// rest later: what was predicted is then part of the past, which changes nothing for a model that
// feeds on its own predictions, but for the few coefficients that are fitted anew.
void Conditioner::predict_gaps(const GridRows::Run& run) {
  const auto method = predicted(options_.fill);
  if (!method) return;
  GapOptions gap;
  gap.rate_hz = 1000 / options_.grid_period_ms;
  std::vector<double> out;
  for (std::size_t i = run.first; i < run.first + run.count;) {
    std::size_t end = i;
    while (end < run.first + run.count && raw_.filled[end] != 0) ++end;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      auto& past = past_[axis];
      if (end > i && !past.empty()) {
        out.resize(end - i);
        fill_gap(*method, gap, past, {}, out);
        for (std::size_t k = i; k < end; ++k) {
          raw_.values[3 * k + axis] = static_cast<float>(out[k - i]);
        }
      }
      const std::size_t last = std::max(end, i + 1);
      for (std::size_t k = i; k < last; ++k) {
        past.push_back(static_cast<double>(raw_.values[3 * k + axis]));
      }
      if (past.size() > 2 * kPastMost) {
        past.erase(past.begin(), past.end() - static_cast<std::ptrdiff_t>(kPastMost));
      }
    }
    i = std::max(end, i + 1);
  }
}

void Conditioner::advance(HostTime now, bool flush, GridRows& out) {
  raw_.clear();
  resampler_.advance(now, flush, raw_);
  for (const GridRows::Run& run : raw_.runs) {
    if (!run.continues) {
      end_stretch(out);
      next_out_ = run.start;
    }
    predict_gaps(run);
    const std::size_t first = out.filled.size();
    append(first,
           hampel_.push(raw_.values.data() + 3 * run.first, raw_.filled.data() + run.first,
                        run.count, out.values, out.filled),
           out);
  }
  if (flush) end_stretch(out);
}

}  // namespace gauntlet
