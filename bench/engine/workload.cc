#include "bench/engine/workload.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace gauntlet::bench {
namespace {

// SplitMix64 (Steele, Lea, Flood, 2014).
class Bits {
 public:
  std::uint64_t operator()() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  double unit() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_ = 2024;
};

// Means near 1 s, but for ties (all at one instant, again and again) and Pareto (no variance).
double draw(std::string_view load, Bits& bits) {
  const double u = bits.unit();
  if (load == "exponential") return -1e9 * std::log1p(-u);
  if (load == "uniform") return 2e9 * u;
  if (load == "bimodal") return bits.unit() < 0.9 ? 1e6 * u : 2e10 * u;
  if (load == "camel") return (bits.unit() < 0.5 ? 1e6 : 2e9) * (1 + 1e-3 * u);
  if (load == "pareto") return 2e8 * std::pow(1 - u, -1 / 1.25);
  return 1e6;
}

[[noreturn]] void refuse(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(2);
}

}  // namespace

std::vector<std::int64_t> delay_table(std::string_view load) {
  if (std::find(std::begin(kLoads), std::end(kLoads), load) == std::end(kLoads)) {
    refuse("no load is called " + std::string(load));
  }
  Bits bits;
  std::vector<std::int64_t> table(kTable);
  for (std::int64_t& delay : table) delay = static_cast<std::int64_t>(draw(load, bits));
  return table;
}

Model::Model(const Workload& w)
    : timers_(w.kind == "timers" || w.kind == "rearm"),
      ties_(w.load == "ties"),
      n_(w.n),
      events_(w.events),
      mark_(2 * std::uint64_t{w.n}),
      table_(delay_table(w.load)) {}

bool Model::pass_mark() {
  if (begin_s_ > 0) return true;
  mark_ += events_;
  begin_s_ = cpu_seconds();
  return false;
}

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

void print_outcome(std::string_view engine, const Workload& w, const Outcome& o) {
  std::printf(
      "{\"engine\": \"%.*s\", \"kind\": \"%s\", \"load\": \"%s\", \"n\": %u, \"events\": %llu, "
      "\"cpu_s\": %.6f, \"hash\": \"%016llx\"}\n",
      static_cast<int>(engine.size()), engine.data(), w.kind.c_str(), w.load.c_str(), w.n,
      static_cast<unsigned long long>(o.events), o.cpu_s, static_cast<unsigned long long>(o.hash));
}

Workload parse_workload(int argc, char** argv, int first) {
  if (argc != first + 4) refuse("expected <kind> <load> <n> <events>");
  Workload w;
  w.kind = argv[first];
  w.load = argv[first + 1];
  w.n = static_cast<std::uint32_t>(std::strtoul(argv[first + 2], nullptr, 10));
  w.events = std::strtoull(argv[first + 3], nullptr, 10);
  const std::string_view kinds[] = {"hold", "timers", "rearm", "cancel"};
  if (std::find(std::begin(kinds), std::end(kinds), w.kind) == std::end(kinds)) {
    refuse("no kind is called " + w.kind);
  }
  if (w.n < 1 || w.n > 4'000'000 || w.events < 1) refuse("n or events out of range");
  return w;
}

}  // namespace gauntlet::bench
