// A parameter that exists and does nothing is worse than none: every option of devices, clocks,
// firmware, links and people is changed in turn, and what arrives, when, at what cost and with what
// losses must change with it, in one of a few worlds in which the effects are switched on.
#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/body/motion.h"
#include "sim/link/link.h"
#include "sim/wearable/wearable.h"

namespace gauntlet::sim {
namespace {

// Where in a tree of options: "device.sensors[2].faults.gap_s".
class Walk : public OptionVisitor {
 public:
  void number(std::string_view name, double& value, Range range, std::string_view, std::string_view,
              std::string_view) override {
    at(name, {value * 2, value / 2, value + 1, 1, 30, range.min, range.max}, range, value);
  }
  void integer(std::string_view name, std::int64_t& value, Range range, std::string_view,
               std::string_view, std::string_view) override {
    double v = static_cast<double>(value);
    at(name, {v + 1, v - 1, 2 * v, 1, 30, range.min, range.max}, range, v);
    value = static_cast<std::int64_t>(v);
  }
  void flag(std::string_view name, bool& value, std::string_view) override {
    double v = value ? 1 : 0;
    at(name, {1 - v}, {0, 1}, v);
    value = v > 0.5;
  }
  void text(std::string_view, std::string&, std::string_view) override {}
  void strings(std::string_view, std::vector<std::string>&, std::string_view) override {}
  void preset(const std::vector<std::string_view>&, std::string_view,
              const std::function<void(std::string_view)>&) override {}

 protected:
  std::size_t choose(std::string_view name, const std::vector<std::string_view>& allowed,
                     std::size_t current, std::string_view) override {
    double v = static_cast<double>(current);
    std::vector<double> others;
    for (std::size_t i = 1; i < allowed.size(); ++i) {
      others.push_back(static_cast<double>((current + i) % allowed.size()));
    }
    at(name, others, {0, static_cast<double>(allowed.size() - 1)}, v);
    return static_cast<std::size_t>(v);
  }
  void enter(std::string_view name, std::string_view,
             const std::function<void(OptionVisitor&)>& describe) override {
    const std::string outside = path_;
    path_ += std::string(name) + ".";
    describe(*this);
    path_ = outside;
  }
  void repeat(std::string_view name, std::string_view, std::size_t size,
              const std::function<void(std::size_t)>&,
              const std::function<void(std::size_t, OptionVisitor&)>& describe,
              const std::function<void(OptionVisitor&)>&) override {
    const std::string outside = path_;
    for (std::size_t i = 0; i < size; ++i) {
      path_ = outside + std::string(name) + "[" + std::to_string(i) + "].";
      describe(i, *this);
    }
    path_ = outside;
  }
  virtual void leaf(const std::string& path, const std::vector<double>& others, double& value) = 0;

 private:
  void at(std::string_view name, const std::vector<double>& wanted, Range range, double& value) {
    std::vector<double> others;
    for (const double v : wanted) {
      if (v >= range.min && v <= range.max && v != value) others.push_back(v);
    }
    leaf(path_ + std::string(name), others, value);
  }
  std::string path_;
};

struct Leaf {
  std::string path;
  std::vector<double> others;
};
class List final : public Walk {
 public:
  std::vector<Leaf> leaves;

 private:
  void leaf(const std::string& path, const std::vector<double>& others, double&) override {
    leaves.push_back({path, others});
  }
};
class Set final : public Walk {
 public:
  Set(std::string path, double value) : path_(std::move(path)), value_(value) {}

 private:
  void leaf(const std::string& path, const std::vector<double>&, double& value) override {
    if (path == path_) value = value_;
  }
  std::string path_;
  double value_;
};

class Hash {
 public:
  void add(std::span<const std::byte> bytes) {
    for (const std::byte b : bytes) h_ = (h_ ^ static_cast<std::uint64_t>(b)) * 0x100000001b3;
  }
  template <class T>
  void add(const T& value) {
    add(std::as_bytes(std::span(&value, 1)));
  }
  std::uint64_t value() const { return h_; }

 private:
  std::uint64_t h_ = 0xcbf29ce484222325;
};

struct World {
  double length_s = 90;
  bool lit = false;  // somebody lights up the optical sensor
  WearableOptions device;
  LinkOptions link;
  PersonOptions person;
  void describe(OptionVisitor& v) {
    v.table("device", device, "");
    v.table("link", link, "");
    v.table("person", person, "");
  }
};

// A tone that the sampler's defences act on; a lamp that the optical sensor's do.
class Tone final : public AnalogSource {
 public:
  bool overloads(const AnalogPath&, WorldTime t) const override {
    return t.time_since_epoch().count() / 1'000'000'000 % 7 == 0;
  }
  void add(const AnalogPath& path, std::span<const WorldTime> t, float* xyz) const override {
    for (std::size_t i = 0; i < t.size(); ++i) {
      if (path.sensor == SensorKind::heart_rate) {
        xyz[3 * i] += static_cast<float>(path.dark_slots ? 0 : path.pulse_rate_hz);
        continue;
      }
      xyz[3 * i] += static_cast<float>(t[i].time_since_epoch().count() / 50'000 % 7);
    }
  }
};

Script script_of(const World& w) {
  PlanOptions plan = gym_hour_plan();
  plan.lead_in_s = 2;
  plan.exercises = {{"triceps-dips", 1, 2, 3, 0}, {"biceps-curl", 2, 3, 4, 8}};
  plan.between_sets = {{"walking", 1, 6}};
  plan.between_exercises = {};
  return make_script(plan, w.person, RandomStream(3, "person/0/session")).value();
}

std::uint64_t fingerprint(const World& w) {
  const auto script = std::make_shared<const Script>(script_of(w));
  const auto motion = make_motion(script, w.device.worn);
  // What the phone in the pocket feels belongs to the person, too.
  const auto pocket = make_motion(script, Worn::pocket);
  std::array<WorldTime, 100> t;
  std::array<float, 300> force;
  for (std::size_t i = 0; i < t.size(); ++i)
    t[i] = WorldTime{from_seconds(0.9 * static_cast<double>(i))};
  pocket->evaluate(t, force.data(), nullptr);
  Hash hash;
  for (const float f : force) hash.add(f);

  Simulation simulation;
  TrueDevice truth;
  Counters dropped;
  Link link(simulation, w.link, RandomStream(1, "link/watch"), truth, dropped,
            [&](const Delivery& d) {
              hash.add(simulation.now().time_since_epoch().count());
              hash.add(d.bytes);
            });
  Wearable wearable(simulation, w.device, 0, RandomStream(1, "wearable/watch"), *motion,
                    WorldTime{}, WorldTime{from_seconds(w.length_s)}, truth, dropped, link.sink(),
                    [&link] { return link.busy(); });
  const Tone tone;
  wearable.add_source(w.lit ? SensorKind::heart_rate : SensorKind::accelerometer, tone);
  wearable.start();
  simulation.run();
  for (const auto& [name, count] : dropped.all()) {
    for (const char c : name) hash.add(c);
    hash.add(count);
  }
  for (const TrueStream& s : truth.streams) {
    for (const float v : s.signal) hash.add(v);
  }
  const RadioAccount radio = link.account().radio;
  const Energy e =
      energy_of(wearable.energy(), {radio.bytes + radio.framing_bytes, radio.events + radio.polls},
                w.device.energy, w.length_s);
  hash.add(e.total_mj());
  return hash.value();
}

World base() {
  World w;
  w.device = wearable_preset("watch-2023");
  for (const char* more : {"shirt-strain", "beacons"}) {
    w.device.sensors.push_back(sensor_preset(more));
  }
  for (SensorOptions& s : w.device.sensors) {
    const bool moves = s.kind == SensorKind::accelerometer || s.kind == SensorKind::gyroscope;
    s.temperature = s.bias = s.alignment = s.noise = s.lowpass = s.clip = s.quantise = true;
    s.noise_x.coloured_sd = s.noise_y.coloured_sd = s.noise_z.coloured_sd = 5;
    s.instability_processes = 2;
    s.instability_sd = s.random_walk = s.bias_per_k = 1;
    s.oscillator.ppm_per_k = 5;
    s.oscillator.error_sd_ppm = 1000;
    s.faults = {600, 0.5, 600, 100, 600, 600, 0.3};
    if (!moves) continue;
    s.range = 2000;
    s.mount_hz = 9;
    s.oversampling = 2;
    s.sampling = Sampling::random_average;
    s.sampling_count = 3;
  }
  for (SensorOptions& s : w.device.sensors) {
    if (s.kind == SensorKind::beacon) s.beacons.places = {{"a", 2, 3, 2.5}, {"b", 9, 6, 2.5}};
    if (s.kind == SensorKind::magnetometer) s.range = 40;
    if (s.kind == SensorKind::heart_rate) {
      s.heart.locks_per_min = s.heart.unlocks_per_min = 20;
      s.range = 150;
    }
  }
  w.device.shared_oscillator = false;
  w.device.clock.frequency.error_sd_ppm = 100;
  w.device.clock.frequency.ppm_per_k = 5;
  w.device.firmware.batch = 25;
  w.device.firmware.stall_per_hour = 600;
  w.person.dynamics.proficiency = 0.1;
  w.person.dynamics.partial = w.person.dynamics.pause = w.person.dynamics.bounce = 0.4;
  w.link.duplicate_probability = w.link.reorder_probability = 0.2;
  w.link.disconnects_per_hour = 600;
  w.link.packet_error = 0.2;
  w.link.loss.kind = LossKind::gilbert_elliott;
  w.link.cap_bytes_per_s = 4000;
  return w;
}

// Worlds in which other effects are switched on.
std::vector<World> worlds() {
  std::vector<World> out(5, base());
  // The recordings' application: whatever waits is dropped.
  out[1].device.firmware.outbox = OutboxPolicy::one_in_flight;
  out[1].device.firmware.batch = 30;
  out[1].device.firmware.service_samples = 10;
  out[1].device.firmware.frame_ms_max = 2500;
  out[1].link.degraded = {5, 5, 750, 1};
  out[1].link.delay.kind = DelayKind::empirical;
  out[1].link.delay.p65_ms = 100;
  out[1].link.give_up_errors = 20;
  out[1].link.cap_bytes_per_s = 2000;
  // Both algorithms of the essay, in rooms too small for them.
  out[2].device.firmware.algorithm = Algorithm::poll;
  out[2].device.clock.frequency.error_limit_ppm = 50;
  for (SensorOptions& s : out[2].device.sensors) {
    s.sampling = Sampling::out_of_phase;
    s.oscillator.error_limit_ppm = 50'000;
  }
  out[3].device.firmware.algorithm = Algorithm::timer;
  out[3].device.firmware.fifo_samples = 20;
  out[3].link.queue_bytes = 600;
  out[3].link.cap_bytes_per_s = 300;
  out[3].link.att_mtu = 40;
  out[3].lit = true;
  // A quiet connection that may sleep.
  out[4].link = link_preset("ble-default");
  out[4].link.peripheral_latency = 4;
  out[4].link.att_mtu = 185;
  out[4].link.packet_header_bytes = 4;
  out[4].link.disconnects_per_hour = 100;
  out[4].link.supervision_timeout_s = 2;
  return out;
}

bool valid(const World& w) {
  for (const SensorOptions& s : w.device.sensors) {
    if (static_cast<double>(s.batch) > s.nominal_rate_hz * w.length_s) return false;
  }
  return w.device.validate() && w.link.validate();
}

// What of a list: "sensors[2]" and "sensors[0]" are one parameter.
std::string without_index(std::string path) {
  for (std::size_t i; (i = path.find('[')) != std::string::npos;) {
    path.erase(i, path.find(']') - i + 1);
  }
  return path;
}

TEST(Parameters, EveryOneOfDevicesClocksFirmwareLinksAndPeopleChangesWhatComesOut) {
  std::set<std::string> idle, matter;
  // Said of the person, and what whoever draws people makes of it: which wrist wears the watch
  // (person.cc); and devices that the world makes of presets and a person's hardware (world.cc).
  const std::set<std::string> elsewhere{"person.body.hand", "person.hardware.rate_ppm",
                                        "person.hardware.noise", "person.hardware.bias",
                                        "device.sensors.kind"};
  for (World& world : worlds()) {
    ASSERT_TRUE(world.device.validate().ok()) << world.device.validate().error().message;
    ASSERT_TRUE(world.link.validate().ok()) << world.link.validate().error().message;
    ASSERT_TRUE(valid(world));
    const std::uint64_t before = fingerprint(world);
    ASSERT_EQ(before, fingerprint(world));
    List list;
    world.describe(list);
    for (const Leaf& leaf : list.leaves) {
      const std::string name = without_index(leaf.path);
      if (elsewhere.contains(name) || matter.contains(name)) continue;
      for (const double value : leaf.others) {
        World other = world;
        Set set(leaf.path, value);
        other.describe(set);
        if (!valid(other) || fingerprint(other) == before) continue;
        matter.insert(name);
        break;
      }
      if (!matter.contains(name)) idle.insert(name);
    }
  }
  for (const std::string& name : matter) idle.erase(name);
  EXPECT_GT(matter.size(), 180U);
  for (const std::string& name : idle) ADD_FAILURE() << name << " changes nothing";
}

// Spreads, told by the people that are drawn with them.
TEST(Parameters, EverySpreadOfAPopulationChangesThePeopleDrawn) {
  const auto people = [](const PopulationOptions& options) {
    class Values final : public Walk {
     public:
      Hash hash;

     private:
      void leaf(const std::string&, const std::vector<double>&, double& value) override {
        hash.add(value);
      }
    } values;
    for (std::int64_t i = 0; i < 20; ++i) {
      PersonOptions person =
          Population(options).draw(RandomStream(1, "person/" + std::to_string(i)), i % 2);
      person.describe(values);
    }
    return values.hash.value();
  };
  PopulationOptions options;
  options.hardware.rate_sd_ppm = 100;
  const std::uint64_t before = people(options);
  List list;
  options.describe(list);
  EXPECT_GT(list.leaves.size(), 30U);
  for (const Leaf& leaf : list.leaves) {
    bool matters = false;
    for (const double value : leaf.others) {
      PopulationOptions other = options;
      Set set(leaf.path, value);
      other.describe(set);
      matters = matters || people(other) != before;
    }
    EXPECT_TRUE(matters) << leaf.path << " changes nobody";
  }
}

}  // namespace
}  // namespace gauntlet::sim
