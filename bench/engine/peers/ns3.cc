// engine_peer_ns3 <scheduler> <kind> <load> <n> <events>; scheduler: map, heap, priority_queue,
// calendar, list.
#include <ns3/core-module.h>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "bench/engine/workload.h"

namespace {

using gauntlet::bench::Model;
using ns3::NanoSeconds;
using ns3::Simulator;

Model* model = nullptr;
std::vector<ns3::EventId> cancellable;

void nothing() {}

std::int64_t next(std::uint32_t id) {
  const std::int64_t delay = model->next(Simulator::Now().GetNanoSeconds(), id);
  if (delay < 0) Simulator::Stop();
  return delay;
}
void cycle(std::uint32_t id) {
  const std::int64_t delay = next(id);
  if (delay >= 0) Simulator::Schedule(NanoSeconds(delay), &cycle, id);
}
void rearm(std::uint32_t id) {
  const std::int64_t delay = next(id);
  Simulator::Cancel(cancellable[id]);
  cancellable[id] = Simulator::Schedule(NanoSeconds(gauntlet::bench::kTimeout_ns), &nothing);
  if (delay >= 0) Simulator::Schedule(NanoSeconds(delay), &rearm, id);
}
void cancel(std::uint32_t id) {
  using gauntlet::bench::kDecoys;
  ns3::EventId* decoys = &cancellable[std::size_t{id} * kDecoys];
  for (std::uint32_t k = 0; k < kDecoys; ++k) Simulator::Cancel(decoys[k]);
  const std::int64_t delay = next(id);
  if (delay < 0) return;
  for (std::uint32_t k = 0; k < kDecoys; ++k) {
    decoys[k] = Simulator::Schedule(NanoSeconds(delay + 1 + k * delay / 4), &nothing);
  }
  Simulator::Schedule(NanoSeconds(delay), &cancel, id);
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, std::string> schedulers = {
      {"map", "ns3::MapScheduler"},
      {"heap", "ns3::HeapScheduler"},
      {"priority_queue", "ns3::PriorityQueueScheduler"},
      {"calendar", "ns3::CalendarScheduler"}};
  const auto it = schedulers.find(argc > 1 ? argv[1] : "");
  if (it == schedulers.end()) return 2;
  const auto workload = gauntlet::bench::parse_workload(argc, argv, 2);
  ns3::ObjectFactory factory;
  factory.SetTypeId(it->second);
  Simulator::SetScheduler(factory);
  Model m(workload);
  model = &m;
  cancellable.resize(std::size_t{workload.n} * gauntlet::bench::kDecoys);
  void (*handler)(std::uint32_t) = workload.kind == "rearm"    ? &rearm
                                   : workload.kind == "cancel" ? &cancel
                                                               : &cycle;
  for (std::uint32_t id = 0; id < m.n(); ++id) {
    Simulator::Schedule(NanoSeconds(m.first(id)), handler, id);
  }
  const auto outcome = gauntlet::bench::timed(m, [] { Simulator::Run(); });
  gauntlet::bench::print_outcome("ns3-" + it->first, workload, outcome);
  std::fflush(stdout);
  std::_Exit(0);  // tearing down a million events is not what is measured
}
