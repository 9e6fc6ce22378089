// Which machine answers, and with which of its models: the layer of MLIoT (Boovaraghavan et al.,
// IoTDI 2021) that chooses among machines at different distances, admitting only what keeps a
// latency threshold.
//
// A machine has a round-trip time and a speed; a model a cost, in ms on a machine of speed 1, and a
// worth (what its vote weighs). The models of an ensemble run one after the other. For every
// machine the models are admitted in order of worth per cost while round trip and models stay
// within the threshold; the machine with the greatest worth answers, of equals the faster one.
// Observed round trips replace the declared ones little by little (a running mean of 1/8, as in RFC
// 6298).
//
// Leaves out: queues at the machines, load of others, the cost of moving models there.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gauntlet::learn {

struct Machine {
  std::string name;
  double rtt_ms = 0;
  double speed = 1;
};
// The five of the publication: round trips of 3, 14, 128, 64 and 84 ms; the further ones faster.
// Speeds are ours: it gives none.
std::vector<Machine> published_machines();

struct ServedModel {
  std::string name;
  double cost_ms = 0;
  double worth = 0;
};

struct Selection {
  std::size_t machine = 0;
  std::vector<std::size_t> models;  // ascending
  double latency_ms = 0;            // expected: round trip and models
  double worth = 0;
};

class DeviceSelection {
 public:
  DeviceSelection(std::vector<Machine> machines, std::vector<ServedModel> models);
  // None where no machine can run even one model in time. An infinite threshold is best effort.
  std::optional<Selection> select(double threshold_ms) const;
  void observe_rtt(std::size_t machine, double rtt_ms);
  std::span<const Machine> machines() const { return machines_; }

 private:
  Selection admit(std::size_t machine, double threshold_ms) const;
  std::vector<Machine> machines_;
  std::vector<ServedModel> models_;
  std::vector<std::size_t> order_;  // by worth per cost, best first
};

// Mean latency of two stages where a share of the windows reaches the second: first + share *
// second. The publication's 65 ms against 105 ms in one stage.
double two_stage_latency_ms(double first_ms, double second_ms, double share_of_second);
// The share that its two means imply.
double share_reaching_second(double mean_ms, double first_ms, double second_ms);

}  // namespace gauntlet::learn
