// Means and spreads of people, clocks, sensors and links, fitted to recordings, each with its
// interval and what it rests on; and as a preset, a fragment of a scenario, where the world has an
// option for it.
//
// Spreads are standard deviations; intervals of spreads are chi-squared's, of means Student's, of
// medians those of order statistics, all 95 %. They assume normal values and independent units: the
// n given is that of the units (sets, people, sessions), never of samples. The captures are of two
// people at most, so what they say of people is one person's: only sp-sw-har says how people
// differ.
#pragma once

#include <string>
#include <vector>

#include "calibration/finding.h"
#include "replay/sessions.h"
#include "replay/track.h"

namespace gauntlet::calibration {

struct Fit {
  std::vector<Section> sections;
  std::string preset;
};

// Any of the three may be empty: what rests on it is left out.
Fit fit_spreads(const replay::Collection& sessions, const replay::Collection& logs,
                const std::vector<replay::SampleTrack>& people);

struct Spread {
  double mean = 0, sd = 0;
  std::optional<reports::Interval> mean_interval, sd_interval;  // none for fewer than 3
  std::uint64_t n = 0;
};
Spread spread_of(const std::vector<double>& values);

}  // namespace gauntlet::calibration
