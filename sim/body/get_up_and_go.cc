#include "sim/body/get_up_and_go.h"

#include <algorithm>
#include <numbers>

#include "sim/body/script_builder.h"
#include "sim/engine/portable_math.h"

namespace gauntlet::sim {
namespace {

// Mean directions of gravity at the wrist are those of the recordings: the seated forearm is nearly
// level, its back up.
constexpr PoseDegrees kSeated{12, 22, 8, 15, 68, 60, 84};
constexpr PoseDegrees kLeaning{40, 32, 8, 12, 52, 24, 66};  // weight over the feet, hands push
constexpr PoseDegrees kWalking{5, -2, 6, 0, 26, 4, 0};
constexpr double kFirstStep_s = 0.4;
constexpr double kLeastTurn_s = 0.8;
constexpr double kPushing = 6;  // tremor of an arm that pushes, relative to a relaxed one
// The body meets the seat and the hands the thighs: how hard, in the same measure, and how long.
constexpr double kLanding = 25, kLanding_s = 0.3;
constexpr double kTurnInLabel = 0.7;  // of a turn's time lies in the stretch called turning

}  // namespace

void GetUpAndGoOptions::describe(OptionVisitor& v) {
  v.integer("rounds", rounds, {1, 1000}, "1", "how often");
  const char* const source = "Matey-Sanz et al. 2023: medians of 175 executions";
  v.number("seated_s", seated_s, {0.1, 3600}, "s", "sitting between rounds, median", source);
  v.number("rise_s", rise_s, {0.4, 60}, "s", "standing up, median", source);
  v.number("walk_s", walk_s, {2, 600}, "s", "walking each way, median", source);
  v.number("turn_s", turn_s, {0.2, 10}, "s", "half a turn, at least 0.8 s, median", source);
  v.number("sink_s", sink_s, {0.4, 60}, "s", "sitting down, median", source);
  v.number("arm_swing", arm_swing, {0, 2}, "1", "of an unhurried walk's",
           "the same: power of the wrist's 1 to 3 Hz when walking");
  v.number("step_size", step_size, {0, 2}, "1",
           "movement of pelvis and thigh, of an unhurried walk's",
           "the same: power of the pocket's 1 to 3 Hz when walking");
  v.number("cadence", cadence, {0.3, 2}, "1", "of an unhurried walk's",
           "the same: 1.75 steps a second, median");
  v.number("pace_variation", pace_variation, {0, 1}, "1",
           "sd of the logarithm of each duration but sitting", source);
  v.number("seated_variation", seated_variation, {0, 2}, "1",
           "sd of the logarithm of sitting between rounds",
           "the same: P10 and P90 of 304 stretches, 0.29 and 1.41 s");
}

void ScriptBuilder::get_up_and_go(const GetUpAndGoOptions& o) {
  const auto about = [&](double seconds) {
    return seconds * portable::exp(random_.normal(0, o.pace_variation)) /
           script_.person_.dynamics.tempo;
  };
  // Waiting has no tempo.
  const auto seated = [&] {
    return o.seated_s * portable::exp(random_.normal(0, o.seated_variation));
  };
  // Gait with arms, and in turns legs too, that swing less.
  const auto steps = [&](double arms, double legs) {
    Rhythm r = gait();
    r.omega_radps *= o.cadence;
    r.ramp_s = kFirstStep_s;
    for (std::size_t k = 0; k < Rhythm::kHarmonics; ++k) {
      for (std::size_t j = 0; j < kChannels; ++j) {
        const double share = j < kLegChannels ? legs : arms;
        r.cosine[k][j] *= share;
        r.sine[k][j] *= share;
      }
    }
    return r;
  };
  const auto turn = [&](double seconds, double side) {
    heading_ += side * std::numbers::pi;
    Rhythm r = steps(0.55 * o.arm_swing, 0.7 * o.step_size);  // short steps on the spot
    r.strike_mps2 *= 0.8;
    // One begins to turn while walking and ends while setting off: recorded phones turn by 146
    // degrees (median) in the middle of it.
    const double all = std::max(seconds, kLeastTurn_s) / kTurnInLabel;
    const Duration edge = from_seconds(0.5 * (1 - kTurnInLabel) * all);
    const WorldTime begin = now_;
    sway_along(r, all, 0.95 * all);
    const WorldTime end = now_;
    now_ = begin + edge;
    close_activity("walking");
    now_ = end - edge;
    close_activity("turning");
    now_ = end;
  };
  // What of walking and of sitting down a turn of the usual length takes.
  const double edge_s = 0.5 * (1 / kTurnInLabel - 1) * o.turn_s;
  const auto leaning = [&] {
    Pose q = nudged(pose(kLeaning, Support::feet), 12);
    q[kTremor] = kPushing;
    return q;
  };
  move(nudged(pose(kSeated, Support::feet), 3));
  for (std::int64_t i = 0; i < o.rounds; ++i) {
    hold(seated());
    close_activity("sitting");
    move(leaning(), about(0.45 * o.rise_s));
    move(nudged(standing(), 3), about(0.55 * o.rise_s));
    close_activity("standing_up");
    for (int way = 0; way < 2; ++way) {
      const double steps_s = std::max(1.0, about(o.walk_s - (way == 0 ? 1 : 2) * edge_s));
      sway_into(steps(o.arm_swing, o.step_size), steps_s, nudged(pose(kWalking, Support::feet), 2),
                0.9);
      turn(about(o.turn_s), random_.chance(0.5) ? 1 : -1);
    }
    move(leaning(), about(std::max(0.2, 0.5 * o.sink_s - edge_s)));
    // Who sits down is down before the stretch called sitting down ends.
    Pose landed = nudged(pose(kSeated, Support::feet), 5);
    landed[kTremor] = kLanding * random_.uniform(0.3, 1.7);
    move(landed, about(0.5 * o.sink_s - kLanding_s));
    landed[kTremor] = 1;
    move(landed, kLanding_s);
    close_activity("sitting_down");
  }
  hold(seated());
  close_activity("sitting");
}

Script make_get_up_and_go(const GetUpAndGoOptions& options, const PersonOptions& person,
                          const RandomStream& stream, WorldTime begin) {
  const FloorPlanOptions floor;
  ScriptBuilder builder(person, floor, stream, begin);
  builder.get_up_and_go(options);
  return builder.finish();
}

}  // namespace gauntlet::sim
