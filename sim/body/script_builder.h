// Lays key poses end to end. Internal to this folder.
#pragma once

#include <array>
#include <numbers>
#include <string_view>

#include "sim/body/exercises.h"
#include "sim/body/script.h"
#include "sim/body/skeleton.h"

namespace gauntlet::sim {

struct GetUpAndGoOptions;

inline constexpr double kRadiansPerDegree = 0.017453292519943295;

class ScriptBuilder {
 public:
  // `floor` outlives the builder.
  ScriptBuilder(const PersonOptions& person, const FloorPlanOptions& floor,
                const RandomStream& stream, WorldTime begin);

  void set(const PlanItem& item, std::int64_t repetitions);
  // At least `seconds` of a named activity, longer where a movement has to be finished.
  void activity(std::string_view name, double seconds);
  void rest_until(WorldTime end);
  void get_up_and_go(const GetUpAndGoOptions& options);
  // Walks there, if it is more than a step away.
  void go_to(double x_m, double y_m);
  double seconds_to(double x_m, double y_m) const;
  WorldTime now() const { return now_; }
  Script finish();

 private:
  // An exercise as this person does it in this set.
  struct Movement {
    const Exercise& exercise;
    Pose start;
    std::array<Pose, Exercise::kPhases> phases;
    double slow;    // factor on durations
    double range;   // of motion
    double tremor;  // gain
  };
  // What one repetition is like.
  struct Repetition {
    double out, hold, back;  // factors on durations
    double range;
    double swing_rad, drift_rad;
    double pause_s;  // on the way out; 0: none
    bool bounces;
  };
  Movement movement(const PlanItem& item);
  // `done`: share of the set done, 0 to 1.
  Repetition draw_repetition(const Movement& m, double done);
  // `before_s`, `after_s`: at rest where it begins, between this repetition and its neighbours.
  void repeat(const Movement& m, double done, double before_s, double after_s);
  Pose reached(const Movement& m, std::size_t phase, const Repetition& r, const Pose& home) const;
  // Poses of this person: personal offsets, strap and support included.
  Pose pose(const PoseDegrees& degrees, Support support) const;
  Pose standing() const;
  void place_feet(Pose& q) const;
  void turn_pelvis(Pose& q) const;

  // A minimum-jerk movement as fast as a relaxed person makes it, or in `seconds`.
  void move(const Pose& to);
  void move(const Pose& to, double seconds, const Pose& acceleration = {});
  void hold(double seconds);
  // Holds the pose under a rhythm for `seconds`, turning to `heading_` in the first `turn_s`. The
  // rhythm's pelvis moves forward and left of the person.
  void sway_along(const Rhythm& rhythm, double seconds, double turn_s = 0);
  // The same from the last pose into another one within `within_s`; 0: into none.
  void sway_into(Rhythm rhythm, double seconds, const Pose& to, double within_s);
  Pose nudged(Pose q, double degrees);
  void close_activity(std::string_view name);

  void rest(double seconds);
  void stroll(double seconds);
  void walk_to(double x_m, double y_m);
  Rhythm gait();
  void shake_trunk(Rhythm& r, double size);
  double walking_speed_mps() const;
  void work(WorldTime begin, double from_met, double to_met);
  void drink(double seconds);
  void drag_bench(double seconds);
  void adjust_machine(double seconds);
  void use_phone(double seconds);
  void climb(double seconds);
  void wipe(double seconds);
  void stretch(double seconds);
  void add_wobbles(const RandomStream& stream);

  const FloorPlanOptions& floor_;
  Script script_;
  Limbs limbs_;
  RandomStream random_;
  // How a trunk's acceleration over a stride differs from everybody's: harmonic, axis, cosine or
  // sine, in standard deviations.
  using GaitStyle = std::array<std::array<std::array<double, 2>, 3>, Rhythm::kHarmonics>;

  Pose offsets_{};  // personal, of each joint
  GaitStyle gait_style_{};
  double strap_rad_ = 0;
  std::string_view set_up_for_;  // an exercise of the table
  Pose setup_{};
  double creep_rad_ = 0;                   // of the strap, since the set began
  double heading_ = std::numbers::pi / 2;  // into the hall
  WorldTime now_;
  WorldTime activity_begin_;
};

}  // namespace gauntlet::sim
