// What is periodic in the smoothed rows of a set, and where it turns: the part that counting while
// a set runs and counting it afterwards have in common. See repetition_counter.h for how and why.
//
// Rows are smoothed specific force in the sensor's own frame, m/s2, at a regular rate. Row numbers
// are indices into the span given. Plain loops throughout: every build sums in the same order.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace gauntlet {

struct RepetitionCounterOptions;

using Vector3 = std::array<double, 3>;

// The two latest stretches before row `end`, each of so many rows, are alike.
struct LocalPeriod {
  std::size_t end = 0;
  std::size_t rows = 0;
  double weight = 0;  // by how much moved
};

// The period at the end of `rows`, if there is one. Where much more is going on above the cutoff
// (`fast`, per row) than below it, what is left below is the rest of a vibration, not a limb.
std::optional<LocalPeriod> local_period(std::span<const Vector3> rows, std::span<const double> fast,
                                        const RepetitionCounterOptions& options,
                                        double row_rate_hz);

// What the periodic part of a set looks like.
struct SetShape {
  double period_rows = 0;
  Vector3 axis{};            // direction of largest variance where it is periodic
  double range = 0;          // of the way along it
  std::size_t first = 0;     // rows [first, last) are periodic, half a period of grace on either
  std::size_t last = 0;      // side; may lie beyond the rows there are
  std::size_t agreeing = 0;  // local periods that are this one
};
std::optional<SetShape> shape_of(std::span<const Vector3> rows,
                                 std::span<const LocalPeriod> periods);

// Rows at which the limb turned, those of the side with more of them, in order. `drop`: the share
// of the range that must be left behind before a turn is believed.
std::vector<std::size_t> turning_points(std::span<const Vector3> rows, const SetShape& shape,
                                        const RepetitionCounterOptions& options, double drop,
                                        double row_rate_hz);

}  // namespace gauntlet
